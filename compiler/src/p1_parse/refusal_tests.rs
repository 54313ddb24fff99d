//! Texts that are refused: the code, the place, the words.

use super::parse;
use super::statement_tests::{STATEMENTS, parsed};
use crate::base::{ErrorSink, SourceMap, render};

/// Text, code, marked part (empty: behind the end), and a part of message and help.
const CASES: &[(&str, &str, &str, &str)] = &[
    ("SELECT 0x1F", "E1014", "0x1F", "x'1F' for bytes"),
    ("SELECT a != 2 FROM t", "E1014", "!=", "use <>"),
    ("SELECT second FROM t", "E1005", "second", "written `second`"),
    ("SELECT t.value FROM t", "E1005", "value", "written `value`"),
    (
        "SELECT 1 AS row_number",
        "E1005",
        "row_number",
        "reserved word ROW_NUMBER",
    ),
    ("CREATE TABLE t (at INT)", "E1005", "at", "reserved word AT"),
    (
        "SELECT a FROM t GLOBAL",
        "E1005",
        "GLOBAL",
        "reserved word GLOBAL",
    ),
    // Words that are misspelt or missing.
    ("SELCT a FROM t", "E1002", "SELCT", "did you mean SELECT?"),
    (
        "SELECT a FRM t",
        "E1001",
        "t",
        "did you mean `FROM` instead of `FRM`?",
    ),
    (
        "SELECT a FROM t WHER a = 1",
        "E1001",
        "a",
        "did you mean `WHERE` instead of `WHER`?",
    ),
    ("CREATE TALBE t (a INT)", "E1001", "TALBE", "did you mean `TABLE`"),
    (
        "CREATE TABLE t (a INT) WIHT ('a' = 'b')",
        "E1001",
        "WIHT",
        "did you mean `WITH`",
    ),
    ("INSERT t SELECT a", "E1001", "t", "expected INTO"),
    ("INSERT INTO b SELEC 2", "E1001", "SELEC", "did you mean `SELECT`"),
    ("SELECT a FROM t GROUP a", "E1001", "GROUP", "write GROUP BY"),
    ("CREATE VIEW v SELECT 1", "E1001", "SELECT", "expected AS"),
    (
        "CREATE TABLE t (a INT) PARTITION BY (a)",
        "E1001",
        "PARTITION",
        "write PARTITIONED BY",
    ),
    (
        "CREATE TABLE t (a INT) INSERT INTO t SELECT 1",
        "E1001",
        "INSERT",
        "a statement ends with `;`",
    ),
    (
        "SELECT a FROM t WHERE",
        "E1001",
        "",
        "expected an expression, found the end of the statement",
    ),
    (
        "SELECT INTERVAL '1' MINUT",
        "E1001",
        "MINUT",
        "did you mean `MINUTE`",
    ),
    (
        "SELECT CASE WHEN a THEN b FROM t",
        "E1001",
        "FROM",
        "expected END",
    ),
    (
        "SELECT a b c FROM t",
        "E1001",
        "c",
        "expected the end of the statement",
    ),
    (
        "CREATE TABLE t (a INT b STRING)",
        "E1001",
        "b",
        "expected `,` or `)`",
    ),
    ("CREATE TABLE t (a INT) WITH (a = 'b')", "E1001", "a", "write 'a'"),
    ("SET 'a' 'b'", "E1001", "'b'", "expected `=`"),
    (
        "CREATE TABLE a.b.c.d (x INT)",
        "E1001",
        "a.b.c.d",
        "at most catalog",
    ),
    (
        "SELECT JSON_VALUE(a, '$.x' DEFAULT 1 ON EMPT) FROM t",
        "E1001",
        "EMPT",
        "expected EMPTY or ERROR",
    ),
    ("SELECT CASE WHEN 1, 2 THEN 3 END", "E1001", "THEN", "CASE x WHEN"),
    // What the inner attempt says wins over the attempt around it.
    (
        "SELECT IF(a, CASE WHEN b THEN , 1) FROM t",
        "E1001",
        ",",
        "expected an expression",
    ),
    (
        "SELECT * FROM ((SELECT a, FROM t))",
        "E1008",
        ",",
        "remove the comma",
    ),
    // Text that is no token.
    ("SELECT 'abc\nFROM t", "E1003", "'abc", "string is not closed"),
    (
        "SELECT `abc\nFROM t",
        "E1003",
        "`abc",
        "quoted name is not closed",
    ),
    ("SELECT 1 /* x\ny", "E1003", "/* x", "comment is not closed"),
    (
        "SELECT \"a\" FROM t",
        "E1004",
        "\"a\"",
        "a name takes backticks: `a`",
    ),
    // Reserved words as names.
    (
        "CREATE TABLE t (order INT)",
        "E1005",
        "order",
        "as a name it is written `order`",
    ),
    (
        "CREATE TABLE t (a INT, order INT)",
        "E1005",
        "order",
        "as a name it is written `order`",
    ),
    (
        "SELECT * FROM WHERE x",
        "E1005",
        "WHERE",
        "expected a table behind FROM",
    ),
    (
        "SELECT * FROM a JOIN ON a = b",
        "E1005",
        "ON",
        "expected a table behind JOIN",
    ),
    ("SELECT a AS from FROM t", "E1005", "from", "reserved"),
    ("SELECT a, b + FROM t", "E1001", "FROM", "expected an expression"),
    // Tables.
    (
        "CREATE TABLE t (a INT, PRIMARY KEY (a))",
        "E1006",
        "PRIMARY KEY (a)",
        "NOT ENFORCED",
    ),
    (
        "CREATE TABLE t (a INT PRIMARY KEY)",
        "E1006",
        "PRIMARY KEY",
        "NOT ENFORCED",
    ),
    (
        "CREATE TABLE t (a INT) WITH ('a' = 'b', 'a' = 'c')",
        "E1010",
        "'a'",
        "given twice",
    ),
    (
        "CREATE TABLE t (a INT) COMMENT 'a' COMMENT 'b'",
        "E1011",
        "COMMENT",
        "given twice",
    ),
    // Brackets and commas.
    ("SELECT a FROM t WHERE (a = 1", "E1007", "(", "not closed"),
    ("SELECT a FROM t WHERE a = 1)", "E1007", ")", "closes nothing"),
    ("INSERT INTO t (a, b", "E1007", "(", "not closed"),
    ("SELECT f(a,) FROM t", "E1008", ",", "remove the comma"),
    ("SELECT a, FROM t", "E1008", ",", "remove the comma"),
    (
        "CREATE TABLE t (a INT, b STRING,)",
        "E1008",
        ",",
        "remove the comma",
    ),
    // Types.
    (
        "CREATE TABLE t (a STRNG)",
        "E1013",
        "STRNG",
        "did you mean STRING?",
    ),
    ("SELECT CAST(a AS TEXT) FROM t", "E1013", "TEXT", "STRING"),
    (
        "CREATE TABLE t (a TIMESTAMP(3) WITH TIME ZONE)",
        "E1013",
        "WITH",
        "TIMESTAMP_LTZ",
    ),
    ("CREATE TABLE t (a RAW('x', 'y'))", "E1013", "RAW", "Java"),
    ("SELECT CAST(a AS ARRAY<INT) FROM t", "E1001", ")", "expected `>`"),
    (
        "SELECT CAST(a AS ARRAY<INT>>) FROM t",
        "E1001",
        ">>",
        "expected `>` once",
    ),
    // Other dialects.
    ("SELECT a::INT FROM t", "E1014", "::", "use CAST"),
    ("SELECT 12L", "E1014", "12L", "suffix"),
    ("SELECT 1_000", "E1014", "1_000", "runs into a word"),
    ("SELECT a -> b FROM t", "E1014", "->", "JSON_VALUE"),
    ("SELECT $1", "E1014", "$1", "parameters"),
    ("SELECT a FROM t WHERE a == 1", "E1014", "==", "use ="),
    (
        "SELECT a FROM t WHERE a ILIKE 'b'",
        "E1014",
        "a ILIKE 'b'",
        "LOWER",
    ),
    ("SELECT N'x'", "E1014", "N'x'", "leave out the N"),
    ("TABLE t", "E1014", "TABLE", "SELECT * FROM t"),
    ("SELECT 1 UNION ALL TABLE t", "E1014", "", "SELECT * FROM t"),
    (
        "WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a",
        "E1014",
        "",
        "INSERT INTO t WITH",
    ),
    (
        "INSERT INTO t SELECT 1 ON CONFLICT DO NOTHING",
        "E1014",
        "ON",
        "upsert",
    ),
    ("INSERT INTO t (a.b) SELECT 1", "E1014", "a.b", "whole row"),
    ("SELECT U&'!00' UESCAPE '!'", "E1014", "U&'!00'", "hexadecimal"),
    // Statement sets and EXPLAIN.
    (
        "EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1;",
        "E1015",
        "EXECUTE STATEMENT SET BEGIN",
        "no END",
    ),
    (
        "EXECUTE STATEMENT SET BEGIN SELECT 1; END",
        "E1015",
        "SELECT 1",
        "only INSERT",
    ),
    (
        "EXECUTE STATEMENT SET BEGIN END",
        "E1015",
        "EXECUTE STATEMENT SET BEGIN END",
        "no INSERT",
    ),
    (
        "EXPLAIN CREATE TABLE t (a INT)",
        "E1015",
        "CREATE TABLE t (a INT)",
        "EXPLAIN takes",
    ),
    ("BEGIN", "E1002", "BEGIN", "BEGIN STATEMENT SET;"),
    // Strings as names.
    ("SELECT 'a' 'b'", "E1016", "'b'", "strings are joined by ||"),
    ("SELECT a 'b' FROM t", "E1016", "'b'", "backticks: `b`"),
    (
        "SELECT ts AT TIME ZONE 'x' FROM t",
        "E1014",
        "ts AT TIME ZONE 'x'",
        "CONVERT_TZ",
    ),
    (
        "SELECT ts - INTERVAL '5 SECOND' FROM t",
        "E1001",
        "FROM",
        "INTERVAL '5' SECOND",
    ),
    (
        "SELECT a FORM orders",
        "E1001",
        "orders",
        "`FROM` instead of `FORM`",
    ),
    (
        "INSERT INTO orders SELCT a FROM t",
        "E1001",
        "SELCT",
        "`SELECT` instead of `SELCT`",
    ),
    ("CREATE TABLE t (a INT DEFAULT 0)", "E1001", "DEFAULT", "COALESCE"),
    (
        "CREATE TABLE t (a INT UNIQUE)",
        "E1001",
        "UNIQUE",
        "PRIMARY KEY NOT ENFORCED",
    ),
    (
        "CREATE TABLE t (a TIMESTAMP(3), WATERMARK a AS a)",
        "E1001",
        "a",
        "WATERMARK FOR column",
    ),
    (
        "CREATE TABLE t (a NUMBER)",
        "E1013",
        "NUMBER",
        "DECIMAL(precision, scale)",
    ),
    ("CREATE TABLE t (a INT64)", "E1013", "INT64", "use BIGINT"),
];

#[test]
fn refusals_name_the_place_and_the_way_out() {
    for (text, code, marked, words) in CASES {
        let (script, diagnostics) = parsed(text);
        assert_eq!(script.statements, [], "{text}");
        let [diagnostic] = diagnostics.as_slice() else {
            panic!("{text} has one diagnostic, not {diagnostics:?}");
        };
        let told = format!(
            "{} / {}",
            diagnostic.message,
            diagnostic.help.as_deref().unwrap_or("")
        );
        assert_eq!(diagnostic.code, *code, "{text}: {told}");
        assert!(told.contains(words), "{text}: {told}");
        let span = diagnostic.span;
        let found = &text[span.start as usize..span.end as usize];
        if !marked.is_empty() {
            assert_eq!(found, *marked, "{text}: {told}");
        } else if *code == "E1001" {
            assert_eq!((found, span.start as usize), ("", text.len()), "{text}");
        }
    }
}

#[test]
fn several_mistakes_are_told_together() {
    let text = "CREATE TABLE a (x STRNG);\nEXECUTE STATEMENT SET BEGIN\nINSERT INTO b SELEC 1;\nINSERT INTO c SELECT 1,;\n\
                END;\nSELECT \"d\";";
    let (_, diagnostics) = parsed(text);
    let codes: Vec<&str> = diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(codes, ["E1013", "E1001", "E1008", "E1004"]);
}

#[test]
fn places_are_right_behind_wide_characters() {
    let text = "SELECT 'é日本🚀',\r\n\t`日 本` FRM t";
    let (_, diagnostics) = parsed(text);
    let span = diagnostics[0].span;
    assert_eq!(
        (span.start as usize, span.end as usize),
        (text.len() - 1, text.len())
    );
}

#[test]
fn nesting_is_bounded() {
    let nested = |open: &str, close: &str, n: usize| format!("SELECT {}1{}", open.repeat(n), close.repeat(n));
    let forms = [
        ("(", ")"),
        ("f(", ")"),
        ("NOT ", ""),
        ("CASE WHEN TRUE THEN ", " END"),
        ("MAP[1, ", "]"),
    ];
    for (open, close) in forms {
        assert_eq!(parsed(&nested(open, close, 90)).1, [], "90 times {open}");
        let (_, diagnostics) = parsed(&nested(open, close, 400));
        assert_eq!(
            diagnostics.iter().map(|d| d.code).collect::<Vec<_>>(),
            ["E1009"],
            "400 times {open}"
        );
    }
    let types = |n: usize| {
        format!(
            "SELECT CAST(a AS {}INT{}) FROM t",
            "ARRAY<".repeat(n),
            ">".repeat(n)
        )
    };
    assert_eq!(parsed(&types(20)).1, []);
    assert_eq!(parsed(&types(500)).1[0].code, "E1009");
    let chain = |n: usize| format!("SELECT 1{}", " + 1".repeat(n));
    assert_eq!(parsed(&chain(400)).1, []);
    assert_eq!(parsed(&chain(10_000)).1[0].code, "E1009");
    let unions = |n: usize| format!("SELECT 1{}", " UNION ALL SELECT 1".repeat(n));
    assert_eq!(parsed(&unions(400)).1, []);
    assert_eq!(parsed(&unions(10_000)).1[0].code, "E1009");
    assert_eq!(parsed(&format!("VALUES (1){}", ", (1)".repeat(20_000))).1, []);
}

#[test]
fn a_hint_without_a_query_is_told() {
    for text in [
        "CREATE TABLE t (a INT) /*+ x */",
        "/*+ x */",
        "SET 'a' = /*+ x */ 'b'",
    ] {
        let (_, diagnostics) = parsed(text);
        let [diagnostic] = diagnostics.as_slice() else {
            panic!("{text} has one diagnostic, not {diagnostics:?}");
        };
        let span = diagnostic.span;
        assert_eq!(
            (diagnostic.code, &text[span.start as usize..span.end as usize]),
            ("E1012", "/*+ x */")
        );
    }
}

/// Texts that hold most forms of expressions and queries.
const LONG: &[&str] = &[
    "SELECT JSON_VALUE(a, '$.x' RETURNING INT DEFAULT 0 ON EMPTY), CASE a WHEN 1, 2 THEN MAP['k', (b - c) DAY] END, \
     CAST(x AS ROW<a INT, b ARRAY<MAP<STRING, INT>>>), TRIM(BOTH 'x' FROM s), U&'\\0061' UESCAPE '!', a NOT BETWEEN \
     SYMMETRIC 1 AND 2, COUNT(*) FILTER (WHERE b) OVER w FROM t /*+ OPTIONS('a'='b') */ AS x JOIN LATERAL \
     TABLE(f(x.a)) AS u(v) ON TRUE WHERE a IN (SELECT 1) GROUP BY GROUPING SETS ((a), ()) ORDER BY a LIMIT 1",
    "SELECT * FROM TABLE(TUMBLE(DATA => TABLE b PARTITION BY (k) ORDER BY ts, TIMECOL => DESCRIPTOR(ts))) UNION ALL \
     SELECT * FROM t MATCH_RECOGNIZE (PARTITION BY k ORDER BY ts MEASURES FINAL LAST(A.x) AS ax PATTERN (A B{2,3}?) \
     WITHIN INTERVAL '1' HOUR DEFINE A AS A.x > 1) AS m",
];

/// Leaves out, doubles or cuts at every place: whatever comes out is told with places inside the text.
#[test]
fn no_text_makes_the_parser_panic() {
    let whole = STATEMENTS
        .iter()
        .map(|(text, _)| *text)
        .chain(CASES.iter().map(|case| case.0));
    let broken = whole.chain(LONG.iter().copied()).flat_map(|text| {
        let cuts: Vec<usize> = text
            .char_indices()
            .map(|(at, _)| at)
            .chain([text.len()])
            .collect();
        let cut = cuts
            .iter()
            .flat_map(|&at| [text[..at].to_owned(), text[at..].to_owned()]);
        let words: Vec<&str> = text.split(' ').collect();
        let without = (0..words.len()).map(|n| [&words[..n], &words[n + 1..]].concat().join(" "));
        let twice = (0..words.len()).map(|n| [&words[..=n], &words[n..]].concat().join(" "));
        cut.chain(without).chain(twice).collect::<Vec<_>>()
    });
    let broken: Vec<String> = broken.collect();
    let check = move || {
        for text in &broken {
            let mut sources = SourceMap::default();
            sources.add("statement.sql", text.as_str());
            let mut errors = ErrorSink::default();
            let script = parse(&sources, &mut errors);
            let diagnostics = errors.into_diagnostics();
            assert!(
                diagnostics.iter().all(|d| d.span.end as usize <= text.len()),
                "{text}: {diagnostics:?}"
            );
            let told = render(&diagnostics, &sources, false);
            assert_eq!(told.matches("error[E1").count(), diagnostics.len(), "{text}");
            let empty = script.statements.is_empty() && diagnostics.is_empty();
            assert!(
                !empty || text.trim_matches([' ', ';']).is_empty(),
                "{text} is neither a statement nor a mistake"
            );
        }
    };
    let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(check);
    thread
        .expect("a thread starts")
        .join()
        .expect("parsing does not panic");
}
