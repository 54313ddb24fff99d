//! A version's texts, compiled.
//!
//! In: a version. Out: what the compiler says, and the program that is kept of it. Invariant: the same
//! texts are compiled that were validated.

use compiler::Compiled;
use compiler::base::reports;

use crate::model::program::{Program, ProgramOperator, ProgramTable};
use crate::model::{Application, Version};
use crate::refusal::Refusal;
use crate::validation::VersionText;

pub(super) fn compile(version: &Version) -> Result<Compiled, Refusal> {
    let sources = VersionText::of(version).source_map();
    compiler::compile(&sources).map_err(|diagnostics| {
        let mut refusal = Refusal::invalid("The application version does not compile");
        let reports = reports(&diagnostics, &sources);
        refusal.errors = reports.iter().map(|report| report.message.clone()).collect();
        refusal
    })
}

pub(super) fn program(
    deployment_id: &str,
    application: &Application,
    version: &Version,
    compiled: &Compiled,
) -> Program {
    let config = compiled.config.iter().cloned().collect();
    let name: Option<&String> = compiled
        .config
        .iter()
        .rev()
        .find_map(|(key, value)| (key == "pipeline.name").then_some(value));
    let integration = |name: &str| {
        let tables = version.sources.iter().chain(&version.sinks);
        let mut named = tables.filter(|table| table.table_name == name);
        named.find_map(|table| table.integration_id.clone())
    };
    let tables = compiled.tables.iter().map(|table| ProgramTable {
        name: table.name.clone(),
        options: table.options.iter().cloned().collect(),
        integration_id: integration(&table.name),
    });
    let operators = compiled.operators.iter().map(|operator| ProgramOperator {
        name: operator.name.clone(),
        uid: operator.uid.clone(),
        state_fingerprint: operator.state_fingerprint.clone(),
        description: operator.description.clone(),
        inputs: operator.inputs.clone(),
    });
    Program {
        deployment_id: deployment_id.to_owned(),
        name: name.unwrap_or(&application.name).clone(),
        tables: tables.collect(),
        config,
        operators: operators.collect(),
        plan: compiled.plan.clone(),
    }
}
