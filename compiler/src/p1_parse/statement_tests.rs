//! Statements that are accepted: their kind, their parts, their places.

use super::ast::{
    ColumnDefKind, CreateTable, Insert, LikeFeature, LikeStrategy, QueryText, Script, StatementKind,
    TypeText, TypeTextKind,
};
use super::parse;
use crate::base::{Diagnostic, ErrorSink, SourceMap, Span};

/// Parses one file on a thread as large as the compiler's.
pub(super) fn parsed(text: &str) -> (Script, Vec<Diagnostic>) {
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

/// The one statement of a text that is correct.
pub(super) fn one(text: &str) -> StatementKind {
    let (mut script, diagnostics) = parsed(text);
    assert_eq!(diagnostics, [], "{text}");
    assert_eq!(script.statements.len(), 1, "{text}");
    script.statements.remove(0).kind
}

pub(super) fn query(text: &str) -> QueryText {
    match one(text) {
        StatementKind::Query(query) => query,
        other => panic!("{text} is {other:?}"),
    }
}

fn table(text: &str) -> CreateTable {
    match one(text) {
        StatementKind::CreateTable(table) => table,
        other => panic!("{text} is {other:?}"),
    }
}

fn insert(text: &str) -> Insert {
    match one(text) {
        StatementKind::Insert(insert) => insert,
        other => panic!("{text} is {other:?}"),
    }
}

fn at(text: &str, span: Span) -> &str {
    &text[span.start as usize..span.end as usize]
}

/// The name of a kind, with what is not run named as in its diagnostic.
fn kind_name(kind: &StatementKind) -> String {
    let name = match kind {
        StatementKind::CreateTable(_) => "CreateTable",
        StatementKind::CreateView(_) => "CreateView",
        StatementKind::Insert(_) => "Insert",
        StatementKind::StatementSet(_) => "StatementSet",
        StatementKind::Query(_) => "Query",
        StatementKind::Explain(_) => "Explain",
        StatementKind::Set { .. } => "Set",
        StatementKind::Reset { .. } => "Reset",
        StatementKind::DropTable { .. } => "DropTable",
        StatementKind::DropView { .. } => "DropView",
        StatementKind::Unsupported { what } => what,
    };
    name.to_owned()
}

/// A statement and its kind.
pub(super) const STATEMENTS: &[(&str, &str)] = &[
    (
        "CREATE TABLE c.d.t (a INT) WITH ('connector' = 'kafka')",
        "CreateTable",
    ),
    (
        "CREATE TEMPORARY TABLE IF NOT EXISTS t (a INT, b INT) DISTRIBUTED BY HASH(a) INTO 4 BUCKETS",
        "CreateTable",
    ),
    (
        "CREATE TABLE t (a INT) DISTRIBUTED INTO 2 BUCKETS WITH ()",
        "CreateTable",
    ),
    (
        "CREATE TABLE t WITH ('k' = 'v') AS SELECT id FROM s",
        "CreateTable",
    ),
    ("CREATE OR REPLACE TABLE t AS SELECT 1", "CreateTable"),
    ("REPLACE TABLE t AS SELECT 1", "CreateTable"),
    (
        "CREATE TEMPORARY VIEW IF NOT EXISTS v (a COMMENT 'x', b) COMMENT 'c' AS SELECT 1, 2",
        "CreateView",
    ),
    (
        "CREATE FUNCTION f AS 'a.B' LANGUAGE JAVA USING JAR '/a.jar'",
        "CREATE FUNCTION",
    ),
    (
        "CREATE TEMPORARY SYSTEM FUNCTION f AS 'a.B'",
        "CREATE SYSTEM FUNCTION",
    ),
    ("CREATE CATALOG c WITH ('type' = 'x')", "CREATE CATALOG"),
    ("CREATE DATABASE IF NOT EXISTS d", "CREATE DATABASE"),
    (
        "CREATE MODEL m INPUT (a STRING) OUTPUT (b STRING) WITH ('k' = 'v')",
        "CREATE MODEL",
    ),
    (
        "CREATE OR ALTER MATERIALIZED TABLE m FRESHNESS = INTERVAL '1' HOUR AS SELECT 1",
        "CREATE MATERIALIZED TABLE",
    ),
    ("ALTER TABLE t DROP WATERMARK", "ALTER TABLE"),
    ("ALTER VIEW v RENAME TO w", "ALTER VIEW"),
    (
        "ALTER TEMPORARY SYSTEM FUNCTION f AS 'x'",
        "ALTER TEMPORARY SYSTEM FUNCTION",
    ),
    ("DROP TABLE IF EXISTS t", "DropTable"),
    ("DROP TEMPORARY VIEW v", "DropView"),
    ("DROP DATABASE d CASCADE", "DROP DATABASE"),
    (
        "DROP TEMPORARY SYSTEM FUNCTION IF EXISTS f",
        "DROP SYSTEM FUNCTION",
    ),
    (
        "INSERT OVERWRITE t PARTITION (d = '1', h) (a, b) SELECT 1, 2, 3",
        "Insert",
    ),
    ("EXECUTE INSERT INTO t SELECT 1", "Insert"),
    ("EXECUTE SELECT 1", "Query"),
    (
        "EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO b SELECT 2; END",
        "StatementSet",
    ),
    (
        "BEGIN STATEMENT SET; INSERT INTO a SELECT CASE WHEN x THEN 1 END; END;",
        "StatementSet",
    ),
    ("(SELECT 1) UNION ALL (SELECT 2)", "Query"),
    ("VALUES (1, 'a'), (2, 'b')", "Query"),
    ("WITH a AS (SELECT 1) SELECT * FROM a", "Query"),
    ("EXPLAIN SELECT 1", "Explain"),
    ("EXPLAIN PLAN FOR SELECT 1", "Explain"),
    (
        "EXPLAIN ESTIMATED_COST, CHANGELOG_MODE INSERT INTO t SELECT 1",
        "Explain",
    ),
    (
        "EXPLAIN STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO b SELECT 2; END",
        "Explain",
    ),
    (
        "EXPLAIN PLAN_ADVICE STATEMENT SET BEGIN INSERT INTO a SELECT 1; END",
        "Explain",
    ),
    ("COMPILE PLAN 'f' FOR INSERT INTO t SELECT 1", "COMPILE PLAN"),
    (
        "COMPILE AND EXECUTE PLAN 'f' FOR INSERT INTO t SELECT 1",
        "COMPILE AND EXECUTE PLAN",
    ),
    ("EXECUTE PLAN 'f'", "EXECUTE PLAN"),
    ("SET 'a.b' = 'c'", "Set"),
    ("SET", "SET without a key"),
    ("RESET", "Reset"),
    ("RESET 'a.b'", "Reset"),
    ("SHOW CREATE TABLE t", "SHOW CREATE TABLE"),
    ("SHOW TABLES FROM d NOT LIKE 'a%'", "SHOW TABLES"),
    ("DESCRIBE EXTENDED t", "DESCRIBE"),
    ("DESC t", "DESC"),
    ("USE CATALOG c", "USE CATALOG"),
    ("USE MODULES a, b", "USE MODULES"),
    ("USE d", "USE"),
    ("LOAD MODULE m", "LOAD MODULE"),
    ("UNLOAD MODULE m", "UNLOAD MODULE"),
    ("ADD JAR 'x'", "ADD JAR"),
    ("REMOVE JAR 'x'", "REMOVE JAR"),
    ("STOP JOB 'x' WITH SAVEPOINT", "STOP JOB"),
    ("ANALYZE TABLE t COMPUTE STATISTICS", "ANALYZE TABLE"),
    ("TRUNCATE TABLE t", "TRUNCATE TABLE"),
    ("CALL a.b(x => 1)", "CALL"),
    ("DELETE FROM t WHERE a = 1", "DELETE FROM"),
    ("UPDATE t SET a = 1", "UPDATE"),
];

#[test]
fn every_statement_of_flink_is_recognised() {
    for (text, kind) in STATEMENTS {
        assert_eq!(kind_name(&one(text)), *kind, "{text}");
        assert_eq!(kind_name(&one(&format!("-- a;\n {text} ;;"))), *kind, "{text}");
    }
}

#[test]
fn statements_keep_their_order_over_files() {
    let mut sources = SourceMap::default();
    sources.add("tables/t.sql", "CREATE TABLE t (a INT) WITH ('k' = 'v;x')");
    sources.add(
        "statement.sql",
        "SET 'a' = 'b'; -- note;\nINSERT INTO t /* ; */ SELECT 1; // last;\nDROP VIEW v",
    );
    let mut errors = ErrorSink::default();
    let script = parse(&sources, &mut errors);
    assert_eq!(errors.into_diagnostics(), []);
    let texts: Vec<&str> = script.statements.iter().map(|s| sources.text(s.span)).collect();
    let expected = [
        "CREATE TABLE t (a INT) WITH ('k' = 'v;x')",
        "SET 'a' = 'b'",
        "INSERT INTO t /* ; */ SELECT 1",
        "DROP VIEW v",
    ];
    assert_eq!(texts, expected);
}

#[test]
fn a_mistake_costs_only_its_statement() {
    let (script, diagnostics) =
        parsed("SELCT 1; SET 'a' = 'b'; SELECT FROM t; DROP TABLE t; SELECT 'x;\nDROP VIEW v;");
    let kinds: Vec<String> = script.statements.iter().map(|s| kind_name(&s.kind)).collect();
    assert_eq!(kinds, ["Set", "DropTable"]);
    let codes: Vec<&str> = diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(codes, ["E1002", "E1001", "E1003"]);
}

#[test]
fn columns_of_every_kind() {
    let text = "CREATE TABLE t (`user` BIGINT NOT NULL COMMENT 'who', ts TIMESTAMP_LTZ(3) METADATA FROM 'timestamp' \
                VIRTUAL, h BYTES METADATA, cost AS price * 2 COMMENT 'c', pt AS PROCTIME(), \
                WATERMARK FOR r.ts AS ts - INTERVAL '5' SECOND, CONSTRAINT pk PRIMARY KEY (`user`, id) NOT ENFORCED, \
                id INT PRIMARY KEY NOT ENFORCED)";
    let table = table(text);
    let names: Vec<&str> = table.columns.iter().map(|c| c.name.value.as_str()).collect();
    assert_eq!(names, ["user", "ts", "h", "cost", "pt", "id"]);
    assert_eq!(at(text, table.columns[0].name.span), "`user`");
    assert_eq!(
        at(text, table.columns[0].span),
        "`user` BIGINT NOT NULL COMMENT 'who'"
    );
    assert!(matches!(&table.columns[0].kind, ColumnDefKind::Physical { ty } if !ty.nullable));
    let ColumnDefKind::Metadata { ty, from, is_virtual } = &table.columns[1].kind else {
        panic!("ts is a metadata column");
    };
    assert_eq!(
        (from.as_ref().map(|f| f.value.as_str()), is_virtual),
        (Some("timestamp"), &true)
    );
    assert_eq!(at(text, ty.span), "TIMESTAMP_LTZ(3)");
    let virtual_h = matches!(
        table.columns[2].kind,
        ColumnDefKind::Metadata {
            from: None,
            is_virtual: false,
            ..
        }
    );
    assert!(virtual_h);
    let ColumnDefKind::Computed { expr } = &table.columns[3].kind else {
        panic!("cost is a computed column");
    };
    assert_eq!(at(text, expr.span), "price * 2");
    let watermark = &table.watermarks[0];
    assert_eq!(watermark.column.len(), 2);
    assert_eq!(at(text, watermark.expr.span), "ts - INTERVAL '5' SECOND");
    let keys: Vec<&str> = table.primary_keys.iter().map(|k| at(text, k.span)).collect();
    let expected = [
        "CONSTRAINT pk PRIMARY KEY (`user`, id) NOT ENFORCED",
        "PRIMARY KEY NOT ENFORCED",
    ];
    assert_eq!(keys, expected);
    assert_eq!(table.primary_keys[0].columns.len(), 2);
    assert_eq!(table.primary_keys[1].columns[0].value, "id");
}

#[test]
fn clauses_of_a_table() {
    let text = "CREATE TABLE t (a INT, d STRING) COMMENT 'it''s' PARTITIONED BY (d) WITH ('k' = 'v', 'l' = '') \
                LIKE c.base (EXCLUDING ALL INCLUDING GENERATED OVERWRITING OPTIONS)";
    let table = table(text);
    assert_eq!(table.comment.map(|c| c.value).as_deref(), Some("it's"));
    assert_eq!(table.partitioned_by[0].value, "d");
    assert_eq!(
        (table.options.len(), at(text, table.options[0].value.span)),
        (2, "'v'")
    );
    let like = table.like.expect("LIKE is given");
    assert_eq!(at(text, like.source.span), "c.base");
    let options: Vec<_> = like.options.iter().map(|o| (o.strategy, o.feature)).collect();
    let expected = [
        (LikeStrategy::Excluding, LikeFeature::All),
        (LikeStrategy::Including, LikeFeature::Generated),
        (LikeStrategy::Overwriting, LikeFeature::Options),
    ];
    assert_eq!(options, expected);
    let ordered = self::table("CREATE TABLE t (a, b) AS SELECT 1 AS b, 2 AS a");
    assert!(ordered.columns.iter().all(|c| c.kind == ColumnDefKind::OfQuery));
    assert!(ordered.as_query.is_some());
}

#[test]
fn inserts() {
    let text = "INSERT OVERWRITE c.d.t PARTITION (x = 1, y) (a, `b`) SELECT 1, 2, 3";
    let found = insert(text);
    assert!(found.overwrite);
    assert_eq!(at(text, found.table.span), "c.d.t");
    assert_eq!(found.partition.len(), 2);
    assert!(found.partition[1].1.is_none());
    let columns: Vec<String> = found.columns.into_iter().flatten().map(|c| c.value).collect();
    assert_eq!(columns, ["a", "b"]);
    assert_eq!(at(text, found.query.span), "SELECT 1, 2, 3");
    assert!(insert("INSERT INTO t (SELECT 1)").columns.is_none());
    assert!(
        insert("INSERT INTO t WITH a AS (SELECT 1) SELECT * FROM a")
            .query
            .query
            .with
            .is_some()
    );
}

#[test]
fn settings_quoted_and_bare() {
    let cases = [
        ("SET 'a.b' = '1 h'", "a.b", "1 h"),
        (
            "SET execution.runtime-mode = streaming",
            "execution.runtime-mode",
            "streaming",
        ),
        ("SET a.b=10 min", "a.b", "10 min"),
    ];
    for (text, key, value) in cases {
        let StatementKind::Set {
            key: found,
            value: found_value,
        } = one(text)
        else {
            panic!("{text} is a SET");
        };
        assert_eq!((found.value.as_str(), found_value.value.as_str()), (key, value));
    }
    let StatementKind::Reset { key: Some(key) } = one("RESET a.b-c") else {
        panic!("a RESET with a key");
    };
    assert_eq!(key.value, "a.b-c");
}

#[test]
fn hints_go_to_the_query_they_stand_in() {
    let text = "EXECUTE STATEMENT SET BEGIN INSERT INTO a /*+ OPTIONS('x'='y') */ SELECT 1; \
                INSERT INTO b SELECT /*+ LOOKUP('table'='t') */ * FROM t /*+ OPTIONS('k'='v') */ AS u; END";
    let StatementKind::StatementSet(inserts) = one(text) else {
        panic!("a statement set");
    };
    let hints = |n: usize| -> Vec<(&str, String)> {
        let hints = inserts[n].query.hints.iter();
        hints
            .map(|h| (&text[h.after as usize - 1..h.after as usize], h.text.clone()))
            .collect()
    };
    assert_eq!(hints(0), [("a", " OPTIONS('x'='y') ".to_owned())]);
    let second = [
        ("T", " LOOKUP('table'='t') ".to_owned()),
        ("t", " OPTIONS('k'='v') ".to_owned()),
    ];
    assert_eq!(hints(1), second);
    let explained = "EXPLAIN INSERT INTO a /*+ OPTIONS('x'='y') */ SELECT 1";
    let StatementKind::Explain(explain) = one(explained) else {
        panic!("an EXPLAIN");
    };
    assert!(matches!(&explain.statement.kind, StatementKind::Insert(i) if i.query.hints.len() == 1));
    assert_eq!(at(explained, explain.statement.span), &explained[8..]);
}

/// A type in short: names with numbers, `!` for NOT NULL.
fn short(ty: &TypeText) -> String {
    let text = match &ty.kind {
        TypeTextKind::Named { name, numbers } if numbers.is_empty() => name.clone(),
        TypeTextKind::Named { name, numbers } => format!("{name}{numbers:?}"),
        TypeTextKind::Interval { from, to } => format!("{from}-{}", to.as_deref().unwrap_or("")),
        TypeTextKind::Array(e) => format!("ARRAY<{}>", short(e)),
        TypeTextKind::Multiset(e) => format!("MULTISET<{}>", short(e)),
        TypeTextKind::Map(k, v) => format!("MAP<{} {}>", short(k), short(v)),
        TypeTextKind::Row(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(n, t)| format!("{} {}", n.value, short(t)))
                .collect();
            format!("ROW<{}>", fields.join(", "))
        }
    };
    if ty.nullable { text } else { format!("{text}!") }
}

#[test]
fn types() {
    let cases = [
        ("STRING", "STRING"),
        ("decimal(10, 2)", "DECIMAL[10, 2]"),
        ("NUMERIC(5)", "DECIMAL[5]"),
        ("INTEGER NOT NULL", "INT!"),
        ("INT NULL", "INT"),
        ("DOUBLE PRECISION", "DOUBLE"),
        ("CHARACTER VARYING(3)", "VARCHAR[3]"),
        ("TIMESTAMP(3) WITHOUT TIME ZONE", "TIMESTAMP[3]"),
        ("TIMESTAMP(3) WITH LOCAL TIME ZONE", "TIMESTAMP_LTZ[3]"),
        ("TIME(0)", "TIME[0]"),
        ("INTERVAL DAY(2) TO SECOND(3)", "DAY-SECOND"),
        ("INTERVAL YEAR", "YEAR-"),
        (
            "ARRAY<ROW<a INT NOT NULL, b MAP<STRING, ARRAY<INT>>>>",
            "ARRAY<ROW<a INT!, b MAP<STRING ARRAY<INT>>>>",
        ),
        (
            "ROW(`x y` INT 'comment', b STRING) NOT NULL",
            "ROW<x y INT, b STRING>!",
        ),
        ("INT NOT NULL ARRAY", "ARRAY<INT!>"),
        ("MULTISET<STRING>", "MULTISET<STRING>"),
        ("ROW<>", "ROW<>"),
    ];
    for (text, expected) in cases {
        let statement = format!("CREATE TABLE t (a {text}, z INT)");
        let table = table(&statement);
        let ColumnDefKind::Physical { ty } = &table.columns[0].kind else {
            panic!("{text} makes a physical column");
        };
        assert_eq!(short(ty), expected);
        assert_eq!(at(&statement, ty.span), text);
    }
}
