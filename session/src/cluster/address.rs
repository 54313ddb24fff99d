//! The URL under which others reach a manager.
//!
//! In: what the operator says, or where the manager listens. Out: a URL. Invariant: what is told can be connected to:
//! an address that stands for all of a machine's own is never told.

use std::net::{Ipv4Addr, SocketAddr};

use axum::http::Uri;

/// `--public-url`, without a slash at its end.
pub fn public_url(text: &str) -> Result<String, String> {
    let wrong = || "expected http://HOST or https://HOST, with :PORT if need be".to_owned();
    let uri: Uri = text.parse().map_err(|_| wrong())?;
    let (Some(scheme @ ("http" | "https")), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err(wrong());
    };
    let is_bare = uri.path() == "/" && uri.query().is_none() && !text.contains('#');
    match is_bare && !authority.host().is_empty() && !authority.as_str().contains('@') {
        true => Ok(format!("{scheme}://{authority}")),
        false => Err(wrong()),
    }
}

/// Where a manager is reached that listens there. `host` is the machine's name, if others are to reach it.
pub(super) fn listening_url(scheme: &str, listen: SocketAddr, host: Option<&str>) -> String {
    let host = host.filter(|host| !host.is_empty());
    let place = match (listen.ip().is_unspecified(), host) {
        (false, _) => listen.to_string(),
        (true, Some(host)) => format!("{host}:{}", listen.port()),
        (true, None) => SocketAddr::from((Ipv4Addr::LOCALHOST, listen.port())).to_string(),
    };
    format!("{scheme}://{place}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_url_is_a_place_and_nothing_else() {
        for (text, expected) in [
            ("https://sql.example.org", "https://sql.example.org"),
            ("https://sql.example.org/", "https://sql.example.org"),
            ("http://10.0.0.1:8080", "http://10.0.0.1:8080"),
            ("http://[::1]:8080/", "http://[::1]:8080"),
        ] {
            assert_eq!(public_url(text).as_deref(), Ok(expected), "{text}");
        }
        for text in [
            "",
            "sql.example.org",
            "sql.example.org:8080",
            "ftp://h",
            "https://",
            "https://h/path",
            "https://h/?a=1",
            "https://h/#a",
            "https://user:password@h",
            "https://h h",
        ] {
            let problem = public_url(text).expect_err(text);
            assert!(problem.starts_with("expected http://HOST"), "{problem}");
        }
    }

    #[test]
    fn all_addresses_of_a_machine_are_told_by_its_name_or_as_this_machine() {
        for (listen, host, expected) in [
            ("127.0.0.1:80", Some("h"), "http://127.0.0.1:80"),
            ("10.1.2.3:8080", None, "http://10.1.2.3:8080"),
            ("0.0.0.0:8080", Some("h"), "http://h:8080"),
            ("0.0.0.0:8080", Some(""), "http://127.0.0.1:8080"),
            ("[::]:8080", Some("h"), "http://h:8080"),
            ("[::]:8080", None, "http://127.0.0.1:8080"),
        ] {
            let listen = listen.parse().expect("an address");
            assert_eq!(listening_url("http", listen, host), expected);
        }
    }
}
