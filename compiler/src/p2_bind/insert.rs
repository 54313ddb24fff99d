//! INSERT INTO: the query's columns matched with the sink's, by position, and cast as Flink casts them.
//!
//! In: an INSERT as parsed. Out: a relation that has exactly the sink's persisted columns. Invariant: what Flink
//! would not cast by itself is an error that names both columns and both types.

use sql::{DataType, TypeKind, Value};

use super::Binder;
use super::bound::{BoundStatement, Relation};
use super::query::{column_names, project};
use super::types::is_implicit_cast;
use crate::base::{Diagnostic, Span};
use crate::catalog::connector::check;
use crate::catalog::function::resolve_cast;
use crate::catalog::nearest::suggestion;
use crate::catalog::schema::{Schema, SchemaColumn, TimeAttribute};
use crate::catalog::table::{Column, ColumnKind, Table};
use crate::expr::Expr;
use crate::p1_parse::ast::{Insert, Text};

impl Binder<'_> {
    pub(super) fn insert(&mut self, insert: &Insert) -> Option<BoundStatement> {
        let refused = self.refuse_clauses(
            &[
                (insert.overwrite, "INSERT OVERWRITE"),
                (!insert.partition.is_empty(), "INSERT … PARTITION"),
            ],
            insert.span,
        );
        self.hints.extend(insert.query.hints.iter().cloned());
        let table = self.sink_table(insert);
        let query = self.query_body(&insert.query);
        let (table, query) = (table?, query?);
        let input = self.sink_input(&table, insert.columns.as_deref(), query, insert.table.span)?;
        (!refused).then_some(BoundStatement::Insert {
            table,
            input,
            span: insert.span,
        })
    }

    fn sink_table(&mut self, insert: &Insert) -> Option<Table> {
        let name = self.object_name(&insert.table);
        let span = insert.table.span;
        if let Some(table) = self.bound.tables.get(&name) {
            let table = table.clone();
            let table = self.with_dynamic_options(table, span);
            if let Some(problem) = check::write_problem(&table, span) {
                self.error(problem);
            }
            return Some(table);
        }
        if self.named_queries.iter().any(|query| query.name == name) {
            // Diagnostic: E2017 an INSERT into what cannot be written.
            self.error(Diagnostic::error(
                "E2017",
                span,
                format!("'{name}' is a view; expected a table to write to"),
            ));
        } else if !self.declarations.contains_key(&name) {
            self.unknown_table(&name, span);
        }
        None
    }

    /// The query as the sink's persisted columns, in order.
    fn sink_input(
        &mut self,
        table: &Table,
        columns: Option<&[Text]>,
        query: Relation,
        span: Span,
    ) -> Option<Relation> {
        let persisted: Vec<&Column> = table
            .columns
            .iter()
            .filter(|column| is_persisted(column))
            .collect();
        let targets = self.targets(table, &persisted, columns)?;
        if targets.len() != query.schema.columns.len() {
            self.wrong_arity(table, &persisted, &targets, &query, span);
            return None;
        }
        let mut exprs = Vec::with_capacity(persisted.len());
        for (position, column) in persisted.iter().enumerate() {
            let source = targets.iter().position(|target| *target == position);
            exprs.push(match source {
                Some(source) => self.sink_value(&query.schema, source, column, query.span),
                None => self.missing_value(column, span),
            });
        }
        let exprs = exprs.into_iter().collect::<Option<Vec<Expr>>>()?;
        self.one_event_time(table, &query.schema, &exprs, span)?;
        let is_forwarded = |(i, expr): (usize, &Expr)| {
            expr.as_column() == Some(i) && query.schema.columns[i].ty.kind == expr.ty.kind
        };
        let is_identity =
            exprs.len() == query.schema.columns.len() && exprs.iter().enumerate().all(is_forwarded);
        if is_identity {
            return Some(query);
        }
        let column = |(column, expr): (&&Column, &Expr)| SchemaColumn {
            name: column.name.clone(),
            ty: expr.ty.clone(),
            time: expr
                .as_column()
                .and_then(|position| query.schema.columns[position].time),
        };
        let schema = Schema {
            columns: persisted.iter().zip(&exprs).map(column).collect(),
        };
        let query_span = query.span;
        Some(project(query, exprs, schema, query_span))
    }

    /// Records have one timestamp: of several columns with event time Flink takes none.
    fn one_event_time(&mut self, table: &Table, schema: &Schema, exprs: &[Expr], span: Span) -> Option<()> {
        let event_time = |expr: &Expr| {
            let column = &schema.columns[expr.as_column()?];
            let is_kept = column.time == Some(TimeAttribute::Rowtime) && column.ty.kind == expr.ty.kind;
            is_kept.then_some(column.name.as_str())
        };
        let names: Vec<&str> = exprs.iter().filter_map(event_time).collect();
        if names.len() < 2 {
            return Some(());
        }
        let message = format!(
            "the query has {} columns with event time ({}), and table '{}' takes rows with one",
            names.len(),
            names.join(", "),
            table.name
        );
        let help = format!(
            "keep one, and cast the others: CAST({} AS TIMESTAMP(3))",
            names[1]
        );
        // Diagnostic: E2041 several event-time columns for one sink.
        self.error(Diagnostic::error("E2041", span, message).with_help(help));
        None
    }

    /// For each column of the query, the position of its persisted column.
    fn targets(
        &mut self,
        table: &Table,
        persisted: &[&Column],
        columns: Option<&[Text]>,
    ) -> Option<Vec<usize>> {
        let Some(columns) = columns else {
            return Some((0..persisted.len()).collect());
        };
        let mut targets = Vec::with_capacity(columns.len());
        for column in columns {
            let found = persisted.iter().position(|known| known.name == column.value);
            let problem = match found {
                Some(position) if targets.contains(&Some(position)) => {
                    Some(format!("column '{}' is listed twice", column.value))
                }
                Some(_) => None,
                None if table.columns.iter().any(|known| known.name == column.value) => Some(format!(
                    "column '{}' is computed or VIRTUAL and cannot be written",
                    column.value
                )),
                None => Some(format!("table '{}' has no column '{}'", table.name, column.value)),
            };
            targets.push(found.filter(|_| problem.is_none()));
            if let Some(message) = problem {
                // Diagnostic: E2018 a column list of INSERT that does not fit the table.
                let mut diagnostic = Diagnostic::error("E2018", column.span, message);
                let names = persisted.iter().map(|known| known.name.as_str());
                diagnostic.help = found
                    .is_none()
                    .then(|| suggestion(&column.value, names, "columns"));
                self.error(diagnostic);
            }
        }
        targets.into_iter().collect()
    }

    fn wrong_arity(
        &mut self,
        table: &Table,
        persisted: &[&Column],
        targets: &[usize],
        query: &Relation,
        span: Span,
    ) {
        let names: Vec<&str> = targets
            .iter()
            .map(|target| persisted[*target].name.as_str())
            .collect();
        let message = format!(
            "the query gives {} ({}), but table '{}' takes {} ({})",
            counted(query.schema.columns.len()),
            column_names(&query.schema),
            table.name,
            counted(targets.len()),
            names.join(", ")
        );
        // Diagnostic: E2019 a query with more or fewer columns than its sink.
        self.error(Diagnostic::error("E2019", span, message));
    }

    fn sink_value(&mut self, schema: &Schema, source: usize, column: &Column, span: Span) -> Option<Expr> {
        let from = &schema.columns[source];
        let value = Expr::column(source, from.ty.clone(), span);
        if !is_implicit_cast(&from.ty.kind, &column.ty.kind) {
            let message = format!(
                "column {} of the query, '{}' of type {}, does not fit column '{}' of type {}",
                source + 1,
                from.name,
                from.ty,
                column.name,
                column.ty
            );
            // Diagnostic: E2020 a value that Flink does not cast to the sink's type by itself.
            let mut diagnostic = Diagnostic::error("E2020", span, message);
            if resolve_cast(&from.ty, &column.ty, false).is_ok() {
                // A name that the query did not give cannot be written.
                let name = if from.name.starts_with("EXPR$") {
                    "…"
                } else {
                    &from.name
                };
                diagnostic.help = Some(format!("write CAST({name} AS {})", column.ty.kind));
            }
            self.error(diagnostic);
            return None;
        }
        if has_room(&from.ty.kind, &column.ty.kind) {
            return Some(value);
        }
        self.coerce(value, &column.ty)
    }

    fn missing_value(&mut self, column: &Column, span: Span) -> Option<Expr> {
        if !column.ty.nullable {
            let message = format!("column '{}' is {} and gets no value", column.name, column.ty);
            // Diagnostic: E2021 a NOT NULL column that the column list leaves out.
            self.error(Diagnostic::error("E2021", span, message));
            return None;
        }
        Some(Expr::literal(
            Value::Null,
            DataType::nullable(column.ty.kind.clone()),
            span,
        ))
    }
}

fn counted(columns: usize) -> String {
    format!("{columns} column{}", if columns == 1 { "" } else { "s" })
}

/// A column that a sink stores: physical, or metadata that is not VIRTUAL.
pub(super) fn is_persisted(column: &Column) -> bool {
    match column.kind {
        ColumnKind::Physical => true,
        ColumnKind::Metadata { is_virtual, .. } => !is_virtual,
        ColumnKind::Computed(_) | ColumnKind::Proctime => false,
    }
}

/// Every value of text or bytes is one of the sink's type as it is. All others are cast, that is, cut off and padded.
fn has_room(from: &TypeKind, to: &TypeKind) -> bool {
    match (from, to) {
        (TypeKind::Char { length } | TypeKind::VarChar { length }, TypeKind::VarChar { length: room }) => {
            length <= room
        }
        (
            TypeKind::Binary { length } | TypeKind::VarBinary { length },
            TypeKind::VarBinary { length: room },
        ) => length <= room,
        _ => false,
    }
}
