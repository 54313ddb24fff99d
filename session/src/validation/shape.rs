//! What kinds of statements stand where in a version.
//!
//! In: texts and what they declare. Out: problems of shape. Invariant: each table text is one CREATE TABLE; the
//! statement is one INSERT or statement set, before which settings and views may stand.

use compiler::base::{Diagnostic, Severity, Span};
use compiler::declared::{Declared, DeclaredKind, DeclaredStatement};

use super::VersionText;

pub(super) fn problems(text: &VersionText, declared: &Declared) -> Vec<Diagnostic> {
    let files = text.sources.len() + text.sinks.len() + 1;
    let mut found = Vec::new();
    for file in 0..files {
        let number = u16::try_from(file).expect("the number of tables is bounded");
        let in_file = |span: Span| span.source == number;
        let is_broken = |d: &Diagnostic| in_file(d.span) && d.severity == Severity::Error;
        if declared.diagnostics.iter().any(is_broken) {
            continue;
        }
        let statements: Vec<&DeclaredStatement> = declared
            .statements
            .iter()
            .filter(|one| in_file(one.span))
            .collect();
        let problem = if file + 1 == files {
            text.statement
                .as_ref()
                .and_then(|_| of_statement(&statements, number))
        } else {
            let is_repeated =
                file >= text.sources.len() && text.is_repeated(&text.sinks[file - text.sources.len()]);
            (!is_repeated).then(|| of_table(&statements, number)).flatten()
        };
        found.extend(problem);
    }
    found
}

fn of_table(statements: &[&DeclaredStatement], file: u16) -> Option<Diagnostic> {
    match statements {
        [one] if one.kind == DeclaredKind::CreateTable => None,
        [] => Some(error(
            Span::new(file, 0, 0),
            "expected a CREATE TABLE statement, found nothing",
        )),
        [one, rest @ ..] => {
            let is_table = one.kind == DeclaredKind::CreateTable;
            let second = rest.first().filter(|_| is_table);
            let span = second.map_or(one.span, |second| second.span);
            let message = if is_table {
                "expected one CREATE TABLE statement, found another one behind it"
            } else {
                "expected a CREATE TABLE statement"
            };
            Some(error(span, message))
        }
    }
}

fn of_statement(statements: &[&DeclaredStatement], file: u16) -> Option<Diagnostic> {
    let is_before =
        |one: &&&DeclaredStatement| matches!(one.kind, DeclaredKind::Setting | DeclaredKind::CreateView);
    let before = statements.iter().take_while(is_before).count();
    match &statements[before..] {
        [one] if one.kind == DeclaredKind::Insert => None,
        [] => Some(error(
            Span::new(file, 0, 0),
            "expected an INSERT statement, found nothing",
        )),
        [one, second, ..] if one.kind == DeclaredKind::Insert => {
            let message = "a version has one statement, found another one behind it";
            let help = "write several INSERT as EXECUTE STATEMENT SET BEGIN …; …; END";
            Some(error(second.span, message).with_help(help))
        }
        [one, ..] => Some(error(one.span, what_is_wrong(one.kind))),
    }
}

fn what_is_wrong(kind: DeclaredKind) -> &'static str {
    match kind {
        DeclaredKind::CreateTable => {
            "expected an INSERT statement; tables are declared in 'sources' and 'sinks'"
        }
        DeclaredKind::Query => {
            "expected an INSERT statement, found a query without sink; an interactive query shows its rows"
        }
        _ => "expected an INSERT statement or a statement set",
    }
}

fn error(span: Span, message: &str) -> Diagnostic {
    Diagnostic::error("E0001", span, message)
}
