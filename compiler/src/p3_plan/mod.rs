//! Pass 3: bound queries → logical plan.
//!
//! In: [`Bound`]. Out: [`plan::LogicalPlan`], a graph in which a table, view or WITH query that is read in several
//! places stands once. Invariant: aggregates and windows read plain columns; expressions are projected below them.

mod aggregate;
mod build;
pub mod plan;
pub mod text;

use self::build::Builder;
use self::plan::LogicalPlan;
use crate::base::ErrorSink;
use crate::p2_bind::bound::{Bound, BoundStatement};

/// The plan of all INSERT statements and bare queries; `None` when one of them cannot be planned.
pub fn plan(bound: &Bound, errors: &mut ErrorSink) -> Option<LogicalPlan> {
    plan_statements(&bound.statements, errors)
}

/// The plan of some statements, as EXPLAIN of a statement needs it.
pub fn plan_statements(statements: &[BoundStatement], errors: &mut ErrorSink) -> Option<LogicalPlan> {
    let mut builder = Builder::new(errors);
    for statement in statements {
        builder.statement(statement);
    }
    let plan = builder.finish();
    (!errors.has_errors()).then_some(plan)
}

#[cfg(test)]
mod tests;
