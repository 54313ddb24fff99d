//! Versions that are right, and what is told of others.

use super::*;

const SOURCE: &str = "CREATE TABLE CPU_IN (hostname STRING, cpu STRING, usage DOUBLE, occurred_at BIGINT, \
    time_ltz AS TO_TIMESTAMP_LTZ(occurred_at, 3), \
    WATERMARK FOR time_ltz AS time_ltz - INTERVAL '10' SECOND) \
    WITH ('connector' = 'kafka', 'properties.bootstrap.servers' = '', 'topic' = 'in', \
    'value.format' = 'json', 'scan.startup.mode' = 'earliest-offset', 'properties.sasl.password' = 'hunter2');\n";
const SINK: &str = "CREATE TABLE CPU_OUT (time_ltz TIMESTAMP(3), hostname STRING, cpu STRING, usage DOUBLE)\n \
    WITH ('connector' = 'kafka', 'properties.bootstrap.servers' = '', 'topic' = 'out', \
    'value.format' = 'json', 'scan.startup.mode' = 'earliest-offset')";
const STATEMENT: &str =
    "\nINSERT INTO CPU_OUT SELECT time_ltz, hostname, cpu, usage FROM CPU_IN WHERE usage > 80;\n";

fn table(text: &str) -> TableText {
    TableText {
        create_table: text.to_owned(),
        integration_id: None,
    }
}

pub(super) fn version(sources: &[&str], sinks: &[&str], statement: &str) -> VersionText {
    VersionText {
        sources: sources.iter().map(|text| table(text)).collect(),
        sinks: sinks.iter().map(|text| table(text)).collect(),
        statement: Some(statement.to_owned()),
    }
}

pub(super) fn told(text: &VersionText) -> Vec<String> {
    check(text, &FilesAccess::default())
        .refusal()
        .map(|refusal| refusal.errors)
        .unwrap_or_default()
}

const FILE: &str = "CREATE TABLE users (a STRING) WITH ('connector' = 'filesystem', 'path' = '/etc/passwd', 'format' = 'csv')";

#[test]
fn a_right_version_has_columns_options_and_no_secret() {
    let checked = check(&version(&[SOURCE], &[SINK], STATEMENT), &FilesAccess::default());
    assert_eq!(checked.refusal(), None);
    let source = &checked.sources[0].table;
    assert_eq!((source.table_name.as_str(), source.columns.len()), ("CPU_IN", 5));
    assert_eq!(source.create_table, SOURCE);
    assert_eq!(source.options["properties.sasl.password"], "<redacted>");
    assert_eq!(source.options["topic"], "in");
    assert_eq!(checked.sinks[0].table.table_name, "CPU_OUT");
}

#[test]
fn lists_may_be_swapped_and_a_table_may_stand_in_both() {
    assert_eq!(told(&version(&[SINK], &[SOURCE], STATEMENT)), [""; 0]);
    let both = version(&[SOURCE, SINK], &[SINK], STATEMENT);
    assert_eq!(told(&both), [""; 0]);
    assert_eq!(
        check(&both, &FilesAccess::default()).sinks[0].table.table_name,
        "CPU_OUT"
    );
    let settings = format!("SET 'table.local-time-zone' = 'UTC'; {STATEMENT}");
    assert_eq!(told(&version(&[SOURCE], &[SINK], &settings)), [""; 0]);
    let set = format!("EXECUTE STATEMENT SET BEGIN {STATEMENT} {STATEMENT} END");
    assert_eq!(told(&version(&[SOURCE], &[SINK], &set)), [""; 0]);
}

#[test]
fn files_lie_below_open_folders() {
    let version = version(&[FILE], &[SINK], "INSERT INTO CPU_OUT SELECT * FROM users");
    let told = told(&version);
    let expected = "sources[0].create_table, line 1, character 1: 'path' = '/etc/passwd' is not open to jobs of this \
                    cluster; its operator opens folders with `--files-root DIR`";
    assert!(told[0].starts_with(expected), "{told:#?}");
    let open = FilesAccess {
        open: vec!["/etc".into()],
        closed: Vec::new(),
    };
    let problem = &check(&version, &open).sources[0].problem;
    assert_eq!(*problem, None);
}

#[test]
fn problems_are_told_with_their_place() {
    let two = format!("{STATEMENT}\n{STATEMENT}");
    let cases: [(&[&str], &[&str], &str, &str); 9] = [
        (
            &[SOURCE],
            &[SINK],
            &two,
            "statement, line 5, character 1: a version has one statement",
        ),
        (
            &[SOURCE],
            &[SINK],
            "",
            "statement, line 1, character 1: expected an INSERT statement, found nothing",
        ),
        (
            &[SOURCE],
            &[SINK],
            "SELECT * FROM CPU_IN",
            "statement, line 1, character 1: expected an INSERT",
        ),
        (
            &[SOURCE],
            &[SINK],
            "CREATE TABLE other (a INT)",
            "statement, line 1, character 1: expected an INSERT statement; tables",
        ),
        (
            &[SOURCE],
            &[STATEMENT],
            STATEMENT,
            "sinks[0].create_table, line 2, character 1: expected a CREATE",
        ),
        (
            &[""],
            &[SINK],
            STATEMENT,
            "sources[0].create_table, line 1, character 1: expected a CREATE TABLE",
        ),
        (
            &[SOURCE],
            &[SINK],
            "INSERT INTO CPU_OUT SELECT x FROM CPU_IN",
            "statement, line 1, character 28:",
        ),
        (
            &[SOURCE],
            &[],
            STATEMENT,
            "statement, line 2, character 13: table or view 'CPU_OUT'",
        ),
        (
            &[SOURCE],
            &["CREATE TABLE s (a INT) WITH ('connector' = 'elasticsearch-7')"],
            STATEMENT,
            "sinks[0].create_table, line 1, character 44: the connector 'elasticsearch-7' is not supported",
        ),
    ];
    for (sources, sinks, statement, expected) in cases {
        let told = told(&version(sources, sinks, statement));
        assert!(
            told.len() == 1 && told[0].starts_with(expected),
            "{told:#?}\n{expected}"
        );
    }
}

#[test]
fn every_text_with_an_error_is_told_and_the_statement_may_be_missing() {
    let mut text = version(
        &["CREATE TABLE ("],
        &["CREATE TABLE s (a INT, a INT)"],
        "INSERT INTO",
    );
    assert_eq!(told(&text).len(), 3, "{:?}", told(&text));
    text.statement = None;
    let checked = check(&text, &FilesAccess::default());
    assert_eq!(checked.statement_error, None);
    let problem = checked.sinks[0]
        .problem
        .clone()
        .expect("column a is declared twice");
    let position = Position {
        line_number: 1,
        character_number: 24,
        end_line_number: 1,
        end_character_number: 24,
    };
    assert_eq!(problem.position, Some(position));
}
