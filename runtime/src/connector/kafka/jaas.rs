//! User name and password from a JAAS configuration: `….PlainLoginModule required username="u" password="p";`.
//!
//! In: the text of `sasl.jaas.config`. Out: a login. Invariant: no error repeats any of the text, since any part of
//! what is malformed may be the password.

/// What the login module needs.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Login {
    pub(super) username: String,
    pub(super) password: String,
    pub(super) is_scram: bool,
}

const EXPECTED: &str = "expected org.apache.kafka.common.security.plain.PlainLoginModule (or scram.ScramLoginModule) required \
     username=\"…\" password=\"…\";";

/// Reads the configuration. The packages before the module's name do not count: Flink has its own copies of them.
pub(super) fn parse(text: &str) -> Result<Login, String> {
    let expected = || EXPECTED.to_owned();
    let tokens = tokens(text).ok_or_else(expected)?;
    let (module, options) = tokens.split_first().ok_or_else(expected)?;
    let is_scram = match module.rsplit('.').next() {
        Some("PlainLoginModule") => false,
        Some("ScramLoginModule") => true,
        Some("OAuthBearerLoginModule" | "Krb5LoginModule") => {
            return Err(
                "only PlainLoginModule and ScramLoginModule are supported, not Kerberos and OAuth".to_owned(),
            );
        }
        _ => return Err(expected()),
    };
    let value = |name: &str| {
        let at = options.iter().position(|token| token == name)?;
        match options.get(at + 1..at + 3) {
            Some([equals, value]) if equals == "=" => Some(value.clone()),
            _ => None,
        }
    };
    Ok(Login {
        username: value("username").ok_or_else(expected)?,
        password: value("password").ok_or_else(expected)?,
        is_scram,
    })
}

/// Words, quoted texts and `=` up to the semicolon; `None` where a quote is not closed.
fn tokens(text: &str) -> Option<Vec<String>> {
    let mut tokens: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut characters = text.chars();
    let end_word = |word: &mut String, tokens: &mut Vec<String>| {
        if !word.is_empty() {
            tokens.push(std::mem::take(word));
        }
    };
    while let Some(c) = characters.next() {
        match c {
            ';' => break,
            '=' => {
                end_word(&mut word, &mut tokens);
                tokens.push("=".to_owned());
            }
            '"' | '\'' => {
                end_word(&mut word, &mut tokens);
                tokens.push(quoted(&mut characters, c)?);
            }
            c if c.is_whitespace() => end_word(&mut word, &mut tokens),
            c => word.push(c),
        }
    }
    end_word(&mut word, &mut tokens);
    Some(tokens)
}

/// The text up to the closing quote; a backslash takes the next character as it is, but for Java's control characters.
fn quoted(characters: &mut std::str::Chars<'_>, quote: char) -> Option<String> {
    let mut text = String::new();
    loop {
        match characters.next()? {
            '\\' => text.push(match characters.next()? {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                other => other,
            }),
            c if c == quote => return Some(text),
            c => text.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_as_flink_users_write_them() {
        let plain = "org.apache.flink.kafka.shaded.org.apache.kafka.common.security.plain.PlainLoginModule required \
                     username=\"a\" password=\"p;= \\\"q\\\\\" ;";
        let scram =
            "x.ScramLoginModule\n required\n password='it is' username = alice serviceName=\"kafka\";";
        for (text, username, password, is_scram) in
            [(plain, "a", "p;= \"q\\", false), (scram, "alice", "it is", true)]
        {
            let login = Login {
                username: username.to_owned(),
                password: password.to_owned(),
                is_scram,
            };
            assert_eq!(parse(text), Ok(login), "{text}");
        }
    }

    #[test]
    fn what_is_malformed_is_not_repeated() {
        for text in [
            "",
            "hunter2",
            "a.PlainLoginModule required username=\"u\" password=\"hunter2",
            "a.PlainLoginModule required username=\"u\" passwort=\"hunter2\";",
            "a.Krb5LoginModule required password=\"hunter2\";",
        ] {
            let error = parse(text).expect_err(text);
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
