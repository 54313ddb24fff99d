//! What keeps an application from running in a session cluster, known before anything is made there.
//!
//! In: an application, the tables that have an integration. Out: messages with their places in the user's files.
//! Invariant: nothing is found in an application whose job would get every option that it needs.

use std::collections::BTreeSet;

use anyhow::Result;
use compiler::base::{Diagnostic, ErrorSink, Span};
use compiler::p1_parse;
use compiler::p1_parse::ast::{CreateTable, StatementKind};

use super::application::Application;
use super::deployment::wrong_settings;
use super::texts::{TextsError, texts};
use crate::validation::{TableText, VersionText};

/// A required option that no text gives.
const MISSING_OPTION: &str = "E2039";
/// What only a job that is run by hand replaces.
const REFERENCES: [&str; 2] = ["${env:", "${file:"];

/// In the order of the files. `integrated`: tables that the command line connects, besides those of `application.toml`.
/// Of SQL with errors nothing is said: compiling it does.
pub fn obstacles(application: &Application, integrated: &BTreeSet<String>) -> Result<Vec<String>> {
    let mut errors = ErrorSink::default();
    let script = p1_parse::parse(&application.sources, &mut errors);
    let mut found = wrong_settings(application);
    let tables = script.statements.iter().filter_map(|one| match &one.kind {
        StatementKind::CreateTable(table) => Some((one.span, table)),
        _ => None,
    });
    let tables: Vec<(Span, &CreateTable)> = tables.collect();
    for (_, table) in &tables {
        references(application, table, &mut found);
    }
    for (table, warning) in missing(application, integrated)? {
        let declared = tables.iter().find(|(_, one)| name(one) == table);
        let place =
            declared.map(|(span, one)| place(application, option_span(one, "connector").unwrap_or(*span)));
        let message = warning
            .message
            .split(", which is not declared")
            .next()
            .unwrap_or_default();
        found.push(format!(
            "{}table {table}: {message}. Connect it to an integration (--integration {table}=NAME, or {table} = \
             \"NAME\" below [integrations] in application.toml), or write the option into its WITH or below \
             [tables.{table}]",
            place.unwrap_or_default()
        ));
    }
    Ok(found)
}

/// Options that name variables or files of the user's machine.
fn references(application: &Application, table: &CreateTable, found: &mut Vec<String>) {
    let is_reference = |value: &str| REFERENCES.iter().any(|begin| value.contains(begin));
    let table_name = name(table);
    let mut tell = |place: &str, key: &str, value: &str| {
        found.push(format!(
            "{place}table {table_name}: option '{key}' = '{value}': ${{env:…}} and ${{file:…}} are for jobs that are \
             run by hand (millstream run). In a session cluster addresses and credentials come from an integration: \
             leave the option out and give --integration {table_name}=NAME"
        ));
    };
    let overrides = application.settings.tables.get(&table_name);
    for option in &table.options {
        let (key, value) = (&option.key.value, &option.value.value);
        let is_replaced = overrides.is_some_and(|overrides| overrides.contains_key(key));
        if is_reference(value) && !is_replaced {
            tell(&place(application, option.value.span), key, value);
        }
    }
    for (key, value) in overrides.into_iter().flatten() {
        let value = value.to_string();
        if is_reference(&value) {
            tell("application.toml: ", key, &value);
        }
    }
}

/// Tables without an integration that lack an option, as the texts of a version have them.
fn missing(application: &Application, integrated: &BTreeSet<String>) -> Result<Vec<(String, Diagnostic)>> {
    let texts = match texts(application) {
        Ok(texts) => texts,
        Err(TextsError::Sql(_)) => return Ok(Vec::new()),
        Err(TextsError::Settings(error)) => return Err(error),
    };
    let plain = |tables: &[super::texts::TableText]| -> Vec<TableText> {
        let text = |table: &super::texts::TableText| TableText {
            create_table: table.create_table.clone(),
            integration_id: None,
        };
        tables.iter().map(text).collect()
    };
    let version = VersionText {
        sources: plain(&texts.sources),
        sinks: plain(&texts.sinks),
        statement: Some(texts.statement.clone()),
    };
    let Ok(compiled) = compiler::compile(&version.source_map()) else {
        return Ok(Vec::new());
    };
    let all: Vec<_> = texts.sources.iter().chain(&texts.sinks).collect();
    let missing = compiled
        .warnings
        .into_iter()
        .filter(|one| one.code == MISSING_OPTION);
    let missing = missing.filter_map(|warning| {
        let table = all.get(usize::from(warning.span.source))?;
        let is_connected = table.integration.is_some() || integrated.contains(&table.name);
        (!is_connected).then(|| (table.name.clone(), warning))
    });
    Ok(missing.collect())
}

fn name(table: &CreateTable) -> String {
    let last = table.name.parts.last();
    last.expect("a name has at least one part").value.clone()
}

fn option_span(table: &CreateTable, key: &str) -> Option<Span> {
    let option = table.options.iter().find(|option| option.key.value == key)?;
    Some(option.value.span)
}

/// `tables/a.sql, line 3, character 8: `.
fn place(application: &Application, span: Span) -> String {
    let at = application.sources.position(span.source, span.start);
    let file = &application.sources.file(span.source).name;
    format!("{file}, line {}, character {}: ", at.line, at.character)
}

#[cfg(test)]
mod tests {
    use compiler::base::SourceMap;

    use super::*;
    use crate::build::application::{Scalar, Settings};

    fn application(options: &str) -> Application {
        let mut sources = SourceMap::default();
        sources.add(
            "tables/a.sql",
            format!("CREATE TABLE a (x INT) WITH (\n  'connector' = 'kafka', 'topic' = 't', 'format' = 'json'{options});\n"),
        );
        sources.add(
            "statement.sql",
            "CREATE TABLE p (x INT) WITH ('connector' = 'print');\nINSERT INTO p SELECT x FROM a;\n"
                .to_owned(),
        );
        Application {
            name: "a".to_owned(),
            sources,
            settings: Settings::default(),
            folder: std::env::temp_dir(),
        }
    }

    fn found(application: &Application, integrated: &[&str]) -> Vec<String> {
        let integrated = integrated.iter().map(|name| (*name).to_owned()).collect();
        obstacles(application, &integrated).expect("its settings are right")
    }

    #[test]
    fn a_table_that_nobody_connects_is_told_with_its_place() {
        let mut one = application("");
        let [told] = &found(&one, &[])[..] else {
            panic!("one table: {:?}", found(&one, &[]));
        };
        let begin = "tables/a.sql, line 2, character 17: table a: connector 'kafka' needs option \
                     'properties.bootstrap.servers'. Connect it";
        assert!(told.starts_with(begin), "{told}");
        assert_eq!(found(&one, &["a"]), [""; 0]);
        let servers = (
            "properties.bootstrap.servers".to_owned(),
            Scalar::Text("k:1".to_owned()),
        );
        one.settings.tables.insert("a".to_owned(), [servers].into());
        assert_eq!(found(&one, &[]), [""; 0], "application.toml gives it");
    }

    #[test]
    fn references_are_told_wherever_they_stand() {
        let mut one = application(", 'properties.bootstrap.servers' = '${env:SERVERS}'");
        let [told] = &found(&one, &["a"])[..] else {
            panic!("one option: {:?}", found(&one, &["a"]));
        };
        assert!(told.starts_with("tables/a.sql, line 2, character "), "{told}");
        assert!(
            told.contains("option 'properties.bootstrap.servers' = '${env:SERVERS}'"),
            "{told}"
        );
        let file = Scalar::Text("${file:/servers}".to_owned());
        let replaced = ("properties.bootstrap.servers".to_owned(), file);
        one.settings.tables.insert("a".to_owned(), [replaced].into());
        let told = found(&one, &[]);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].starts_with("application.toml: table a: "), "{told:?}");
    }

    #[test]
    fn a_wrong_setting_is_told_with_file_and_key() {
        let mut one = application("");
        let value = Scalar::Text("2 sceonds".to_owned());
        one.settings
            .config
            .insert("execution.checkpointing.interval".to_owned(), value);
        let told = found(&one, &["a"]);
        let begin =
            "application.toml: setting 'execution.checkpointing.interval' cannot be '2 sceonds'; expected";
        assert!(told[0].starts_with(begin), "{told:?}");
    }
}
