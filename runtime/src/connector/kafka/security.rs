//! TLS and SASL, as Kafka's Java client names it and as librdkafka does.
//!
//! In: the `properties.` of a table. Out: librdkafka's settings. Invariant: errors name the option and never show a
//! password, a JAAS configuration or key material; what cannot be honoured is refused, not ignored.

use rdkafka::config::ClientConfig;

use super::jaas;
use crate::connector::options::Options;
use crate::connector::trust::{self, StoreKind};
use crate::error::JobError;

/// Settings of Java's client that are translated here (or mean nothing outside Java) and not passed on.
const JAVA: [&str; 18] = [
    "sasl.jaas.config",
    "ssl.truststore.location",
    "ssl.truststore.password",
    "ssl.truststore.type",
    "ssl.truststore.certificates",
    "ssl.keystore.location",
    "ssl.keystore.password",
    "ssl.keystore.type",
    "ssl.keystore.key",
    "ssl.keystore.certificate.chain",
    "ssl.endpoint.identification.algorithm",
    "ssl.protocol",
    "ssl.enabled.protocols",
    "ssl.provider",
    "ssl.keymanager.algorithm",
    "ssl.trustmanager.algorithm",
    "ssl.secure.random.implementation",
    "ssl.cipher.suites",
];
/// Settings that name a Java class, which a native job cannot load.
const CLASSES: [&str; 5] = [
    "ssl.engine.factory.class",
    "sasl.login.class",
    "sasl.login.callback.handler.class",
    "sasl.client.callback.handler.class",
    "sasl.oauthbearer.jwt.retriever.class",
];
/// Ways to name certificate authorities in librdkafka's terms.
const AUTHORITIES: [&str; 3] = ["ssl.ca.location", "ssl.ca.pem", "ssl.ca.certificate.stores"];
const MECHANISMS: [&str; 3] = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"];

/// Is the setting (without `properties.`) one that only [`apply`] understands?
pub(super) fn translates(key: &str) -> bool {
    JAVA.contains(&key) || CLASSES.contains(&key)
}

/// Adds what the options say of encryption and authentication. Settings that [`translates`] does not know are there
/// already.
pub(super) fn apply(options: &Options, config: &mut ClientConfig) -> Result<(), JobError> {
    let security = Security { options };
    if let Some(class) = CLASSES.iter().find(|class| security.get(class).is_some()) {
        return Err(security.error(class, "names a Java class; a native job has none"));
    }
    let protocol = security.get("security.protocol").unwrap_or("PLAINTEXT").trim();
    let (is_encrypted, has_sasl) = match protocol.to_ascii_uppercase().as_str() {
        "PLAINTEXT" => (false, false),
        "SSL" => (true, false),
        "SASL_PLAINTEXT" => (false, true),
        "SASL_SSL" => (true, true),
        _ => {
            let message =
                format!("expected one of PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL, found '{protocol}'");
            return Err(security.error("security.protocol", message));
        }
    };
    config.set("security.protocol", protocol.to_ascii_lowercase());
    if has_sasl {
        security.apply_sasl(config)?;
    }
    if is_encrypted {
        security.apply_authorities(config)?;
        security.apply_own_certificate(config)?;
        security.apply_host_check(config)?;
    }
    Ok(())
}

struct Security<'a> {
    options: &'a Options,
}

impl<'a> Security<'a> {
    fn get(&self, key: &str) -> Option<&'a str> {
        self.options.get(&format!("properties.{key}"))
    }

    fn error(&self, key: &str, message: impl Into<String>) -> JobError {
        self.options.error(&format!("properties.{key}"), message)
    }

    fn apply_sasl(&self, config: &mut ClientConfig) -> Result<(), JobError> {
        const MECHANISM: &str = "sasl.mechanism";
        let given = self.get(MECHANISM).or_else(|| self.get("sasl.mechanisms"));
        let Some(mechanism) = given.map(|text| text.trim().to_ascii_uppercase()) else {
            let message = format!(
                "is required: one of {} (Kerberos is not supported)",
                MECHANISMS.join(", ")
            );
            return Err(self.error(MECHANISM, message));
        };
        if !MECHANISMS.contains(&mechanism.as_str()) {
            let message = format!(
                "'{mechanism}' is not supported; there are {}",
                MECHANISMS.join(", ")
            );
            return Err(self.error(MECHANISM, message));
        }
        config.remove(MECHANISM);
        config.set("sasl.mechanisms", &mechanism);
        if let Some(text) = self.get("sasl.jaas.config") {
            let login = jaas::parse(text).map_err(|message| self.error("sasl.jaas.config", message))?;
            if login.is_scram != mechanism.starts_with("SCRAM") {
                let message = format!("its login module is not one for the mechanism {mechanism}");
                return Err(self.error("sasl.jaas.config", message));
            }
            config
                .set("sasl.username", login.username)
                .set("sasl.password", login.password);
        }
        for key in ["sasl.username", "sasl.password"] {
            if config.get(key).is_none() {
                return Err(self.error(key, "is required (or 'properties.sasl.jaas.config')"));
            }
        }
        Ok(())
    }

    /// Whom to trust: what the table says, else the system's certificates.
    fn apply_authorities(&self, config: &mut ClientConfig) -> Result<(), JobError> {
        if let Some(text) = self.get("ssl.truststore.certificates") {
            config.set("ssl.ca.pem", trust::pem(text));
        } else if let Some(path) = self.get("ssl.truststore.location") {
            const LOCATION: &str = "ssl.truststore.location";
            let (kind, content) = self.store(LOCATION, path)?;
            if kind == StoreKind::Pem {
                config.set("ssl.ca.location", path);
            } else {
                let password = self.get("ssl.truststore.password").unwrap_or_default();
                let pem = trust::certificates_of(&content, password)
                    .map_err(|message| self.error(LOCATION, format!("{path} {message}")))?;
                config.set("ssl.ca.pem", String::from_utf8_lossy(&pem));
            }
        }
        if let Some(text) = self.get("ssl.ca.pem") {
            config.set("ssl.ca.pem", trust::pem(text));
        }
        if AUTHORITIES.iter().all(|key| config.get(key).is_none()) {
            let store =
                trust::system_store().ok_or_else(|| self.error("ssl.ca.location", trust::NO_STORE))?;
            config.set("ssl.ca.location", store.to_string_lossy());
        }
        Ok(())
    }

    /// The client's own certificate, where the broker asks for one.
    fn apply_own_certificate(&self, config: &mut ClientConfig) -> Result<(), JobError> {
        const LOCATION: &str = "ssl.keystore.location";
        for (java, native) in [
            ("ssl.keystore.key", "ssl.key.pem"),
            ("ssl.keystore.certificate.chain", "ssl.certificate.pem"),
        ] {
            if let Some(text) = self.get(java).or_else(|| self.get(native)) {
                config.set(native, trust::pem(text));
            }
        }
        let Some(path) = self.get(LOCATION) else {
            return Ok(());
        };
        match self.store(LOCATION, path)?.0 {
            StoreKind::Pem => {
                config
                    .set("ssl.certificate.location", path)
                    .set("ssl.key.location", path);
            }
            _ => {
                config.set(LOCATION, path);
                if let Some(password) = self.get("ssl.keystore.password") {
                    config.set("ssl.keystore.password", password);
                }
            }
        }
        Ok(())
    }

    /// The kind of a store that can be used, and its content.
    fn store(&self, key: &str, path: &str) -> Result<(StoreKind, Vec<u8>), JobError> {
        let content = trust::read(path).map_err(|message| self.error(key, message))?;
        match trust::kind(&content) {
            StoreKind::Jks => Err(self.error(key, trust::jks_message(path))),
            StoreKind::Unknown => Err(self.error(key, format!("{path} is neither PEM nor PKCS#12"))),
            kind => Ok((kind, content)),
        }
    }

    /// Java's empty value means that the certificate may name any host.
    fn apply_host_check(&self, config: &mut ClientConfig) -> Result<(), JobError> {
        const ALGORITHM: &str = "ssl.endpoint.identification.algorithm";
        let algorithm = self.get(ALGORITHM).unwrap_or("https").trim().to_ascii_lowercase();
        let algorithm = match algorithm.as_str() {
            "https" => "https",
            "" | "none" => "none",
            other => {
                return Err(self.error(
                    ALGORITHM,
                    format!("expected https or an empty text, found '{other}'"),
                ));
            }
        };
        config.set(ALGORITHM, algorithm);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connector::kafka::config;

    fn settings(given: &[(&str, &str)]) -> Result<ClientConfig, JobError> {
        let mut options = Options::new("t", [("properties.bootstrap.servers", "b:1")]);
        for (key, value) in given {
            let key = format!("properties.{key}");
            options.values.insert(key, (*value).to_owned());
        }
        config::client(&options)
    }

    const JAAS: &str = "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"u\" \
                        password=\"hunter2\";";

    #[test]
    fn java_names_become_native_ones() {
        let config = settings(&[
            ("security.protocol", "SASL_SSL"),
            ("sasl.mechanism", "SCRAM-SHA-256"),
            ("sasl.jaas.config", JAAS),
            ("ssl.truststore.type", "PEM"),
            (
                "ssl.truststore.certificates",
                "-----BEGIN CERTIFICATE----- QUJD -----END CERTIFICATE-----",
            ),
            ("ssl.endpoint.identification.algorithm", ""),
        ])
        .expect("valid");
        for (key, expected) in [
            ("security.protocol", Some("sasl_ssl")),
            ("sasl.mechanisms", Some("SCRAM-SHA-256")),
            ("sasl.mechanism", None),
            ("sasl.jaas.config", None),
            ("sasl.username", Some("u")),
            ("sasl.password", Some("hunter2")),
            (
                "ssl.ca.pem",
                Some("-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n"),
            ),
            ("ssl.ca.location", None),
            ("ssl.truststore.type", None),
            ("ssl.endpoint.identification.algorithm", Some("none")),
        ] {
            assert_eq!(config.get(key), expected, "{key}");
        }
    }

    #[test]
    fn without_authorities_the_system_is_trusted_and_hosts_are_checked() {
        let Some(store) = trust::system_store() else {
            let error = settings(&[("security.protocol", "ssl")]).expect_err("nobody to trust");
            assert!(error.to_string().contains("ca-certificates"), "{error}");
            return;
        };
        let config = settings(&[("security.protocol", "ssl")]).expect("valid");
        assert_eq!(config.get("ssl.ca.location"), store.to_str());
        assert_eq!(config.get("ssl.endpoint.identification.algorithm"), Some("https"));
        let plain = settings(&[]).expect("valid");
        assert_eq!(plain.get("ssl.ca.location"), None);
    }

    #[test]
    fn stores_are_used_by_what_they_are() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, content: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, content).expect("written");
            path.to_str().expect("UTF-8").to_owned()
        };
        let pem = write("own.pem", b"-----BEGIN PRIVATE KEY-----\n");
        let jks = write("own.jks", &[0xFE, 0xED, 0xFE, 0xED, 0, 0, 0, 2]);
        let p12 = write("own.p12", &[0x30, 0x82, 0, 0]);
        let own = |path: &str| {
            settings(&[
                ("security.protocol", "SSL"),
                ("ssl.ca.location", "/ca.pem"),
                ("ssl.keystore.location", path),
                ("ssl.keystore.password", "hunter2"),
            ])
        };
        let config = own(&pem).expect("PEM");
        assert_eq!(config.get("ssl.key.location"), Some(pem.as_str()));
        assert_eq!(config.get("ssl.certificate.location"), Some(pem.as_str()));
        assert_eq!(config.get("ssl.keystore.password"), None);
        let config = own(&p12).expect("PKCS#12");
        assert_eq!(config.get("ssl.keystore.location"), Some(p12.as_str()));
        assert_eq!(config.get("ssl.keystore.password"), Some("hunter2"));
        let error = own(&jks).expect_err("JKS").to_string();
        assert!(error.contains("keytool -importkeystore"), "{error}");
        let error = own("/nowhere/at/all").expect_err("missing").to_string();
        assert!(error.contains("/nowhere/at/all cannot be read"), "{error}");
    }

    #[test]
    fn what_cannot_be_honoured_is_refused_without_secrets() {
        let sasl = ("security.protocol", "SASL_PLAINTEXT");
        let cases: [(&[(&str, &str)], &str); 7] = [
            (&[("security.protocol", "TLS")], "expected one of PLAINTEXT, SSL"),
            (&[sasl], "'properties.sasl.mechanism': is required"),
            (
                &[sasl, ("sasl.mechanism", "OAUTHBEARER")],
                "'OAUTHBEARER' is not supported",
            ),
            (
                &[sasl, ("sasl.mechanism", "PLAIN")],
                "'properties.sasl.username': is required",
            ),
            (
                &[sasl, ("sasl.mechanism", "PLAIN"), ("sasl.jaas.config", JAAS)],
                "not one for the mechanism PLAIN",
            ),
            (
                &[sasl, ("sasl.mechanism", "PLAIN"), ("sasl.jaas.config", "hunter2")],
                "'properties.sasl.jaas.config': expected",
            ),
            (&[("ssl.engine.factory.class", "a.B")], "names a Java class"),
        ];
        for (given, expected) in cases {
            let error = settings(given).expect_err(expected).to_string();
            assert!(error.contains(expected) && !error.contains("hunter2"), "{error}");
        }
    }
}
