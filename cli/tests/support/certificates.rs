//! Certificates of a test's own. In: names. Out: keys and certificates in PEM. Invariant: every authority is a new one.

use openssl::asn1::Asn1Time;
use openssl::bn::{BigNum, MsbOption};
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, Private};
use openssl::x509::extension::{BasicConstraints, SubjectAlternativeName};
use openssl::x509::{X509, X509Builder, X509Name};
use xtask::services::Identity;

/// Somebody who signs certificates.
pub(crate) struct Authority {
    key: PKey<Private>,
    certificate: X509,
}

/// A signed certificate with its key.
pub(crate) struct Signed {
    key: PKey<Private>,
    certificate: X509,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Authority {
        let key = new_key();
        let mut builder = builder(name, &key);
        builder
            .set_issuer_name(&named(name))
            .and_then(|()| builder.append_extension(BasicConstraints::new().critical().ca().build()?))
            .and_then(|()| builder.sign(&key, MessageDigest::sha256()))
            .expect("signed by itself");
        Authority {
            key,
            certificate: builder.build(),
        }
    }

    pub(crate) fn pem(&self) -> String {
        pem(self.certificate.to_pem())
    }

    /// A certificate for this common name; `host`: also for a server that is reached by it.
    pub(crate) fn sign(&self, name: &str, host: Option<&str>) -> Signed {
        let key = new_key();
        let mut builder = builder(name, &key);
        builder
            .set_issuer_name(self.certificate.subject_name())
            .expect("an issuer");
        if let Some(host) = host {
            let names = SubjectAlternativeName::new()
                .dns(host)
                .build(&builder.x509v3_context(Some(&self.certificate), None));
            names
                .and_then(|names| builder.append_extension(names))
                .expect("a host");
        }
        builder.sign(&self.key, MessageDigest::sha256()).expect("signed");
        Signed {
            key,
            certificate: builder.build(),
        }
    }

    /// What a server at `localhost` needs.
    pub(crate) fn server(&self) -> Identity {
        let signed = self.sign("server", Some("localhost"));
        Identity {
            key_pem: signed.key_pem(),
            certificate_pem: signed.certificate_pem(),
            authority_pem: self.pem(),
        }
    }
}

impl Signed {
    pub(crate) fn key_pem(&self) -> String {
        pem(self.key.private_key_to_pem_pkcs8())
    }

    pub(crate) fn certificate_pem(&self) -> String {
        pem(self.certificate.to_pem())
    }

    pub(crate) fn key_der(&self) -> Vec<u8> {
        self.key.private_key_to_pkcs8().expect("encoded")
    }

    pub(crate) fn pkcs12(&self, password: &str) -> Vec<u8> {
        let mut builder = Pkcs12::builder();
        builder.name("own").pkey(&self.key).cert(&self.certificate);
        let store = builder.build2(password).expect("built");
        store.to_der().expect("encoded")
    }
}

fn pem(encoded: Result<Vec<u8>, openssl::error::ErrorStack>) -> String {
    String::from_utf8(encoded.expect("encoded")).expect("PEM is text")
}

fn new_key() -> PKey<Private> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).expect("a curve");
    PKey::from_ec_key(EcKey::generate(&group).expect("a key")).expect("a key")
}

fn named(name: &str) -> X509Name {
    let mut builder = X509Name::builder().expect("a builder");
    builder.append_entry_by_text("CN", name).expect("a name");
    builder.build()
}

/// Without issuer and signature.
fn builder(name: &str, key: &PKey<Private>) -> X509Builder {
    let mut serial = BigNum::new().expect("a number");
    serial.rand(127, MsbOption::MAYBE_ZERO, false).expect("random");
    let mut builder = X509::builder().expect("a builder");
    let days = |days| Asn1Time::days_from_now(days).expect("a time");
    builder
        .set_version(2)
        .and_then(|()| builder.set_serial_number(&*serial.to_asn1_integer()?))
        .and_then(|()| builder.set_subject_name(&named(name)))
        .and_then(|()| builder.set_pubkey(key))
        .and_then(|()| builder.set_not_before(&days(0)))
        .and_then(|()| builder.set_not_after(&days(2)))
        .expect("a certificate takes shape");
    builder
}
