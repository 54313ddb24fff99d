//! An application on disk as the texts of a version: tables that are read, tables that are written, the statement.
//!
//! In: an application. Out: what the API takes. Invariant: every text is a stretch of the user's files, byte for byte,
//! unless `application.toml` changes an option of a table or sets a configuration key; what is no CREATE TABLE belongs
//! to the statement, in the order of the files.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use compiler::base::{Diagnostic, ErrorSink, SourceMap, Span};
use compiler::p1_parse;
use compiler::p1_parse::ast::{CreateTable, Insert, Statement, StatementKind, TableOption};
use serde::Serialize;

use super::application::{Application, Settings};

/// What `POST …/version` takes, without integrations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Texts {
    pub sources: Vec<TableText>,
    pub sinks: Vec<TableText>,
    pub statement: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TableText {
    pub name: String,
    pub create_table: String,
    /// Name or id, from `application.toml`.
    pub integration: Option<String>,
}

/// Why an application has no such texts.
#[derive(Debug)]
pub enum TextsError {
    /// Its SQL cannot be parsed.
    Sql(Vec<Diagnostic>),
    Settings(anyhow::Error),
}

/// The texts of a version of the application.
pub fn texts(application: &Application) -> Result<Texts, TextsError> {
    let mut errors = ErrorSink::default();
    let script = p1_parse::parse(&application.sources, &mut errors);
    if errors.has_errors() {
        return Err(TextsError::Sql(errors.into_diagnostics()));
    }
    let written = written(&script.statements);
    let mut texts = Texts {
        sources: Vec::new(),
        sinks: Vec::new(),
        statement: String::new(),
    };
    let mut names = BTreeSet::new();
    for statement in &script.statements {
        let StatementKind::CreateTable(table) = &statement.kind else {
            continue;
        };
        let name = last_part(&table.name);
        check_is_placed_anywhere(table, &name).map_err(TextsError::Settings)?;
        let text = TableText {
            create_table: create_table(statement.span, table, &name, application),
            integration: application.settings.integrations.get(&name).cloned(),
            name: name.clone(),
        };
        match written.contains(&name) {
            true => texts.sinks.push(text),
            false => texts.sources.push(text),
        }
        names.insert(name);
    }
    check_names(&application.settings, &names).map_err(TextsError::Settings)?;
    texts.statement = statement_text(application, &script.statements);
    Ok(texts)
}

fn last_part(name: &p1_parse::ast::Name) -> String {
    let last = name.parts.last();
    last.expect("a name has at least one part").value.clone()
}

fn written(statements: &[Statement]) -> BTreeSet<String> {
    let inserts = statements.iter().flat_map(|statement| match &statement.kind {
        StatementKind::Insert(insert) => std::slice::from_ref(insert),
        StatementKind::StatementSet(inserts) => inserts.as_slice(),
        _ => &[],
    });
    inserts.map(|insert: &Insert| last_part(&insert.table)).collect()
}

/// The text of CREATE TABLE, with the options that `application.toml` gives the table.
fn create_table(span: Span, table: &CreateTable, name: &str, application: &Application) -> String {
    let text = application.sources.text(span).to_owned();
    let Some(overrides) = application.settings.tables.get(name) else {
        return text;
    };
    let mut edits: Vec<(usize, usize, String)> = Vec::new();
    for (key, value) in overrides {
        let quoted = quoted(&value.to_string());
        match table.options.iter().find(|option| option.key.value == *key) {
            Some(option) => edits.push((
                at(span, option.value.span.start),
                at(span, option.value.span.end),
                quoted,
            )),
            None => edits.extend(behind_last(span, &table.options, key, &quoted)),
        }
    }
    edits.sort();
    let mut edited = text;
    for (start, end, new) in edits.into_iter().rev() {
        edited.replace_range(start..end, &new);
    }
    edited
}

fn at(span: Span, offset: u32) -> usize {
    (offset - span.start) as usize
}

fn behind_last(
    span: Span,
    options: &[TableOption],
    key: &str,
    value: &str,
) -> Option<(usize, usize, String)> {
    let end = at(span, options.last()?.value.span.end);
    Some((end, end, format!(", {} = {value}", quoted(key))))
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A folder's `statement.sql` (or what a script has besides its tables) as it stands; configuration in front.
fn statement_text(application: &Application, statements: &[Statement]) -> String {
    let mut text = String::new();
    for (key, value) in &application.settings.config {
        text.push_str(&format!(
            "SET {} = {};\n",
            quoted(key),
            quoted(&value.to_string())
        ));
    }
    for (number, file) in application.sources.files().iter().enumerate() {
        let of_file: Vec<&Statement> = statements
            .iter()
            .filter(|statement| usize::from(statement.span.source) == number)
            .collect();
        let is_table = |statement: &&Statement| matches!(statement.kind, StatementKind::CreateTable(_));
        if !of_file.iter().any(is_table) {
            text.push_str(&file.text);
            continue;
        }
        for statement in of_file.into_iter().filter(|statement| !is_table(statement)) {
            text.push_str(&with_semicolon(&application.sources, statement.span));
        }
    }
    text
}

fn with_semicolon(sources: &SourceMap, span: Span) -> String {
    format!("{};\n", sources.text(span))
}

/// A folder of the user's machine is not there where the job runs.
fn check_is_placed_anywhere(table: &CreateTable, name: &str) -> Result<()> {
    let option = |key: &str| table.options.iter().find(|option| option.key.value == key);
    let is_file = option("connector").is_some_and(|connector| connector.value.value == "filesystem");
    let path = option("path").map_or("", |path| &path.value.value);
    if is_file && !path.is_empty() && !path.starts_with('/') && !path.contains("://") && !path.contains("${")
    {
        bail!(
            "table {name}: 'path' = '{path}' is relative to the application's folder, which a worker does not have; \
             give an absolute path or a URL, or use `millstream run`"
        );
    }
    Ok(())
}

fn check_names(settings: &Settings, names: &BTreeSet<String>) -> Result<()> {
    let named = settings.tables.keys().chain(settings.integrations.keys());
    for name in named {
        if !names.contains(name) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            bail!(
                "application.toml names the table '{name}', which is not there; there are {}",
                names.join(", ")
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::application::Scalar;

    const TABLES: &str = "-- in\nCREATE TABLE a (x INT) WITH ('connector' = 'datagen');\n\
        CREATE TABLE b (x INT)\n  WITH ('connector' = 'kafka', 'topic' = 'é');\n";

    fn application(files: &[(&str, &str)], settings: Settings) -> Application {
        let mut sources = SourceMap::default();
        for (name, text) in files {
            sources.add(*name, *text);
        }
        Application {
            name: "app".to_owned(),
            sources,
            settings,
            folder: std::env::temp_dir(),
        }
    }

    fn table(name: &str, text: &str, integration: Option<&str>) -> TableText {
        TableText {
            name: name.to_owned(),
            create_table: text.to_owned(),
            integration: integration.map(str::to_owned),
        }
    }

    #[test]
    fn a_folder_is_taken_byte_for_byte() {
        let statement = "\n-- why\nINSERT INTO b\n  SELECT x FROM a  ;\n";
        let mut settings = Settings::default();
        settings
            .integrations
            .insert("b".to_owned(), "kafka-demo".to_owned());
        let texts = texts(&application(
            &[("tables/t.sql", TABLES), ("statement.sql", statement)],
            settings,
        ))
        .expect("it parses");
        let a = "CREATE TABLE a (x INT) WITH ('connector' = 'datagen')";
        let b = "CREATE TABLE b (x INT)\n  WITH ('connector' = 'kafka', 'topic' = 'é')";
        assert_eq!(texts.sources, [table("a", a, None)]);
        assert_eq!(texts.sinks, [table("b", b, Some("kafka-demo"))]);
        assert_eq!(texts.statement, statement);
    }

    #[test]
    fn a_script_is_split_and_views_stay_with_the_statement() {
        let script = format!("{TABLES}CREATE VIEW v AS SELECT x FROM a; INSERT INTO b SELECT x FROM v;");
        let texts = texts(&application(&[("s.sql", &script)], Settings::default())).expect("it parses");
        assert_eq!((texts.sources.len(), texts.sinks.len()), (1, 1));
        assert_eq!(
            texts.statement,
            "CREATE VIEW v AS SELECT x FROM a;\nINSERT INTO b SELECT x FROM v;\n"
        );
    }

    #[test]
    fn application_toml_changes_options_and_sets_keys() {
        let mut settings = Settings::default();
        let text = |text: &str| Scalar::Text(text.to_owned());
        let options = [
            ("topic".to_owned(), text("it's")),
            ("format".to_owned(), text("json")),
        ];
        settings.tables.insert("b".to_owned(), options.into());
        settings.config.insert("k".to_owned(), Scalar::Integer(1));
        let files = [
            ("t.sql", TABLES),
            ("statement.sql", "INSERT INTO b SELECT x FROM a"),
        ];
        let texts = texts(&application(&files, settings)).expect("it parses");
        assert_eq!(
            texts.sinks[0].create_table,
            "CREATE TABLE b (x INT)\n  WITH ('connector' = 'kafka', 'topic' = 'it''s', 'format' = 'json')"
        );
        assert_eq!(texts.statement, "SET 'k' = '1';\nINSERT INTO b SELECT x FROM a");
    }

    #[test]
    fn what_cannot_be_deployed_is_said() {
        let mut settings = Settings::default();
        settings
            .integrations
            .insert("c".to_owned(), "kafka-demo".to_owned());
        let file =
            "CREATE TABLE a (x INT) WITH ('connector' = 'filesystem', 'path' = 'data', 'format' = 'json');";
        let cases = [
            (
                TABLES,
                settings,
                "names the table 'c', which is not there; there are a, b",
            ),
            (file, Settings::default(), "'path' = 'data' is relative"),
        ];
        for (sql, settings, expected) in cases {
            match texts(&application(&[("s.sql", sql)], settings)) {
                Err(TextsError::Settings(error)) => assert!(error.to_string().contains(expected), "{error}"),
                other => panic!("{other:?}"),
            }
        }
    }
}
