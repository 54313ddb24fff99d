//! SQL → plan text, and SQL → diagnostics, through the parser, the binder and the planner.

use super::text::plan_text;
use crate::base::{ErrorSink, SourceMap, render};
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
            "error[E2019]: the query gives 1 columns (auction)",
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
