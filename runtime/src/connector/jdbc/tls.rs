//! TLS to PostgreSQL: `sslmode` and the certificates that the address names.
//!
//! In: parameters of the address. Out: how to connect. Invariant: with `verify-ca` and `verify-full` nothing is sent
//! before the server's certificate has been checked; no message holds key material or a password.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use openssl::error::ErrorStack;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, Private};
use openssl::ssl::{SslConnector, SslConnectorBuilder, SslMethod, SslVerifyMode};
use openssl::x509::X509;
use postgres_openssl::MakeTlsConnector;
use tokio_postgres::config::SslMode;

use super::url::Address;
use crate::connector::trust::{self, StoreKind};

/// Parameters about TLS that have a meaning here; another one that begins with `ssl` is a slip or beyond us.
const KNOWN: [&str; 9] = [
    "ssl",
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "sslpassword",
    "sslfactory",
    "sslnegotiation",
    "sslsni",
];

/// How much of the server's certificate is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Check {
    Nothing,
    /// An authority that is trusted has signed it.
    Authority,
    /// And it is the host's.
    Host,
}

/// How connections are encrypted.
#[derive(Clone)]
pub(super) struct Tls {
    pub(super) mode: SslMode,
    pub(super) connector: MakeTlsConnector,
    /// Why the last certificate was not accepted.
    doubt: Arc<Mutex<Option<String>>>,
}

impl Tls {
    pub(super) fn new(address: &Address) -> Result<Tls, String> {
        let is_unknown = |name: &str| name.starts_with("ssl") && !KNOWN.contains(&name);
        if let Some((unknown, _)) = address.parameters.iter().find(|(name, _)| is_unknown(name)) {
            return Err(format!(
                "the parameter '{unknown}' is not supported; there are {}",
                KNOWN.join(", ")
            ));
        }
        let (mode, check) = mode(address)?;
        let doubt = Arc::new(Mutex::new(None));
        let mut builder = SslConnector::builder(SslMethod::tls_client()).map_err(text)?;
        if check == Check::Nothing {
            builder.set_verify(SslVerifyMode::NONE);
        } else {
            trust_authorities(&mut builder, address)?;
            let noted = doubt.clone();
            builder.set_verify_callback(SslVerifyMode::PEER, move |is_accepted, context| {
                if !is_accepted {
                    let reason = context.error().error_string().to_owned();
                    noted
                        .lock()
                        .expect("no holder of the lock panics")
                        .get_or_insert(reason);
                }
                is_accepted
            });
        }
        identify(&mut builder, address)?;
        let mut connector = MakeTlsConnector::new(builder.build());
        connector.set_callback(move |config, _| {
            config.set_verify_hostname(check == Check::Host);
            Ok(())
        });
        Ok(Tls {
            mode,
            connector,
            doubt,
        })
    }

    /// Why the certificate was not accepted, once.
    pub(super) fn take_doubt(&self) -> Option<String> {
        self.doubt.lock().expect("no holder of the lock panics").take()
    }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// `sslmode`, else pgjdbc's `ssl`, else encryption where the server offers it.
fn mode(address: &Address) -> Result<(SslMode, Check), String> {
    let factory = address.get("sslfactory").unwrap_or_default();
    let trusts_all = factory.ends_with(".NonValidatingFactory");
    if !factory.is_empty() && !trusts_all && !factory.ends_with(".LibPQFactory") {
        return Err("'sslfactory' names a Java class; a native job has none".to_owned());
    }
    let is_on = address
        .get("ssl")
        .is_some_and(|value| matches!(value, "" | "true"));
    let default = if is_on { "verify-full" } else { "prefer" };
    let (mode, check) = match address.get("sslmode").unwrap_or(default) {
        "disable" => (SslMode::Disable, Check::Nothing),
        "allow" | "prefer" => (SslMode::Prefer, Check::Nothing),
        // As libpq has it, whoever names authorities wants them asked.
        "require" if !address.is_jdbc && address.get("sslrootcert").is_some() => {
            (SslMode::Require, Check::Authority)
        }
        "require" => (SslMode::Require, Check::Nothing),
        "verify-ca" => (SslMode::Require, Check::Authority),
        "verify-full" => (SslMode::Require, Check::Host),
        other => {
            return Err(format!(
                "sslmode '{other}' is unknown; there are disable, prefer, require, verify-ca, verify-full"
            ));
        }
    };
    Ok((mode, if trusts_all { Check::Nothing } else { check }))
}

/// Authorities whose certificates stand in the address itself.
fn trust_text(builder: &mut SslConnectorBuilder, text: &str) -> Result<(), String> {
    let unusable = |_: ErrorStack| "'sslrootcert' holds no certificates in PEM".to_owned();
    let certificates = X509::stack_from_pem(&trust::read(text)?).map_err(unusable)?;
    if certificates.is_empty() {
        return Err("'sslrootcert' holds no certificates in PEM".to_owned());
    }
    for certificate in certificates {
        builder.cert_store_mut().add_cert(certificate).map_err(unusable)?;
    }
    Ok(())
}

/// `sslrootcert`, else the user's `~/.postgresql/root.crt`, else the system's.
fn trust_authorities(builder: &mut SslConnectorBuilder, address: &Address) -> Result<(), String> {
    let of_user = || {
        let file = PathBuf::from(std::env::var_os("HOME")?).join(".postgresql/root.crt");
        file.is_file().then_some(file)
    };
    if let Some(text) = address.get("sslrootcert").filter(|place| trust::is_text(place)) {
        return trust_text(builder, text);
    }
    let place = match address.get("sslrootcert") {
        Some("system") => trust::system_store(),
        Some(file) => Some(PathBuf::from(file)),
        None => of_user().or_else(trust::system_store),
    };
    let place = place.ok_or(trust::NO_STORE)?;
    let loaded = match place.is_dir() {
        true => builder.load_verify_locations(None, Some(&place)),
        false => {
            trust::read(&place.to_string_lossy())?;
            builder.set_ca_file(&place)
        }
    };
    loaded.map_err(|_| format!("{} holds no certificates in PEM", place.display()))
}

/// The client's own certificate, `sslcert` and `sslkey`.
fn identify(builder: &mut SslConnectorBuilder, address: &Address) -> Result<(), String> {
    let password = address.get("sslpassword").unwrap_or_default();
    let Some(key_path) = address.get("sslkey") else {
        return match address.get("sslcert") {
            Some(_) => Err("'sslcert' needs 'sslkey'".to_owned()),
            None => Ok(()),
        };
    };
    let content = trust::read(key_path)?;
    let unusable = |_: ErrorStack| {
        format!(
            "{} holds no private key that 'sslpassword' opens",
            trust::shown(key_path)
        )
    };
    let extension = Path::new(key_path)
        .extension()
        .and_then(|extension| extension.to_str());
    if matches!(extension, Some("p12" | "pfx")) {
        let store = Pkcs12::from_der(&content)
            .and_then(|store| store.parse2(password))
            .map_err(unusable)?;
        let (Some(key), Some(certificate)) = (store.pkey, store.cert) else {
            return Err(format!("{key_path} lacks a key or its certificate"));
        };
        builder.set_certificate(&certificate).map_err(unusable)?;
        for authority in store.ca.into_iter().flatten() {
            builder.add_extra_chain_cert(authority).map_err(unusable)?;
        }
        return builder.set_private_key(&key).map_err(unusable);
    }
    let Some(certificate_path) = address.get("sslcert") else {
        return Err("'sslkey' needs 'sslcert'".to_owned());
    };
    identify_by_certificate(builder, certificate_path)?;
    let key = private_key(&content, password).map_err(unusable)?;
    builder.set_private_key(&key).map_err(|_| {
        let (key, certificate) = (trust::shown(key_path), trust::shown(certificate_path));
        format!("{key} is not the key of {certificate}")
    })
}

fn identify_by_certificate(builder: &mut SslConnectorBuilder, path: &str) -> Result<(), String> {
    let content = trust::read(path)?;
    let set = match trust::kind(&content) {
        StoreKind::Pem if trust::is_text(path) => set_chain(builder, &content),
        StoreKind::Pem => builder.set_certificate_chain_file(path),
        _ => X509::from_der(&content).and_then(|certificate| builder.set_certificate(&certificate)),
    };
    set.map_err(|_| format!("{} is no certificate", trust::shown(path)))
}

/// The first certificate is the client's own, others lead to its authority.
fn set_chain(builder: &mut SslConnectorBuilder, pem: &[u8]) -> Result<(), ErrorStack> {
    let mut certificates = X509::stack_from_pem(pem)?.into_iter();
    let Some(own) = certificates.next() else {
        return Err(ErrorStack::get());
    };
    builder.set_certificate(&own)?;
    certificates.try_for_each(|certificate| builder.add_extra_chain_cert(certificate))
}

/// PEM, or PKCS#8 as pgjdbc wants it.
fn private_key(content: &[u8], password: &str) -> Result<PKey<Private>, ErrorStack> {
    match trust::kind(content) {
        StoreKind::Pem => PKey::private_key_from_pem_passphrase(content, password.as_bytes()),
        _ if password.is_empty() => PKey::private_key_from_der(content),
        _ => PKey::private_key_from_pkcs8_passphrase(content, password.as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use openssl::asn1::Asn1Time;
    use openssl::x509::X509NameBuilder;

    use super::super::url;
    use super::*;

    fn address(query: &str) -> Address {
        url::parse(&format!("jdbc:postgresql://h/d?{query}")).expect("an address")
    }

    #[test]
    fn modes_of_jdbc_and_libpq() {
        for (query, expected) in [
            ("", (SslMode::Prefer, Check::Nothing)),
            ("sslmode=disable", (SslMode::Disable, Check::Nothing)),
            (
                "sslmode=require&sslrootcert=x",
                (SslMode::Require, Check::Nothing),
            ),
            ("sslmode=verify-ca", (SslMode::Require, Check::Authority)),
            ("sslmode=verify-full", (SslMode::Require, Check::Host)),
            ("ssl=true", (SslMode::Require, Check::Host)),
            (
                "ssl=true&sslfactory=org.postgresql.ssl.NonValidatingFactory",
                (SslMode::Require, Check::Nothing),
            ),
        ] {
            assert_eq!(mode(&address(query)), Ok(expected), "{query}");
        }
        let libpq = url::parse("postgres://h/d?sslmode=require&sslrootcert=x").expect("an address");
        assert_eq!(mode(&libpq), Ok((SslMode::Require, Check::Authority)));
    }

    /// A certificate that signs itself, and its key.
    fn identity() -> (String, String) {
        let key = openssl::rsa::Rsa::generate(2048)
            .and_then(PKey::from_rsa)
            .expect("a key");
        let mut name = X509NameBuilder::new().expect("a name");
        name.append_entry_by_text("CN", "h").expect("a name");
        let name = name.build();
        let mut builder = X509::builder().expect("a certificate");
        builder.set_subject_name(&name).expect("a subject");
        builder.set_issuer_name(&name).expect("an issuer");
        let day = |days| Asn1Time::days_from_now(days).expect("a day");
        builder.set_not_before(&day(0)).expect("a start");
        builder.set_not_after(&day(1)).expect("an end");
        builder.set_pubkey(&key).expect("a key");
        let signed = builder.sign(&key, openssl::hash::MessageDigest::sha256());
        signed.expect("signed");
        let text = |pem: Vec<u8>| String::from_utf8(pem).expect("PEM is text");
        let key = key.private_key_to_pem_pkcs8().expect("PEM");
        (text(builder.build().to_pem().expect("PEM")), text(key))
    }

    #[test]
    fn certificates_may_stand_in_the_address() {
        let (certificate, key) = identity();
        let encode = |pem: &str| pem.replace('+', "%2B").replace('\n', "%0A").replace('=', "%3D");
        let query = |certificate: &str, key: &str| {
            let (certificate, key) = (encode(certificate), encode(key));
            format!("sslmode=verify-ca&sslrootcert={certificate}&sslcert={certificate}&sslkey={key}")
        };
        Tls::new(&address(&query(&certificate, &key)))
            .map(drop)
            .expect("usable");
        let (other, _) = identity();
        let error = Tls::new(&address(&query(&other, &key)))
            .err()
            .expect("another's key");
        assert_eq!(error, "the PEM text is not the key of the PEM text");
    }

    #[test]
    fn what_cannot_be_honoured_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let nothing = folder.path().join("nothing.pem");
        std::fs::write(&nothing, "hunter2").expect("written");
        let nothing = nothing.display();
        for (query, expected) in [
            (
                "sslmode=verify_full".to_owned(),
                "sslmode 'verify_full' is unknown",
            ),
            ("sslmod=require".to_owned(), "'sslmod' is not supported"),
            ("sslfactory=a.B".to_owned(), "names a Java class"),
            ("sslcert=x".to_owned(), "needs 'sslkey'"),
            (
                "sslmode=verify-ca&sslrootcert=/nowhere".to_owned(),
                "/nowhere cannot be read",
            ),
            (
                format!("sslmode=verify-ca&sslrootcert={nothing}"),
                "holds no certificates",
            ),
            (format!("sslkey={nothing}&sslcert={nothing}"), "is no certificate"),
        ] {
            let error = Tls::new(&address(&query)).err().expect(expected);
            assert!(
                error.contains(expected) && !error.contains("hunter2"),
                "{query}: {error}"
            );
        }
    }
}
