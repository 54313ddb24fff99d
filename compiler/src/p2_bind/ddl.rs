//! CREATE TABLE and DROP: columns of all kinds, watermark, primary key, options.
//!
//! In: a declaration as parsed. Out: a [`Table`] in the catalogue. Invariant: a table with errors is remembered by
//! name, so that its use reports nothing more.

use indexmap::IndexMap;
use sql::{DataType, TypeKind};

use super::Binder;
use super::expr::Environment;
use super::scope::{Scope, ScopeColumn};
use super::select::is_proctime;
use crate::base::{Diagnostic, Span};
use crate::catalog::connector::check;
use crate::catalog::nearest::suggestion;
use crate::catalog::table::{Column, ColumnKind, OptionValue, Table, Watermark};
use crate::p1_parse::ast::{
    ColumnDef, ColumnDefKind, CreateTable, Name, PrimaryKeyDef, SqlExpr, WatermarkDef,
};

/// The largest precision of a time attribute: milliseconds.
const TIME_ATTRIBUTE_PRECISION_MAX: u8 = 3;

impl Binder<'_> {
    pub(super) fn create_table(&mut self, declaration: &CreateTable, span: Span) {
        let name = self.object_name(&declaration.name);
        if self.is_declared(&name) && !declaration.or_replace {
            if !declaration.if_not_exists {
                self.already_declared(&name, declaration.name.span);
            }
            return;
        }
        let refused = self.refuse_clauses(
            &[
                (declaration.as_query.is_some(), "CREATE TABLE … AS SELECT"),
                (declaration.distributed_by.is_some(), "DISTRIBUTED BY"),
            ],
            declaration.name.span,
        );
        let merged = self.merged_with_source(declaration);
        let table = merged.as_ref().and_then(|merged| self.table(&name, merged, span));
        self.bound.tables.shift_remove(&name);
        self.declarations
            .insert(name.clone(), merged.unwrap_or_else(|| declaration.clone()));
        if let Some(table) = table.filter(|_| !refused) {
            self.check_connector(&table);
            self.bound.tables.insert(name, table);
        }
    }

    /// Reports what the connector does not take.
    pub(super) fn check_connector(&mut self, table: &Table) {
        for problem in check::problems(table) {
            self.error(problem);
        }
    }

    pub(super) fn is_declared(&self, name: &str) -> bool {
        self.declarations.contains_key(name) || self.named_queries.iter().any(|query| query.name == name)
    }

    pub(super) fn already_declared(&mut self, name: &str, span: Span) {
        // Diagnostic: E2023 a table or view of this name exists.
        let message = format!("table or view '{name}' exists already");
        let help = "give it another name, or write IF NOT EXISTS";
        self.error(Diagnostic::error("E2023", span, message).with_help(help));
    }

    pub(super) fn drop_table(&mut self, name: &Name, if_exists: bool) {
        let own = self.object_name(name);
        self.bound.tables.shift_remove(&own);
        if self.declarations.shift_remove(&own).is_none() && !if_exists {
            self.unknown_table(&own, name.span);
        }
    }

    pub(super) fn drop_view(&mut self, name: &Name, if_exists: bool) {
        let own = self.object_name(name);
        let known = self.named_queries.len();
        self.named_queries.retain(|query| query.name != own);
        if self.named_queries.len() == known && !if_exists {
            self.unknown_table(&own, name.span);
        }
    }

    fn table(&mut self, name: &str, declaration: &CreateTable, span: Span) -> Option<Table> {
        let (columns, is_complete) = self.columns(declaration);
        let primary_key = self.primary_key(&declaration.primary_keys, &columns);
        let columns = with_key_not_null(columns, primary_key.as_deref().unwrap_or_default());
        // What reads the columns waits until all of them have types, so that one mistake is reported once.
        if !is_complete {
            return None;
        }
        let partition_keys = self.partition_keys(&declaration.partitioned_by, &columns);
        let columns = self.computed_columns(declaration, columns)?;
        let watermark = self.watermark(&declaration.watermarks, &columns);
        Some(Table {
            name: name.to_owned(),
            columns,
            primary_key: primary_key?,
            partition_keys: partition_keys?,
            watermark: watermark?,
            options: Self::options(declaration),
            comment: declaration.comment.as_ref().map(|comment| comment.value.clone()),
            span,
        })
    }

    fn options(declaration: &CreateTable) -> IndexMap<String, OptionValue> {
        // The parser has refused a key that is given twice.
        let options = declaration.options.iter().map(|option| {
            let value = OptionValue {
                value: option.value.value.clone(),
                key_span: option.key.span,
                value_span: option.value.span,
            };
            (option.key.value.clone(), value)
        });
        options.collect()
    }

    /// All columns, computed ones still without their expression; whether every one has a type.
    fn columns(&mut self, declaration: &CreateTable) -> (Vec<Column>, bool) {
        let mut columns: Vec<Column> = Vec::with_capacity(declaration.columns.len());
        let mut is_complete = true;
        for definition in &declaration.columns {
            if columns.iter().any(|column| column.name == definition.name.value) {
                // Diagnostic: E2025 two columns of one name.
                let message = format!("column '{}' is declared twice", definition.name.value);
                self.error(Diagnostic::error("E2025", definition.name.span, message));
                is_complete = false;
                continue;
            }
            match self.column(definition) {
                Some(column) => columns.push(column),
                None => is_complete = false,
            }
        }
        (columns, is_complete)
    }

    fn column(&mut self, definition: &ColumnDef) -> Option<Column> {
        let (ty, kind) = match &definition.kind {
            ColumnDefKind::Physical { ty } => (self.data_type(ty)?, ColumnKind::Physical),
            ColumnDefKind::Metadata { ty, from, is_virtual } => {
                let key = from.as_ref().unwrap_or(&definition.name).value.clone();
                (
                    self.data_type(ty)?,
                    ColumnKind::Metadata {
                        key,
                        is_virtual: *is_virtual,
                    },
                )
            }
            // Stands for every computed column until `computed_columns` gives it its type.
            ColumnDefKind::Computed { .. } => (proctime_type(), ColumnKind::Proctime),
            ColumnDefKind::OfQuery => {
                self.unsupported("a column of CREATE TABLE … AS SELECT", definition.span);
                return None;
            }
        };
        Some(Column {
            name: definition.name.value.clone(),
            ty,
            kind,
            span: definition.span,
        })
    }

    /// Binds `c AS expr` over the columns that are not computed.
    fn computed_columns(&mut self, declaration: &CreateTable, columns: Vec<Column>) -> Option<Vec<Column>> {
        let mut scope = table_scope(&columns);
        for (definition, column) in declaration.columns.iter().zip(&mut scope.columns) {
            if matches!(definition.kind, ColumnDefKind::Computed { .. }) {
                column.hidden = Some("is computed; a computed column cannot read another one");
            }
        }
        let bound: Vec<Option<Column>> = columns
            .into_iter()
            .zip(&declaration.columns)
            .map(|(column, definition)| match &definition.kind {
                ColumnDefKind::Computed { expr } if !is_proctime(&expr.expr) => {
                    self.computed_column(column, expr, &scope)
                }
                _ => Some(column),
            })
            .collect();
        bound.into_iter().collect()
    }

    fn computed_column(&mut self, column: Column, expr: &SqlExpr, scope: &Scope) -> Option<Column> {
        let expr = self.sql_expr(expr, &mut Environment::plain(scope, "a computed column"))?;
        Some(Column {
            ty: expr.ty.clone(),
            kind: ColumnKind::Computed(expr),
            ..column
        })
    }

    /// Positions of the primary key's columns; `None` after its problems were reported.
    fn primary_key(&mut self, keys: &[PrimaryKeyDef], columns: &[Column]) -> Option<Vec<usize>> {
        let key = match keys {
            [] => return Some(Vec::new()),
            [key] => key,
            [_, second, ..] => {
                // Diagnostic: E2026 a primary key that Flink does not accept.
                self.error(Diagnostic::error(
                    "E2026",
                    second.span,
                    "a table has at most one primary key",
                ));
                return None;
            }
        };
        if !key.not_enforced {
            let message = "PRIMARY KEY must be NOT ENFORCED: Flink does not own the data";
            let help = "write PRIMARY KEY (…) NOT ENFORCED";
            self.error(Diagnostic::error("E2026", key.span, message).with_help(help));
        }
        let mut positions: Vec<Option<usize>> = Vec::with_capacity(key.columns.len());
        for name in &key.columns {
            let found = columns.iter().position(|column| column.name == name.value);
            let problem = match found {
                None => Some(format!(
                    "the primary key names column '{}', which does not exist",
                    name.value
                )),
                Some(position) if columns[position].kind != ColumnKind::Physical => Some(format!(
                    "column '{}' of the primary key is not a physical column",
                    name.value
                )),
                Some(position) if positions.contains(&Some(position)) => {
                    Some(format!("the primary key names column '{}' twice", name.value))
                }
                Some(_) => None,
            };
            positions.push(found.filter(|_| problem.is_none()));
            if let Some(message) = problem {
                let physical = columns
                    .iter()
                    .filter(|column| column.kind == ColumnKind::Physical);
                let names: Vec<&str> = physical.map(|column| column.name.as_str()).collect();
                let help = suggestion(&name.value, names.iter().copied(), "physical columns");
                self.error(Diagnostic::error("E2026", name.span, message).with_help(help));
            }
        }
        positions.into_iter().collect()
    }

    /// The watermark, if one is declared; `None` after its problems were reported.
    fn watermark(&mut self, watermarks: &[WatermarkDef], columns: &[Column]) -> Option<Option<Watermark>> {
        let definition = match watermarks {
            [] => return Some(None),
            [definition] => definition,
            [_, second, ..] => {
                return self.watermark_error("a table has at most one watermark".into(), second.span);
            }
        };
        let [name] = &definition.column[..] else {
            let message = "the watermark's column is a nested field; give it a computed column".to_owned();
            return self.watermark_error(message, definition.span);
        };
        let scope = table_scope(columns);
        let column = match scope.resolve(&[&name.value]) {
            Ok(found) => found.column,
            Err(problem) => {
                self.name_error(problem, name.span);
                return None;
            }
        };
        let found = &columns[column];
        if !is_time_attribute_type(&found.ty.kind) {
            let message = format!(
                "the watermark's column '{}' is {}; expected TIMESTAMP(p) or TIMESTAMP_LTZ(p) with p at most 3",
                found.name, found.ty
            );
            return self.watermark_error(message, name.span);
        }
        let expr = self.sql_expr(&definition.expr, &mut Environment::plain(&scope, "a watermark"))?;
        if !is_time_attribute_type(&expr.ty.kind) {
            let message = format!(
                "the watermark is {}; expected TIMESTAMP(p) or TIMESTAMP_LTZ(p) with p at most 3",
                expr.ty
            );
            return self.watermark_error(message, definition.expr.span);
        }
        Some(Some(Watermark {
            column,
            expr,
            span: definition.span,
        }))
    }

    fn watermark_error<T>(&mut self, message: String, span: Span) -> Option<T> {
        // Diagnostic: E2027 a watermark that Flink does not accept.
        self.error(Diagnostic::error("E2027", span, message));
        None
    }
}

fn proctime_type() -> DataType {
    DataType::not_null(TypeKind::TimestampLtz { precision: 3 })
}

fn is_time_attribute_type(kind: &TypeKind) -> bool {
    matches!(
        kind,
        TypeKind::Timestamp { precision } | TypeKind::TimestampLtz { precision }
            if *precision <= TIME_ATTRIBUTE_PRECISION_MAX
    )
}

fn with_key_not_null(mut columns: Vec<Column>, primary_key: &[usize]) -> Vec<Column> {
    for position in primary_key {
        columns[*position].ty.nullable = false;
    }
    columns
}

/// A table's own columns, as its computed columns and watermark see them.
fn table_scope(columns: &[Column]) -> Scope {
    let column = |column: &Column| ScopeColumn {
        qualifier: None,
        name: column.name.clone(),
        ty: column.ty.clone(),
        time: None,
        hidden: None,
    };
    Scope {
        columns: columns.iter().map(column).collect(),
    }
}
