//! What is filled, what is left alone, what is refused.

use serde_json::json;

use super::*;

fn connection(kind: Kind, parameters: Value) -> Connection {
    Connection {
        kind,
        shown: "service 's'".to_owned(),
        parameters: parameters.as_object().expect("an object").clone(),
        user_config: Map::new(),
    }
}

fn options(given: &[(&str, &str)]) -> Options {
    let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    given.iter().map(owned).collect()
}

#[test]
fn blank_options_of_kafka_are_filled_and_others_kept() {
    let kafka = connection(
        Kind::Kafka,
        json!({"bootstrap_servers": "k:9093", "security_protocol": "SASL_SSL", "ssl_ca_cert": "PEM",
               "ssl_endpoint_identification_algorithm": "", "sasl_mechanism": "PLAIN", "sasl_plain_username": "u", "sasl_plain_password": "p"}),
    );
    let base = [("connector", "kafka"), ("topic", "t")];
    let expected = [
        ("properties.security.protocol", "SASL_SSL"),
        ("properties.ssl.endpoint.identification.algorithm", ""),
        ("properties.ssl.ca.pem", "PEM"),
        ("properties.sasl.mechanism", "PLAIN"),
        ("properties.sasl.username", "u"),
        ("properties.sasl.password", "p"),
        ("properties.bootstrap.servers", "k:9093"),
    ];
    for blank in [&[("properties.bootstrap.servers", " ")][..], &[]] {
        let filled = kafka
            .filled("t", &options(&[&base, blank].concat()))
            .expect("filled");
        assert_eq!(filled, options(&[&base[..], &expected].concat()));
    }
    let own_password = [("properties.sasl.password", "mine")];
    let filled = kafka
        .filled("t", &options(&[&base[..], &own_password].concat()))
        .expect("filled");
    assert_eq!(filled["properties.sasl.password"], "mine");
    let own_servers = options(&[&base[..], &[("properties.bootstrap.servers", "other:9092")]].concat());
    let filled = kafka.filled("t", &own_servers).expect("left alone");
    assert_eq!(filled, own_servers, "credentials go to their own brokers only");
}

#[test]
fn credentials_of_kafka_are_protected_as_the_integration_says() {
    let kafka = connection(
        Kind::Kafka,
        json!({"bootstrap_servers": "k:9093", "security_protocol": "SASL_SSL", "ssl_ca_cert": "PEM",
               "sasl_mechanism": "SCRAM-SHA-256", "sasl_plain_username": "u", "sasl_plain_password": "p"}),
    );
    let open = connection(Kind::Kafka, json!({"bootstrap_servers": "k:9093"}));
    for (key, value, is_allowed) in [
        ("security.protocol", "SASL_PLAINTEXT", false),
        ("security.protocol", "SASL_SSL", true),
        ("security.protocol", " ", true),
        ("sasl.mechanism", "PLAIN", false),
        ("sasl.mechanisms", "PLAIN", false),
        ("ssl.ca.pem", "other", false),
        ("ssl.truststore.certificates", "other", false),
        ("ssl.endpoint.identification.algorithm", "", false),
        ("ssl.endpoint.identification.algorithm", "https", true),
        ("enable.ssl.certificate.verification", "false", false),
        ("sasl.username", "me", true),
        ("group.id", "g", true),
    ] {
        let option = format!("properties.{key}");
        let given = options(&[("connector", "kafka"), (option.as_str(), value)]);
        let filled = kafka.filled("t", &given);
        assert_eq!(filled.is_ok(), is_allowed, "{option} = '{value}'");
        if let Err(refusal) = filled {
            let expected = format!("'{option}' of table 't' is not what its integration gives");
            assert!(refusal.message.starts_with(&expected), "{refusal}");
            assert!(refusal.message.contains("service 's'"), "{refusal}");
        }
        open.filled("t", &given).expect("there is nothing to give away");
    }
}

#[test]
fn urls_of_postgresql_are_completed() {
    let server = json!({"host": "h", "port": 5433, "username": "u", "password": "p",
                        "default_database": "d", "ssl_mode": "require"});
    let mut pg = connection(Kind::PostgreSql, server);
    pg.user_config
        .insert("stringtype".to_owned(), json!("unspecified"));
    let cases = [
        (
            "",
            "jdbc:postgresql://h:5433/d?sslmode=require&stringtype=unspecified",
        ),
        (
            "jdbc:postgresql://",
            "jdbc:postgresql://h:5433/d?sslmode=require&stringtype=unspecified",
        ),
        (
            "jdbc:postgresql:///x?sslmode=require",
            "jdbc:postgresql://h:5433/x?sslmode=require&stringtype=unspecified",
        ),
        ("jdbc:postgresql://other/x", "jdbc:postgresql://other/x"),
    ];
    for (url, expected) in cases {
        let filled = pg
            .filled("t", &options(&[("connector", "jdbc"), ("url", url)]))
            .expect("filled");
        assert_eq!(filled["url"], expected);
        assert_eq!(
            filled.contains_key("password"),
            url != "jdbc:postgresql://other/x",
            "{url}"
        );
    }
}

#[test]
fn credentials_of_postgresql_are_protected_as_the_integration_says() {
    let server = json!({"host": "h", "username": "u", "password": "p", "ssl_mode": "verify-full"});
    let pg = connection(Kind::PostgreSql, server);
    let open = connection(Kind::PostgreSql, json!({"host": "h"}));
    for (parameter, is_allowed) in [
        ("sslmode=disable", false),
        ("sslmode=verify-full&sslmode=disable", false),
        ("ssl=false", false),
        ("sslfactory=org.postgresql.ssl.NonValidatingFactory", false),
        ("sslrootcert=system", false),
        ("sslmode=verify-full", true),
        ("currentSchema=s", true),
    ] {
        let url = format!("jdbc:postgresql:///d?{parameter}");
        let given = options(&[("connector", "jdbc"), ("url", url.as_str())]);
        let filled = pg.filled("t", &given);
        assert_eq!(filled.is_ok(), is_allowed, "{parameter}");
        if let Err(refusal) = filled {
            let expected = "of the option url' of table 't' is not what its integration gives";
            assert!(refusal.message.contains(expected), "{refusal}");
            assert!(refusal.message.contains("service 's'"), "{refusal}");
        }
        open.filled("t", &given).expect("there is nothing to give away");
    }
}

#[test]
fn wrong_connectors_and_missing_addresses_are_told() {
    let kafka = connection(Kind::Kafka, json!({}));
    let cases = [
        (
            "jdbc",
            "table 't' has the connector 'jdbc', but its integration leads to Kafka (service 's'): expected \
             'kafka' or 'upsert-kafka'",
        ),
        (
            "kafka",
            "service 's' has no 'bootstrap_servers': register how it is reached (millstream service add, or \
             'connection' of the API)",
        ),
    ];
    for (connector, expected) in cases {
        let refusal = kafka
            .filled("t", &options(&[("connector", connector)]))
            .expect_err("it cannot be filled");
        assert_eq!((refusal.status, refusal.message.as_str()), (400, expected));
    }
    let search = connection(Kind::OpenSearch, json!({"url": "http://o"}));
    let refusal = search
        .filled("t", &options(&[("connector", "elasticsearch-7")]))
        .expect_err("not there yet");
    assert!(refusal.message.contains("is not supported"), "{refusal}");
}

#[test]
fn certificates_travel_in_the_address() {
    let server = json!({"host": "h", "ssl_mode": "verify-ca", "ssl_root_cert": "-----BEGIN C-----\na+/=",
                        "ssl_client_key": "k"});
    let filled = connection(Kind::PostgreSql, server)
        .filled("t", &options(&[("connector", "jdbc")]))
        .expect("filled");
    let expected = "jdbc:postgresql://h:5432/postgres?sslmode=verify-ca&\
                    sslrootcert=-----BEGIN%20C-----%0Aa%2B%2F%3D";
    assert_eq!(filled["url"], expected, "a key without certificate is of no use");
}
