//! Whether a version compiles, and what is wrong with which of its texts.
//!
//! In: the texts of tables and statement as they came. Out: tables with columns and options, messages with 1-based
//! positions. Invariant: what is found depends on the texts and the folders that are open alone; a version without
//! messages compiles.

mod files;
mod shape;
mod worker_files;

use std::collections::BTreeMap;

use compiler::base::{Diagnostic, Severity, SourceMap};
use compiler::declared::{Declared, DeclaredColumn, DeclaredTable};
use serde::{Deserialize, Serialize};

use crate::build::redact::shown;
use crate::model::application::{Column, Table};
use crate::model::{Version, fresh_id};
use crate::refusal::Refusal;

pub use files::FilesAccess;

/// One table as the caller gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TableText {
    /// A CREATE TABLE statement.
    pub create_table: String,
    /// What fills connection options that are left blank.
    #[serde(default)]
    pub integration_id: Option<String>,
}

/// The texts of a version. Both lists are registered as tables before the statement is read, so a table in the wrong
/// list does no harm.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VersionText {
    pub sources: Vec<TableText>,
    pub sinks: Vec<TableText>,
    pub statement: Option<String>,
}

/// Where in a text something is wrong; all from 1, the end is the last character.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Position {
    pub line_number: usize,
    pub character_number: usize,
    pub end_line_number: usize,
    pub end_character_number: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Problem {
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
}

/// A table with what was found in it.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedTable {
    /// Without name and columns if the text could not be understood.
    pub table: Table,
    pub problem: Option<Problem>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    pub sources: Vec<CheckedTable>,
    pub sinks: Vec<CheckedTable>,
    pub statement_error: Option<Problem>,
    /// What SET leaves, where all of it compiles.
    pub config: BTreeMap<String, String>,
    /// Of texts that compile.
    pub warnings: Vec<Warning>,
}

/// What is not wrong, and hardly meant: a key that nobody knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Warning {
    /// `statement`, `sources[0].create_table` …
    pub text: String,
    #[serde(flatten)]
    pub problem: Problem,
}

/// An option that a deployment has to give: an integration does, or the deployment says it.
const MISSING_OPTION: &str = "E2039";

impl VersionText {
    pub fn of(version: &Version) -> VersionText {
        let texts = |tables: &[Table]| {
            let text = |table: &Table| TableText {
                create_table: table.create_table.clone(),
                integration_id: table.integration_id.clone(),
            };
            tables.iter().map(text).collect()
        };
        VersionText {
            sources: texts(&version.sources),
            sinks: texts(&version.sinks),
            statement: Some(version.statement.clone()),
        }
    }

    /// Sources, then sinks, as numbered files.
    fn tables(&self) -> impl Iterator<Item = &TableText> {
        self.sources.iter().chain(&self.sinks)
    }

    /// What the compiler reads: a file per table, and the statement last.
    pub fn source_map(&self) -> SourceMap {
        let mut sources = SourceMap::default();
        for (number, table) in self.sources.iter().enumerate() {
            sources.add(format!("sources[{number}].create_table"), &*table.create_table);
        }
        for (number, table) in self.sinks.iter().enumerate() {
            let text = if self.is_repeated(table) {
                ""
            } else {
                &*table.create_table
            };
            sources.add(format!("sinks[{number}].create_table"), text);
        }
        sources.add("statement", self.statement.as_deref().unwrap_or_default());
        sources
    }

    /// A table that is read and written stands in both lists; it is declared once.
    fn is_repeated(&self, sink: &TableText) -> bool {
        self.sources.contains(sink)
    }
}

/// Compiles the texts; takes some milliseconds of a processor. Without statement only the tables are looked at.
pub fn check(text: &VersionText, files: &FilesAccess) -> Checked {
    let sources = text.source_map();
    let declared = compiler::declared(&sources);
    let mut problems: Vec<Option<Problem>> = vec![None; text.sources.len() + text.sinks.len() + 1];
    let mut note = |diagnostic: &Diagnostic| {
        let place = &mut problems[usize::from(diagnostic.span.source)];
        if place.is_none() && diagnostic.severity == Severity::Error {
            *place = Some(problem(diagnostic, &sources));
        }
    };
    shape::problems(text, &declared).iter().for_each(&mut note);
    declared.diagnostics.iter().for_each(&mut note);
    files.problems(&declared).iter().for_each(&mut note);
    let statement_at = problems.len() - 1;
    let tables_are_right = problems[..statement_at].iter().all(Option::is_none);
    let can_compile = text.statement.is_some() && tables_are_right && problems[statement_at].is_none();
    let mut warnings = Vec::new();
    let config = match can_compile.then(|| compiler::compile(&sources)) {
        Some(Ok(compiled)) => {
            let told = compiled.warnings.iter().filter(|one| one.code != MISSING_OPTION);
            warnings.extend(told.map(|one| Warning {
                text: sources.file(one.span.source).name.clone(),
                problem: problem(one, &sources),
            }));
            compiled.config.into_iter().collect()
        }
        Some(Err(diagnostics)) => {
            note_all(&diagnostics, &sources, &mut problems);
            BTreeMap::new()
        }
        None => BTreeMap::new(),
    };
    let statement_error = problems.pop().expect("the statement has a place");
    let mut checked = text
        .tables()
        .zip(problems)
        .enumerate()
        .map(|(at, (table, problem))| {
            let original = text.sources.iter().position(|source| source == table);
            let file = original.filter(|_| at >= text.sources.len()).unwrap_or(at);
            CheckedTable {
                table: described(table, file, &declared),
                problem,
            }
        });
    Checked {
        sources: checked.by_ref().take(text.sources.len()).collect(),
        sinks: checked.collect(),
        statement_error,
        config,
        warnings,
    }
}

fn note_all(diagnostics: &[Diagnostic], sources: &SourceMap, problems: &mut [Option<Problem>]) {
    let errors = diagnostics.iter().filter(|d| d.severity == Severity::Error);
    for diagnostic in errors {
        let place = &mut problems[usize::from(diagnostic.span.source)];
        if place.is_none() {
            *place = Some(problem(diagnostic, sources));
        }
    }
}

fn problem(diagnostic: &Diagnostic, sources: &SourceMap) -> Problem {
    let message = match &diagnostic.help {
        Some(help) => format!("{}; {help}", diagnostic.message),
        None => diagnostic.message.clone(),
    };
    let span = diagnostic.span;
    let start = sources.position(span.source, span.start);
    let end = sources.position(span.source, span.end);
    let last_character = if end.line == start.line {
        (end.character - 1).max(start.character)
    } else {
        (end.character - 1).max(1)
    };
    let position = Position {
        line_number: start.line,
        character_number: start.character,
        end_line_number: end.line,
        end_character_number: last_character,
    };
    Problem {
        message,
        position: Some(position),
    }
}

fn described(text: &TableText, file: usize, declared: &Declared) -> Table {
    let found = declared
        .tables
        .iter()
        .find(|table| usize::from(table.span.source) == file);
    let options = found.map(|found: &DeclaredTable| {
        let shown = |(key, value): &(String, String)| (key.clone(), shown(key, value).to_owned());
        found.options.iter().map(shown).collect()
    });
    Table {
        table_id: fresh_id(),
        table_name: found.map(|found| found.name.clone()).unwrap_or_default(),
        create_table: text.create_table.clone(),
        integration_id: text.integration_id.clone(),
        options: options.unwrap_or_default(),
        columns: found
            .map(|found| found.columns.iter().map(column).collect())
            .unwrap_or_default(),
    }
}

fn column(column: &DeclaredColumn) -> Column {
    Column {
        name: column.name.clone(),
        data_type: column.data_type.clone(),
        nullable: column.nullable,
        key: column.key.clone(),
        extras: column.extras.clone(),
        watermark: column.watermark.clone(),
    }
}

impl Checked {
    /// Why a version of these texts cannot be created: all problems, each with its place.
    pub fn refusal(&self) -> Option<Refusal> {
        let told = |list: &str, tables: &[CheckedTable]| -> Vec<String> {
            let told = |(at, table): (usize, &CheckedTable)| {
                let problem = table.problem.as_ref()?;
                Some(problem.told(&format!("{list}[{at}].create_table")))
            };
            tables.iter().enumerate().filter_map(told).collect()
        };
        let mut errors = told("sources", &self.sources);
        errors.extend(told("sinks", &self.sinks));
        errors.extend(
            self.statement_error
                .iter()
                .map(|problem| problem.told("statement")),
        );
        let message = errors.first()?.clone();
        Some(Refusal {
            status: 400,
            message,
            errors,
        })
    }
}

impl Problem {
    /// `statement, line 1, character 8: …`
    fn told(&self, text: &str) -> String {
        match &self.position {
            Some(at) => format!(
                "{text}, line {}, character {}: {}",
                at.line_number, at.character_number, self.message
            ),
            None => format!("{text}: {}", self.message),
        }
    }
}

#[cfg(test)]
mod examples;
#[cfg(test)]
mod tests;
