//! Options of tables: whose values nobody may read, and whose values name files.
//!
//! In: keys and values as a WITH clause has them. Out: yes or no. Invariant: whoever shows a table, whoever checks it
//! before a job starts and the job itself decide by the same lists.

/// Where the text of a certificate or key begins.
const TEXT_START: &str = "-----BEGIN ";

/// Whether nobody may read the value of this option in a log, an answer or a manifest: by its key, or since the value
/// brings a secret along (`jdbc:…?password=…`, `postgres://user:password@…`, a private key).
pub fn is_secret(key: &str, value: &str) -> bool {
    is_secret_key(key) || holds_secret(value)
}

fn is_secret_key(key: &str) -> bool {
    const PARTS: [&str; 9] = [
        "password",
        "secret",
        "token",
        "credential",
        "jaas",
        "user-info",
        "apikey",
        "api-key",
        "private-key",
    ];
    let key = key.to_ascii_lowercase();
    PARTS.iter().any(|part| key.contains(part)) || key.ends_with("keystore.key") || key.ends_with("key.pem")
}

fn holds_secret(value: &str) -> bool {
    value.to_ascii_lowercase().contains("password=")
        || value.contains("PRIVATE KEY-----")
        || value.contains("PRIVATE%20KEY-----")
        || value.split("://").skip(1).any(brings_password)
}

/// Whether what follows `://` holds `user:password@`. A password may hold `/`, `?` and `@`: rather a path is hidden
/// that looks like one than a password shown.
fn brings_password(rest: &str) -> bool {
    rest.rsplit_once('@')
        .is_some_and(|(before, _)| before.contains(':'))
}

/// Whether a client of Kafka opens what the value of this property names.
pub fn names_file_of_kafka(property: &str) -> bool {
    let ends = [".location", ".keytab", ".path", ".paths"];
    ends.iter().any(|end| property.ends_with(end)) || property.contains(".file")
}

/// Whether a client of PostgreSQL opens what this parameter of an address names; the value is decoded. Certificates may
/// also stand there as text.
pub fn names_file_of_postgresql(parameter: &str, value: &str) -> bool {
    let is_place = matches!(parameter, "sslrootcert" | "sslcert" | "sslkey");
    let is_text = value.contains(TEXT_START);
    is_place && !is_text && !(parameter == "sslrootcert" && value == "system")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_in_any_url_of_a_list_are_found() {
        for (value, expected) in [
            ("http://a:1,http://u:p@b:2", true),
            ("http://u@a:1/x,https://u:p@b", true),
            ("postgres://u:p/w@h/d", true),
            ("postgres://u:p@w@h/d", true),
            ("postgres://u:p?@h/d", true),
            ("postgres://u:12/3@h", true),
            ("http://a/x@y:z", false),
            ("kafka://a:1,b:2", false),
            ("http://a:1,http://b:2", false),
            ("postgres://u@h:5432/d", false),
            ("user:password@example.com", false),
        ] {
            assert_eq!(is_secret("url", value), expected, "{value}");
        }
    }

    #[test]
    fn keys_tell_of_secrets() {
        for (key, expected) in [
            ("Password", true),
            ("properties.sasl.jaas.config", true),
            ("properties.ssl.keystore.key", true),
            ("properties.ssl.key.pem", true),
            ("value.avro-confluent.basic-auth.user-info", true),
            ("key.format", false),
            ("topic", false),
        ] {
            assert_eq!(is_secret(key, "x"), expected, "{key}");
        }
    }

    #[test]
    fn files_are_named_by_places_not_by_texts() {
        for (property, expected) in [
            ("ssl.ca.location", true),
            ("sasl.kerberos.keytab", true),
            ("offset.store.path", true),
            ("sasl.oauthbearer.assertion.private.key.file", true),
            ("ssl.ca.pem", false),
            ("group.id", false),
        ] {
            assert_eq!(names_file_of_kafka(property), expected, "{property}");
        }
        for (parameter, value, expected) in [
            ("sslcert", "/a", true),
            ("sslkey", "", true),
            ("sslrootcert", "system", false),
            ("sslcert", "system", true),
            ("sslrootcert", "-----BEGIN%20CERTIFICATE-----", true),
            ("sslrootcert", "-----BEGIN CERTIFICATE-----", false),
            ("user", "/a", false),
        ] {
            assert_eq!(
                names_file_of_postgresql(parameter, value),
                expected,
                "{parameter}={value}"
            );
        }
    }
}
