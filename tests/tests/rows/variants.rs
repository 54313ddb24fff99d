//! Runs of a case: the straight one that its fences describe, and all others, which must agree with it.
//!
//! Changes in between may differ from run to run; the tables they make may not.

use std::collections::BTreeMap;
use std::sync::Arc;

use golden_jobs::Golden;
use object_store::memory::InMemory;
use runtime::dataflow::{Control, Summary, run_with};
use runtime::error::JobError;
use runtime::job::OperatorSpec;
use runtime::launch::Deployment;
use tests::case::{Case, Fence};
use tests::expected::sources;

use super::connectors::{COLLECT, Committed, Death, Tables};
use tests::changelog::Changelog;

use super::input::{self, Item};

const BATCH_ROWS: [usize; 2] = [1, 64];
const PARALLELISM: [usize; 2] = [1, 3];

/// What a run gave.
pub(crate) struct Outcome {
    changelogs: BTreeMap<String, Changelog>,
    result: Result<Summary, String>,
}

impl Outcome {
    /// The case with the fences that this outcome answers for.
    pub(crate) fn written_to(&self, case: &Case) -> Case {
        let mut case = case.clone();
        for fence in case.fences_mut() {
            match fence.kind.as_str() {
                "output" => fence.text = self.output(fence),
                "failure" => {
                    fence.text = self
                        .result
                        .as_ref()
                        .err()
                        .map_or(String::new(), |e| format!("{e}\n"))
                }
                "metrics" => fence.text = self.metrics(&fence.text),
                _ => {}
            }
        }
        case
    }

    fn output(&self, fence: &Fence) -> String {
        let (flags, names): (Vec<&String>, Vec<&String>) = fence
            .arguments
            .iter()
            .partition(|word| matches!(word.as_str(), "ordered" | "table"));
        let name = names.first().map_or(COLLECT, |name| name.as_str());
        let Some(changelog) = self.changelogs.get(name) else {
            return format!("there is no sink '{name}'\n");
        };
        if flags.iter().any(|flag| *flag == "table") {
            return changelog
                .table()
                .map_or_else(|problem| problem, |lines| lines.concat());
        }
        let lines = changelog.lines();
        let (mut expected, mut found): (Vec<&str>, Vec<&str>) = (
            fence.text.split_inclusive('\n').collect(),
            lines.iter().map(String::as_str).collect(),
        );
        if !flags.iter().any(|flag| *flag == "ordered") {
            expected.sort();
            found.sort();
        }
        if expected == found {
            fence.text.clone()
        } else {
            lines.concat()
        }
    }

    /// The figures that the text names; all that are not zero where it names none.
    fn metrics(&self, text: &str) -> String {
        let Ok(summary) = &self.result else {
            return String::new();
        };
        let figures = [
            ("rows_read", summary.rows_read),
            ("rows_written", summary.rows_written),
            ("rows_skipped", summary.rows_skipped),
            ("rows_late", summary.rows_late),
        ];
        let is_wanted = |name: &str, figure: u64| match text {
            "" => figure > 0,
            text => text.lines().any(|line| line.split(" = ").next() == Some(name)),
        };
        let wanted = figures.iter().filter(|(name, figure)| is_wanted(name, *figure));
        wanted
            .map(|(name, figure)| format!("{name} = {figure}\n"))
            .collect()
    }

    fn tables(&self) -> Result<BTreeMap<&str, Vec<String>>, String> {
        let changelogs = self.changelogs.iter();
        changelogs
            .map(|(name, changelog)| Ok((name.as_str(), changelog.table()?)))
            .collect()
    }
}

/// Row by row, on one thread, without a crash.
pub(crate) fn straight(case: &Case, golden: &Golden) -> Result<Outcome, String> {
    let run = Run::new(case, golden)?;
    let outcome = run.outcome(BATCH_ROWS[0], &[(PARALLELISM[0], None)]);
    match &outcome.result {
        Err(problem) if !case.has("failure") => Err(format!("the job fails: {problem}")),
        Ok(_) if case.has("failure") => Err("the job does not fail".to_owned()),
        _ => Ok(outcome),
    }
}

/// Every other way to run the case makes the same tables.
///
/// Which rows are late is only certain on one thread: on several, watermarks and rows take different ways. So cases
/// with late rows run on one thread.
pub(crate) fn all_agree(case: &Case, golden: &Golden, straight: &Outcome) -> Result<(), String> {
    if straight.result.is_err() {
        return Ok(());
    }
    let expected = straight.tables()?;
    let run = Run::new(case, golden)?;
    let deaths = run.deaths()?;
    let has_late_rows = straight
        .result
        .as_ref()
        .is_ok_and(|summary| summary.rows_late > 0);
    for rows_max in BATCH_ROWS {
        for (first, other) in [(PARALLELISM[0], PARALLELISM[1]), (PARALLELISM[1], PARALLELISM[0])] {
            let mut ways = vec![vec![(first, None)]];
            for death in &deaths {
                ways.push(vec![(first, Some(death.clone())), (first, None)]);
                ways.push(vec![(first, Some(death.clone())), (other, None)]);
            }
            ways.retain(|runs| !has_late_rows || runs.iter().all(|(parallelism, _)| *parallelism == 1));
            for way in ways {
                let outcome = run.outcome(rows_max, &way);
                let context = |problem: String| format!("batches of {rows_max}, runs {way:?}: {problem}");
                outcome.result.as_ref().map_err(|error| context(error.clone()))?;
                let found = outcome.tables().map_err(context)?;
                if found != expected {
                    return Err(context(format!("expected {expected:#?}\nfound {found:#?}")));
                }
            }
        }
    }
    Ok(())
}

struct Run<'g> {
    golden: &'g Golden,
    inputs: BTreeMap<String, String>,
    deployment: Deployment,
}

impl<'g> Run<'g> {
    fn new(case: &Case, golden: &'g Golden) -> Result<Self, String> {
        let compiled = compiler::compile(&sources(case)).map_err(|_| "it does not compile".to_owned())?;
        let inputs = case.fences().filter(|fence| fence.kind == "input");
        let name = |fence: &Fence| fence.arguments.first().cloned().unwrap_or_default();
        let inputs: BTreeMap<String, String> =
            inputs.map(|fence| (name(fence), fence.text.clone())).collect();
        let options = |table: &compiler::compile::TableSummary| {
            // A watermark follows each row that moves it, however many rows are read at once.
            let on_event = ("scan.watermark.emit.strategy".to_owned(), "on-event".to_owned());
            let options = table.options.iter().cloned().chain([on_event]);
            (table.name.clone(), options.collect())
        };
        if let Some(stranger) = inputs
            .keys()
            .find(|name| !compiled.tables.iter().any(|t| t.is_read && t.name == **name))
        {
            return Err(format!("the job does not read '{stranger}'"));
        }
        let deployment = Deployment {
            job_id: golden.0.replace('/', "-"),
            config: compiled.config.iter().cloned().collect(),
            tables: compiled.tables.iter().map(options).collect(),
            ..Deployment::default()
        };
        Ok(Run {
            golden,
            inputs,
            deployment,
        })
    }

    /// Every checkpoint of every source.
    fn deaths(&self) -> Result<Vec<Death>, String> {
        let job = self.golden.1();
        let mut deaths = Vec::new();
        for node in &job.nodes {
            let OperatorSpec::Source(spec) = &node.operator else {
                continue;
            };
            let text = self.inputs.get(spec.table).map_or("", String::as_str);
            let items = input::parse(text, &input::cells(spec).0)?;
            let checkpoints = items
                .iter()
                .enumerate()
                .filter(|(_, item)| **item == Item::Checkpoint);
            deaths.extend(checkpoints.map(|(at, _)| (spec.table.to_owned(), at)));
        }
        Ok(deaths)
    }

    /// One run after another on the same storage, each at its parallelism and with its death.
    fn outcome(&self, rows_max: usize, runs: &[(usize, Option<Death>)]) -> Outcome {
        let storage = Arc::new(InMemory::new());
        let committed = Committed::default();
        let mut result = Err("nothing was run".to_owned());
        for (parallelism, death) in runs {
            let control = Control::default();
            let tables = Tables {
                inputs: self.inputs.clone(),
                rows_max,
                death: death.clone(),
                control: control.clone(),
                committed: Arc::clone(&committed),
            };
            let deployment = Deployment {
                parallelism: *parallelism,
                ..self.deployment.clone()
            };
            let ended = run_with(
                &self.golden.1(),
                &deployment,
                &control,
                &tables,
                Some(storage.clone()),
            );
            result = match (ended, death) {
                (Err(JobError::Cancelled), Some(_)) => continue,
                (Ok(_), Some(_)) => Err("the job did not die".to_owned()),
                (ended, None) | (ended @ Err(_), Some(_)) => ended.map_err(|error| error.to_string()),
            };
            if result.is_err() {
                break;
            }
        }
        Outcome {
            changelogs: Tables::changelogs(&committed),
            result,
        }
    }
}
