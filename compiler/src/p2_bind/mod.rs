//! Pass 2: statements → names and types resolved.
//!
//! In: the script as parsed. Out: [`bound::Bound`], or diagnostics. Invariant: all errors are reported, not only the
//! first; nothing is answered when there is one.

pub mod bound;
mod config;
mod ddl;
mod expr;
mod from;
mod group;
mod hints;
mod insert;
mod like;
mod partition;
pub mod preview;
mod query;
mod scope;
mod select;
mod types;
mod window_tvf;

use indexmap::IndexMap;
use sqlparser::ast as sqlast;

use self::bound::{Bound, BoundExplain, BoundStatement, Relation};
use crate::base::{Diagnostic, ErrorSink, Span};
use crate::catalog::nearest::suggestion;
use crate::catalog::table::Table;
use crate::p1_parse::ast::{CreateTable, Explain, Hint, Name, Script, Statement, StatementKind};
use crate::p1_parse::positions::Positions;

/// Resolves names and types of a script; `None` when it has errors.
pub fn bind(script: &Script, errors: &mut ErrorSink) -> Option<Bound> {
    let mut binder = Binder::new(&script.positions, errors);
    binder.created = script.statements.iter().filter_map(created_name).collect();
    for statement in &script.statements {
        binder.statement(statement);
    }
    binder.unclaimed_hints();
    let bound = binder.bound;
    (!errors.has_errors()).then_some(bound)
}

/// The tables of a script that have no errors. Views, INSERTs and queries are passed over.
pub fn bind_declarations(script: &Script, errors: &mut ErrorSink) -> Vec<Table> {
    let mut binder = Binder::new(&script.positions, errors);
    binder.created = script.statements.iter().filter_map(created_name).collect();
    let is_table = |statement: &&Statement| matches!(statement.kind, StatementKind::CreateTable(_));
    for statement in script.statements.iter().filter(is_table) {
        binder.statement(statement);
    }
    binder.bound.tables.into_values().collect()
}

/// The table or view that a statement creates.
fn created_name(statement: &Statement) -> Option<String> {
    let name = match &statement.kind {
        StatementKind::CreateTable(table) => &table.name,
        StatementKind::CreateView(view) => &view.name,
        _ => return None,
    };
    name.parts.last().map(|part| part.value.clone())
}

/// State while binding: what has been declared so far, and where problems go.
struct Binder<'a> {
    positions: &'a Positions,
    errors: &'a mut ErrorSink,
    bound: Bound,
    /// Declarations as written, LIKE resolved: what a later LIKE copies from.
    declarations: IndexMap<String, CreateTable>,
    /// Views and, while their query is bound, WITH queries; later names hide earlier ones.
    named_queries: Vec<NamedQuery>,
    /// What the script creates anywhere: names that are used too early get another help than unknown ones.
    created: Vec<String>,
    shared_count: u32,
    /// Names that the SELECT list being bound gives: they are no columns in its own clauses.
    aliases: Vec<String>,
    /// Columns of the query bound or named last whose names stand in its list more than once: their position and that
    /// name.
    doubled: Vec<(usize, String)>,
    /// Hints of the query being bound; those that found their table are taken out.
    hints: Vec<Hint>,
    /// The clause that encloses the node being bound: the place of nodes without one.
    clause: Span,
}

/// A view or WITH query. The relation is missing when it has errors, which were reported.
struct NamedQuery {
    name: String,
    relation: Option<Relation>,
    /// What [`Binder::doubled`] was behind it: nobody may read these columns by name.
    doubled: Vec<(usize, String)>,
}

impl<'a> Binder<'a> {
    fn new(positions: &'a Positions, errors: &'a mut ErrorSink) -> Self {
        Binder {
            positions,
            errors,
            bound: Bound::default(),
            declarations: IndexMap::new(),
            named_queries: Vec::new(),
            created: Vec::new(),
            shared_count: 0,
            aliases: Vec::new(),
            doubled: Vec::new(),
            hints: Vec::new(),
            clause: Span::new(0, 0, 0),
        }
    }

    fn statement(&mut self, statement: &Statement) {
        self.clause = statement.span;
        match &statement.kind {
            StatementKind::CreateTable(table) => self.create_table(table, statement.span),
            StatementKind::CreateView(view) => self.create_view(view),
            StatementKind::DropTable { name, if_exists, .. } => self.drop_table(name, *if_exists),
            StatementKind::DropView { name, if_exists, .. } => self.drop_view(name, *if_exists),
            StatementKind::Set { key, value } => self.set(key, value),
            StatementKind::Reset { key } => self.reset(key.as_ref()),
            StatementKind::Explain(explain) => self.explain(explain, statement.span),
            StatementKind::Insert(_) | StatementKind::StatementSet(_) | StatementKind::Query(_) => {
                let statements = self.executable(statement);
                self.bound.statements.extend(statements);
            }
            StatementKind::Unsupported { what } => self.unsupported_statement(what, statement.span),
        }
    }

    /// INSERTs and queries of one statement; those with errors are left out.
    fn executable(&mut self, statement: &Statement) -> Vec<BoundStatement> {
        match &statement.kind {
            StatementKind::Insert(insert) => self.insert(insert).into_iter().collect(),
            StatementKind::StatementSet(inserts) => inserts.iter().filter_map(|i| self.insert(i)).collect(),
            StatementKind::Query(text) => self
                .query_text(text)
                .map(BoundStatement::Query)
                .into_iter()
                .collect(),
            _ => {
                self.unsupported("EXPLAIN of this statement", statement.span);
                Vec::new()
            }
        }
    }

    fn explain(&mut self, explain: &Explain, span: Span) {
        let statements = self.executable(&explain.statement);
        let details = explain
            .details
            .iter()
            .map(|detail| detail.value.clone())
            .collect();
        self.bound.explains.push(BoundExplain {
            details,
            statements,
            span,
        });
    }

    fn ident_span(&self, ident: &sqlast::Ident) -> Span {
        self.path_span(std::slice::from_ref(ident))
    }

    /// From the first to the last part of a name.
    fn path_span(&self, path: &[sqlast::Ident]) -> Span {
        self.positions
            .of(&sqlast::Expr::CompoundIdentifier(path.to_vec()), self.clause)
    }

    fn error(&mut self, diagnostic: Diagnostic) {
        self.errors.push(diagnostic);
    }

    fn unsupported(&mut self, what: &str, span: Span) {
        // Diagnostic: E2002 Flink has it, this version has not.
        let message = format!("not supported by this version: {what}");
        self.errors.push(Diagnostic::error("E2002", span, message));
    }

    /// Reports what other systems have and Flink has not.
    fn foreign(&mut self, what: &str, help: &str, span: Span) {
        // Diagnostic: E2042 a clause that Flink SQL does not have.
        let message = format!("{what} is not part of Flink SQL");
        self.errors
            .push(Diagnostic::error("E2042", span, message).with_help(help));
    }

    fn unsupported_statement(&mut self, what: &str, span: Span) {
        let help = match what.split(' ').next() {
            Some("SHOW" | "DESC" | "DESCRIBE") => {
                "an application declares and writes tables; `millstream explain` shows its plan and its columns"
            }
            Some("USE") => "leave it out: only default_catalog.default_database exists",
            Some("STOP") => "a deployment is stopped by `millstream stop`",
            Some("ALTER") => "write what it changes into the CREATE statement",
            Some("UPDATE" | "DELETE" | "TRUNCATE") => {
                "a stream changes a table's rows by INSERT INTO … SELECT, where the table has a PRIMARY KEY"
            }
            _ => return self.unsupported(what, span),
        };
        // Diagnostic: E2002 a statement that Flink has and this version has not.
        let message = format!("not supported by this version: {what}");
        self.error(Diagnostic::error("E2002", span, message).with_help(help));
    }

    /// The object's own name, after checking that a catalog and database before it are the built-in ones.
    fn object_name(&mut self, name: &Name) -> String {
        let parts: Vec<&str> = name.parts.iter().map(|part| part.value.as_str()).collect();
        self.checked_name(&parts, name.span)
    }

    fn checked_name(&mut self, parts: &[&str], span: Span) -> String {
        let (last, before) = parts.split_last().expect("a name has a part");
        let expected: &[&str] = &["default_catalog", "default_database"];
        if before.len() > 2 || !expected.ends_with(before) {
            // Diagnostic: E2003 only the built-in catalog and database exist.
            let message = format!("'{}' is in another catalog or database", parts.join("."));
            let help = "only default_catalog.default_database exists; leave the prefix off";
            self.error(Diagnostic::error("E2003", span, message).with_help(help));
        }
        (*last).to_owned()
    }

    /// Reports an unknown table with the nearest name.
    fn unknown_table(&mut self, name: &str, span: Span) {
        let views = self.named_queries.iter().map(|query| query.name.as_str());
        let known: Vec<&str> = self
            .declarations
            .keys()
            .map(String::as_str)
            .chain(views)
            .collect();
        let is_later = !known.contains(&name) && self.created.iter().any(|created| created == name);
        let help = if is_later {
            format!("create '{name}' before its use; files of tables/ are read in the order of their names")
        } else {
            suggestion(name, known.iter().copied(), "tables and views")
        };
        // Diagnostic: E2004 a table or view that was not created before this place.
        let message = format!("table or view '{name}' does not exist");
        self.errors
            .push(Diagnostic::error("E2004", span, message).with_help(help));
    }
}

#[cfg(test)]
mod tests;
