//! A table's options and metadata columns against what its connector knows.
//!
//! In: a table. Out: diagnostics with the nearest known names. Invariant: a table without the option `connector` is
//! fine until it is read or written, since others may be LIKE it.

use super::definitions::{SINK_OPTIONS, SOURCE_OPTIONS};
use super::{
    CONNECTORS, CONNECTORS_LATER, ConnectorDef, FORMATS, FORMATS_LATER, FormatDef, FormatOptions, OptionDef,
};
use crate::base::{Diagnostic, Severity, Span};
use crate::catalog::function::resolve_cast;
use crate::catalog::nearest::{nearest, suggestion};
use crate::catalog::table::{Column, ColumnKind, OptionValue, Table};

/// An option that may be set, under its full name.
struct Known {
    name: String,
    words: &'static [&'static str],
}

/// Everything wrong with the declaration.
pub fn problems(table: &Table) -> Vec<Diagnostic> {
    let Some(option) = table.options.get("connector") else {
        return Vec::new();
    };
    let Some(connector) = super::connector(&option.value) else {
        return vec![unknown("E2029", "connector", option, offered(), CONNECTORS_LATER)];
    };
    let mut found: Vec<Diagnostic> = partition_problem(table, connector).into_iter().collect();
    if connector.takes_any_option {
        return found;
    }
    let formats = formats(table, connector, &mut found);
    let known = known_options(connector, &formats);
    check_options(table, connector, &known, &mut found);
    check_presence(table, connector, &mut found);
    for column in &table.columns {
        check_metadata(column, table, connector, &mut found);
    }
    for (key, format) in &formats {
        check_columns(table, key, format, &mut found);
    }
    found
}

/// Why a table cannot be read.
pub fn read_problem(table: &Table, span: Span) -> Option<Diagnostic> {
    let connector = used(table, span)?;
    match connector {
        Err(missing) => Some(missing),
        Ok(connector) if connector.is_source => None,
        Ok(connector) => {
            let message = format!(
                "table '{}' cannot be read: '{}' is a sink",
                table.name, connector.name
            );
            // Diagnostic: E2030 a table whose connector only writes is read, or only reads is written.
            Some(Diagnostic::error("E2030", span, message))
        }
    }
}

/// Why a table cannot be written.
pub fn write_problem(table: &Table, span: Span) -> Option<Diagnostic> {
    let connector = match used(table, span)? {
        Err(missing) => return Some(missing),
        Ok(connector) => connector,
    };
    if connector.sink.is_none() {
        let message = format!(
            "table '{}' cannot be written: '{}' is a source",
            table.name, connector.name
        );
        return Some(Diagnostic::error("E2030", span, message));
    }
    let read_only = |column: &&Column| match &column.kind {
        ColumnKind::Metadata {
            key,
            is_virtual: false,
        } => connector
            .metadata
            .iter()
            .any(|known| known.key == key && !known.writable),
        _ => false,
    };
    let column = table.columns.iter().find(read_only)?;
    let message = format!(
        "metadata column '{}' of table '{}' can only be read",
        column.name, table.name
    );
    // Diagnostic: E2031 a sink stores metadata that its connector only tells.
    Some(Diagnostic::error("E2031", span, message).with_help("declare it METADATA VIRTUAL"))
}

/// The connector of a table in use; nothing when it is unknown, which was reported with its declaration.
fn used(table: &Table, span: Span) -> Option<Result<&'static ConnectorDef, Diagnostic>> {
    let Some(option) = table.options.get("connector") else {
        let message = format!("table '{}' has no option 'connector'", table.name);
        let help = format!(
            "write WITH ('connector' = '…'); there are {}",
            offered().join(", ")
        );
        // Diagnostic: E2032 a table that is read or written says not where it is, or lacks a required option.
        return Some(Err(Diagnostic::error("E2032", span, message).with_help(help)));
    };
    super::connector(&option.value).map(Ok)
}

/// The connectors to propose. `values`, whose rows a test gives, is none that anybody would look for.
fn offered() -> Vec<&'static str> {
    let is_offered = |connector: &&ConnectorDef| !connector.takes_any_option;
    let offered = CONNECTORS.iter().filter(is_offered);
    offered.map(|connector| connector.name).collect()
}

fn unknown(
    code: &'static str,
    what: &str,
    option: &OptionValue,
    names: Vec<&'static str>,
    later: &[&str],
) -> Diagnostic {
    // Diagnostic: E2029 a connector that does not exist, or not in this version.
    // Diagnostic: E2033 a format that does not exist, or not in this version.
    let value = &option.value;
    if later.contains(&value.as_str()) {
        let message = format!("the {what} '{value}' is not supported by this version");
        let help = format!("supported: {}", names.join(", "));
        return Diagnostic::error(code, option.value_span, message).with_help(help);
    }
    let help = suggestion(value, names.iter().copied(), &format!("{what}s"));
    Diagnostic::error(code, option.value_span, format!("there is no {what} '{value}'")).with_help(help)
}

/// The formats of a table, each with the prefix of its options (`json.`, `key.json.`).
fn formats(
    table: &Table,
    connector: &ConnectorDef,
    found: &mut Vec<Diagnostic>,
) -> Vec<(String, &'static FormatDef)> {
    let keys: &[(&str, &str)] = match connector.formats {
        FormatOptions::None => &[],
        FormatOptions::One => &[("format", "")],
        FormatOptions::KeyAndValue => &[("format", ""), ("value.format", "value."), ("key.format", "key.")],
        FormatOptions::BothRequired => &[("value.format", "value."), ("key.format", "key.")],
    };
    let mut formats = Vec::new();
    for (key, prefix) in keys {
        let Some(option) = table.options.get(*key) else {
            continue;
        };
        match super::format(&option.value) {
            Some(format) => formats.push((format!("{prefix}{}.", format.name), format)),
            None => {
                let names = FORMATS.iter().map(|format| format.name).collect();
                found.push(unknown("E2033", "format", option, names, FORMATS_LATER));
            }
        }
    }
    formats
}

fn known_options(connector: &ConnectorDef, formats: &[(String, &'static FormatDef)]) -> Vec<Known> {
    let known = |option: &OptionDef| Known {
        name: option.name.to_owned(),
        words: option.words,
    };
    let mut all: Vec<Known> = vec![Known {
        name: "connector".to_owned(),
        words: &[],
    }];
    all.extend(connector.options.iter().map(known));
    if connector.is_source {
        all.extend(SOURCE_OPTIONS.iter().map(known));
    }
    if connector.sink.is_some() {
        all.extend(SINK_OPTIONS.iter().map(known));
    }
    for key in format_keys(connector.formats) {
        all.push(Known {
            name: (*key).to_owned(),
            words: &[],
        });
    }
    for (prefix, format) in formats {
        let with_prefix = |o: &OptionDef| Known {
            name: format!("{prefix}{}", o.name),
            words: o.words,
        };
        all.extend(format.options.iter().map(with_prefix));
    }
    all
}

fn format_keys(formats: FormatOptions) -> &'static [&'static str] {
    match formats {
        FormatOptions::None => &[],
        FormatOptions::One => &["format"],
        FormatOptions::KeyAndValue => &["format", "value.format", "key.format"],
        FormatOptions::BothRequired => &["value.format", "key.format"],
    }
}

fn check_options(table: &Table, connector: &ConnectorDef, known: &[Known], found: &mut Vec<Diagnostic>) {
    for (key, option) in &table.options {
        // The options of an unknown format are not known either.
        let is_of_unknown_format = format_keys(connector.formats)
            .iter()
            .filter_map(|key| table.options.get(*key))
            .any(|format| {
                super::format(&format.value).is_none() && key.contains(&format!("{}.", format.value))
            });
        let matching = known.iter().find(|known| matches(&known.name, key, table));
        match matching {
            Some(known) if !known.words.is_empty() && !is_word(known.words, &option.value) => {
                let message = format!("'{}' is not a value of option '{key}'", option.value);
                let help = format!("expected one of: {}", known.words.join(", "));
                // Diagnostic: E2034 an option's value is none of the words it may be.
                found.push(Diagnostic::error("E2034", option.value_span, message).with_help(help));
            }
            None if !is_of_unknown_format => found.push(unknown_option(key, option, table, connector, known)),
            _ => {}
        }
    }
}

fn is_word(words: &[&str], value: &str) -> bool {
    words.iter().any(|word| word.eq_ignore_ascii_case(value))
}

fn unknown_option(
    key: &str,
    option: &OptionValue,
    table: &Table,
    connector: &ConnectorDef,
    known: &[Known],
) -> Diagnostic {
    // Diagnostic: E2035 an option that the connector and its formats do not have.
    if let Some(column) = known.iter().find_map(|known| column_of(&known.name, key)) {
        let message = format!(
            "option '{key}' is about column '{column}', which table '{}' does not have",
            table.name
        );
        let names = table.columns.iter().map(|column| column.name.as_str());
        let help = suggestion(column, names, "columns");
        return Diagnostic::error("E2035", option.key_span, message).with_help(help);
    }
    let message = format!("connector '{}' has no option '{key}'", connector.name);
    let mut diagnostic = Diagnostic::error("E2035", option.key_span, message);
    // An option of columns is there once for each of them.
    let of_columns = known.iter().flat_map(|known| match known.name.contains('#') {
        true => table
            .columns
            .iter()
            .map(|column| known.name.replace('#', &column.name))
            .collect(),
        false => vec![known.name.clone()],
    });
    let names: Vec<String> = of_columns.collect();
    let near = nearest(key, names.iter().map(String::as_str));
    diagnostic.help = near.map(|near| format!("did you mean '{near}'?"));
    diagnostic
}

/// The column that an option of columns is about: `fields.price.min`.
fn column_of<'k>(name: &str, key: &'k str) -> Option<&'k str> {
    let (before, after) = name.split_once('#')?;
    key.strip_prefix(before)?.strip_suffix(after)
}

/// Whether an option is the one of that name; `*` is any rest, `#` the name of a column.
fn matches(name: &str, key: &str, table: &Table) -> bool {
    if let Some(prefix) = name.strip_suffix('*') {
        return key.len() > prefix.len() && key.starts_with(prefix);
    }
    if !name.contains('#') {
        return name == key;
    }
    // Elements and fields of nested columns have options too: `fields.items.element.length`.
    column_of(name, key).is_some_and(|path| {
        let first = path.split('.').next().unwrap_or(path);
        table
            .columns
            .iter()
            .any(|column| column.name == path || column.name == first)
    })
}

/// Required options and keys. Formats must be known here; any other option may come with the deployment.
fn check_presence(table: &Table, connector: &ConnectorDef, found: &mut Vec<Diagnostic>) {
    let has = |key: &str| table.options.contains_key(key);
    let span = table
        .options
        .get("connector")
        .map_or(table.span, |option| option.value_span);
    let formats: &[&str] = match connector.formats {
        FormatOptions::One if !has("format") => &["format"],
        FormatOptions::KeyAndValue if !has("format") && !has("value.format") => &["format"],
        FormatOptions::BothRequired => &["key.format", "value.format"],
        _ => &[],
    };
    for format in formats.iter().filter(|format| !has(format)) {
        let message = format!("connector '{}' needs option '{format}'", connector.name);
        let names: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
        let help = format!("formats: {}", names.join(", "));
        found.push(Diagnostic::error("E2032", span, message).with_help(help));
    }
    check_required(table, connector, span, found);
    if connector.needs_primary_key && table.primary_key.is_empty() {
        let message = format!(
            "connector '{}' needs a primary key: it is the key of the messages",
            connector.name
        );
        let help = "declare PRIMARY KEY (…) NOT ENFORCED";
        // Diagnostic: E2036 a table whose columns or key do not suit its connector or format.
        found.push(Diagnostic::error("E2036", span, message).with_help(help));
    }
}

/// Options that a job cannot start without. One that only has a slip in its name is not told twice.
fn check_required(table: &Table, connector: &ConnectorDef, span: Span, found: &mut Vec<Diagnostic>) {
    let has = |key: &str| table.options.contains_key(key);
    let mut missing: Vec<&str> = connector
        .options
        .iter()
        .filter(|option| option.required && !has(option.name))
        .map(|option| option.name)
        .collect();
    if connector.name == "kafka" && !has("topic") && !has("topic-pattern") {
        missing.push("topic");
    }
    let is_told = |name: &str| {
        let meant = Some(format!("did you mean '{name}'?"));
        found
            .iter()
            .any(|told| told.code == "E2035" && told.help == meant)
    };
    missing.retain(|name| !is_told(name));
    if missing.is_empty() {
        return;
    }
    let names = missing.join("', '");
    let message = format!(
        "connector '{}' needs option '{names}', which is not declared: the deployment must give it",
        connector.name
    );
    // Diagnostic: E2039 a required option is not in the declaration (a warning).
    let mut warning = Diagnostic::error("E2039", span, message);
    warning.severity = Severity::Warning;
    // `properties.` takes any rest, so a slip in it is no unknown option.
    warning.help = missing.iter().find_map(|name| {
        let near = nearest(name, table.options.keys().map(String::as_str))?;
        Some(format!("did you mean '{name}' instead of '{near}'?"))
    });
    found.push(warning);
}

fn partition_problem(table: &Table, connector: &ConnectorDef) -> Option<Diagnostic> {
    if table.partition_keys.is_empty() || connector.has_partitions {
        return None;
    }
    let span = table
        .options
        .get("connector")
        .map_or(table.span, |option| option.value_span);
    let message = format!("connector '{}' has no partitions", connector.name);
    Some(Diagnostic::error("E2036", span, message).with_help("leave out PARTITIONED BY"))
}

fn check_metadata(column: &Column, table: &Table, connector: &ConnectorDef, found: &mut Vec<Diagnostic>) {
    let ColumnKind::Metadata { key, .. } = &column.kind else {
        return;
    };
    let Some(known) = connector.metadata.iter().find(|known| known.key == key) else {
        let message = format!(
            "connector '{}' of table '{}' has no metadata '{key}'",
            connector.name, table.name
        );
        let help = suggestion(
            key,
            connector.metadata.iter().map(|known| known.key),
            "metadata keys",
        );
        // Diagnostic: E2037 a metadata key that the connector does not have, or of another type.
        found.push(Diagnostic::error("E2037", column.span, message).with_help(help));
        return;
    };
    let ty = sql::DataType::nullable((known.ty)());
    if ty.kind != column.ty.kind && resolve_cast(&ty, &column.ty, false).is_err() {
        let message = format!("metadata '{key}' is {ty} and cannot become {}", column.ty);
        found.push(Diagnostic::error("E2037", column.span, message));
    }
}

fn check_columns(table: &Table, prefix: &str, format: &FormatDef, found: &mut Vec<Diagnostic>) {
    let columns = table.columns.iter().enumerate();
    let in_files = columns
        .filter(|(at, column)| column.kind == ColumnKind::Physical && !table.partition_keys.contains(at));
    let physical = in_files.count();
    if !format.is_single_column
        || prefix.starts_with("key.")
        || physical == 1
        || table.options.contains_key("key.fields")
    {
        return;
    }
    let span = table
        .options
        .get("connector")
        .map_or(table.span, |option| option.value_span);
    let message = format!(
        "format '{}' has one physical column, found {physical}",
        format.name
    );
    found.push(Diagnostic::error("E2036", span, message));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn option_names_are_unique() {
        for connector in CONNECTORS {
            let mut names: Vec<String> = known_options(connector, &[])
                .into_iter()
                .map(|known| known.name)
                .collect();
            let count = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), count, "{}", connector.name);
        }
    }
}
