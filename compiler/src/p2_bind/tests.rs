//! SQL → types of the result's columns, and SQL → diagnostics.

use super::bind;
use super::bound::{Bound, BoundStatement};
use crate::base::{ErrorSink, SourceMap};
use crate::p1_parse;

const TABLES: &str = "
CREATE TABLE t (
  i INT NOT NULL,
  l BIGINT,
  p DECIMAL(10, 2),
  d DOUBLE NOT NULL,
  s STRING,
  r ROW<name STRING NOT NULL, n INT>,
  a ARRAY<INT NOT NULL>,
  m MAP<STRING, BIGINT>,
  ts TIMESTAMP(3),
  proc AS PROCTIME(),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
) WITH ('connector' = 'datagen');
CREATE TABLE sink (
  k BIGINT,
  v STRING NOT NULL,
  came TIMESTAMP_LTZ(3) METADATA FROM 'timestamp',
  o BIGINT METADATA FROM 'offset' VIRTUAL,
  twice AS k * 2,
  PRIMARY KEY (k) NOT ENFORCED
) WITH ('connector' = 'upsert-kafka', 'topic' = 'x', 'properties.bootstrap.servers' = 'h:1',
        'key.format' = 'json', 'value.format' = 'json', 'value.json.timestamp-format.standard' = 'ISO-8601');
";

/// What a script means, or the codes and messages of its problems.
fn bound(sql: &str) -> Result<Bound, String> {
    let mut sources = SourceMap::default();
    sources.add("tables.sql", TABLES);
    sources.add("statement.sql", sql);
    let mut errors = ErrorSink::default();
    let script = p1_parse::parse(&sources, &mut errors);
    let bound = bind(&script, &mut errors);
    let lines = errors.into_diagnostics().into_iter().map(|problem| {
        let help = problem.help.map_or(String::new(), |help| format!(" [{help}]"));
        format!(
            "{} {}: {}{help}",
            problem.code,
            sources.text(problem.span),
            problem.message
        )
    });
    let lines: Vec<String> = lines.collect();
    match bound {
        Some(bound) if lines.is_empty() => Ok(bound),
        _ => Err(lines.join("\n")),
    }
}

/// Name and type of each column of the only query.
fn columns(sql: &str) -> String {
    let bound = bound(sql).unwrap_or_else(|problems| panic!("{sql}\n{problems}"));
    let Some(BoundStatement::Query(query)) = bound.statements.last() else {
        panic!("{sql} is no query");
    };
    let column = |column: &crate::catalog::schema::SchemaColumn| {
        let time = column.time.map_or(String::new(), |time| format!(" *{time:?}*"));
        format!("{} {}{time}", column.name, column.ty)
    };
    query
        .schema
        .columns
        .iter()
        .map(column)
        .collect::<Vec<String>>()
        .join(", ")
}

#[test]
fn expressions_have_flinks_types() {
    let cases = [
        ("i + l", "BIGINT"),
        ("i + 1", "INT NOT NULL"),
        ("p * 2", "DECIMAL(21, 2)"),
        ("r.name", "STRING"),
        ("t.r.n", "INT"),
        ("a[1]", "INT"),
        ("m['x']", "BIGINT"),
        ("CASE WHEN i > 1 THEN 'a' ELSE 'bcd' END", "VARCHAR(3) NOT NULL"),
        ("CASE i WHEN 1, 2 THEN 1 WHEN 3 THEN 2.5 END", "DECIMAL(11, 1)"),
        ("IF(l > 1, 1, CAST(NULL AS INT))", "INT"),
        ("COALESCE(l, i)", "BIGINT NOT NULL"),
        ("IFNULL(s, 'x')", "STRING NOT NULL"),
        ("NULLIF(i, 1)", "INT"),
        ("i IN (1, 2)", "BOOLEAN NOT NULL"),
        ("l NOT IN (1, 2)", "BOOLEAN"),
        ("i BETWEEN SYMMETRIC 5 AND 1", "BOOLEAN NOT NULL"),
        ("l IS NULL OR UNKNOWN", "BOOLEAN"),
        ("s LIKE 'a%' AND NOT i = 1", "BOOLEAN"),
        ("CAST(i AS VARCHAR(3))", "VARCHAR(3) NOT NULL"),
        ("TRY_CAST(s AS INT)", "INT"),
        ("DATE '2020-01-31'", "DATE NOT NULL"),
        ("TIMESTAMP '2020-01-31 10:00:00.12'", "TIMESTAMP(2) NOT NULL"),
        (
            "INTERVAL '1 10:00:00.123' DAY TO SECOND(3)",
            "INTERVAL DAY TO SECOND(3) NOT NULL",
        ),
        (
            "ROW(1, 'a')",
            "ROW<`EXPR$0` INT NOT NULL, `EXPR$1` CHAR(1) NOT NULL> NOT NULL",
        ),
        ("ARRAY[1, l]", "ARRAY<BIGINT> NOT NULL"),
        (
            "MAP['a', 1, 'bc', NULL]",
            "MAP<VARCHAR(2) NOT NULL, INT> NOT NULL",
        ),
        ("x'01ff'", "BINARY(2) NOT NULL"),
        ("-2147483648", "INT NOT NULL"),
        ("EXTRACT(DAY FROM ts)", "BIGINT"),
        ("FLOOR(ts TO HOUR)", "TIMESTAMP(3)"),
        ("TRIM(LEADING 'x' FROM s)", "STRING"),
        ("TIMESTAMPDIFF(SECOND, ts, ts)", "INT"),
        ("JSON_VALUE(s, '$.a' RETURNING INT)", "INT"),
    ];
    for (expr, expected) in cases {
        assert_eq!(
            columns(&format!("SELECT {expr} AS x FROM t")),
            format!("x {expected}"),
            "{expr}"
        );
    }
}

#[test]
fn queries_have_flinks_columns() {
    let cases = [
        (
            "SELECT i, i, r.name, i + 1, ts, proc FROM t",
            "i INT NOT NULL, i0 INT NOT NULL, name STRING, EXPR$3 INT NOT NULL, \
          ts TIMESTAMP(3) *Rowtime*, proc TIMESTAMP_LTZ(3) NOT NULL *Proctime*",
        ),
        ("SELECT CAST(ts AS TIMESTAMP(3)) AS ts FROM t", "ts TIMESTAMP(3)"),
        (
            "SELECT PROCTIME() AS p FROM t",
            "p TIMESTAMP_LTZ(3) NOT NULL *Proctime*",
        ),
        (
            "SELECT COUNT(*) AS c, SUM(i) AS s, AVG(p) AS a, MAX(s) AS m FROM t",
            "c BIGINT NOT NULL, s INT, a DECIMAL(38, 6), m STRING",
        ),
        (
            "SELECT i % 2 AS k, SUM(i) AS s, SUM(i) FILTER (WHERE l > 1) AS f, SUM(p) AS p FROM t GROUP BY i % 2",
            "k INT NOT NULL, s INT NOT NULL, f INT, p DECIMAL(38, 2)",
        ),
        (
            "SELECT ts, COUNT(*) AS c FROM t GROUP BY ts",
            "ts TIMESTAMP(3), c BIGINT NOT NULL",
        ),
        (
            "SELECT ts, window_start, window_time FROM TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE)",
            "ts TIMESTAMP(3) *Rowtime*, window_start TIMESTAMP(3) NOT NULL, \
          window_time TIMESTAMP(3) NOT NULL *Rowtime*",
        ),
        (
            "SELECT window_time AS w, COUNT(*) AS c FROM TABLE(HOP(TABLE t, DESCRIPTOR(proc), INTERVAL '1' MINUTE, \
          INTERVAL '5' MINUTE)) GROUP BY window_start, window_end, window_time",
            "w TIMESTAMP_LTZ(3) NOT NULL *Proctime*, c BIGINT NOT NULL",
        ),
        (
            "SELECT window_start, COUNT(*) AS c FROM TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE) \
          GROUP BY window_start",
            "window_start TIMESTAMP(3) NOT NULL, c BIGINT NOT NULL",
        ),
        (
            "SELECT i AS a, 'x' AS b FROM t UNION ALL SELECT l, 'yy' FROM t",
            "a BIGINT, b VARCHAR(2) NOT NULL",
        ),
        (
            "SELECT * FROM (VALUES (1, 'a'), (CAST(NULL AS INT), 'bcd')) AS v(x, y)",
            "x INT, y VARCHAR(3) NOT NULL",
        ),
        (
            "WITH q(x) AS (SELECT l FROM t) SELECT q.*, x AS y FROM q",
            "x BIGINT, y BIGINT",
        ),
        (
            "CREATE VIEW v (x) AS SELECT ts FROM t; SELECT * FROM v",
            "x TIMESTAMP(3) *Rowtime*",
        ),
        ("SELECT 1, 'a'", "EXPR$0 INT NOT NULL, EXPR$1 CHAR(1) NOT NULL"),
        (
            "CREATE TABLE c LIKE t (EXCLUDING GENERATED EXCLUDING WATERMARKS); SELECT * FROM c",
            "i INT NOT NULL, l BIGINT, p DECIMAL(10, 2), d DOUBLE NOT NULL, s STRING, \
          r ROW<`name` STRING NOT NULL, `n` INT>, a ARRAY<INT NOT NULL>, m MAP<STRING, BIGINT>, ts TIMESTAMP(3)",
        ),
    ];
    for (sql, expected) in cases {
        assert_eq!(columns(sql), expected, "{sql}");
    }
}

#[test]
fn hints_add_options() {
    let sql = "INSERT INTO sink /*+ OPTIONS('sink.parallelism'='2') */ (k, v)
        SELECT i, 'x' FROM t /*+ OPTIONS('rows-per-second'='7') */";
    let bound = bound(sql).unwrap_or_else(|problems| panic!("{problems}"));
    let Some(BoundStatement::Insert { table, .. }) = bound.statements.last() else {
        panic!("an INSERT");
    };
    assert_eq!(table.options["sink.parallelism"].value, "2");
    assert!(!bound.tables["sink"].options.contains_key("sink.parallelism"));
}

#[test]
fn insert_casts_and_fills() {
    let sql = "INSERT INTO sink (v, k) SELECT 'x', i FROM t; SET 'parallelism.default' = '2'";
    let bound = bound(sql).expect("valid");
    let Some(BoundStatement::Insert { table, input, .. }) = bound.statements.last() else {
        panic!("an INSERT");
    };
    let types: Vec<String> = input
        .schema
        .columns
        .iter()
        .map(|c| format!("{} {}", c.name, c.ty))
        .collect();
    assert_eq!(
        types,
        ["k BIGINT NOT NULL", "v CHAR(1) NOT NULL", "came TIMESTAMP_LTZ(3)"]
    );
    assert_eq!(table.primary_key, [0]);
    assert!(
        !table.columns[0].ty.nullable,
        "columns of the primary key are NOT NULL"
    );
    assert_eq!(bound.config["parallelism.default"].value, "2");
}

/// Queries and how their problems begin, in the order of the text.
const QUERIES: &[(&str, &[&str])] = &[
    (
        "SELECT nam, l FROM t",
        &["E2005 nam: no column 'nam' is visible here"],
    ),
    ("SELECT prce, x.l FROM t AS x WHERE y", &["E2005 prce", "E2005 y"]),
    (
        "SELECT r.nme FROM t",
        &["E2005 r.nme: row 'r' has no field 'nme' [did you mean 'name'?]"],
    ),
    (
        "SELECT i FROM tt",
        &["E2004 tt: table or view 'tt' does not exist"],
    ),
    (
        "SELECT i FROM later; CREATE VIEW later AS SELECT i FROM t",
        &["E2004 later: table or view 'later' does not exist [create 'later' before its use"],
    ),
    ("SELECT i FROM other.t", &["E2003 other.t"]),
    (
        "SELECT UPER(s), FOO(s), CONT(*) FROM t",
        &[
            "E2010 UPER(s): there is no function UPER [did you mean UPPER?]",
            "E2010 FOO(s): there is no function FOO [docs/functions.md lists the functions there are]",
            "E2010 CONT(*): there is no function CONT [did you mean COUNT?]",
        ],
    ),
    (
        "SELECT COUNT(*) FROM t GROUP BY TUMBLE(ts, INTERVAL '1' MINUTE)",
        &[
            "E2002 TUMBLE(ts, INTERVAL '1' MINUTE): not supported by this version: the group window function TUMBLE \
             [write FROM TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE) and GROUP BY window_start, window_end]",
        ],
    ),
    ("SELECT UPPER(i, s) FROM t", &["E2006 UPPER(i, s): UPPER expects"]),
    (
        "SELECT i FROM t WHERE l",
        &["E2006 l: WHERE expects BOOLEAN, found BIGINT"],
    ),
    (
        "SELECT i FROM t WHERE SUM(l) > 1",
        &["E2009 SUM(l): the aggregate function SUM cannot stand in WHERE"],
    ),
    (
        "SELECT SUM(COUNT(*)) FROM t",
        &["E2009 COUNT(*): the aggregate function COUNT stands inside another one"],
    ),
    (
        "SELECT i, l FROM t GROUP BY i",
        &["E2013 l: column 'l' is neither in GROUP BY"],
    ),
    (
        "SELECT i + 1 AS k FROM t GROUP BY k",
        &["E2005 k: no column 'k' is visible here"],
    ),
    (
        "SELECT SUM(s) FROM t",
        &["E2006 SUM(s): SUM expects a numeric argument, found STRING"],
    ),
    ("SELECT x.* FROM t", &["E2014"]),
    ("SELECT CAST(a AS INT) FROM t", &["E2007 CAST(a AS INT)"]),
    (
        "SELECT DATE '2020-02-30'",
        &["E2008 DATE '2020-02-30': '2020-02-30' is not a DATE; expected 'yyyy-MM-dd'"],
    ),
    ("SELECT * FROM t, t AS u", &["E2002"]),
    (
        "SELECT i FROM t ORDER BY i",
        &["E2002 i: not supported by this version: ORDER BY"],
    ),
    ("SELECT PERCENTILE(i, 0.5) FROM t", &["E2002 PERCENTILE(i, 0.5)"]),
    ("SELECT i FROM t UNION ALL SELECT i, l FROM t", &["E2011"]),
    ("SELECT i = 1 FROM t UNION ALL SELECT i FROM t", &["E2012"]),
    ("SELECT * FROM (VALUES (1), (2, 3))", &["E2011"]),
    ("SELECT * FROM t AS x(a, b)", &["E2011 x: 2 names for 10 columns"]),
    (
        "SELECT * FROM TUMBLE(TABLE t, DESCRIPTOR(i), INTERVAL '1' DAY)",
        &[
            "E2015 i: column 'i' of type INT NOT NULL is not a time attribute [time attributes here: ts, proc]",
        ],
    ),
    (
        "SELECT * FROM HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '3' SECOND, INTERVAL '10' SECOND)",
        &["E2016 HOP: SIZE (10000 ms) must be a multiple of SLIDE (3000 ms)"],
    ),
    ("SELECT * FROM TUMBLE(TABLE t, DESCRIPTOR(ts))", &["E2016"]),
    (
        "SELECT * FROM TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MONTH)",
        &["E2016 INTERVAL '1' MONTH"],
    ),
    (
        "SELECT /*+ STATE_TTL('t'='1d') */ i FROM t",
        &["E2002 /*+ STATE_TTL('t'='1d') */: not supported by this version"],
    ),
    ("SELECT i FROM t /*+ OPTION('a'='b') */", &["E2022 OPTION"]),
    (
        "SELECT i FROM t /*+ OPTIONS('rows-per-secnd'='5') */",
        &["E2035 'rows-per-secnd'"],
    ),
];

#[test]
fn problems_of_queries() {
    check(QUERIES);
}

/// Other statements and how their problems begin.
const STATEMENTS: &[(&str, &[&str])] = &[
    (
        "INSERT INTO sink SELECT i, s FROM t",
        &["E2019 sink: the query gives 2 columns (i, s), but table 'sink' takes 3 columns"],
    ),
    (
        "INSERT INTO sink (k) SELECT i FROM t",
        &["E2021 sink: column 'v' is STRING NOT NULL and gets no value"],
    ),
    (
        "INSERT INTO sink (k, vv) SELECT i, s FROM t",
        &["E2018 vv: table 'sink' has no column 'vv'"],
    ),
    (
        "INSERT INTO sink (k, v, twice) SELECT i, s, i FROM t",
        &["E2018 twice: column 'twice' is computed"],
    ),
    (
        "INSERT INTO sink (k, v) SELECT UPPER(s), s FROM t",
        &[
            "E2020 SELECT UPPER(s), s FROM t: column 1 of the query, 'EXPR$0' of type STRING, does not fit column 'k' of \
            type BIGINT NOT NULL [write CAST(… AS BIGINT)]",
        ],
    ),
    (
        "INSERT INTO sink (k, v) SELECT s, s FROM t",
        &[
            "E2020 SELECT s, s FROM t: column 1 of the query, 's' of type STRING, does not fit column 'k' of type BIGINT",
        ],
    ),
    (
        "INSERT INTO t SELECT * FROM t",
        &[
            "E2019 t",
            "E2030 t: table 't' cannot be written: 'datagen' is a source",
        ],
    ),
    (
        "CREATE TABLE x (a INT); SELECT * FROM x",
        &["E2032 x: table 'x' has no option 'connector'"],
    ),
    (
        "CREATE TABLE x (a INT) WITH ('connector'='kafak')",
        &["E2029 'kafak': there is no connector 'kafak' [did"],
    ),
    (
        "CREATE TABLE x (a INT) WITH ('connector'='postgres-cdc')",
        &["E2029 'postgres-cdc': the connector"],
    ),
    (
        "CREATE TABLE x (a INT) WITH ('connector'='kafka', 'topic'='a', 'format'='jsn')",
        &[
            "E2039 'kafka': connector 'kafka' needs option 'properties.bootstrap.servers', which is not declared: \
             the deployment must give it",
            "E2033 'jsn'",
        ],
    ),
    (
        "CREATE TABLE x (a INT) WITH ('connector'='datagen', 'fields.b.kind'='random', 'fields.a.kind'='rnd')",
        &[
            "E2035 'fields.b.kind'",
            "E2034 'rnd': 'rnd' is not a value of option 'fields.a.kind'",
        ],
    ),
    (
        "CREATE TABLE x (a INT METADATA FROM 'ofset') WITH ('connector'='upsert-kafka', 'topic'='a', \
          'properties.bootstrap.servers'='h', 'key.format'='raw', 'value.format'='json')",
        &[
            "E2037 a INT METADATA FROM 'ofset'",
            "E2036 'upsert-kafka': connector 'upsert-kafka' needs a primary key",
        ],
    ),
    (
        "CREATE TABLE x (a INT, b STRING) WITH ('connector'='filesystem', 'path'='/x', 'format'='raw')",
        &["E2036"],
    ),
    (
        "CREATE TABLE x (a INT, a STRING)",
        &["E2025 a: column 'a' is declared twice"],
    ),
    (
        "CREATE TABLE x (a INT, PRIMARY KEY (b) NOT ENFORCED)",
        &["E2026 b"],
    ),
    (
        "CREATE TABLE x (a INT, p INT, m AS a + 1) PARTITIONED BY (p, p, m, q)",
        &[
            "E2046 p: column 'p' of PARTITIONED BY is named twice",
            "E2046 m: column 'm' of PARTITIONED BY is not a physical column",
            "E2046 q: column 'q' of PARTITIONED BY does not exist",
        ],
    ),
    (
        "CREATE TABLE x (a INT, b INT) PARTITIONED BY (b, a)",
        &["E2046 a: PARTITIONED BY takes all physical columns"],
    ),
    (
        "CREATE TABLE x (a INT, b INT) PARTITIONED BY (b) WITH ('connector'='blackhole')",
        &["E2036 'blackhole': connector 'blackhole' has no partitions"],
    ),
    (
        "CREATE TABLE x (a INT, b STRING) PARTITIONED BY (a) WITH ('connector'='filesystem', 'path'='/x', 'format'='raw');
         CREATE TABLE y PARTITIONED BY (b) LIKE x",
        &["E2028 b: the table it is LIKE has partitions"],
    ),
    (
        "CREATE TABLE x (a INT, WATERMARK FOR a AS a)",
        &["E2027 a: the watermark's column 'a' is INT"],
    ),
    (
        "CREATE TABLE x (a TIMESTAMP(6), WATERMARK FOR a AS a)",
        &["E2027 a: the watermark's column 'a' is TIMESTAMP(6)"],
    ),
    (
        "CREATE TABLE x (a INT, b AS a + 1, c AS b + 1)",
        &["E2005 b: column 'b' is computed"],
    ),
    ("CREATE TABLE x (a DECIMAL(39, 2))", &["E2001"]),
    (
        "CREATE TABLE t (a INT)",
        &["E2023 t: table or view 't' exists already"],
    ),
    (
        "CREATE TABLE x (i INT) LIKE t",
        &["E2028 i INT: column 'i' exists already"],
    ),
    (
        "CREATE TABLE x (z INT) LIKE t (EXCLUDING ALL INCLUDING OPTIONS); SELECT y FROM x",
        &["E2005 y"],
    ),
    (
        "SET 'table.exec.state.tll' = '1 h'",
        &["E2038 'table.exec.state.tll': setting 'table.exec.state.tll' is unknown"],
    ),
    (
        "CREATE VIEW v AS SELECT nope FROM t; SELECT * FROM v",
        &["E2005 nope"],
    ),
];

#[test]
fn problems_of_inserts_and_tables() {
    check(STATEMENTS);
}

fn check(cases: &[(&str, &[&str])]) {
    let mut wrong = String::new();
    for (sql, expected) in cases {
        let found = bound(sql).map_or_else(|problems| problems, |_| "no problem".to_owned());
        let fits = |(line, start): (&str, &&str)| line.starts_with(start);
        if found.lines().count() != expected.len() || !found.lines().zip(*expected).all(fits) {
            wrong += &format!("{sql}\n  found {found}\n  expected {expected:?}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
