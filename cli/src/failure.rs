//! How a command ends that does not get where it should.
//!
//! In: errors. Out: standard error and an exit code. Invariant: with `--json` the last line of standard error is one
//! JSON object with `message` and `errors`, whatever went wrong; for people there is one message.

use std::io::IsTerminal as _;
use std::process::ExitCode;

use anyhow::Error;
use compiler::base::{Diagnostic, Severity, SourceMap, render, reports};
use serde_json::{Value, json};

use crate::client::ApiError;
use crate::command::INVALID;

/// An error with an exit code of its own.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    message: String,
    /// Each with its `message` and, where known, its place: `file`, `start` with `line` and `character`, from 1.
    errors: Vec<Value>,
    /// All of it, if that is more than the message.
    for_people: Option<String>,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl Failure {
    pub(crate) fn new(code: u8, message: impl Into<String>) -> Failure {
        Failure {
            code,
            message: message.into(),
            errors: Vec::new(),
            for_people: None,
        }
    }

    /// The same error with another exit code.
    pub(crate) fn with_code(code: u8, error: &Error) -> Failure {
        Failure {
            for_people: Some(format!("error: {error:#}")),
            errors: errors_of(error),
            ..Failure::new(code, message_of(error))
        }
    }

    /// What is wrong with SQL, as `explain` shows it.
    pub(crate) fn of_sql(diagnostics: &[Diagnostic], sources: &SourceMap) -> Failure {
        let color = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        let errors = diagnostics.iter().filter(|one| one.severity == Severity::Error);
        let errors: Vec<Diagnostic> = errors.cloned().collect();
        let first = errors.first().map(|one| one.message.clone());
        let reports = reports(&errors, sources).into_iter();
        let reports = reports.map(|one| serde_json::to_value(one).expect("reports are plain data"));
        Failure {
            errors: reports.collect(),
            for_people: Some(render(diagnostics, sources, color).trim_end().to_owned()),
            ..Failure::new(INVALID, first.unwrap_or_default())
        }
    }

    /// What the session cluster finds wrong with texts: for people, and as data.
    pub(crate) fn of_texts(found: Vec<(String, Value)>) -> Failure {
        let (texts, errors): (Vec<String>, Vec<Value>) = found.into_iter().unzip();
        Failure {
            errors,
            for_people: Some(texts.join("\n")),
            ..Failure::new(INVALID, texts.first().cloned().unwrap_or_default())
        }
    }
}

/// Whether the caller is a program. The word is an option everywhere and a value nowhere.
pub fn wants_json() -> bool {
    std::env::args_os().any(|argument| argument == "--json")
}

/// Says what went wrong; the exit code.
pub fn end(error: &Error, is_json: bool) -> ExitCode {
    let failure = error.downcast_ref::<Failure>();
    match (is_json, failure.and_then(|failure| failure.for_people.as_ref())) {
        (true, _) => tell(&message_of(error), &errors_of(error)),
        (false, Some(text)) => eprintln!("{text}"),
        (false, None) => eprintln!("error: {error:#}"),
    }
    failure.map_or(ExitCode::FAILURE, |failure| ExitCode::from(failure.code))
}

/// For programs.
pub(crate) fn tell(message: &str, errors: &[Value]) {
    eprintln!("{}", json!({ "message": message, "errors": errors }));
}

/// Without what stands in `errors`.
fn message_of(error: &Error) -> String {
    let messages = error.chain().map(|cause| match cause.downcast_ref::<ApiError>() {
        Some(refused) => refused.message.clone(),
        None => cause.to_string(),
    });
    messages.collect::<Vec<_>>().join(": ")
}

fn errors_of(error: &Error) -> Vec<Value> {
    let of_cause = |cause: &(dyn std::error::Error + 'static)| {
        let failure = cause.downcast_ref::<Failure>();
        let refused = cause.downcast_ref::<ApiError>();
        match (failure, refused) {
            (Some(failure), _) => failure.errors.clone(),
            (None, Some(refused)) => refused
                .errors
                .iter()
                .map(|one| json!({ "message": one }))
                .collect(),
            (None, None) => Vec::new(),
        }
    };
    error.chain().flat_map(of_cause).collect()
}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;

    use super::*;

    #[test]
    fn errors_become_data_with_their_places() {
        let refused = ApiError {
            status: 409,
            message: "no".to_owned(),
            errors: vec!["a".to_owned()],
        };
        let error = Err::<(), _>(refused).context("the deployment is refused");
        let error = error.expect_err("it was one");
        assert_eq!(message_of(&error), "the deployment is refused: no");
        assert_eq!(errors_of(&error), [json!({"message": "a"})]);
        let same = Error::new(Failure::with_code(3, &error));
        assert_eq!(message_of(&same), "the deployment is refused: no");
        assert_eq!(errors_of(&same), errors_of(&error));
        let mut sources = SourceMap::default();
        sources.add("statement.sql", "SELECT 1 FORM t");
        let diagnostics = compiler::compile(&sources).expect_err("it is wrong");
        let error = Error::new(Failure::of_sql(&diagnostics, &sources));
        let errors = errors_of(&error);
        assert_eq!(errors[0]["file"], "statement.sql");
        assert_eq!(errors[0]["start"]["line"], 1);
        assert!(errors[0]["start"]["character"].as_u64() > Some(0), "{errors:?}");
        assert_eq!(errors[0]["message"], message_of(&error).as_str());
    }
}
