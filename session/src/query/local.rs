//! A query without a session cluster: built and run by this process.
//!
//! In: an application, its compiled preview, what was asked for. Out: rows as they appear, and how it ended.

use std::time::Instant;

use anyhow::{Result, bail};
use compiler::CompiledPreview;

use super::process::{Next, Process};
use super::{Bounds, End, Start};
use crate::build::application::Application;
use crate::build::deployment::{settled, throw_away};
use crate::build::{Profile, build};
use crate::protocol::job::{Report, Row};

/// What a query came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub rows: u64,
    /// Malformed records that were passed over.
    pub rows_skipped: u64,
    pub end: End,
}

/// Runs the query until it ends; `show` gets at least one row at a time.
pub fn run(
    application: &Application,
    preview: &CompiledPreview,
    set: Vec<(String, String)>,
    start: Start,
    bounds: Bounds,
    mut show: impl FnMut(&[Row]) -> Result<()>,
) -> Result<Outcome> {
    let mut settled = settled(application, &preview.compiled, set)?;
    settled.1.values_mut().for_each(|options| start.apply(options));
    let parameters = throw_away(settled, bounds.max_rows);
    let built = build(&preview.compiled.rust, Profile::Preview)?;
    let process = Process::start(&built.executable, &application.folder, &parameters)?;
    let deadline = Instant::now() + bounds.ttl;
    let mut outcome = Outcome {
        rows: 0,
        rows_skipped: 0,
        end: End::TimeToLive,
    };
    loop {
        let report = match process.next(deadline.saturating_duration_since(Instant::now()))? {
            Next::Timeout => return Ok(outcome),
            Next::Closed => bail!("the job ended without a word: {}", process.why()?),
            Next::Report(report) => report,
        };
        match report {
            Report::Rows { rows } => {
                outcome.rows += rows.len() as u64;
                show(&rows)?;
            }
            Report::Metrics(metrics) => outcome.rows_skipped = metrics.rows_skipped,
            Report::Failed { message } => bail!(message),
            Report::Finished { .. } => {
                outcome.end = match outcome.rows >= bounds.max_rows {
                    true => End::MaxRows,
                    false => End::Finished,
                };
                return Ok(outcome);
            }
            _ => {}
        }
    }
}
