//! A script as Flink's TableEnvironment takes it: one statement at a time, without comments.
//!
//! In: text. Out: statements; `SET 'k' = 'v'` becomes `SET k=v`, which the runner puts into the configuration, and
//! `BEGIN STATEMENT SET; … END` becomes one statement. Invariant: quoted text is never changed.

/// The statements of a script, in order.
pub(super) fn statements(text: &str) -> Vec<String> {
    let mut statements = Vec::new();
    let mut set: Option<String> = None;
    for statement in split(text) {
        let words = upper_words(&statement);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match (&mut set, words.as_slice()) {
            (None, ["BEGIN", "STATEMENT", "SET"]) => set = Some("EXECUTE STATEMENT SET BEGIN\n".to_owned()),
            (None, ["EXECUTE", "STATEMENT", "SET", "BEGIN", ..]) => set = Some(statement + ";\n"),
            (Some(_), ["END"]) => statements.extend(set.take().map(|set| set + "END")),
            (Some(set), _) => *set += &(statement + ";\n"),
            (None, ["SET", ..]) => statements.push(setting(&statement)),
            (None, _) => statements.push(statement),
        }
    }
    statements.extend(set);
    statements
}

fn upper_words(statement: &str) -> Vec<String> {
    let words = statement.split_whitespace().take(4);
    words.map(str::to_ascii_uppercase).collect()
}

/// `SET 'k' = 'v'` as `SET k=v`.
fn setting(statement: &str) -> String {
    let rest = statement[3..].trim();
    let (key, value) = rest.split_once('=').unwrap_or((rest, ""));
    let bare = |text: &str| text.trim().trim_matches('\'').replace("''", "'");
    format!("SET {}={}", bare(key), bare(value))
}

/// Parts at semicolons outside quotes; comments become a blank. Hints stay.
fn split(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let taken = match c {
            '\'' | '"' | '`' => rest[1..].find(c).map_or(rest.len(), |end| end + 2),
            '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") && !rest.starts_with("/*+") => {
                rest.find("*/").map_or(rest.len(), |end| end + 2)
            }
            c => c.len_utf8(),
        };
        let (piece, after) = rest.split_at(taken);
        rest = after;
        let part = parts.last_mut().expect("there is always one");
        match piece {
            ";" => parts.push(String::new()),
            comment if comment.starts_with("--") || (comment.starts_with("/*") && comment.len() > 2) => {
                part.push(' ')
            }
            piece => part.push_str(piece),
        }
    }
    let parts = parts.iter().map(|part| part.trim().to_owned());
    parts.filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_cut_at_their_semicolons() {
        for (text, expected) in [
            (
                "SELECT 1; SELECT ';' -- no; end\n;",
                vec!["SELECT 1", "SELECT ';'"],
            ),
            ("/* a; b */ SELECT `a;b`", vec!["SELECT `a;b`"]),
            (
                "SELECT /*+ H('a;b') */ 'it''s; one'",
                vec!["SELECT /*+ H('a;b') */ 'it''s; one'"],
            ),
            (
                "SET 'a.b' = 'c d';SELECT 1 - 2 / 3",
                vec!["SET a.b=c d", "SELECT 1 - 2 / 3"],
            ),
            ("SELECT 'not closed; x", vec!["SELECT 'not closed; x"]),
        ] {
            assert_eq!(statements(text), expected, "{text}");
        }
    }

    #[test]
    fn a_statement_set_is_one_statement() {
        let expected = "EXECUTE STATEMENT SET BEGIN\nINSERT INTO a SELECT 1;\nINSERT INTO b SELECT 2;\nEND";
        let inserts = "\nINSERT INTO a SELECT 1;\nINSERT INTO b SELECT 2;\nEND;";
        assert_eq!(statements(&format!("BEGIN STATEMENT SET;{inserts}")), [expected]);
        assert_eq!(
            statements(&format!("EXECUTE STATEMENT SET BEGIN{inserts}")),
            [expected]
        );
    }
}
