//! What the options of a table make the worker open, load or start.
//!
//! In: an option and its value. Out: the files that it names, or why nobody may set it. Invariant: what the job would
//! refuse for the same reason is refused here first; the job looks again.

use sql::option::{names_file_of_kafka, names_file_of_postgresql};

/// What no table may set: a second name of the brokers, and what loads a library or starts a program.
pub(super) fn refusal(option: &str) -> Option<String> {
    const LOADING: [&str; 4] = [
        "plugin.library.paths",
        "ssl.engine.location",
        "ssl.providers",
        "sasl.kerberos.kinit.cmd",
    ];
    let property = option.strip_prefix("properties.")?;
    if property == "metadata.broker.list" {
        return Some(format!(
            "'{option}' is not supported; use 'properties.bootstrap.servers'"
        ));
    }
    let is_loading = LOADING.contains(&property) || property.starts_with("interceptor");
    is_loading
        .then(|| format!("'{option}' is not supported: a table cannot make the job load or start a program"))
}

/// Paths of files that an option names, as written.
pub(super) fn named<'a>(option: &str, value: &'a str) -> Vec<&'a str> {
    match option.strip_prefix("properties.") {
        Some(property) if names_file_of_kafka(property) && !value.is_empty() => vec![value],
        None if option == "url" => files_of(value),
        _ => Vec::new(),
    }
}

/// Files of an address of PostgreSQL; certificates may also stand in it as text.
fn files_of(url: &str) -> Vec<&str> {
    let (_, parameters) = url.split_once('?').unwrap_or((url, ""));
    let file = |parameter: &'_ &str| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        // How its text begins is all that decoding decides here.
        names_file_of_postgresql(name, &value.replace("%20", " ").replace('+', " "))
    };
    let value = |parameter: &'_ str| parameter.find('=').map_or(parameter.len(), |at| at + 1);
    let files = parameters.split('&').filter(file);
    files.map(|parameter| &parameter[value(parameter)..]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_programs_are_found() {
        for (option, value, expected) in [
            ("properties.ssl.ca.location", "/a", &["/a"][..]),
            ("properties.ssl.truststore.location", "/a", &["/a"]),
            ("properties.sasl.kerberos.keytab", "/a", &["/a"]),
            (
                "properties.sasl.oauthbearer.assertion.private.key.file",
                "/a",
                &["/a"],
            ),
            ("properties.offset.store.path", "/a", &["/a"]),
            ("properties.ssl.ca.pem", "-----BEGIN C-----", &[]),
            ("properties.group.id", "/a", &[]),
            (
                "url",
                "jdbc:postgresql://h/d?sslcert=/a&x=y&sslkey=%2Fb",
                &["/a", "%2Fb"],
            ),
            ("url", "jdbc:postgresql://h/d?sslrootcert=system", &[]),
            (
                "url",
                "jdbc:postgresql://h/d?sslrootcert=-----BEGIN%20C-----",
                &[],
            ),
            ("url", "jdbc:postgresql://h/d?sslrootcert", &[""]),
        ] {
            assert_eq!(named(option, value), expected, "{option} = {value}");
        }
        for (option, is_refused) in [
            ("properties.metadata.broker.list", true),
            ("properties.plugin.library.paths", true),
            ("properties.interceptor.classes", true),
            ("properties.sasl.kerberos.kinit.cmd", true),
            ("properties.bootstrap.servers", false),
            ("interceptor", false),
        ] {
            assert_eq!(refusal(option).is_some(), is_refused, "{option}");
        }
    }
}
