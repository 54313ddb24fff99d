//! The address of a database: `jdbc:postgresql://host:port/database?…` as pgjdbc reads it, or
//! `postgres://user:password@host:port/database?…` as libpq does.
//!
//! In: the text of the option `url`. Out: its parts, decoded. Invariant: no error repeats the text, which may hold a
//! password.

const DEFAULT_PORT: u16 = 5432;

/// Parts of an address.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) hosts: Vec<(String, u16)>,
    pub(super) database: Option<String>,
    /// In their order; those before `?` come first.
    pub(super) parameters: Vec<(String, String)>,
    /// The same parameters mean slightly different things to pgjdbc and libpq.
    pub(super) is_jdbc: bool,
}

impl Address {
    /// The last value of a parameter.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let named = self.parameters.iter().rev().find(|(found, _)| found == name);
        named.map(|(_, value)| value.as_str())
    }
}

pub(super) fn parse(url: &str) -> Result<Address, String> {
    const EXPECTED: &str = "expected jdbc:postgresql://host:port/database; only PostgreSQL is supported";
    let (rest, is_jdbc) = match url.split_once(':') {
        Some(("jdbc", rest)) => (rest.strip_prefix("postgresql:").ok_or(EXPECTED)?, true),
        Some(("postgres" | "postgresql", rest)) => (rest, false),
        _ => return Err(EXPECTED.to_owned()),
    };
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let mut parameters = Vec::new();
    let (mut authority, database) = match place.strip_prefix("//") {
        Some(place) if is_jdbc => place.split_once('/').ok_or("the database is missing")?,
        Some(place) => place.split_once('/').unwrap_or((place, "")),
        // Without a host it is the local one.
        None => ("", place.strip_prefix('/').unwrap_or(place)),
    };
    if let Some((user_info, hosts)) = authority.rsplit_once('@').filter(|_| !is_jdbc) {
        let (user, password) = user_info
            .split_once(':')
            .map_or((user_info, None), |(u, p)| (u, Some(p)));
        parameters.push(("user".to_owned(), decode(user, is_jdbc)?));
        if let Some(password) = password {
            parameters.push(("password".to_owned(), decode(password, is_jdbc)?));
        }
        authority = hosts;
    }
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        parameters.push((name.to_owned(), decode(value, is_jdbc)?));
    }
    let database = decode(database, is_jdbc)?;
    Ok(Address {
        hosts: authority.split(',').map(host).collect::<Result<_, _>>()?,
        database: (!database.is_empty()).then_some(database),
        parameters,
        is_jdbc,
    })
}

/// `host`, `host:port` or `[::1]:port`.
fn host(text: &str) -> Result<(String, u16), String> {
    let port_of = |port: &str| port.parse().map_err(|_| "the port is not a number".to_owned());
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, rest)) => (host, rest.strip_prefix(':')),
        None => match text.rsplit_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        },
    };
    let host = if host.is_empty() { "localhost" } else { host };
    Ok((host.to_owned(), port.map_or(Ok(DEFAULT_PORT), port_of)?))
}

/// `%41` → `A`; for pgjdbc, which decodes forms, `+` is a blank.
fn decode(text: &str, is_form: bool) -> Result<String, String> {
    let malformed = || "a % in it is not followed by two hexadecimal digits of UTF-8 text".to_owned();
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match first {
            b'%' => {
                let (digits, after) = rest.split_at_checked(2).ok_or_else(malformed)?;
                bytes.extend(hex::decode(digits).map_err(|_| malformed())?);
                rest = after;
            }
            b'+' if is_form => bytes.push(b' '),
            other => bytes.push(*other),
        }
    }
    String::from_utf8(bytes).map_err(|_| malformed())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(url: &str) -> String {
        let address = parse(url).unwrap_or_else(|error| panic!("{url}: {error}"));
        let hosts: Vec<String> = address
            .hosts
            .iter()
            .map(|(host, port)| format!("{host} {port}"))
            .collect();
        let parameters: Vec<String> = address
            .parameters
            .iter()
            .map(|(k, v)| format!("{k}={v}"))
            .collect();
        let database = address.database.as_deref().unwrap_or("-");
        format!("{} | {database} | {}", hosts.join(", "), parameters.join(" "))
    }

    #[test]
    fn addresses_of_both_kinds() {
        for (url, expected) in [
            (
                "jdbc:postgresql://h:5433/db?user=u&ssl",
                "h 5433 | db | user=u ssl=",
            ),
            ("jdbc:postgresql://a,b:2,[::1]:3/", "a 5432, b 2, ::1 3 | - | "),
            ("jdbc:postgresql:db", "localhost 5432 | db | "),
            (
                "jdbc:postgresql://h/d%20b?password=a%26b+c",
                "h 5432 | d b | password=a&b c",
            ),
            (
                "postgres://u:p%40w+@h:1/db?sslmode=require",
                "h 1 | db | user=u password=p@w+ sslmode=require",
            ),
            ("postgresql://u@h", "h 5432 | - | user=u"),
        ] {
            assert_eq!(shown(url), expected, "{url}");
        }
    }

    #[test]
    fn what_is_malformed_is_not_repeated() {
        for url in [
            "jdbc:mysql://hunter2/db",
            "jdbc:postgresql://hunter2",
            "hunter2",
            "postgres://u:hunter2%zz@h/db",
            "postgres://u:x@h:hunter2/db",
        ] {
            let error = parse(url).expect_err(url);
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
