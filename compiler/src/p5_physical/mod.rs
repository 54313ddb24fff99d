//! Pass 5: logical plan → operators, exchanges, changelog modes, state.
//!
//! The nodes are exactly the operators of the running job, under the names that EXPLAIN, metrics and the generated
//! code use. Nothing of a deployment (options, parallelism) decides anything here except the connector's name and
//! formats, which say what changes a table delivers or accepts.

mod changelog;
mod connector;
mod identity;
mod keys;
mod lower;
mod names;
pub mod node;
pub mod plan;
mod sinks;
pub mod text;

#[cfg(test)]
mod tests;

use crate::base::ErrorSink;
use crate::p3_plan::plan::LogicalPlan;
use plan::PhysicalPlan;

/// Makes the physical plan; `None` when the query cannot run as it stands, with the reasons in `errors`.
pub fn physical_plan(logical: &LogicalPlan, errors: &mut ErrorSink) -> Option<PhysicalPlan> {
    let mut plan = lower::lower(logical);
    changelog::derive(&mut plan);
    keys::distribute(&mut plan);
    names::assign(&mut plan);
    identity::assign(&mut plan);
    sinks::check(&plan, errors);
    (!errors.has_errors()).then_some(plan)
}
