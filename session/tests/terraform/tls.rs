//! The API under TLS.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use openssl::asn1::Asn1Time;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use openssl::ssl::{SslConnector, SslMethod};
use openssl::x509::extension::SubjectAlternativeName;
use openssl::x509::{X509, X509NameBuilder};
use session::api::{self, Tls};

use crate::support::Server;

/// A certificate for `localhost` that signs itself, and its key, in PEM.
fn certificate() -> (Vec<u8>, Vec<u8>) {
    let key = PKey::from_rsa(Rsa::generate(2048).expect("random numbers")).expect("a key");
    let mut name = X509NameBuilder::new().expect("a name");
    name.append_entry_by_nid(Nid::COMMONNAME, "localhost")
        .expect("a name");
    let name = name.build();
    let mut builder = X509::builder().expect("a certificate");
    builder.set_version(2).expect("version 3");
    builder.set_subject_name(&name).expect("a subject");
    builder.set_issuer_name(&name).expect("an issuer");
    builder.set_pubkey(&key).expect("a key");
    let (start, end) = (Asn1Time::days_from_now(0), Asn1Time::days_from_now(1));
    builder.set_not_before(&start.expect("today")).expect("a start");
    builder.set_not_after(&end.expect("tomorrow")).expect("an end");
    let mut names = SubjectAlternativeName::new();
    let names = names.dns("localhost").build(&builder.x509v3_context(None, None));
    builder.append_extension(names.expect("names")).expect("names");
    builder.sign(&key, MessageDigest::sha256()).expect("signed");
    let pem = builder.build().to_pem().expect("PEM");
    (pem, key.private_key_to_pem_pkcs8().expect("PEM"))
}

#[test]
fn the_api_speaks_tls_and_a_silent_peer_keeps_nobody_waiting() {
    let server = Server::start();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (certificate, key) = certificate();
    let tls = Tls {
        certificates: folder.path().join("cert.pem"),
        key: folder.path().join("key.pem"),
    };
    std::fs::write(&tls.certificates, &certificate).expect("written");
    std::fs::write(&tls.key, key).expect("written");
    let router = api::router(
        server.manager.clone(),
        api::Settings::default(),
        axum::Router::new(),
    );
    let address = server.runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        tokio::spawn(async move { api::serve(listener, Some(&tls), router, std::future::pending()).await });
        address
    });
    let _silent = TcpStream::connect(address).expect("the server listens");
    let mut builder = SslConnector::builder(SslMethod::tls()).expect("a connector");
    let authority = X509::from_pem(&certificate).expect("a certificate");
    builder.cert_store_mut().add_cert(authority).expect("trusted");
    let stream = TcpStream::connect(address).expect("the server listens");
    let mut stream = builder.build().connect("localhost", stream).expect("a handshake");
    let request = format!(
        "GET /v1/project HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: aivenv1 {}\r\n\r\n",
        server.token()
    );
    stream.write_all(request.as_bytes()).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.contains("\"dev\""),
        "{answer}"
    );
}
