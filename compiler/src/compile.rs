//! All passes in a row: sources in, everything that building and deploying a job needs out.
//!
//! A pass that reports an error is the last one to run; its errors are reported together.

use serde::Serialize;

use crate::base::{Diagnostic, ErrorSink, SourceMap, Span};
use crate::catalog::table::{ColumnKind, Table};
use crate::p1_parse::ast::Script;
use crate::p2_bind::bound::{Bound, BoundExplain, BoundStatement};
use crate::p2_bind::preview::{Preview, bind_preview};
use crate::p3_plan::plan::LogicalPlan;
use crate::p3_plan::text as logical_text;
use crate::p5_physical::plan::{PhysicalNode, PhysicalOp, PhysicalPlan};
use crate::p5_physical::text as physical_text;
use crate::{p1_parse, p2_bind, p3_plan, p4_optimize, p5_physical, p6_codegen};

/// Passes recurse with the nesting of the text; this is enough for what the parser lets through.
const STACK_BYTES: usize = 256 << 20;

/// A form that the compiler can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Ast,
    Bound,
    Logical,
    /// Every plan on the way through the optimizer's rules.
    Trace,
    Optimized,
    Physical,
    Rust,
}

impl Stage {
    /// The stages by name, in order.
    pub const NAMED: [(&'static str, Stage); 7] = [
        ("ast", Stage::Ast),
        ("bound", Stage::Bound),
        ("logical", Stage::Logical),
        ("trace", Stage::Trace),
        ("optimized", Stage::Optimized),
        ("physical", Stage::Physical),
        ("rust", Stage::Rust),
    ];
}

/// What comes out.
#[derive(Clone, Debug, Serialize)]
pub struct Compiled {
    /// Default of `pipeline.name`.
    pub name: String,
    /// The module `job`.
    pub rust: String,
    /// The physical plan with changelog modes.
    pub plan: String,
    pub operators: Vec<OperatorSummary>,
    /// Tables that the job reads or writes, in the order of the plan.
    pub tables: Vec<TableSummary>,
    /// What SET leaves, in the order of the text.
    pub config: Vec<(String, String)>,
    /// Answers of the EXPLAIN statements, in order.
    pub explains: Vec<String>,
    #[serde(skip)]
    pub warnings: Vec<Diagnostic>,
}

/// An operator as savepoints and consoles know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OperatorSummary {
    pub name: String,
    pub uid: String,
    /// What the bytes of its state depend on; only of operators with state.
    pub state_fingerprint: Option<String>,
    pub changelog_mode: String,
    /// The line of the plan.
    pub description: String,
    /// Operators it reads from, by their places in the plan.
    pub inputs: Vec<usize>,
}

/// A table as deployments need it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TableSummary {
    pub name: String,
    pub columns: Vec<ColumnSummary>,
    pub primary_key: Vec<String>,
    /// The WITH clause, in the order of the text.
    pub options: Vec<(String, String)>,
    pub is_read: bool,
    pub is_written: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ColumnSummary {
    pub name: String,
    /// As Flink writes it: `DECIMAL(10, 2) NOT NULL`.
    pub data_type: String,
    /// `physical`, `metadata`, `computed`.
    pub kind: &'static str,
}

/// What a preview needs.
#[derive(Clone, Debug)]
pub struct CompiledPreview {
    /// A job whose only output is its answer.
    pub compiled: Compiled,
    /// Columns of the answer.
    pub columns: Vec<AnswerColumn>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AnswerColumn {
    pub name: String,
    /// As Flink writes it, without NOT NULL.
    pub data_type: String,
    pub nullable: bool,
}

/// Compiles an application, or says what is wrong with it.
pub fn compile(sources: &SourceMap) -> Result<Compiled, Vec<Diagnostic>> {
    with_stack(|errors| {
        let bound = bound(sources, errors)?;
        compiled(sources, &bound, errors)
    })
}

/// One stage as text.
#[derive(Clone, Debug)]
pub struct Explained {
    pub text: String,
    /// What the passes up to this stage said and is no error.
    pub warnings: Vec<Diagnostic>,
}

/// The text of one stage. Errors of later passes do not matter.
pub fn explain(sources: &SourceMap, stage: Stage) -> Result<Explained, Vec<Diagnostic>> {
    with_stack(|errors| {
        let text = stage_text(sources, stage, errors)?;
        let warnings = errors.warnings();
        Some(Explained { text, warnings })
    })
}

/// Runs the passes; an answer counts only when no error was reported.
fn with_stack<T: Send>(
    passes: impl FnOnce(&mut ErrorSink) -> Option<T> + Send,
) -> Result<T, Vec<Diagnostic>> {
    on_deep_stack(|| {
        let mut errors = ErrorSink::default();
        let answer = passes(&mut errors).filter(|_| !errors.has_errors());
        answer.ok_or_else(|| errors.into_diagnostics())
    })
}

/// Runs passes on a thread of their own.
pub(crate) fn on_deep_stack<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .stack_size(STACK_BYTES)
            .spawn_scoped(scope, run);
        let answer = thread.expect("a thread can be started").join();
        answer.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Compiles what a preview shows: a job that reads and writes nothing but its answer.
pub fn compile_preview(sources: &SourceMap, preview: &Preview) -> Result<CompiledPreview, Vec<Diagnostic>> {
    with_stack(|errors| {
        let script = parsed(sources, errors)?;
        let mut bound = bind_preview(&script, preview, errors)?;
        bound.explains.clear();
        let columns = answer_columns(&bound);
        let compiled = compiled(sources, &bound, errors)?;
        Some(CompiledPreview { compiled, columns })
    })
}

/// The columns of the only query.
fn answer_columns(bound: &Bound) -> Vec<AnswerColumn> {
    let columns = bound.statements.iter().flat_map(|statement| match statement {
        BoundStatement::Query(query) => query.schema.columns.as_slice(),
        BoundStatement::Insert { .. } => unreachable!("a preview writes no table"),
    });
    columns
        .map(|column| AnswerColumn {
            name: column.name.clone(),
            data_type: column.ty.kind.to_string(),
            nullable: column.ty.nullable,
        })
        .collect()
}

fn compiled(sources: &SourceMap, bound: &Bound, errors: &mut ErrorSink) -> Option<Compiled> {
    let physical = physical(
        &p4_optimize::optimize(p3_plan::plan(bound, errors)?),
        bound,
        errors,
    )?;
    let explains: Option<Vec<String>> = bound
        .explains
        .iter()
        .map(|one| explain_answer(one, bound, errors))
        .collect();
    check_has_work(&physical, bound, errors)?;
    Some(Compiled {
        name: p6_codegen::job_name(&physical),
        rust: p6_codegen::generate(&physical, sources),
        plan: physical_text::plan_text(&physical, true),
        operators: (0..physical.nodes.len())
            .map(|node| operator(&physical, node))
            .collect(),
        tables: tables(&physical),
        config: bound
            .config
            .iter()
            .map(|(key, option)| (key.clone(), option.value.clone()))
            .collect(),
        explains: explains?,
        warnings: errors.warnings(),
    })
}

/// `None` after reporting that there is nothing to run and nothing to explain.
fn check_has_work(physical: &PhysicalPlan, bound: &Bound, errors: &mut ErrorSink) -> Option<()> {
    if physical.nodes.is_empty() && bound.explains.is_empty() {
        let message = "the application has no INSERT and no query to run";
        errors.push(Diagnostic::error("E5005", Span::new(0, 0, 0), message));
        return None;
    }
    Some(())
}

fn bound(sources: &SourceMap, errors: &mut ErrorSink) -> Option<Bound> {
    p2_bind::bind(&parsed(sources, errors)?, errors)
}

fn parsed(sources: &SourceMap, errors: &mut ErrorSink) -> Option<Script> {
    let script = p1_parse::parse(sources, errors);
    (!errors.has_errors()).then_some(script)
}

fn physical(optimized: &LogicalPlan, bound: &Bound, errors: &mut ErrorSink) -> Option<PhysicalPlan> {
    p5_physical::physical_plan(optimized, &bound.config, errors)
}

fn stage_text(sources: &SourceMap, stage: Stage, errors: &mut ErrorSink) -> Option<String> {
    if stage == Stage::Ast {
        return Some(format!("{:#?}\n", p1_parse::parse(sources, errors).statements));
    }
    let bound = bound(sources, errors)?;
    if stage == Stage::Bound {
        return Some(format!("{bound:#?}\n"));
    }
    let logical = p3_plan::plan(&bound, errors)?;
    match stage {
        Stage::Logical => return Some(logical_text::plan_text(&logical)),
        Stage::Trace => {
            let steps = p4_optimize::trace(logical);
            let text = |step: &p4_optimize::TraceStep| {
                format!("== {} ==\n{}\n", step.rule, logical_text::plan_text(&step.plan))
            };
            return Some(steps.iter().map(text).collect());
        }
        _ => {}
    }
    let optimized = p4_optimize::optimize(logical);
    if stage == Stage::Optimized {
        return Some(logical_text::plan_text(&optimized));
    }
    let physical = physical(&optimized, &bound, errors)?;
    check_has_work(&physical, &bound, errors)?;
    Some(match stage {
        Stage::Rust => p6_codegen::generate(&physical, sources),
        _ => physical_text::plan_text(&physical, true),
    })
}

/// The answer of `EXPLAIN [details] statement`.
fn explain_answer(explain: &BoundExplain, bound: &Bound, errors: &mut ErrorSink) -> Option<String> {
    let logical = p3_plan::plan_statements(&explain.statements, errors)?;
    let before = logical_text::plan_text(&logical);
    let physical = physical(&p4_optimize::optimize(logical), bound, errors)?;
    let changelog_mode = explain.details.iter().any(|detail| detail == "CHANGELOG_MODE");
    let after = physical_text::plan_text(&physical, changelog_mode);
    Some(format!(
        "== Abstract Syntax Tree ==\n{before}\n== Optimized Physical Plan ==\n{after}"
    ))
}

fn operator(plan: &PhysicalPlan, at: usize) -> OperatorSummary {
    let node = &plan.nodes[at];
    OperatorSummary {
        name: node.name.clone(),
        uid: node.uid.clone(),
        state_fingerprint: node.state_fingerprint.clone(),
        changelog_mode: node.changelog.to_string(),
        description: physical_text::node_line(plan, at, false),
        inputs: node.inputs.iter().map(|input| input.0).collect(),
    }
}

fn tables(plan: &PhysicalPlan) -> Vec<TableSummary> {
    let mut tables: Vec<TableSummary> = Vec::new();
    for (table, is_read) in plan.nodes.iter().filter_map(used_table) {
        let known = tables.iter().position(|known| known.name == table.name);
        let at = known.unwrap_or_else(|| {
            tables.push(table_summary(table));
            tables.len() - 1
        });
        tables[at].is_read |= is_read;
        tables[at].is_written |= !is_read;
    }
    tables
}

/// The table a node reads (true) or writes.
fn used_table(node: &PhysicalNode) -> Option<(&Table, bool)> {
    match &node.op {
        PhysicalOp::Source(source) => Some((&source.table, true)),
        PhysicalOp::Sink(sink) => sink.table.as_ref().map(|table| (table, false)),
        _ => None,
    }
}

fn table_summary(table: &Table) -> TableSummary {
    let column = |column: &crate::catalog::table::Column| ColumnSummary {
        name: column.name.clone(),
        data_type: column.ty.to_string(),
        kind: match column.kind {
            ColumnKind::Physical => "physical",
            ColumnKind::Metadata { .. } => "metadata",
            ColumnKind::Computed(_) | ColumnKind::Proctime => "computed",
        },
    };
    TableSummary {
        name: table.name.clone(),
        columns: table.columns.iter().map(column).collect(),
        primary_key: table
            .primary_key
            .iter()
            .map(|key| table.columns[*key].name.clone())
            .collect(),
        options: table
            .options
            .iter()
            .map(|(key, option)| (key.clone(), option.value.clone()))
            .collect(),
        is_read: false,
        is_written: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_without_work_is_refused_by_compile_and_explain() {
        for script in ["", "SET 'table.local-time-zone' = 'UTC';"] {
            let mut sources = SourceMap::default();
            sources.add("q.sql", script.to_owned());
            let compiled = compile(&sources).map(drop).expect_err("nothing to run");
            let explained = explain(&sources, Stage::Physical)
                .map(drop)
                .expect_err("nothing to explain");
            for diagnostics in [compiled, explained] {
                assert_eq!(diagnostics[0].code, "E5005", "{script}");
            }
        }
    }
}
