//! What files declare, each looked at for itself: for editors and for the API, which tell what is right with one table
//! while another has errors.
//!
//! In: sources. Out: tables without errors, what statements there are, and diagnostics. Invariant: a table is listed
//! only if nothing is wrong with its declaration; a statement is listed if it could be parsed.

use crate::base::{Diagnostic, ErrorSink, SourceMap, Span};
use crate::catalog::table::{Column, ColumnKind, Table};
use crate::compile::on_deep_stack;
use crate::p1_parse::ast::{Statement, StatementKind};
use crate::{p1_parse, p2_bind};

#[derive(Clone, Debug)]
pub struct Declared {
    pub tables: Vec<DeclaredTable>,
    /// In the order of the text.
    pub statements: Vec<DeclaredStatement>,
    /// All that is wrong with declarations, and what could not be parsed; warnings too.
    pub diagnostics: Vec<Diagnostic>,
}

#[derive(Clone, Debug)]
pub struct DeclaredTable {
    pub name: String,
    /// The whole statement.
    pub span: Span,
    pub columns: Vec<DeclaredColumn>,
    /// In the order of the text.
    pub options: Vec<(String, String)>,
}

#[derive(Clone, Debug)]
pub struct DeclaredColumn {
    pub name: String,
    /// As Flink writes it, without NOT NULL.
    pub data_type: String,
    pub nullable: bool,
    /// `PRI(a, b)` for columns of the primary key.
    pub key: Option<String>,
    /// `AS …` or `METADATA …`.
    pub extras: Option<String>,
    /// The expression of a watermark, as written.
    pub watermark: Option<String>,
}

#[derive(Clone, Debug)]
pub struct DeclaredStatement {
    pub kind: DeclaredKind,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeclaredKind {
    CreateTable,
    CreateView,
    /// SET or RESET.
    Setting,
    /// INSERT or a statement set.
    Insert,
    /// A query without a sink.
    Query,
    /// EXPLAIN, DROP and what this version does not run.
    Other,
}

/// Looks at declarations; INSERTs and queries are parsed, not bound.
pub fn declared(sources: &SourceMap) -> Declared {
    on_deep_stack(|| {
        let mut errors = ErrorSink::default();
        let script = p1_parse::parse(sources, &mut errors);
        let tables = p2_bind::bind_declarations(&script, &mut errors);
        Declared {
            tables: tables.iter().map(|table| describe(table, sources)).collect(),
            statements: script.statements.iter().map(statement).collect(),
            diagnostics: errors.into_diagnostics(),
        }
    })
}

fn statement(statement: &Statement) -> DeclaredStatement {
    let kind = match &statement.kind {
        StatementKind::CreateTable(_) => DeclaredKind::CreateTable,
        StatementKind::CreateView(_) => DeclaredKind::CreateView,
        StatementKind::Set { .. } | StatementKind::Reset { .. } => DeclaredKind::Setting,
        StatementKind::Insert(_) | StatementKind::StatementSet(_) => DeclaredKind::Insert,
        StatementKind::Query(_) => DeclaredKind::Query,
        StatementKind::Explain(_)
        | StatementKind::DropTable { .. }
        | StatementKind::DropView { .. }
        | StatementKind::Unsupported { .. } => DeclaredKind::Other,
    };
    DeclaredStatement {
        kind,
        span: statement.span,
    }
}

fn describe(table: &Table, sources: &SourceMap) -> DeclaredTable {
    let key_names = table
        .primary_key
        .iter()
        .map(|at| table.columns[*at].name.as_str());
    let key = format!("PRI({})", key_names.collect::<Vec<_>>().join(", "));
    let columns = table.columns.iter().enumerate().map(|(at, column)| {
        let watermark = table
            .watermark
            .as_ref()
            .filter(|watermark| watermark.column == at);
        DeclaredColumn {
            name: column.name.clone(),
            data_type: column.ty.kind.to_string(),
            nullable: column.ty.nullable,
            key: table.primary_key.contains(&at).then(|| key.clone()),
            extras: extras(column, sources),
            watermark: watermark.map(|watermark| sources.text(watermark.expr.span).to_owned()),
        }
    });
    let options = table.options.iter();
    DeclaredTable {
        name: table.name.clone(),
        span: table.span,
        columns: columns.collect(),
        options: options
            .map(|(key, option)| (key.clone(), option.value.clone()))
            .collect(),
    }
}

fn extras(column: &Column, sources: &SourceMap) -> Option<String> {
    match &column.kind {
        ColumnKind::Physical => None,
        ColumnKind::Metadata { key, is_virtual } => {
            let end = if *is_virtual { " VIRTUAL" } else { "" };
            Some(format!("METADATA FROM '{}'{end}", key.replace('\'', "''")))
        }
        ColumnKind::Computed(expr) => Some(format!("AS {}", sources.text(expr.span))),
        ColumnKind::Proctime => Some("AS PROCTIME()".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_told_while_another_has_errors() {
        let mut sources = SourceMap::default();
        let good = "CREATE TABLE g (a INT, b STRING, t AS TO_TIMESTAMP_LTZ(a, 3), p AS PROCTIME(), \
                    m TIMESTAMP(3) METADATA FROM 'timestamp' VIRTUAL, \
                    WATERMARK FOR t AS t - INTERVAL '10' SECOND, PRIMARY KEY (b, a) NOT ENFORCED) \
                    WITH ('connector' = 'kafka', 'topic' = 'x', \
                    'properties.bootstrap.servers' = '', 'format' = 'json');";
        sources.add("good", good);
        sources.add(
            "bad",
            "CREATE TABLE w (a INT, a INT) WITH ('connector' = 'print')",
        );
        sources.add("broken", "CREATE TABLE (");
        sources.add("statement", "INSERT INTO w SELECT nothing FROM g");
        let declared = declared(&sources);
        let names: Vec<&str> = declared.tables.iter().map(|table| table.name.as_str()).collect();
        assert_eq!(names, ["g"]);
        let text = |column: &DeclaredColumn| {
            let or = |text: &Option<String>| text.clone().unwrap_or_default();
            let null = if column.nullable { "" } else { " NOT NULL" };
            format!(
                "{} {}{null}|{}|{}|{}",
                column.name,
                column.data_type,
                or(&column.key),
                or(&column.extras),
                or(&column.watermark)
            )
        };
        let columns: Vec<String> = declared.tables[0].columns.iter().map(text).collect();
        let expected = [
            "a INT NOT NULL|PRI(b, a)||",
            "b STRING NOT NULL|PRI(b, a)||",
            "t TIMESTAMP_LTZ(3)||AS TO_TIMESTAMP_LTZ(a, 3)|t - INTERVAL '10' SECOND",
            "p TIMESTAMP_LTZ(3) NOT NULL||AS PROCTIME()|",
            "m TIMESTAMP(3)||METADATA FROM 'timestamp' VIRTUAL|",
        ];
        assert_eq!(columns, expected);
        let kinds: Vec<DeclaredKind> = declared.statements.iter().map(|one| one.kind).collect();
        assert_eq!(
            kinds,
            [
                DeclaredKind::CreateTable,
                DeclaredKind::CreateTable,
                DeclaredKind::Insert
            ]
        );
        let places: Vec<u16> = declared.diagnostics.iter().map(|d| d.span.source).collect();
        assert_eq!(places, [1, 2], "{:?}", declared.diagnostics);
    }
}
