//! TLS: whom it trusts, and what it says when it does not.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use xqr_fetch::{BadRoot, FetchError, Kind, Outbound, Policy, UrlFault};

use crate::stage::{Oracle, PICTURE, Server, get, hasty, ips, local, ok};

/// A company's own authority, and a server with its certificate for `cdn.example` and 127.0.0.1.
struct Company {
    authority: Vec<u8>,
    port: u16,
}

impl Company {
    async fn answering(answer: impl Into<Vec<u8>>) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let names = vec!["cdn.example".to_owned(), "127.0.0.1".to_owned()];
        let certificate =
            CertificateParams::new(names).unwrap().signed_by(&key, &authority).unwrap();
        let config =
            ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth()
                .with_single_cert(
                    vec![certificate.der().clone()],
                    PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
                )
                .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let answer: Arc<[u8]> = answer.into().into();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n")
                    && stream.read_buf(&mut request).await.is_ok_and(|read| read > 0)
                {
                }
                stream.write_all(&answer).await.ok();
                stream.shutdown().await.ok();
            }
        });
        Self { authority: authority.der().to_vec(), port }
    }

    fn client(&self, policy: Policy) -> Outbound {
        let outbound = Outbound::new(policy).resolving(Oracle::new(|_, _| ips(&["127.0.0.1"])));
        outbound.trusting(&self.authority).unwrap()
    }
}

#[tokio::test]
async fn only_a_trusted_certificate_for_this_host_will_do() {
    let company = Company::answering(ok(PICTURE)).await;
    let policy = local(&[company.port]);
    let (knowing, strange) = (
        company.client(policy.clone()),
        Outbound::new(policy).resolving(Oracle::new(|_, _| ips(&["127.0.0.1"]))),
    );
    for (outbound, host, expected) in [
        (&knowing, "cdn.example", Ok(())),
        (&knowing, "127.0.0.1", Ok(())),
        (&knowing, "other.example", Err(FetchError::Unreachable)),
        (&knowing, "127.0.0.2", Err(FetchError::Unreachable)),
        (&strange, "cdn.example", Err(FetchError::Unreachable)),
    ] {
        let fetched =
            get(outbound, &format!("https://{host}:{}/", company.port), Kind::Image).await;
        assert_eq!(fetched.map(|fetched| assert_eq!(fetched.bytes, PICTURE)), expected, "{host}");
    }
    assert!(matches!(Outbound::new(Policy::default()).trusting(b"no certificate"), Err(BadRoot)));
}

#[tokio::test]
async fn https_is_not_led_back_to_http() {
    let plain = Server::saying(ok(PICTURE)).await;
    let company = Company::answering(format!(
        "HTTP/1.1 302 Found\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n",
        plain.url("/")
    ))
    .await;
    let outbound = company.client(local(&[company.port, plain.port]));
    let error = get(&outbound, &format!("https://cdn.example:{}/", company.port), Kind::Image)
        .await
        .unwrap_err();
    assert_eq!((error, plain.hits()), (FetchError::BadUrl(UrlFault::Redirect), 0));
    // The other way is what servers do all day.
    let company = Company::answering(ok(PICTURE)).await;
    let location = format!("https://cdn.example:{}/", company.port);
    let plain = Server::saying(format!(
        "HTTP/1.1 301 Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
    ))
    .await;
    let outbound = company.client(local(&[company.port, plain.port]));
    get(&outbound, &plain.url("/"), Kind::Image).await.unwrap();
}

#[tokio::test]
async fn what_speaks_no_tls_is_unreachable_and_what_says_nothing_is_slow() {
    let plain = Server::saying(ok(PICTURE)).await;
    // The plain server waits for the end of a head that never comes, as TLS goes.
    let outbound = Outbound::new(hasty(plain.port));
    let started = Instant::now();
    let error =
        get(&outbound, &format!("https://127.0.0.1:{}/", plain.port), Kind::Any).await.unwrap_err();
    assert_eq!(error, FetchError::TooSlow);
    assert!(started.elapsed() < outbound.policy().deadline + Duration::from_secs(1));

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            stream.write_all(b"220 mail.example ESMTP\r\n").await.ok();
            stream.read_u8().await.ok();
        }
    });
    let error =
        get(&Outbound::new(local(&[port])), &format!("https://127.0.0.1:{port}/"), Kind::Any)
            .await
            .unwrap_err();
    assert_eq!(error, FetchError::Unreachable);
}

#[tokio::test]
async fn an_answer_that_is_cut_off_is_not_taken_for_whole() {
    let company = Company::answering("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nGIF89a").await;
    let outbound = company.client(local(&[company.port]));
    let error = get(&outbound, &format!("https://cdn.example:{}/", company.port), Kind::Image)
        .await
        .unwrap_err();
    assert_eq!(error, FetchError::Garbled);
}
