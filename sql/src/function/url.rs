//! URL functions. In: a URL or text in it. Out: a part of it, or text encoded for it, NULL for what is malformed.
//!
//! Invariant: parts are those of `java.net.URL`, and the encoding is that of HTML forms.

pub fn url_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for &byte in text.as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'*' | b'_' => {
                encoded.push(char::from(byte));
            }
            b' ' => encoded.push('+'),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// NULL when a `%` is not followed by two hexadecimal digits.
pub fn url_decode(text: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [bytes.next()?, bytes.next()?];
                hex::decode(digits).ok()?[0]
            }
            byte => byte,
        });
    }
    Some(String::from_utf8_lossy(&decoded).into_owned())
}

/// The parts of a URL, as slices of it.
struct Url<'a> {
    protocol: &'a str,
    authority: Option<&'a str>,
    path: &'a str,
    query: Option<&'a str>,
    fragment: Option<&'a str>,
}

/// Protocols that Java opens without help; a URL of another one is malformed to it.
const PROTOCOLS: &[&str] = &["http", "https", "ftp", "file", "jar", "mailto"];

impl<'a> Url<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (protocol, rest) = text.trim().split_once(':')?;
        if !PROTOCOLS.contains(&protocol.to_ascii_lowercase().as_str()) {
            return None;
        }
        let (rest, fragment) = cut(rest, '#');
        let (rest, query) = cut(rest, '?');
        let (authority, path) = match rest.strip_prefix("//") {
            Some(rest) => {
                let end = rest.find('/').unwrap_or(rest.len());
                (Some(&rest[..end]), &rest[end..])
            }
            None => (None, rest),
        };
        let url = Url {
            protocol,
            authority,
            path,
            query,
            fragment,
        };
        url.port_is_number().then_some(url)
    }

    fn user_info(&self) -> Option<&'a str> {
        Some(self.authority?.rsplit_once('@')?.0)
    }

    fn host_and_port(&self) -> &'a str {
        let authority = self.authority.unwrap_or("");
        authority.rsplit_once('@').map_or(authority, |(_, host)| host)
    }

    fn host(&self) -> &'a str {
        let host = self.host_and_port();
        match (host.starts_with('['), host.find(']')) {
            (true, Some(end)) => &host[..=end],
            _ => host.split_once(':').map_or(host, |(host, _)| host),
        }
    }

    fn port_is_number(&self) -> bool {
        let port = &self.host_and_port()[self.host().len()..];
        port.strip_prefix(':')
            .is_none_or(|port| port.bytes().all(|b| b.is_ascii_digit()))
    }

    fn file(&self) -> String {
        match self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.to_owned(),
        }
    }
}

fn cut(text: &str, at: char) -> (&str, Option<&str>) {
    match text.split_once(at) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

/// A part of a URL: HOST, PATH, QUERY, REF, PROTOCOL, FILE, AUTHORITY or USERINFO.
pub fn parse_url(url: &str, part: &str) -> Option<String> {
    let url = Url::parse(url)?;
    match part {
        "HOST" => Some(url.host().to_owned()),
        "PATH" => Some(url.path.to_owned()),
        "QUERY" => url.query.map(str::to_owned),
        "REF" => url.fragment.map(str::to_owned),
        "PROTOCOL" => Some(url.protocol.to_ascii_lowercase()),
        "FILE" => Some(url.file()),
        "AUTHORITY" => url.authority.map(str::to_owned),
        "USERINFO" => url.user_info().map(str::to_owned),
        _ => None,
    }
}

/// The value of a key in the query; `part` must be QUERY.
pub fn parse_url_key(url: &str, part: &str, key: &str) -> Option<String> {
    if part != "QUERY" {
        return None;
    }
    let query = Url::parse(url)?.query?;
    query
        .split('&')
        .find_map(|pair| pair.strip_prefix(key)?.strip_prefix('='))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_url() {
        let url = "http://user:pass@host:80/a/b.html?k1=v1&k2=v2#Ref1";
        for (part, expected) in [
            ("HOST", Some("host")),
            ("PATH", Some("/a/b.html")),
            ("QUERY", Some("k1=v1&k2=v2")),
            ("REF", Some("Ref1")),
            ("PROTOCOL", Some("http")),
            ("FILE", Some("/a/b.html?k1=v1&k2=v2")),
            ("AUTHORITY", Some("user:pass@host:80")),
            ("USERINFO", Some("user:pass")),
            ("host", None),
        ] {
            assert_eq!(parse_url(url, part).as_deref(), expected, "{part}");
        }
        assert_eq!(parse_url_key(url, "QUERY", "k2").as_deref(), Some("v2"));
        assert_eq!(parse_url_key(url, "QUERY", "k"), None);
        assert_eq!(parse_url_key(url, "PATH", "k1"), None);
        assert_eq!(parse_url("http://host", "PATH").as_deref(), Some(""));
        assert_eq!(parse_url("http://host", "QUERY"), None);
        assert_eq!(
            (parse_url("invalid", "HOST"), parse_url("gopher://h", "HOST")),
            (None, None)
        );
        assert_eq!(parse_url("http://h:x/", "HOST"), None);
        assert_eq!(parse_url("http://[::1]:80/", "HOST").as_deref(), Some("[::1]"));
    }

    #[test]
    fn form_encoding() {
        assert_eq!(url_encode("a b/é*"), "a+b%2F%C3%A9*");
        assert_eq!(url_decode("a+b%2F%C3%a9*").as_deref(), Some("a b/é*"));
        assert_eq!((url_decode("%4"), url_decode("%zz")), (None, None));
    }
}
