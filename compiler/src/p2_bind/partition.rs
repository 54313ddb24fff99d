//! PARTITIONED BY: by which columns a table's data lie in folders.
//!
//! In: the clause and the table's columns. Out: positions of the columns. Invariant: all are physical, and one physical
//! column at least is not among them.

use super::Binder;
use crate::base::{Diagnostic, Span};
use crate::catalog::nearest::suggestion;
use crate::catalog::table::{Column, ColumnKind};
use crate::p1_parse::ast::Text;

impl Binder<'_> {
    /// Positions of the partition columns in the order of the clause; `None` after its problems were reported.
    pub(super) fn partition_keys(&mut self, clause: &[Text], columns: &[Column]) -> Option<Vec<usize>> {
        let is_physical = |column: &&Column| column.kind == ColumnKind::Physical;
        let mut positions: Vec<Option<usize>> = Vec::with_capacity(clause.len());
        for name in clause {
            let found = columns.iter().position(|column| column.name == name.value);
            let problem = match found {
                None => Some("does not exist"),
                Some(position) if !is_physical(&&columns[position]) => Some("is not a physical column"),
                Some(position) if positions.contains(&Some(position)) => Some("is named twice"),
                Some(_) => None,
            };
            positions.push(found.filter(|_| problem.is_none()));
            if let Some(problem) = problem {
                let names = columns
                    .iter()
                    .filter(is_physical)
                    .map(|column| column.name.as_str());
                let message = format!("column '{}' of PARTITIONED BY {problem}", name.value);
                let help = match found {
                    Some(position) if is_physical(&&columns[position]) => "name it once".to_owned(),
                    _ => suggestion(&name.value, names, "physical columns"),
                };
                self.partition_error(message, name.span, help);
            }
        }
        let positions: Vec<usize> = positions.into_iter().collect::<Option<_>>()?;
        let physical = columns.iter().filter(is_physical).count();
        if let Some(last) = clause.last().filter(|_| positions.len() == physical) {
            let message = "PARTITIONED BY takes all physical columns; files would hold none".to_owned();
            self.partition_error(message, last.span, "leave a column to the files".to_owned());
            return None;
        }
        Some(positions)
    }

    fn partition_error(&mut self, message: String, span: Span, help: String) {
        // Diagnostic: E2046 partition columns that a table cannot have.
        self.error(Diagnostic::error("E2046", span, message).with_help(help));
    }
}
