//! Certificates that the system trusts, and key material of Java's kinds.
//!
//! In: paths, PEM text, key stores. Out: what TLS libraries linked into the job can read. Invariant: no message holds
//! key material or a password. The job carries its own OpenSSL, which knows no distribution's places.

use std::path::{Path, PathBuf};

use openssl::pkcs12::Pkcs12;

/// Where distributions keep the certificates they trust: one file, or a folder of hashed names.
const PLACES: [&str; 9] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/local/etc/ssl/cert.pem",
    "/usr/share/ssl/certs/ca-bundle.crt",
    "/etc/ssl/certs",
    "/etc/pki/tls/certs",
];

/// What to say where [`system_store`] finds nothing.
pub(super) const NO_STORE: &str =
    "this system has no certificate authorities (install the package ca-certificates, or set SSL_CERT_FILE)";

/// The system's certificates: what `SSL_CERT_FILE` or `SSL_CERT_DIR` names, else the usual places.
pub(super) fn system_store() -> Option<PathBuf> {
    let named = ["SSL_CERT_FILE", "SSL_CERT_DIR"]
        .into_iter()
        .filter_map(std::env::var_os);
    let places = named.map(PathBuf::from).chain(PLACES.map(PathBuf::from));
    places.into_iter().find(|place| place.exists())
}

/// What a file of certificates or keys is, by its content: Java names the kind in an option, but often wrongly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StoreKind {
    Pem,
    Pkcs12,
    Jks,
    Unknown,
}

pub(super) fn kind(content: &[u8]) -> StoreKind {
    const JKS: [[u8; 4]; 2] = [[0xFE, 0xED, 0xFE, 0xED], [0xCE, 0xCE, 0xCE, 0xCE]];
    const PEM: &[u8] = b"-----BEGIN ";
    match content {
        [a, b, c, d, ..] if JKS.contains(&[*a, *b, *c, *d]) => StoreKind::Jks,
        _ if memchr::memmem::find(content, PEM).is_some() => StoreKind::Pem,
        // The outermost ASN.1 sequence.
        [0x30, ..] => StoreKind::Pkcs12,
        _ => StoreKind::Unknown,
    }
}

/// How to get something readable out of a key store that only Java reads.
pub(super) fn jks_message(path: &str) -> String {
    format!(
        "{path} is a JKS key store, which only Java reads; convert it with: keytool -importkeystore -srckeystore \
         {path} -destkeystore {path}.p12 -deststoretype PKCS12"
    )
}

/// The certificates in a PKCS#12 store, as PEM.
pub(super) fn certificates_of(store: &[u8], password: &str) -> Result<Vec<u8>, String> {
    let unreadable = |_| "cannot be opened: it is damaged, or the password is wrong".to_owned();
    let store = Pkcs12::from_der(store).map_err(unreadable)?;
    let parsed = store.parse2(password).map_err(unreadable)?;
    let mut pem = Vec::new();
    for certificate in parsed.cert.into_iter().chain(parsed.ca.into_iter().flatten()) {
        pem.extend(certificate.to_pem().map_err(|error| error.to_string())?);
    }
    match pem.is_empty() {
        true => Err("holds no certificate".to_owned()),
        false => Ok(pem),
    }
}

/// Is this the text of a certificate or key itself, not the path of a file?
pub(super) fn is_text(place: &str) -> bool {
    place.contains("-----BEGIN ")
}

/// A place as messages name it.
pub(super) fn shown(place: &str) -> &str {
    if is_text(place) { "the PEM text" } else { place }
}

/// The content of a file, or the text itself.
pub(super) fn read(place: &str) -> Result<Vec<u8>, String> {
    if is_text(place) {
        return Ok(pem(place).into_bytes());
    }
    std::fs::read(Path::new(place)).map_err(|error| format!("{place} cannot be read: {error}"))
}

/// PEM as libraries want it. In options it often stands on one line, with blanks or `\n` where lines ended.
pub(super) fn pem(text: &str) -> String {
    if text.trim().contains('\n') {
        return text.lines().map(|line| format!("{}\n", line.trim())).collect();
    }
    let text = text.replace("\\n", " ");
    let mut lines = String::new();
    let mut rest = text.as_str();
    while let Some((head, body, after)) = block(rest) {
        let body: String = body.split_whitespace().collect();
        lines += &format!("-----BEGIN {head}-----\n");
        for line in body.as_bytes().chunks(64) {
            lines += &String::from_utf8_lossy(line);
            lines.push('\n');
        }
        lines += &format!("-----END {head}-----\n");
        rest = after;
    }
    // What is no PEM is left to the library, which says so.
    if lines.is_empty() { text } else { lines }
}

/// Label and body of the first block, and what follows it.
fn block(text: &str) -> Option<(&str, &str, &str)> {
    let (_, from) = text.split_once("-----BEGIN ")?;
    let (head, from) = from.split_once("-----")?;
    let (body, after) = from.split_once(&format!("-----END {head}-----"))?;
    Some((head, body, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_by_content() {
        for (content, expected) in [
            (&[0xFE, 0xED, 0xFE, 0xED, 0, 0][..], StoreKind::Jks),
            (&[0x30, 0x82, 1, 2], StoreKind::Pkcs12),
            (b"Bag Attributes\n-----BEGIN CERTIFICATE-----\n", StoreKind::Pem),
            (b"nothing", StoreKind::Unknown),
            (b"", StoreKind::Unknown),
        ] {
            assert_eq!(kind(content), expected, "{content:?}");
        }
    }

    #[test]
    fn pem_on_one_line_gets_its_lines_back() {
        let body = "A".repeat(70);
        let expected = format!(
            "-----BEGIN CERTIFICATE-----\n{}\n{}\n-----END CERTIFICATE-----\n",
            &body[..64],
            &body[64..]
        );
        let blanks = format!("-----BEGIN CERTIFICATE----- {body} -----END CERTIFICATE-----");
        let escaped = format!("-----BEGIN CERTIFICATE-----\\n{body}\\n-----END CERTIFICATE-----\\n");
        assert_eq!(pem(&blanks), expected);
        assert_eq!(pem(&escaped), expected);
        assert_eq!(pem(&format!("{blanks} {blanks}")), expected.repeat(2));
        assert_eq!(
            pem("  -----BEGIN X-----\n  AB\n  -----END X-----"),
            "-----BEGIN X-----\nAB\n-----END X-----\n"
        );
        assert_eq!(pem("none"), "none");
    }

    #[test]
    fn certificates_come_out_of_a_store_with_its_password() {
        let (certificate, key) = self_signed();
        let mut builder = Pkcs12::builder();
        let store = builder
            .name("x")
            .pkey(&key)
            .cert(&certificate)
            .build2("hunter2")
            .expect("built");
        let store = store.to_der().expect("encoded");
        assert_eq!(kind(&store), StoreKind::Pkcs12);
        let pem = certificates_of(&store, "hunter2").expect("opened");
        assert_eq!(pem, certificate.to_pem().expect("encoded"));
        let error = certificates_of(&store, "wrong-secret").expect_err("wrong");
        assert!(
            error.contains("password is wrong") && !error.contains("secret"),
            "{error}"
        );
    }

    fn self_signed() -> (openssl::x509::X509, openssl::pkey::PKey<openssl::pkey::Private>) {
        let key = openssl::pkey::PKey::generate_ed25519().expect("a key");
        let mut builder = openssl::x509::X509::builder().expect("a builder");
        builder.set_pubkey(&key).expect("set");
        let days = |days| openssl::asn1::Asn1Time::days_from_now(days).expect("a time");
        builder.set_not_before(&days(0)).expect("set");
        builder.set_not_after(&days(1)).expect("set");
        builder
            .sign(&key, openssl::hash::MessageDigest::null())
            .expect("signed");
        (builder.build(), key)
    }
}
