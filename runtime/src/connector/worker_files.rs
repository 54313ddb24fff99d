//! Files that options of a table name: key stores, certificates, keys.
//!
//! In: the options of a table, what the cluster's operator opens. Out: nothing, or the option that is out of reach.
//! Invariant: what TLS and SASL libraries would open for a table of a session cluster has been looked at here.

use std::collections::BTreeMap;
use std::path::Path;

use sql::option::names_file_of_kafka;

use super::filesystem::FilesAccess;
use super::jdbc;
use crate::error::JobError;

pub(crate) fn check(
    table: &str,
    options: &BTreeMap<String, String>,
    access: &FilesAccess,
) -> Result<(), JobError> {
    for (option, path) in named(options) {
        access
            .check(Path::new(&path))
            .map_err(|message| JobError::Option {
                table: table.to_owned(),
                option,
                message,
            })?;
    }
    Ok(())
}

/// Options and the files they name.
fn named(options: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (option, value) in options {
        let property = option.strip_prefix("properties.");
        if property.is_some_and(|property| names_file_of_kafka(property) && !value.is_empty()) {
            found.push((option.clone(), value.clone()));
        } else if option == "url" {
            found.extend(
                jdbc::files_of(value)
                    .into_iter()
                    .map(|path| (option.clone(), path)),
            );
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_options_lie_below_open_folders() {
        let folder = tempfile::tempdir().expect("a folder");
        let access = FilesAccess {
            open: vec![folder.path().to_owned()],
            closed: Vec::new(),
        };
        let inside = folder.path().join("ca.pem").display().to_string();
        let url = |parameter: &str| format!("jdbc:postgresql://h/d?sslmode=verify-ca&{parameter}");
        for (option, value, is_allowed) in [
            ("properties.ssl.ca.location", inside.clone(), true),
            ("properties.ssl.ca.location", "/etc/passwd".to_owned(), false),
            (
                "properties.ssl.truststore.location",
                "/etc/passwd".to_owned(),
                false,
            ),
            (
                "properties.ssl.keystore.location",
                format!("{inside}/../../x"),
                false,
            ),
            (
                "properties.sasl.kerberos.keytab",
                "/etc/krb5.keytab".to_owned(),
                false,
            ),
            (
                "properties.sasl.oauthbearer.assertion.private.key.file",
                "/etc/passwd".to_owned(),
                false,
            ),
            ("properties.ssl.ca.pem", "-----BEGIN C-----".to_owned(), true),
            ("url", url(&format!("sslrootcert={inside}")), true),
            ("url", url("sslrootcert=system"), true),
            ("url", url("sslrootcert=-----BEGIN%20CERTIFICATE-----"), true),
            ("url", url("sslrootcert=/etc/passwd"), false),
            ("url", url("sslcert=%2Fetc%2Fpasswd"), false),
            ("url", url("sslkey=/etc/passwd"), false),
            ("path", "/etc/passwd".to_owned(), true),
        ] {
            let options = BTreeMap::from([(option.to_owned(), value.clone())]);
            let checked = check("t", &options, &access);
            assert_eq!(checked.is_ok(), is_allowed, "{option} = {value}");
            if let Err(error) = checked {
                assert!(error.to_string().contains(option), "{error}");
            }
        }
    }
}
