//! Everything about a job that is not compiled in: the deployment.
//!
//! In: a JSON file. Out: parallelism, configuration, the options of every table, where checkpoints go.
//! Invariant: what is not understood is an error; secrets are resolved when tables are opened and never
//! shown.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::connector::filesystem::FilesAccess;
use crate::connector::worker_files;
use crate::error::JobError;

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deployment {
    /// For messages; the job's own name by default.
    #[serde(default)]
    pub name: Option<String>,
    /// Stable identity: names transactions, tokens and the directory of checkpoints.
    pub job_id: String,
    #[serde(default = "one")]
    pub parallelism: usize,
    #[serde(default)]
    pub config: BTreeMap<String, String>,
    /// Options of each table. A value may be `${env:NAME}` or `${file:PATH}`.
    #[serde(default)]
    pub tables: BTreeMap<String, BTreeMap<String, String>>,
    /// Whether such a reference is followed; a session cluster's users must not read the worker's files and
    /// environment.
    #[serde(default = "yes")]
    pub resolves_references: bool,
    /// Files that `filesystem` tables may be; none given: all, as the job is run by hand.
    #[serde(default)]
    pub files: Option<FilesAccess>,
    /// URL of checkpoint storage; none: the job keeps nothing across restarts.
    #[serde(default)]
    pub checkpoints: Option<String>,
    /// Start from nothing although there are checkpoints.
    #[serde(default)]
    pub from_scratch: bool,
    /// URL of the manifest of a savepoint or checkpoint, maybe of another job. Counts only while the job has no
    /// committed checkpoint of its own.
    #[serde(default)]
    pub restore_from: Option<String>,
    /// What earlier jobs of the application have left, newest first: URLs as of `restore_from`, or of a job's
    /// `STORAGE/JOB/checkpoints`. The first that holds anything is restored, and those before it can write no more.
    #[serde(default)]
    pub predecessors: Vec<String>,
    /// One of them has committed for certain: that nothing is found is an error.
    #[serde(default)]
    pub must_restore: bool,
    /// Counts the starts of this job: one that comes after a later one does nothing.
    #[serde(default)]
    pub attempt: Option<u32>,
    /// Nothing is read or written, but earlier starts of the job can write no more, and the output that they had
    /// decided on, open files included, is there if its tables can be reached. Tables may be missing that have nothing
    /// to claim.
    #[serde(default)]
    pub fences: bool,
    /// State that no operator claims is dropped, and operators whose state has another form start without.
    #[serde(default)]
    pub allow_dropped_state: bool,
    /// Output that an earlier run had decided on, and that no table of this job takes, is dropped.
    #[serde(default)]
    pub allow_lost_output: bool,
    /// The rows of a bare query go to the session, not to standard output.
    #[serde(default)]
    pub query: Option<Query>,
    /// File that is rewritten with the job's figures once a second.
    #[serde(default)]
    pub metrics: Option<PathBuf>,
}

/// Bounds of an interactive query.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Query {
    /// The job ends after as many rows.
    pub max_rows: u64,
}

const REFERENCE_REFUSED: &str = "${env:…} and ${file:…} are for jobs that are run by hand; in a session cluster \
    credentials come from an integration";

fn one() -> usize {
    1
}

fn yes() -> bool {
    true
}

impl Deployment {
    pub fn read(path: &Path) -> Result<Self, JobError> {
        let fail =
            |message: String| JobError::Configuration(format!("deployment {}: {message}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| fail(error.to_string()))?;
        serde_json::from_str(&text).map_err(|error| fail(error.to_string()))
    }

    /// The options of a table with secrets in place.
    pub(crate) fn options_of(&self, table: &str) -> Result<BTreeMap<String, String>, JobError> {
        let Some(options) = self.tables.get(table) else {
            return Err(JobError::Configuration(format!(
                "the deployment has no options for table {table}"
            )));
        };
        let resolved = options.iter().map(|(key, value)| {
            let value = self.resolved(value).map_err(|message| JobError::Option {
                table: table.to_owned(),
                option: key.clone(),
                message,
            })?;
            Ok((key.clone(), value))
        });
        let resolved: BTreeMap<_, _> = resolved.collect::<Result<_, JobError>>()?;
        if let Some(files) = &self.files {
            worker_files::check(table, &resolved, files)?;
        }
        Ok(resolved)
    }

    fn resolved(&self, value: &str) -> Result<String, String> {
        match !self.resolves_references && has_reference(value) {
            true => Err(REFERENCE_REFUSED.to_owned()),
            false => resolve(value),
        }
    }
}

/// Whether the value names something of the machine it is used on.
fn has_reference(value: &str) -> bool {
    value.contains("${env:") || value.contains("${file:")
}

/// Replaces each `${env:NAME}` and `${file:PATH}`; other `${…}` stay as they are.
fn resolve(value: &str) -> Result<String, String> {
    let mut resolved = String::new();
    let mut rest = value;
    while let Some(start) = rest.find("${") {
        let (before, from) = rest.split_at(start);
        resolved.push_str(before);
        let end = from.find('}').map(|end| end + 1).unwrap_or(from.len());
        let (reference, after) = from.split_at(end);
        resolved.push_str(&secret(reference)?);
        rest = after;
    }
    resolved.push_str(rest);
    Ok(resolved)
}

fn secret(reference: &str) -> Result<String, String> {
    let inner = reference
        .strip_prefix("${")
        .and_then(|inner| inner.strip_suffix('}'));
    match inner.and_then(|inner| inner.split_once(':')) {
        Some(("env", name)) => {
            std::env::var(name).map_err(|_| format!("environment variable {name} is not set or not text"))
        }
        Some(("file", path)) => {
            let text =
                std::fs::read_to_string(path).map_err(|error| format!("secret file {path}: {error}"))?;
            Ok(text.trim_end_matches(['\n', '\r']).to_owned())
        }
        _ => Ok(reference.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_put_in_place_and_missing_ones_named() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let file = directory.path().join("password");
        std::fs::write(&file, "hunter2\n").expect("written");
        let value = format!("user:${{file:{}}}@${{other}}$", file.display());
        assert_eq!(resolve(&value).expect("resolved"), "user:hunter2@${other}$");
        let error = resolve("${env:MILLSTREAM_SURELY_NOT_SET}").expect_err("not set");
        assert_eq!(
            error,
            "environment variable MILLSTREAM_SURELY_NOT_SET is not set or not text"
        );
    }

    #[test]
    fn a_deployment_is_read_and_unknown_fields_are_named() {
        let text = r#"{"job_id": "j", "tables": {"t": {"connector": "print"}}}"#;
        let deployment: Deployment = serde_json::from_str(text).expect("it is a deployment");
        assert_eq!(deployment.parallelism, 1);
        assert_eq!(deployment.options_of("t").expect("known")["connector"], "print");
        let error = deployment.options_of("u").expect_err("unknown table").to_string();
        assert_eq!(error, "the deployment has no options for table u");
        let text = r#"{"job_id": "j", "resolves_references": false, "tables": {"t": {"a": "${env:HOME}", "b": "$"}}}"#;
        let deployment: Deployment = serde_json::from_str(text).expect("it is a deployment");
        let error = deployment.options_of("t").expect_err("refused").to_string();
        assert!(error.contains("come from an integration"), "{error}");
        let text =
            r#"{"job_id": "j", "files": {}, "tables": {"t": {"properties.ssl.ca.location": "/etc/passwd"}}}"#;
        let deployment: Deployment = serde_json::from_str(text).expect("it is a deployment");
        let error = deployment.options_of("t").expect_err("refused").to_string();
        assert!(error.contains("is not open to jobs of this cluster"), "{error}");
        let error = serde_json::from_str::<Deployment>(r#"{"job_id": "j", "paralelism": 2}"#).err();
        assert!(
            error
                .expect("a typo")
                .to_string()
                .contains("unknown field `paralelism`")
        );
    }
}
