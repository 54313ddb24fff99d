//! Pass 5: logical plan → operators, exchanges, changelog modes, state.
//!
//! The nodes are exactly the operators of the running job, under the names that EXPLAIN, metrics and the generated
//! code use. Nothing of a deployment (options, parallelism) decides anything here except the connector's name and
//! formats, which say what changes a table delivers or accepts, and the settings of the script that name operators.

mod changelog;
mod connector;
mod identity;
mod keys;
mod lower;
mod materialize;
mod names;
pub mod node;
pub mod plan;
mod push_conditions;
mod settings;
mod sinks;
pub mod text;

#[cfg(test)]
mod tests;

use indexmap::IndexMap;

use crate::base::ErrorSink;
use crate::catalog::table::OptionValue;
use crate::p3_plan::plan::LogicalPlan;
use plan::PhysicalPlan;
use settings::PlanSettings;

/// Makes the physical plan; `None` when the query cannot run as it stands, with the reasons in `errors`.
pub fn physical_plan(
    logical: &LogicalPlan,
    config: &IndexMap<String, OptionValue>,
    errors: &mut ErrorSink,
) -> Option<PhysicalPlan> {
    let settings = PlanSettings::read(config);
    let mut plan = lower::lower(logical);
    keys::tell_apart(&mut plan);
    changelog::widest(&mut plan);
    materialize::insert(&mut plan, settings.upsert_materialize);
    changelog::derive(&mut plan);
    keys::distribute(&mut plan);
    names::assign(&mut plan);
    identity::assign(&mut plan);
    sinks::check(&plan, errors);
    (!errors.has_errors()).then_some(plan)
}
