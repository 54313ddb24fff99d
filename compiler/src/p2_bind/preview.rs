//! What is looked at before anything is deployed: a table, or a statement without its sink.
//!
//! In: a script, and what of it to look at. Out: [`Bound`] with that one query. Invariant: no table is written; the
//! rows of an INSERT are those that its sink would get, under the sink's names.

use super::Binder;
use super::bound::{Bound, BoundStatement, Relation};
use super::query::{identity, project};
use crate::base::{Diagnostic, ErrorSink, Span};
use crate::p1_parse::ast::{Name, Script, Statement, StatementKind};

/// What to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Preview {
    /// All columns of a table or view. Statements are not looked at: they may be unfinished.
    Table(String),
    /// The query of the INSERT into this table, or of the script's only statement.
    Statement { sink: Option<String> },
}

/// Resolves names and types of what is looked at; `None` when there are errors.
pub fn bind_preview(script: &Script, preview: &Preview, errors: &mut ErrorSink) -> Option<Bound> {
    match preview {
        Preview::Table(name) => table(script, name, errors),
        Preview::Statement { sink } => {
            let bound = super::bind(script, errors)?;
            statement(bound, sink.as_deref(), errors)
        }
    }
}

fn table(script: &Script, name: &str, errors: &mut ErrorSink) -> Option<Bound> {
    let is_declaration = |statement: &&Statement| {
        !matches!(
            statement.kind,
            StatementKind::Insert(_)
                | StatementKind::StatementSet(_)
                | StatementKind::Query(_)
                | StatementKind::Explain(_)
        )
    };
    let mut binder = Binder::new(&script.positions, errors);
    for statement in script.statements.iter().filter(is_declaration) {
        binder.statement(statement);
    }
    binder.unclaimed_hints();
    let relation = binder.relation_named(&[name], declared_at(script, name));
    let mut bound = binder.bound;
    bound.statements = vec![BoundStatement::Query(relation?.0)];
    (!errors.has_errors()).then_some(bound)
}

/// Where the table or view gets its name; the beginning of the text for one that is not there.
fn declared_at(script: &Script, name: &str) -> Span {
    let is_named = |declared: &&Name| declared.parts.last().is_some_and(|last| last.value == name);
    let names = script
        .statements
        .iter()
        .rev()
        .filter_map(|statement| match &statement.kind {
            StatementKind::CreateTable(table) => Some(&table.name),
            StatementKind::CreateView(view) => Some(&view.name),
            _ => None,
        });
    names
        .into_iter()
        .find(is_named)
        .map_or(Span::new(0, 0, 0), |name| name.span)
}

fn statement(mut bound: Bound, sink: Option<&str>, errors: &mut ErrorSink) -> Option<Bound> {
    let mut statements = std::mem::take(&mut bound.statements);
    let sinks: Vec<String> = statements.iter().filter_map(sink_of).collect();
    if let Some(sink) = sink {
        statements.retain(|statement| sink_of(statement).as_deref() == Some(sink));
    }
    let first = statements.first().map_or(Span::new(0, 0, 0), span);
    let message = match (statements.len(), sink) {
        (1, _) => {
            let query = without_sink(statements.remove(0));
            bound.statements = vec![BoundStatement::Query(query)];
            return Some(bound);
        }
        (0, None) => "there is no INSERT and no query to look at".to_owned(),
        (0, Some(sink)) => format!("no statement writes to '{sink}'"),
        (count, None) => format!("there are {count} statements; one can be looked at"),
        (count, Some(sink)) => format!("{count} statements write to '{sink}'; one can be looked at"),
    };
    // Diagnostic: E2045 none or several statements where a preview is of one.
    let mut diagnostic = Diagnostic::error("E2045", first, message);
    if !sinks.is_empty() {
        diagnostic.help = Some(format!(
            "name the table that the statement writes to: {}",
            sinks.join(", ")
        ));
    }
    errors.push(diagnostic);
    None
}

fn sink_of(statement: &BoundStatement) -> Option<String> {
    match statement {
        BoundStatement::Insert { table, .. } => Some(table.name.clone()),
        BoundStatement::Query(_) => None,
    }
}

fn span(statement: &BoundStatement) -> Span {
    match statement {
        BoundStatement::Insert { span, .. } => *span,
        BoundStatement::Query(query) => query.span,
    }
}

/// The rows that would be written. Columns that the query passes on as they are still have the query's names.
fn without_sink(statement: BoundStatement) -> Relation {
    let (table, input) = match statement {
        BoundStatement::Query(query) => return query,
        BoundStatement::Insert { table, input, .. } => (table, input),
    };
    let written = table
        .columns
        .iter()
        .filter(|column| super::insert::is_persisted(column));
    let mut schema = input.schema.clone();
    for (column, written) in schema.columns.iter_mut().zip(written) {
        column.name.clone_from(&written.name);
    }
    let span = input.span;
    let exprs = identity(&input.schema, span);
    project(input, exprs, schema, span)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{SourceMap, render};
    use crate::compile_preview;

    const TABLES: &str = "
CREATE TABLE bid (auction BIGINT NOT NULL, price DECIMAL(10, 2), ts TIMESTAMP(3), proc AS PROCTIME(),
  WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen');
CREATE TABLE busy (id BIGINT, n BIGINT, PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'upsert-kafka',
  'topic' = 'x', 'properties.bootstrap.servers' = 'h:1', 'key.format' = 'json', 'value.format' = 'json');
CREATE TABLE wide (id STRING, note STRING) WITH ('connector' = 'print');
CREATE VIEW dear AS SELECT auction FROM bid WHERE price > 100;
";

    fn table(name: &str) -> Preview {
        Preview::Table(name.to_owned())
    }

    fn statement(sink: Option<&str>) -> Preview {
        let sink = sink.map(str::to_owned);
        Preview::Statement { sink }
    }

    /// The plan and the columns, or the problems.
    fn preview(sql: &str, preview: &Preview) -> Result<(String, String), String> {
        let mut sources = SourceMap::default();
        sources.add("tables.sql", TABLES);
        sources.add("statement.sql", sql);
        let found =
            compile_preview(&sources, preview).map_err(|problems| render(&problems, &sources, false))?;
        assert!(found.compiled.tables.iter().all(|table| !table.is_written));
        assert!(found.compiled.rust.contains("table: None"));
        let column = |column: &crate::compile::AnswerColumn| {
            let not_null = if column.nullable { "" } else { " NOT NULL" };
            format!("{} {}{not_null}", column.name, column.data_type)
        };
        let columns: Vec<String> = found.columns.iter().map(column).collect();
        let first = found.compiled.plan.lines().next().expect("a plan has a line");
        Ok((first.to_owned(), columns.join(", ")))
    }

    fn shown(sql: &str, of: &Preview) -> (String, String) {
        preview(sql, of).unwrap_or_else(|problems| panic!("{sql}\n{problems}"))
    }

    #[test]
    fn a_table_is_all_its_columns_whatever_the_statement_says() {
        for unfinished in ["", "INSERT INTO nowhere SELECT missing FROM bid"] {
            let (plan, columns) = shown(unfinished, &table("bid"));
            assert_eq!(
                plan,
                "collect: Collect(fields=[auction, price, ts, proc], changelogMode=[I])"
            );
            let expected = "auction BIGINT NOT NULL, price DECIMAL(10, 2), ts TIMESTAMP(3), proc TIMESTAMP_LTZ(3) NOT NULL";
            assert_eq!(columns, expected);
        }
        assert_eq!(shown("", &table("dear")).1, "auction BIGINT NOT NULL");
    }

    #[test]
    fn an_insert_shows_what_its_sink_would_get() {
        let cases = [
            // Both halves of updates, under the sink's names.
            (
                "INSERT INTO busy SELECT auction, COUNT(*) FROM bid GROUP BY auction",
                "collect: Collect(fields=[id, n], changelogMode=[I,UB,UA])",
                "id BIGINT NOT NULL, n BIGINT NOT NULL",
            ),
            (
                "INSERT INTO wide (note) SELECT CAST(price AS STRING) FROM bid",
                "collect: Collect(fields=[id, note], changelogMode=[I])",
                "id STRING, note STRING",
            ),
            (
                "SELECT price AS p FROM bid",
                "collect: Collect(fields=[p], changelogMode=[I])",
                "p DECIMAL(10, 2)",
            ),
        ];
        for (sql, plan, columns) in cases {
            assert_eq!(
                shown(sql, &statement(None)),
                (plan.to_owned(), columns.to_owned()),
                "{sql}"
            );
        }
    }

    #[test]
    fn one_of_several_statements_is_named_by_its_sink() {
        let set = "EXECUTE STATEMENT SET BEGIN
            INSERT INTO busy SELECT auction, auction FROM bid;
            INSERT INTO wide SELECT 'a', 'b' FROM bid;
            END;";
        let columns = shown(set, &statement(Some("wide"))).1;
        assert_eq!(columns, "id CHAR(1) NOT NULL, note CHAR(1) NOT NULL");
        for (sql, of, message) in [
            (
                set,
                statement(None),
                "there are 2 statements; one can be looked at",
            ),
            (set, statement(Some("dear")), "no statement writes to 'dear'"),
            ("", statement(None), "there is no INSERT and no query to look at"),
            ("", table("bids"), "table or view 'bids' does not exist"),
            ("", table("wide"), "'print'"),
        ] {
            let problems = preview(sql, &of).expect_err("refused");
            assert!(problems.contains(message), "{problems}");
        }
        let problems = preview(set, &statement(None)).expect_err("refused");
        assert!(problems.contains("writes to: busy, wide"), "{problems}");
    }
}
