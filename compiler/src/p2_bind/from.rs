//! FROM: tables, views, WITH queries, subqueries, window functions, and their aliases.
//!
//! In: sqlparser's table factors. Out: a relation and the columns it puts in scope. Invariant: a table is visible
//! under its alias only, when it has one.

use sqlparser::ast as sqlast;
use sqlparser::ast::TableFactor;

use super::Binder;
use super::bound::{Relation, RelationKind};
use super::scope::Scope;
use crate::base::Span;
use crate::catalog::connector::check;
use crate::catalog::schema::{Schema, SchemaColumn, TimeAttribute};
use crate::catalog::table::{ColumnKind, Table};

const VERSIONED: &str = "FOR SYSTEM_TIME AS OF (a lookup or temporal join)";
const UNNEST: &str = "UNNEST";

/// What makes this more than a table to be joined.
fn what_is_special(factor: &TableFactor) -> Option<&'static str> {
    match factor {
        TableFactor::Table { version: Some(_), .. } => Some(VERSIONED),
        TableFactor::Table {
            name, args: Some(_), ..
        } if name.to_string().eq_ignore_ascii_case(UNNEST) => Some(UNNEST),
        TableFactor::UNNEST { .. } => Some(UNNEST),
        _ => None,
    }
}

impl Binder<'_> {
    /// The FROM clause; one empty row without one.
    pub(super) fn from(&mut self, from: &[sqlast::TableWithJoins], span: Span) -> Option<(Relation, Scope)> {
        match from {
            [] => {
                let schema = Schema { columns: Vec::new() };
                let kind = RelationKind::Values(vec![Vec::new()]);
                let empty = Relation {
                    kind,
                    schema,
                    windowed: None,
                    span,
                };
                Some((empty, Scope::default()))
            }
            [only] if only.joins.is_empty() => self.table_factor(&only.relation),
            several => {
                let bound: Vec<_> = several
                    .iter()
                    .map(|table| self.table_factor(&table.relation))
                    .collect();
                if bound.iter().all(Option::is_some) {
                    self.refuse_joins(several, span);
                }
                None
            }
        }
    }

    /// Names what is joined, if it is something other than a table.
    fn refuse_joins(&mut self, from: &[sqlast::TableWithJoins], span: Span) {
        let mut joined = from.iter().flat_map(|table| &table.joins);
        let special = joined.find_map(|join| Some((what_is_special(&join.relation)?, &join.relation)));
        match special {
            Some((what, factor)) => self.unsupported(what, self.positions.of(factor, span)),
            None => self.unsupported("a join", self.positions.of(&from[0], span)),
        }
    }

    fn table_factor(&mut self, factor: &TableFactor) -> Option<(Relation, Scope)> {
        let span = self.positions.of(factor, self.clause);
        match factor {
            TableFactor::Table {
                name,
                alias,
                args,
                with_hints,
                version,
                with_ordinality: false,
                partitions,
                json_path: None,
                sample: None,
                index_hints,
            } if with_hints.is_empty() && partitions.is_empty() && index_hints.is_empty() => {
                if version.is_some() {
                    self.unsupported(VERSIONED, span);
                    return None;
                }
                match args {
                    Some(sqlast::TableFunctionArgs { args, settings: None }) => {
                        let relation = self.table_function(&name.to_string(), args, span)?;
                        self.aliased(relation, None, alias.as_ref())
                    }
                    Some(_) => self.refused_table("this form of table function", span),
                    None => self.named_table(name, alias.as_ref()),
                }
            }
            TableFactor::Derived {
                lateral: false,
                subquery,
                alias,
                sample: None,
            } => {
                let relation = self.query(subquery)?;
                self.aliased_once(relation, None, alias.as_ref())
            }
            TableFactor::TableFunction {
                expr: sqlast::Expr::Function(function),
                alias,
            } => {
                let relation = self.wrapped_table_function(function, span)?;
                self.aliased(relation, None, alias.as_ref())
            }
            TableFactor::NestedJoin {
                table_with_joins,
                alias: None,
            } => self.from(std::slice::from_ref(table_with_joins), span),
            TableFactor::UNNEST { .. } => self.refused_table("UNNEST", span),
            TableFactor::MatchRecognize { .. } => self.refused_table("MATCH_RECOGNIZE", span),
            TableFactor::Derived { .. } | TableFactor::Function { .. } => self.refused_table("LATERAL", span),
            _ => self.refused_table("this form of table in FROM", span),
        }
    }

    fn refused_table(&mut self, what: &str, span: Span) -> Option<(Relation, Scope)> {
        self.unsupported(what, span);
        None
    }

    fn named_table(
        &mut self,
        name: &sqlast::ObjectName,
        alias: Option<&sqlast::TableAlias>,
    ) -> Option<(Relation, Scope)> {
        let span = self.positions.of(name, self.clause);
        let parts: Vec<sqlast::Ident> = name
            .0
            .iter()
            .filter_map(|part| part.as_ident().cloned())
            .collect();
        let (relation, name) = self.relation_of(&parts, span)?;
        self.aliased_once(relation, Some(&name), alias)
    }

    /// Puts the columns of a query in scope; those whose name two of them were given may not be read.
    fn aliased_once(
        &mut self,
        relation: Relation,
        name: Option<&str>,
        alias: Option<&sqlast::TableAlias>,
    ) -> Option<(Relation, Scope)> {
        let doubled = std::mem::take(&mut self.doubled);
        let is_renamed = alias.is_some_and(|alias| !alias.columns.is_empty());
        let (relation, mut scope) = self.aliased(relation, name, alias)?;
        for (at, name) in doubled.into_iter().filter(|_| !is_renamed) {
            scope.columns[at].name = name;
            scope.columns[at].hidden = Some("is there twice; rename one with AS in the subquery");
        }
        Some((relation, scope))
    }

    /// The relation a name stands for, and the name itself without catalog and database.
    pub(super) fn relation_of(&mut self, parts: &[sqlast::Ident], span: Span) -> Option<(Relation, String)> {
        let parts: Vec<&str> = parts.iter().map(|part| part.value.as_str()).collect();
        self.relation_named(&parts, span)
    }

    pub(super) fn relation_named(&mut self, parts: &[&str], span: Span) -> Option<(Relation, String)> {
        let name = self.checked_name(parts, span);
        self.doubled.clear();
        if let Some(query) = self.named_queries.iter().rev().find(|query| query.name == name) {
            self.doubled.clone_from(&query.doubled);
            return query.relation.clone().map(|relation| (relation, name));
        }
        if let Some(table) = self.bound.tables.get(&name) {
            let table = table.clone();
            let table = self.with_dynamic_options(table, span);
            if let Some(problem) = check::read_problem(&table, span) {
                self.error(problem);
            }
            return Some((scan(table, span), name));
        }
        // A table whose declaration has errors is known, and its problems are reported already.
        if !self.declarations.contains_key(&name) {
            self.unknown_table(&name, span);
        }
        None
    }

    /// Puts the columns in scope under the alias, or under the table's own name.
    fn aliased(
        &mut self,
        relation: Relation,
        name: Option<&str>,
        alias: Option<&sqlast::TableAlias>,
    ) -> Option<(Relation, Scope)> {
        let Some(sqlast::TableAlias {
            explicit: _,
            name: alias,
            columns,
            at: None,
        }) = alias
        else {
            let scope = Scope::of(&relation.schema, name);
            return Some((relation, scope));
        };
        let relation = if columns.is_empty() {
            relation
        } else {
            let span = self.ident_span(alias);
            let names: Vec<&str> = columns.iter().map(|column| column.name.value.as_str()).collect();
            self.renamed(relation, &names, span)?
        };
        let scope = Scope::of(&relation.schema, Some(&alias.value));
        Some((relation, scope))
    }
}

/// All columns of a table, in the order of their declaration.
fn scan(table: Table, span: Span) -> Relation {
    let rowtime = table.watermark.as_ref().map(|watermark| watermark.column);
    let column = |(i, column): (usize, &crate::catalog::table::Column)| SchemaColumn {
        name: column.name.clone(),
        ty: column.ty.clone(),
        time: match column.kind {
            ColumnKind::Proctime => Some(TimeAttribute::Proctime),
            _ if rowtime == Some(i) => Some(TimeAttribute::Rowtime),
            _ => None,
        },
    };
    let schema = Schema {
        columns: table.columns.iter().enumerate().map(column).collect(),
    };
    Relation {
        kind: RelationKind::Scan(table),
        schema,
        windowed: None,
        span,
    }
}
