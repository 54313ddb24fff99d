//! Statements that are accepted and refused.

use super::ast::{Script, StatementKind};
use super::parse;
use crate::base::{Diagnostic, ErrorSink, SourceMap};

/// Parses on a thread as large as the compiler's.
fn parsed(text: &str) -> (Script, Vec<Diagnostic>) {
    let text = text.to_owned();
    let parse = move || {
        let mut sources = SourceMap::default();
        sources.add("statement.sql", text);
        let mut errors = ErrorSink::default();
        let script = parse(&sources, &mut errors);
        (script, errors.into_diagnostics())
    };
    let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(parse);
    thread
        .expect("a thread starts")
        .join()
        .expect("parsing does not panic")
}

#[test]
fn statements_keep_their_order_and_kind() {
    let (script, diagnostics) = parsed(
        "SET 'a'='b'; CREATE TABLE t (a INT) WITH ('k'='v;x'); -- note;\nINSERT INTO t SELECT 1; DROP VIEW v;",
    );
    assert_eq!(diagnostics, []);
    let kinds: Vec<bool> = vec![
        matches!(script.statements[0].kind, StatementKind::Set { .. }),
        matches!(script.statements[1].kind, StatementKind::CreateTable(_)),
        matches!(script.statements[2].kind, StatementKind::Insert(_)),
        matches!(script.statements[3].kind, StatementKind::DropView { .. }),
    ];
    assert_eq!(kinds, [true; 4]);
}
