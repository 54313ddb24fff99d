//! SQL and options without secrets, for manifests.

/// Stands where a secret was.
pub const HIDDEN: &str = "<redacted>";

/// Is the value of this option something that nobody may read?
fn is_secret(key: &str) -> bool {
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

/// The value of an option as anybody may read it. A URL may bring a password along (`jdbc:…?password=…`,
/// `postgres://user:password@…`), a private key may stand in any option.
pub fn shown<'a>(key: &str, value: &'a str) -> &'a str {
    if is_secret(key) || holds_secret(value) {
        HIDDEN
    } else {
        value
    }
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

/// The text with every `'secret option' = 'value'` hidden, wherever it stands.
pub fn redact(sql: &str) -> String {
    let literals = literals(sql);
    let mut text = String::with_capacity(sql.len());
    let mut copied = 0;
    for pair in literals.windows(2) {
        let ((key_start, key_end), (start, end)) = (pair[0], pair[1]);
        let is_pair = sql[key_end..start].trim() == "=";
        let key = sql[key_start..key_end].trim_matches('\'');
        if is_pair && shown(key, &sql[start..end]) == HIDDEN {
            text += &sql[copied..start];
            text += &format!("'{HIDDEN}'");
            copied = end;
        }
    }
    text + &sql[copied..]
}

/// Start and end of every string literal, quotes included; comments and quoted names are passed over.
fn literals(sql: &str) -> Vec<(usize, usize)> {
    let bytes = sql.as_bytes();
    let find = |from: usize, what: &str| {
        sql[from..]
            .find(what)
            .map_or(sql.len(), |at| from + at + what.len())
    };
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        at = match (bytes[at], bytes.get(at + 1)) {
            (b'-', Some(b'-')) => find(at, "\n"),
            (b'/', Some(b'*')) => find(at + 2, "*/"),
            (b'`', _) => find(at + 1, "`"),
            (b'\'', _) => {
                let mut end = find(at + 1, "'");
                while bytes.get(end) == Some(&b'\'') {
                    end = find(end + 1, "'");
                }
                found.push((at, end));
                end
            }
            _ => at + 1,
        };
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_in_any_url_of_a_list_are_found() {
        for (value, is_secret) in [
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
            assert_eq!(holds_secret(value), is_secret, "{value}");
        }
    }

    #[test]
    fn secrets_go_and_the_rest_stays() {
        let sql = "-- 'password' = 'x'\nCREATE TABLE `it's` (a INT) WITH ('url' = 'u', 'password' = 'it''s',\n'n'='m')";
        let expected = "-- 'password' = 'x'\nCREATE TABLE `it's` (a INT) WITH ('url' = 'u', 'password' = '<redacted>',\n'n'='m')";
        assert_eq!(redact(sql), expected);
        let sql = "('url' = 'jdbc:postgresql://h/d?user=u&password=x', 'properties.ssl.key.pem' = 'k')";
        let expected = "('url' = '<redacted>', 'properties.ssl.key.pem' = '<redacted>')";
        assert_eq!(redact(sql), expected);
        let sql = "('url' = 'postgres://u:p@h/d', 'properties.sasl.jaas.config' = 'x', 'properties.ssl.keystore.key' = \
                   'k', 'other' = '-----BEGIN PRIVATE KEY-----', 'url' = 'postgres://u@h:5432/d')";
        let expected = "('url' = '<redacted>', 'properties.sasl.jaas.config' = '<redacted>', 'properties.ssl.keystore.key' = \
                        '<redacted>', 'other' = '<redacted>', 'url' = 'postgres://u@h:5432/d')";
        assert_eq!(redact(sql), expected);
    }
}
