use proptest::prelude::*;

use super::*;

fn read_as(list: &[u8], format: Option<Format>) -> Result<Vec<String>, String> {
    let all: Result<Vec<Host>, Refusal> = Entries::new(list, format, 100).collect();
    all.map(|hosts| hosts.iter().map(|host| host.as_str().to_owned()).collect())
        .map_err(|refusal| refusal.to_string())
}

fn read(list: impl AsRef<[u8]>) -> Result<Vec<String>, String> {
    read_as(list.as_ref(), None)
}

#[track_caller]
fn lists(list: impl AsRef<[u8]>, hosts: &[&str]) {
    assert_eq!(read(list).unwrap(), hosts);
}

#[test]
fn plain_lists() {
    lists(
        "evil.example\nEVIL.two.\n\n  bücher.example  # why\n",
        &["evil.example", "evil.two", "xn--bcher-kva.example"],
    );
    lists(
        "\u{feff}# a comment\r\n! another\r\n; a third\r\nevil.example\r\n*.wild.example\r\n.dot.example",
        &["evil.example", "wild.example", "dot.example"],
    );
    lists(
        "198.51.100.7\n2001:DB8::1\n[::ffff:1.2.3.4]\n",
        &["198.51.100.7", "2001:db8::1", "1.2.3.4"],
    );
    lists(
        "https://evil.example:8443/a,b?c#d\nhttp://user@two.example/ # x\n",
        &["evil.example", "two.example"],
    );
    lists("evil.example#why\n*.zip\n.mov\nco.uk\n", &["evil.example", "zip", "mov", "co.uk"]);
}

#[test]
fn hosts_files() {
    let list = "127.0.0.1 localhost\n127.0.0.1\tlocalhost.localdomain\n255.255.255.255 broadcasthost\n::1 localhost\n\
                fe80::1%lo0 localhost\n0.0.0.0 0.0.0.0\n0.0.0.0 evil.example\n127.0.0.1  two.example three.example # why\n\
                :: six.example\n192.0.2.1 nas.home.example\n";
    lists(list, &["evil.example", "two.example", "three.example", "six.example"]);
}

#[test]
fn phishtank() {
    let list = "phish_id,url,phish_detail_url,submission_time,verified,verification_time,online,target\n\
                1,http://evil.example/login,http://www.phishtank.com/1,2026-01-01T00:00:00+00:00,yes,x,yes,Other\n\
                2,\"https://two.example/a,b?q=\"\"x\"\"\",http://www.phishtank.com/2,x,yes,x,yes,\"Bank, The\"\n\
                3,\"http://198.51.100.7:81/\",x,x,yes,x,yes,Other\r\n";
    lists(list, &["evil.example", "two.example", "198.51.100.7"]);
    lists("id,seen,url\n1,x,https://late.example/\n", &["late.example"]);
    let headless = "1,http://evil.example/,x\n2,\"http://two.example/\n3,http://three.example/,x\n";
    assert_eq!(
        read_as(headless.as_bytes(), Some(Format::PhishTank)).unwrap(),
        ["evil.example", "two.example", "three.example"]
    );
}

#[test]
fn a_line_that_makes_no_sense_is_passed_over() {
    lists(
        "evil.example\nnot a host\nlocalhost\n\u{7f}\ntwo.example\nthree.example\n",
        &["evil.example", "two.example", "three.example"],
    );
    lists(
        [b"evil.example\n\xff\xfe.example\n".as_slice(), b"two.example"].concat(),
        &["evil.example", "two.example"],
    );
    for length in [MAX_LINE - 1, MAX_LINE, MAX_LINE + 1, 3 * MAX_LINE, 3 * MAX_LINE + 7] {
        lists(
            format!("evil.example\n{}\ntwo.example", "x".repeat(length)),
            &["evil.example", "two.example"],
        );
    }
}

#[test]
fn a_file_that_is_no_list_is_refused() {
    let check = |list: &[u8], words: &str| {
        assert_eq!(read(list).unwrap_err(), words, "{:?}", String::from_utf8_lossy(list))
    };
    check(b"", "lists nothing");
    check(b"# only a comment\n\n", "lists nothing");
    check(b"phish_id,url,target\n", "lists nothing");
    check(b"127.0.0.1 localhost\n", "lists nothing");
    check(b"<!doctype html>\n<p>example.com\n", "is a page in HTML or XML, not a list");
    check(b"\n<?xml version=\"1.0\"?>\n", "is a page in HTML or XML, not a list");
    check(b"evil.example\n\0\0\0\n", "is no text in UTF-8: it has NUL bytes");
    check(
        &"evil.example\n".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>(),
        "is no text in UTF-8: it has NUL bytes",
    );
    check(
        &[vec![b'x'; 2 * MAX_LINE], vec![0], vec![b'x'; 9]].concat(),
        "is no text in UTF-8: it has NUL bytes",
    );
    check(b"rate limit exceeded\n", "is no list: 1 lines make no sense, 0 do; the first is line 1");
    check(
        b"{\"error\":\n\"no\"}\nevil.example\n",
        "is no list: 2 lines make no sense, 1 do; the first is line 1",
    );
    check("evil.example\n".repeat(101).as_bytes(), "has more than 100 entries");
    assert_eq!(read("evil.example\n".repeat(100)).unwrap().len(), 100);
}

#[test]
fn formats_have_names() {
    for format in [Format::Plain, Format::Hosts, Format::PhishTank] {
        assert_eq!(format.to_string().parse(), Ok(format));
    }
    assert_eq!("csv".parse::<Format>(), Err(UnknownFormat));
}

proptest! {
    #[test]
    fn no_bytes_break_the_reader(list in prop::collection::vec(any::<u8>(), 0..400)) {
        for format in [None, Some(Format::Plain), Some(Format::Hosts), Some(Format::PhishTank)] {
            read_as(&list, format).ok();
        }
    }

    #[test]
    fn whatever_is_listed_is_a_normal_form(list in "([a-zé0-9.*:/#,\"<\\- ]{0,20}\n){0,8}") {
        for host in read(&list).unwrap_or_default() {
            let again: Host = host.parse().unwrap();
            prop_assert_eq!(again.as_str(), &host);
        }
    }
}
