use super::*;

fn read(text: &str, env: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    let get = |name: &str| env.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
    let names = env.iter().map(|(n, _)| (*n).to_owned()).filter(|n| n.starts_with("XQR_"));
    Settings::read(text, None, get, names)
}

#[test]
fn the_defaults_are_whole() {
    let settings = read("", &[]).unwrap();
    assert_eq!(settings.bind.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.database_url, "sqlite://./xqr-data/xqr.db");
    assert_eq!(settings.edge.max_target_bytes, 8192);
}

#[test]
fn the_environment_wins_over_the_file() {
    let settings = read(
        "bind = \"127.0.0.1:1\"\n[edge]\nbody_ms = 7\nworkers = 3",
        &[
            ("XQR_BIND", "127.0.0.1:2"),
            ("XQR_EDGE_BODY_MS", "8"),
            ("DATABASE_URL", "postgres://h/d"),
            ("XQR_EDGE_TRUSTED_PROXIES", "10.0.0.0/8, ::1"),
            ("XQR_WEBHOOKS_PORTS", "8443, 9443"),
            ("XQR_CORS_ORIGINS", "https://a.example,http://localhost:3000"),
        ],
    )
    .unwrap();
    assert_eq!(settings.bind.port(), 2);
    assert_eq!((settings.edge.body_ms, settings.edge.workers), (8, 3));
    assert_eq!(settings.database_url, "postgres://h/d");
    assert_eq!(settings.edge.trusted_proxies.len(), 2);
    assert_eq!(settings.webhooks.ports, [8443, 9443]);
    assert_eq!(settings.cors.origins, ["https://a.example", "http://localhost:3000"]);
}

#[test]
fn bad_values_are_refused_with_their_name() {
    let check = |text: &str, env: &[(&str, &str)], expected: &str| {
        let error = read(text, env).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    check("[assets]\nstore = \"s3\"", &[], "assets.bucket: must be set if assets.store is s3");
    let bucket = [("XQR_ASSETS_BUCKET", "b"), ("XQR_ASSETS_ACCESS_KEY", "a")];
    check("[assets]\nstore = \"s3\"", &bucket, "assets.secret_key: must be set");
    check("[assets]\nstore = \"ftp\"", &[], "ftp");
    check(
        "[assets]\nendpoint = \"minio:9000\"",
        &[],
        "assets.endpoint: must be an address such as",
    );
    check("[bio]\npublic_url = \"https://x/?a\"", &[], "bio.public_url: must be");
    check("bindd = \"x\"", &[], "there is no setting 'bindd'");
    check("[edge]\nbodyms = 1", &[], "there is no setting 'edge.bodyms'");
    check("[edge]\nbody_ms = \"1\"", &[], "edge.body_ms: must be a whole number");
    check("[edge]\nbody_ms = 0", &[], "edge.body_ms: must be at least 1");
    check("", &[("XQR_EDGE_BODY_MS", "soon")], "XQR_EDGE_BODY_MS: must be a whole number");
    check("", &[("XQR_BINDD", "x")], "XQR_BINDD is not the name of a setting");
    check("", &[("XQR_BIND", "nonsense")], "XQR_BIND: ");
    check("bind = \"nonsense\"", &[], "bind: ");
    check("", &[("XQR_ACCOUNTS_SIGNUP", "maybe")], "XQR_ACCOUNTS_SIGNUP: ");
    check("", &[("XQR_ASSETS_STORE", "ftp")], "XQR_ASSETS_STORE: ");
    check("", &[("XQR_JOURNAL_SYNC_MS", "-1")], "XQR_JOURNAL_SYNC_MS: ");
    check("[database]\nreaders = -1", &[], "database.readers: ");
    check("", &[("XQR_EDGE_BODY_MS", "0")], "XQR_EDGE_BODY_MS: must be at least 1");
    check("", &[("XQR_MAINTENANCE_UNTIL", "soon")], "XQR_MAINTENANCE_UNTIL: must be a timestamp");
    check("", &[("XQR_SCANS_COUNTRY_HEADER", "CF IPCountry")], "XQR_SCANS_COUNTRY_HEADER: ");
    check("", &[("XQR_BIO_PUBLIC_URL", "https://bio.example ")], "XQR_BIO_PUBLIC_URL: ");
    check("", &[("DATABASE_URL", "postgress://u:pw@db/x")], "DATABASE_URL: must begin with");
    check("", &[("XQR_PUBLIC_URL", "ftp://x")], "XQR_PUBLIC_URL: must be an address");
    check("", &[("XQR_LOG_FORMAT", "xml")], "XQR_LOG_FORMAT: ");
    check(
        "",
        &[("XQR_EDGE_TRUSTED_PROXIES", "everyone")],
        "XQR_EDGE_TRUSTED_PROXIES: 'everyone' is not an address or network",
    );
    check(
        "",
        &[("XQR_WEBHOOKS_ALLOW_NETS", "home")],
        "XQR_WEBHOOKS_ALLOW_NETS: 'home' is not an address or network",
    );
    check(
        "",
        &[("XQR_BLOCKLIST_EXCEPT", "a.example,http://b")],
        "XQR_BLOCKLIST_EXCEPT: 'http://b' is not a host",
    );
    for origin in [
        "app.example.com",
        "https://app.example.com/",
        "https://APP.example.com",
        "https://a.example:443",
        "null",
        "https://*.example.com",
        "*.example.com",
        "https://app.example.com:*",
    ] {
        check(
            "",
            &[("XQR_CORS_ORIGINS", origin)],
            &format!("XQR_CORS_ORIGINS: '{origin}' is not an origin"),
        );
    }
    check("[webhooks]\nports = [70000]", &[], "webhooks.ports: 70000 is not a port");
}

#[test]
fn every_setting_names_its_variable() {
    let mut known = Vec::new();
    let mut table: Table = DEFAULTS.parse().unwrap();
    from_env(&mut table, "", &|_| None, &mut known).unwrap();
    for name in known {
        assert!(
            DEFAULTS.contains(&format!("# {name}\n")),
            "{name} is not explained in config/xqr.toml"
        );
    }
}
