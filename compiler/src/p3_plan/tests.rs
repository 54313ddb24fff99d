//! SQL → plan text, and SQL → diagnostics, through the parser, the binder and the planner.

use super::text::plan_text;
use crate::base::{ErrorSink, SourceMap, render};
use crate::compile::{Stage, explain};
use crate::{p1_parse, p2_bind, p3_plan};

const TABLES: &str = "
CREATE TABLE bid (
  auction BIGINT NOT NULL,
  bidder BIGINT,
  price DECIMAL(10, 2),
  item ROW<name STRING, tags ARRAY<STRING>>,
  ts TIMESTAMP(3),
  proc AS PROCTIME(),
  WATERMARK FOR ts AS ts
) WITH ('connector' = 'datagen');
CREATE TABLE sink (a BIGINT, b STRING) WITH ('connector' = 'print');
";

fn compile(sql: &str) -> Result<String, String> {
    let mut sources = SourceMap::default();
    sources.add("tables.sql", TABLES);
    sources.add("statement.sql", sql);
    let mut errors = ErrorSink::default();
    let script = p1_parse::parse(&sources, &mut errors);
    let bound = p2_bind::bind(&script, &mut errors);
    let plan = bound.and_then(|bound| p3_plan::plan(&bound, &mut errors));
    let diagnostics = errors.into_diagnostics();
    match plan {
        Some(plan) if diagnostics.is_empty() => Ok(plan_text(&plan)),
        _ => Err(render(&diagnostics, &sources, false)),
    }
}

fn plan_of(sql: &str) -> String {
    compile(sql).unwrap_or_else(|problems| panic!("{sql}\n{problems}"))
}

#[test]
fn names_casts_and_shared_queries() {
    let plan = plan_of("INSERT INTO sink SELECT auction, x.item.name FROM bid AS x");
    let expected = "\
Sink(table=[sink], fields=[auction, name])
+- Project(select=[auction, item.name AS name])
   +- Source(table=[bid], fields=[auction, bidder, price, item, ts, proc])
";
    assert_eq!(plan, expected);
    let plan =
        plan_of("WITH t AS (SELECT auction AS a FROM bid) SELECT * FROM t UNION ALL SELECT x.a FROM t AS x");
    let expected = "\
Collect(fields=[a])
+- Union(fields=[a])
   :- Project(select=[a])
   :  +- Project(select=[auction AS a])(reuse_id=[1])
   :     +- Source(table=[bid], fields=[auction, bidder, price, item, ts, proc])
   +- Project(select=[a])
      +- Reused(reference_id=[1])
";
    assert_eq!(plan, expected);
}

/// Optimised, so that the shape is not hidden by projections.
fn optimized(sql: &str) -> String {
    let mut sources = SourceMap::default();
    sources.add("tables.sql", TABLES);
    sources.add("statement.sql", sql);
    explain(&sources, Stage::Optimized)
        .map(|explained| explained.text)
        .unwrap_or_else(|problems| panic!("{}", render(&problems, &sources, false)))
}

#[test]
fn a_window_function_is_part_of_its_aggregation() {
    let sql = "SELECT window_start, bidder, COUNT(*) AS c, SUM(price) FILTER (WHERE auction > 3) AS s
        FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(ts), INTERVAL '10' SECOND))
        WHERE auction > 1 GROUP BY bidder, window_start, window_end HAVING COUNT(*) > 1";
    let expected = "\
Collect(fields=[window_start, bidder, c, s])
+- Project(select=[window_start, bidder, c, s])
   +- Filter(where=[(c > 1:BIGINT)])
      +- WindowAgg(window=[TUMBLE(ts, 10s)], groupBy=[bidder], select=[bidder, COUNT(*) AS c, \
SUM(price) FILTER (WHERE $f2) AS s])
         +- Project(select=[bidder, price, (auction > 3:BIGINT) AS $f2, ts])
            +- Filter(where=[(auction > 1:BIGINT)])
               +- Source(table=[bid], fields=[auction, bidder, price, ts])
";
    assert_eq!(optimized(sql), expected);
}

#[test]
fn windows_that_rows_carry() {
    let sql = "SELECT window_start, MAX(c) AS m FROM (
          SELECT window_start, window_end, auction, COUNT(*) AS c
          FROM TUMBLE(TABLE bid, DESCRIPTOR(ts), INTERVAL '10' SECOND)
          GROUP BY auction, window_start, window_end)
        GROUP BY window_start, window_end";
    let expected = "\
Collect(fields=[window_start, m])
+- Project(select=[window_start, m])
   +- WindowAgg(window=[start=window_start, end=window_end], groupBy=[], select=[MAX(c) AS m])
      +- Project(select=[c, window_start, window_end])
         +- WindowAgg(window=[TUMBLE(ts, 10s)], groupBy=[auction], select=[auction, COUNT(*) AS c])
            +- Source(table=[bid], fields=[auction, ts])
";
    assert_eq!(optimized(sql), expected);
    let sql = "SELECT window_end, COUNT(*) AS c FROM TUMBLE(TABLE bid, DESCRIPTOR(ts), INTERVAL '10' SECOND)
        WHERE window_start > TIMESTAMP '2020-01-01 00:00:00.000' GROUP BY window_start, window_end";
    let expected = "\
Collect(fields=[window_end, c])
+- Project(select=[window_end, c])
   +- WindowAgg(window=[start=window_start, end=window_end], groupBy=[], select=[COUNT(*) AS c])
      +- Project(select=[window_start, window_end])
         +- Filter(where=[(window_start > 1577836800000000.000:TIMESTAMP(3))])
            +- WindowAssign(window=[TUMBLE(ts, 10s)])
               +- Source(table=[bid], fields=[ts])
";
    assert_eq!(optimized(sql), expected);
}

#[test]
fn cascaded_windows_go_by_window_time() {
    let sql = "CREATE VIEW small AS SELECT window_time AS rt, auction, COUNT(*) AS c
          FROM TUMBLE(TABLE bid, DESCRIPTOR(ts), INTERVAL '10' SECOND)
          GROUP BY auction, window_start, window_end, window_time;
        SELECT window_end, SUM(c) AS c FROM HOP(TABLE small, DESCRIPTOR(rt), INTERVAL '1' MINUTE, INTERVAL '5' MINUTE)
        GROUP BY window_start, window_end";
    let expected = "\
Collect(fields=[window_end, c])
+- Project(select=[window_end, c])
   +- WindowAgg(window=[HOP(rt, 1min, 5min)], groupBy=[], select=[SUM(c) AS c])
      +- Project(select=[c, window_time AS rt])
         +- WindowAgg(window=[TUMBLE(ts, 10s)], groupBy=[auction], select=[auction, COUNT(*) AS c])
            +- Source(table=[bid], fields=[auction, ts])
";
    assert_eq!(optimized(sql), expected);
}

#[test]
fn a_window_without_both_bounds_is_an_ordinary_group() {
    let sql =
        "SELECT window_start, COUNT(*) AS c FROM TUMBLE(TABLE bid, DESCRIPTOR(ts), INTERVAL '10' SECOND)
        GROUP BY window_start";
    let expected = "\
Collect(fields=[window_start, c])
+- GroupAgg(groupBy=[window_start], select=[window_start, COUNT(*) AS c])
   +- Project(select=[window_start])
      +- WindowAssign(window=[TUMBLE(ts, 10s)])
         +- Source(table=[bid], fields=[ts])
";
    assert_eq!(optimized(sql), expected);
}

#[test]
fn a_statement_set_reads_a_table_once() {
    let sql = "EXECUTE STATEMENT SET BEGIN
        INSERT INTO sink SELECT auction, 'a' FROM bid;
        INSERT INTO sink VALUES (1, 'b'), (CAST('2' AS BIGINT), 'c');
        INSERT INTO sink SELECT bidder, item.name FROM bid;
        END;";
    let plan = optimized(sql);
    assert_eq!(plan.matches("Source(").count(), 1, "{plan}");
    assert_eq!(plan.matches("Sink(").count(), 3, "{plan}");
    assert!(plan.contains("CAST('2' AS BIGINT)"), "{plan}");
}

#[test]
fn processing_time_windows_are_not_carried() {
    let sql = "SELECT COUNT(*) FROM TUMBLE(TABLE bid, DESCRIPTOR(proc), INTERVAL '10' SECOND)
        WHERE window_start > TIMESTAMP '2020-01-01 00:00:00.000' GROUP BY window_start, window_end";
    let found = compile(sql).expect_err(sql);
    assert!(
        found.starts_with("error[E3001]: a processing-time window"),
        "{found}"
    );
}

#[test]
fn problems_name_what_there_is() {
    let cases = [
        (
            "SELECT auctoin FROM bid",
            "error[E2005]: no column 'auctoin' is visible here",
        ),
        (
            "SELECT auction, price FROM bid GROUP BY auction",
            "error[E2013]: column 'price' is neither in GROUP BY",
        ),
        (
            "SELECT * FROM bids",
            "error[E2004]: table or view 'bids' does not exist",
        ),
        (
            "INSERT INTO sink SELECT auction FROM bid",
            "error[E2019]: the query gives 1 column (auction)",
        ),
        (
            "INSERT INTO sink SELECT item, 'x' FROM bid",
            "error[E2020]: column 1 of the query, 'item'",
        ),
    ];
    for (sql, expected) in cases {
        let found = compile(sql).expect_err(sql);
        assert!(found.starts_with(expected), "{sql}\n{found}");
    }
}
