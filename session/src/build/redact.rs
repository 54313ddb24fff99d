//! SQL and options without secrets, for manifests.

/// Stands where a secret was.
pub const HIDDEN: &str = "<redacted>";

/// The value of an option as anybody may read it.
pub fn shown<'a>(key: &str, value: &'a str) -> &'a str {
    if sql::option::is_secret(key, value) {
        HIDDEN
    } else {
        value
    }
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
