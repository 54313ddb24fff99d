//! SELECT: FROM, WHERE, GROUP BY, HAVING, the list, DISTINCT, in this order.
//!
//! In: sqlparser's `Select`. Out: a [`Relation`]. Invariant: output names are unique, as Calcite makes them
//! (`a`, `a0`, `EXPR$2`); a name that two items were given is told to whoever reads the relation as a table.

use sqlparser::ast as sqlast;
use sqlparser::ast::{Distinct, SelectItem, SelectItemQualifiedWildcardKind};

use super::Binder;
use super::bound::{BoundAggregate, Relation, RelationKind};
use super::expr::{Aggregates, Environment, function_name};
use super::query::{distinct_rows, forwarded_time, project};
use super::scope::Scope;
use crate::base::{Diagnostic, Span};
use crate::catalog::nearest::suggestion;
use crate::catalog::schema::{Schema, SchemaColumn, TimeAttribute};
use crate::expr::Expr;

/// An item of the list, bound.
struct Item {
    expr: Expr,
    name: String,
    /// It is nothing but the name of a column: a time attribute stays one.
    is_name: bool,
    is_proctime: bool,
}

impl Binder<'_> {
    pub(super) fn select(&mut self, select: &sqlast::Select) -> Option<Relation> {
        let span = self.positions.of(select, self.clause);
        let refused = self.refuse_select_clauses(select, span);
        let (input, scope) = self.from(&select.from, span)?;
        let outer = std::mem::replace(&mut self.aliases, aliases(&select.projection));
        let relation = self.select_from(select, input, &scope, span);
        self.aliases = outer;
        relation.filter(|_| !refused)
    }

    /// All clauses behind FROM.
    fn select_from(
        &mut self,
        select: &sqlast::Select,
        input: Relation,
        scope: &Scope,
        span: Span,
    ) -> Option<Relation> {
        // The list is bound even when WHERE has problems, so that those of both are reported.
        let input = match &select.selection {
            Some(condition) => self.filter(input, condition, scope),
            None => Some(input),
        };
        let keys = self.group_keys(&select.group_by, scope);
        let is_global = keys.as_ref().is_some_and(Vec::is_empty);
        let mut environment = Environment {
            scope,
            aggregates: Aggregates::Collected {
                calls: Vec::new(),
                inside: false,
                is_global,
            },
        };
        let items = self.items(&select.projection, &mut environment);
        let having = select
            .having
            .as_ref()
            .map(|having| self.having(having, &mut environment));
        let Aggregates::Collected { calls, .. } = environment.aggregates else {
            unreachable!("the kind of aggregates does not change")
        };
        let (input, keys, items) = (input?, keys?, items?);
        self.doubled = doubled(&items);
        let having = match having {
            Some(bound) => Some(bound?),
            None => None,
        };
        let is_plain = keys.is_empty() && calls.is_empty() && having.is_none();
        let relation = if is_plain {
            let times: Vec<Option<TimeAttribute>> = scope.columns.iter().map(|column| column.time).collect();
            listed(input, items, &times, span)
        } else {
            self.grouped(input, keys, calls, having, items, scope, span)?
        };
        let relation = match &select.distinct {
            None | Some(Distinct::All) => relation,
            Some(Distinct::Distinct) => distinct_rows(relation, span),
            Some(Distinct::On(_)) => {
                self.foreign("DISTINCT ON", "use FIRST_VALUE or LAST_VALUE with GROUP BY", span);
                return None;
            }
        };
        Some(relation)
    }

    fn refuse_select_clauses(&mut self, select: &sqlast::Select, span: Span) -> bool {
        let sqlast::Select {
            select_token: _,
            optimizer_hints: _,
            distinct: _,
            select_modifiers,
            top,
            top_before_distinct: _,
            projection: _,
            exclude,
            into,
            from: _,
            lateral_views,
            prewhere,
            selection: _,
            connect_by,
            group_by: _,
            cluster_by,
            distribute_by,
            sort_by,
            having: _,
            named_window,
            qualify,
            window_before_qualify: _,
            value_table_mode,
            flavor,
        } = select;
        let foreign = select_modifiers.is_some()
            || exclude.is_some()
            || into.is_some()
            || !lateral_views.is_empty()
            || prewhere.is_some()
            || !connect_by.is_empty()
            || !cluster_by.is_empty()
            || !distribute_by.is_empty()
            || !sort_by.is_empty()
            || value_table_mode.is_some()
            || *flavor != sqlast::SelectFlavor::Standard;
        if top.is_some() {
            let help = "results are unbounded, and this version has no LIMIT: take the first rows from the table written";
            self.foreign("TOP", help, span);
        }
        let refusals = [
            (foreign, "a clause that Flink SQL does not have"),
            (!named_window.is_empty(), "WINDOW"),
            (qualify.is_some(), "QUALIFY"),
        ];
        self.refuse_clauses(&refusals, span) || top.is_some()
    }

    fn filter(&mut self, input: Relation, condition: &sqlast::Expr, scope: &Scope) -> Option<Relation> {
        let condition = self.expr(condition, &mut Environment::plain(scope, "WHERE"))?;
        let condition = self.condition(condition, "WHERE")?;
        Some(filtered(input, condition))
    }

    fn having(&mut self, having: &sqlast::Expr, environment: &mut Environment<'_>) -> Option<Expr> {
        let condition = self.expr(having, environment)?;
        self.condition(condition, "HAVING")
    }

    fn grouped(
        &mut self,
        input: Relation,
        keys: Vec<Expr>,
        calls: Vec<BoundAggregate>,
        having: Option<Expr>,
        items: Vec<Item>,
        scope: &Scope,
        span: Span,
    ) -> Option<Relation> {
        let having = having.map(|having| self.over_groups(&having, &keys, &calls, scope));
        let mut moved = Vec::with_capacity(items.len());
        for item in items {
            let expr = self.over_groups(&item.expr, &keys, &calls, scope);
            moved.push(expr.map(|expr| Item { expr, ..item }));
        }
        let items = moved.into_iter().collect::<Option<Vec<Item>>>()?;
        let names = call_names(&items, keys.len(), calls.len());
        let mut relation = super::group::aggregate(input, keys, calls, &names, span);
        if let Some(having) = having {
            relation = filtered(relation, having?);
        }
        let times: Vec<Option<TimeAttribute>> =
            relation.schema.columns.iter().map(|column| column.time).collect();
        Some(listed(relation, items, &times, span))
    }

    fn items(&mut self, list: &[SelectItem], environment: &mut Environment<'_>) -> Option<Vec<Item>> {
        let mut items: Vec<Option<Item>> = Vec::with_capacity(list.len());
        for item in list {
            match item {
                SelectItem::UnnamedExpr(expr) => {
                    let name = implied_name(expr).unwrap_or_else(|| format!("EXPR${}", items.len()));
                    items.push(self.item(expr, name, environment));
                }
                SelectItem::ExprWithAlias { expr, alias } => {
                    if alias.quote_style == Some('\'') {
                        let span = self.ident_span(alias);
                        self.unsupported("a string as an alias (write it in backticks)", span);
                        items.push(None);
                        continue;
                    }
                    items.push(self.item(expr, alias.value.clone(), environment));
                }
                SelectItem::Wildcard(options) => {
                    self.wildcard_options(options);
                    let columns = self.star(None, environment.scope, self.clause);
                    append_star(&mut items, columns);
                }
                SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), options) => {
                    self.wildcard_options(options);
                    let span = self.positions.of(name, self.clause);
                    let columns = self.star(Some(&name.to_string()), environment.scope, span);
                    append_star(&mut items, columns);
                }
                SelectItem::QualifiedWildcard(..) | SelectItem::ExprWithAliases { .. } => {
                    let span = self.positions.of(item, self.clause);
                    self.unsupported("this form of SELECT item", span);
                    items.push(None);
                }
            }
        }
        items.into_iter().collect()
    }

    fn item(&mut self, expr: &sqlast::Expr, name: String, environment: &mut Environment<'_>) -> Option<Item> {
        let bound = self.expr(expr, environment)?;
        self.all_typed([&bound])?;
        Some(Item {
            is_name: is_name(expr),
            is_proctime: is_proctime(expr),
            name,
            expr: bound,
        })
    }

    fn wildcard_options(&mut self, options: &sqlast::WildcardAdditionalOptions) {
        let sqlast::WildcardAdditionalOptions {
            wildcard_token: _,
            opt_ilike: None,
            opt_exclude: None,
            opt_except: None,
            opt_replace: None,
            opt_rename: None,
            opt_alias: None,
        } = options
        else {
            self.unsupported("EXCEPT, EXCLUDE, REPLACE and RENAME after *", self.clause);
            return;
        };
    }

    /// `*` or `t.*`: the columns in order.
    fn star(&mut self, table: Option<&str>, scope: &Scope, span: Span) -> Vec<Option<Item>> {
        let positions = match table {
            Some(table) => scope.of_table(table.trim_matches('`')),
            None => (0..scope.columns.len()).collect(),
        };
        if positions.is_empty() {
            let mut tables: Vec<&str> = scope
                .columns
                .iter()
                .filter_map(|c| c.qualifier.as_deref())
                .collect();
            tables.dedup();
            let help = suggestion(table.unwrap_or("*"), tables.iter().copied(), "tables in FROM");
            // Diagnostic: E2014 `*` without FROM, or `t.*` of a table that FROM does not have.
            let message = format!(
                "no columns for {}*",
                table.map_or(String::new(), |t| format!("{t}."))
            );
            self.error(Diagnostic::error("E2014", span, message).with_help(help));
            return vec![None];
        }
        if let Some(column) = positions
            .iter()
            .map(|at| &scope.columns[*at])
            .find(|column| column.hidden.is_some())
        {
            let message = format!("column '{}' is ambiguous", column.name);
            let help = column.hidden.map(|reason| format!("it {reason}"));
            self.name_error(super::scope::NameError { message, help }, span);
            return vec![None];
        }
        let item = |position: usize| {
            let column = &scope.columns[position];
            Some(Item {
                expr: Expr::column(position, column.ty.clone(), span),
                name: column.name.clone(),
                is_name: true,
                is_proctime: false,
            })
        };
        positions.into_iter().map(item).collect()
    }
}

/// A column of `*` makes way for the names before it, as in Calcite; one that is written out does not.
fn append_star(items: &mut Vec<Option<Item>>, columns: Vec<Option<Item>>) {
    for column in columns {
        let column = column.map(|column| {
            let before = items.iter().flatten().map(|item| item.name.as_str());
            let name = unique(column.name.clone(), &before.collect::<Vec<&str>>());
            Item { name, ..column }
        });
        items.push(column);
    }
}

/// The items whose names others have too, with their positions.
fn doubled(items: &[Item]) -> Vec<(usize, String)> {
    let is_doubled = |item: &Item| items.iter().filter(|other| other.name == item.name).count() > 1;
    let all = items.iter().enumerate().filter(|(_, item)| is_doubled(item));
    all.map(|(at, item)| (at, item.name.clone())).collect()
}

/// The names that AS gives in the list.
fn aliases(list: &[SelectItem]) -> Vec<String> {
    let alias = |item: &SelectItem| match item {
        SelectItem::ExprWithAlias { alias, .. } => Some(alias.value.clone()),
        _ => None,
    };
    list.iter().filter_map(alias).collect()
}

/// The alias of each aggregate call that is an item of the list by itself.
fn call_names(items: &[Item], keys: usize, calls: usize) -> Vec<Option<String>> {
    let is_call =
        |item: &&Item, call: usize| item.expr.as_column() == Some(keys + call) && !item.name.contains('$');
    let name = |call: usize| {
        items
            .iter()
            .find(|item| is_call(item, call))
            .map(|item| item.name.clone())
    };
    (0..calls).map(name).collect()
}

/// The rows for which a condition is TRUE.
fn filtered(input: Relation, condition: Expr) -> Relation {
    Relation {
        schema: input.schema.clone(),
        windowed: input.windowed.clone(),
        span: condition.span,
        kind: RelationKind::Filter {
            input: Box::new(input),
            condition,
        },
    }
}

/// The SELECT list over `input`, whose columns have the time attributes `times`.
fn listed(input: Relation, items: Vec<Item>, times: &[Option<TimeAttribute>], span: Span) -> Relation {
    let mut columns: Vec<SchemaColumn> = Vec::with_capacity(items.len());
    let mut exprs = Vec::with_capacity(items.len());
    for item in items {
        let before: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        let name = unique(item.name, &before);
        let time = match item.is_proctime {
            true => Some(TimeAttribute::Proctime),
            false => forwarded_time(&item.expr, item.is_name, times),
        };
        columns.push(SchemaColumn {
            name,
            ty: item.expr.ty.clone(),
            time,
        });
        exprs.push(item.expr);
    }
    project(input, exprs, Schema { columns }, span)
}

/// `a`, then `a0`, `a1`, …
fn unique(name: String, taken: &[&str]) -> String {
    let is_taken = |name: &str| taken.contains(&name);
    if !is_taken(&name) {
        return name;
    }
    let numbered = (0..=taken.len()).map(|n| format!("{name}{n}"));
    numbered
        .into_iter()
        .find(|name| !is_taken(name))
        .expect("one of n + 1 names is free among n columns")
}

/// The name an item has without AS: that of the column or field it names.
fn implied_name(expr: &sqlast::Expr) -> Option<String> {
    match expr {
        sqlast::Expr::Identifier(name) => Some(name.value.clone()),
        sqlast::Expr::CompoundIdentifier(path) => path.last().map(|name| name.value.clone()),
        sqlast::Expr::Nested(inner) => implied_name(inner),
        sqlast::Expr::CompoundFieldAccess { access_chain, .. } => match access_chain.last()? {
            sqlast::AccessExpr::Dot(field) => implied_name(field),
            sqlast::AccessExpr::Subscript(_) => None,
        },
        _ => None,
    }
}

fn is_name(expr: &sqlast::Expr) -> bool {
    match expr {
        sqlast::Expr::Identifier(_) | sqlast::Expr::CompoundIdentifier(_) => true,
        sqlast::Expr::Nested(inner) => is_name(inner),
        _ => false,
    }
}

/// `PROCTIME()`.
pub(super) fn is_proctime(expr: &sqlast::Expr) -> bool {
    match expr {
        sqlast::Expr::Function(function) => function_name(function) == "PROCTIME",
        sqlast::Expr::Nested(inner) => is_proctime(inner),
        _ => false,
    }
}
