//! `cargo xtask conformance DIR`: runs cases taken from Flink's own tests through the whole pipeline (compiler, rustc,
//! runtime) and says which passed, failed, or ask for what is not supported.
//!
//! Every case is a job of its own; many jobs are linked into one program, which runs one after the other. A case that
//! kills the program counts as failed and the rest runs on.

mod aggregate;
mod build;
mod case;
mod expression;
mod program;
mod report;
mod row_literal;
mod run;
mod verdict;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use compiler::base::SourceMap;
use serde_json::{Value as Json, json};

use build::Libraries;
pub use case::Suite;
use case::{Case, Outcome};
use row_literal::Rows;

/// Jobs in one program: more take rustc longer than they save.
const JOBS_PER_PROGRAM: usize = 150;

#[derive(clap::Args)]
pub struct Arguments {
    /// The folder with expr.jsonl, expr_rows.json, flink_programs.jsonl and agg.jsonl
    folder: PathBuf,
    /// Only this file's cases
    #[arg(long, value_enum)]
    suite: Option<Suite>,
    /// Only cases whose number, origin or SQL contains this
    #[arg(long)]
    filter: Option<String>,
    /// One JSON object a case instead of text
    #[arg(long)]
    json: bool,
}

/// Runs the cases and prints the report. True when none failed.
pub fn conformance(root: &Path, arguments: &Arguments) -> Result<bool> {
    let cases = read(arguments)?;
    let mut outcomes = BTreeMap::new();
    let mut jobs = Vec::new();
    for case in &cases {
        match compile(case) {
            Ok(job) => jobs.push(job),
            Err(outcome) => {
                outcomes.insert(case.id.clone(), outcome);
            }
        }
    }
    eprintln!("{} cases, {} compiled", cases.len(), jobs.len());
    let libraries = Libraries::build(root)?;
    let target = root.join("target/conformance");
    for (number, jobs) in jobs.chunks(JOBS_PER_PROGRAM).enumerate() {
        eprintln!("program {}: {} jobs", number + 1, jobs.len());
        let folder = target.join(format!("program_{number}"));
        outcomes.extend(run_program(&libraries, &folder, jobs)?);
    }
    report::print(&cases, &outcomes, arguments.json);
    Ok(!outcomes
        .values()
        .any(|outcome| matches!(outcome, Outcome::Failed { .. })))
}

fn read(arguments: &Arguments) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    let file = |name: &str| {
        let path = arguments.folder.join(name);
        std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))
    };
    for suite in Suite::ALL {
        if arguments.suite.is_some_and(|only| only != suite) {
            continue;
        }
        let (name, rows) = match suite {
            Suite::Expr => ("expr.jsonl", Rows::read(&file("expr_rows.json")?)?),
            Suite::Programs => ("flink_programs.jsonl", Rows::default()),
            Suite::Agg => ("agg.jsonl", Rows::default()),
        };
        for (number, line) in file(name)?.lines().enumerate() {
            cases.push(match suite {
                Suite::Expr => expression::case(number, line, &rows)?,
                Suite::Programs => program::case(number, line)?,
                Suite::Agg => aggregate::case(number, line)?,
            });
        }
    }
    if let Some(text) = &arguments.filter {
        cases.retain(|case| case.id == *text || case.origin.contains(text) || case.sql.contains(text));
    }
    Ok(cases)
}

/// A case that the compiler accepts.
struct Job<'a> {
    case: &'a Case,
    rust: String,
    options: Json,
    config: Json,
}

fn compile(case: &Case) -> Result<Job<'_>, Outcome> {
    let script = case
        .script
        .as_ref()
        .map_err(|why| Outcome::Unsupported(why.clone()))?;
    let mut sources = SourceMap::default();
    sources.add("case.sql", script.as_str());
    let compiled = std::panic::catch_unwind(|| compiler::compile(&sources))
        .map_err(|_| verdict::failed(case, "the compiler panics".to_owned()))?
        .map_err(|diagnostics| verdict::of_refusal(case, &diagnostics))?;
    let options = |pairs: &[(String, String)]| -> Json {
        pairs
            .iter()
            .map(|(key, value)| (key.clone(), Json::from(value.as_str())))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let tables = compiled
        .tables
        .iter()
        .map(|table| (table.name.clone(), options(&table.options)));
    Ok(Job {
        case,
        options: tables.collect::<serde_json::Map<_, _>>().into(),
        config: options(&compiled.config),
        rust: compiled.rust,
    })
}

/// Builds and runs the jobs of one program.
fn run_program(libraries: &Libraries, folder: &Path, jobs: &[Job<'_>]) -> Result<BTreeMap<String, Outcome>> {
    let modules = jobs
        .iter()
        .map(|job| (job.case.id.clone(), job.rust.clone()))
        .collect();
    let program = build::build(libraries, folder, &modules)?;
    let checkpoints = tempfile::tempdir()?;
    let instructions: Vec<(String, Json)> = jobs
        .iter()
        .filter(|job| !program.refused.contains_key(&job.case.id))
        .map(|job| (job.case.id.clone(), instructions(job, checkpoints.path())))
        .collect();
    let answers = run::run(&program.executable, folder, &instructions)?;
    let outcome = |job: &Job<'_>| match (program.refused.get(&job.case.id), answers.get(&job.case.id)) {
        (Some(message), _) => verdict::failed(job.case, message.clone()),
        (None, Some(answer)) => verdict::of_answer(job.case, answer),
        (None, None) => verdict::failed(job.case, "the job ends the process or never ends".to_owned()),
    };
    Ok(jobs
        .iter()
        .map(|job| (job.case.id.clone(), outcome(job)))
        .collect())
}

fn instructions(job: &Job<'_>, checkpoints: &Path) -> Json {
    let phases: Vec<Json> = job
        .case
        .phases
        .iter()
        .map(|phase| phase.instructions(&job.options))
        .collect();
    // A job that is not restarted needs no place for checkpoints.
    let checkpoints = (phases.len() > 1).then(|| format!("file://{}", checkpoints.display()));
    json!({
        "id": job.case.id,
        "config": job.config,
        "phases": phases,
        "checkpoints": checkpoints,
        "expected": job.case.expected_rows,
    })
}
