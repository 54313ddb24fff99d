//! What a job is told at start: its deployment file, from the SQL's SET, `application.toml` and the command line, the
//! later of which win.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use compiler::Compiled;
use compiler::catalog::{setting, setting_value};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::build::application::Application;

/// What the command line says.
pub struct Overrides {
    pub set: Vec<(String, String)>,
    pub checkpoints: Option<String>,
    pub from_scratch: bool,
}

/// The content of the deployment file. Secrets stay as `${env:NAME}` and `${file:PATH}`: the job resolves them.
#[derive(Debug, Serialize)]
pub struct Deployment {
    pub name: String,
    /// Names checkpoints, transactions and tokens: the same for every run of the application.
    pub job_id: String,
    pub parallelism: usize,
    pub config: BTreeMap<String, String>,
    pub tables: BTreeMap<String, BTreeMap<String, String>>,
    /// None: the job keeps nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoints: Option<String>,
    pub from_scratch: bool,
    /// Only of a job that answers an interactive query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<QueryBounds>,
}

/// Where the answer of an interactive query ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct QueryBounds {
    pub max_rows: u64,
}

/// Prefix of `--set` keys that name a table's option.
const TABLES: &str = "tables.";
/// A job without checkpoints could not continue; Flink's own default is none.
const DEFAULT_INTERVAL: (&str, &str) = ("execution.checkpointing.interval", "10 s");
const PARALLELISM: &str = "parallelism.default";
const PARALLELISM_MAX: usize = 128;

pub fn deployment(
    application: &Application,
    compiled: &Compiled,
    overrides: Overrides,
) -> Result<Deployment> {
    let (config, tables) = settled(application, compiled, overrides.set)?;
    let checkpoints = overrides
        .checkpoints
        .or_else(|| config.get("execution.checkpointing.dir").cloned());
    let checkpoints = checkpoint_location(checkpoints.as_deref(), &application.folder)?;
    let name = config
        .get("pipeline.name")
        .cloned()
        .unwrap_or_else(|| application.name.clone());
    Ok(Deployment {
        job_id: identifier(&name),
        name,
        parallelism: parallelism(&config)?,
        config,
        tables,
        checkpoints: Some(checkpoints),
        from_scratch: overrides.from_scratch,
        query: None,
    })
}

/// What a throw-away job is told: on one thread, nothing kept, nothing continued.
pub fn throw_away((mut config, tables): Settled, max_rows: u64) -> Deployment {
    for key in [PARALLELISM, "pipeline.name", "execution.checkpointing.dir"] {
        config.remove(key);
    }
    config.insert(DEFAULT_INTERVAL.0.to_owned(), "0 s".to_owned());
    let name = format!("query-{}", crate::model::fresh_id());
    Deployment {
        job_id: name.clone(),
        name,
        parallelism: 1,
        config,
        tables,
        checkpoints: None,
        from_scratch: true,
        query: Some(QueryBounds { max_rows }),
    }
}

/// Configuration, and the options of every table.
pub type Settled = (
    BTreeMap<String, String>,
    BTreeMap<String, BTreeMap<String, String>>,
);

/// What SQL, `application.toml` and command line say together.
pub fn settled(
    application: &Application,
    compiled: &Compiled,
    set: Vec<(String, String)>,
) -> Result<Settled> {
    let mut config: BTreeMap<String, String> = BTreeMap::new();
    config.insert(DEFAULT_INTERVAL.0.to_owned(), DEFAULT_INTERVAL.1.to_owned());
    config.extend(compiled.config.iter().cloned());
    config.extend(
        application
            .settings
            .config
            .iter()
            .map(|(key, value)| (key.clone(), value.to_string())),
    );
    let mut tables = tables(application, compiled)?;
    for (key, value) in set {
        match key.strip_prefix(TABLES) {
            Some(rest) => set_option(&mut tables, rest, value)?,
            None => drop(config.insert(key, value)),
        }
    }
    check_values(&config)?;
    Ok((config, tables))
}

/// What to say of keys from `application.toml` and the command line that mean nothing: they are kept, as those of SET
/// are, but a slip must not pass in silence.
pub fn unknown_settings(application: &Application, set: &[(String, String)]) -> Vec<String> {
    let of_file = application.settings.config.keys();
    let of_line = set.iter().map(|(key, _)| key);
    let is_setting = |key: &&String| !key.starts_with(TABLES) && !setting::is_known(key);
    let warning = |key: &String| {
        let near = setting::nearest_key(key).map(|near| format!("; did you mean '{near}'?"));
        format!(
            "setting '{key}' is unknown and has no effect{}",
            near.unwrap_or_default()
        )
    };
    of_file.chain(of_line).filter(is_setting).map(warning).collect()
}

/// The first variable of the environment that an option names and that is not there: the job, which reads it, would
/// say so only after it is built.
pub fn missing_variable(deployment: &Deployment, is_set: impl Fn(&str) -> bool) -> Option<String> {
    for (table, options) in &deployment.tables {
        for (option, value) in options {
            let mut rest = value.as_str();
            while let Some((_, begun)) = rest.split_once("${env:") {
                let (name, behind) = begun.split_once('}')?;
                if !is_set(name) {
                    return Some(format!(
                        "table {table}: option '{option}': environment variable {name} is not set or not text"
                    ));
                }
                rest = behind;
            }
        }
    }
    None
}

/// Refuses values that their keys do not take, before anything is built.
fn check_values(config: &BTreeMap<String, String>) -> Result<()> {
    match config.iter().find_map(|(key, value)| wrong_value(key, value)) {
        Some(wrong) => bail!("{wrong}"),
        None => Ok(()),
    }
}

/// Keys of `application.toml` with values that they do not take, in words.
pub fn wrong_settings(application: &Application) -> Vec<String> {
    let config = application.settings.config.iter();
    let wrong = config.filter_map(|(key, value)| wrong_value(key, &value.to_string()));
    wrong.map(|wrong| format!("application.toml: {wrong}")).collect()
}

/// What the job resolves itself is left to it.
fn wrong_value(key: &str, value: &str) -> Option<String> {
    if value.contains("${") {
        return None;
    }
    if let Some(expected) = setting_value::expected(key, value) {
        return Some(format!(
            "setting '{key}' cannot be '{value}'; expected {expected}"
        ));
    }
    let what = setting_value::not_done(key, value)?;
    Some(format!(
        "setting '{key}' = '{value}' is not supported by this version: {what}"
    ))
}

fn tables(
    application: &Application,
    compiled: &Compiled,
) -> Result<BTreeMap<String, BTreeMap<String, String>>> {
    let mut tables: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for table in &compiled.tables {
        tables.insert(table.name.clone(), table.options.iter().cloned().collect());
    }
    for (name, options) in &application.settings.tables {
        for (key, value) in options {
            set_option(&mut tables, &format!("{name}.{key}"), value.to_string())?;
        }
    }
    Ok(tables)
}

/// `path`: table, dot, option.
fn set_option(
    tables: &mut BTreeMap<String, BTreeMap<String, String>>,
    path: &str,
    value: String,
) -> Result<()> {
    let Some((table, option)) = path.split_once('.') else {
        bail!("{TABLES}{path}: expected {TABLES}TABLE.OPTION");
    };
    let names: Vec<String> = tables.keys().cloned().collect();
    match tables.get_mut(table) {
        Some(options) => drop(options.insert(option.to_owned(), value)),
        None => bail!("there is no table '{table}'; there are {}", names.join(", ")),
    }
    Ok(())
}

fn parallelism(config: &BTreeMap<String, String>) -> Result<usize> {
    let text = config.get(PARALLELISM).map_or("1", String::as_str);
    match text.parse() {
        Ok(parallelism) if (1..=PARALLELISM_MAX).contains(&parallelism) => Ok(parallelism),
        _ => bail!("{PARALLELISM}: expected a number from 1 to {PARALLELISM_MAX}, found '{text}'"),
    }
}

/// Letters, digits, `-` and `_`: safe in paths, topics and identifiers of transactions. A name with anything else gets
/// a hash of itself, so that different names never become the same.
fn identifier(name: &str) -> String {
    let safe = |c: char| {
        if c.is_ascii_alphanumeric() || c == '-' || c == '_' {
            c
        } else {
            '_'
        }
    };
    let mut identifier: String = name.chars().map(safe).collect();
    if identifier != name || name.is_empty() {
        let hash = hex::encode(&Sha256::digest(name)[..4]);
        identifier = format!("{identifier}-{hash}");
    }
    identifier
}

/// The URL below which jobs keep their checkpoints, each in a folder of its own. Unless the user says otherwise it is
/// beside the application, so that applications of the same name do not meet.
fn checkpoint_location(given: Option<&str>, application: &Path) -> Result<String> {
    match given {
        Some(url) if url.contains("://") => {
            let (scheme, rest) = url.split_once("://").expect("it is there");
            Ok(format!("{scheme}://{}", rest.trim_end_matches('/')))
        }
        Some(folder) => folder_url(Path::new(folder)),
        None => folder_url(&application.join(".millstream/checkpoints")),
    }
}

fn folder_url(folder: &Path) -> Result<String> {
    std::fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
    Ok(format!("file://{}", folder.canonicalize()?.display()))
}

impl Deployment {
    /// The deployment as an open file that has no name any more: options may hold passwords in clear, so nobody else
    /// may read it and nothing stays behind.
    pub fn open(&self) -> Result<File> {
        let folder = crate::build::cache::folder("deployments")?;
        let path = folder.join(format!("{}-{}.json", self.job_id, std::process::id()));
        let mut options = OpenOptions::new();
        options
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600);
        let mut file = options
            .open(&path)
            .with_context(|| format!("writing {}", path.display()))?;
        std::fs::remove_file(&path)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        file.rewind()?;
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use compiler::base::SourceMap;

    use super::*;
    use crate::build::application::{Scalar, Settings};

    #[test]
    fn names_become_identifiers() {
        assert_eq!(identifier("cpu-load_30s"), "cpu-load_30s");
        assert_eq!(identifier("cpu load/30 s"), "cpu_load_30_s-b942ae75");
        let names = ["a b", "a_b", "a.b", "a/b", "ä", ""];
        let different: std::collections::BTreeSet<String> = names.map(identifier).into();
        assert_eq!(different.len(), names.len());
    }

    #[test]
    fn options_are_set_by_table_and_key() {
        let mut tables = BTreeMap::from([("t".to_owned(), BTreeMap::new())]);
        set_option(&mut tables, "t.properties.bootstrap.servers", "b:1".to_owned())
            .expect("the table exists");
        assert_eq!(tables["t"]["properties.bootstrap.servers"], "b:1");
        let error = set_option(&mut tables, "u.topic", "x".to_owned())
            .expect_err("no such table")
            .to_string();
        assert_eq!(error, "there is no table 'u'; there are t");
    }

    #[test]
    fn slips_in_keys_are_told() {
        let mut application = Application {
            name: "a".to_owned(),
            sources: SourceMap::default(),
            settings: Settings::default(),
            folder: std::env::temp_dir(),
        };
        let checkpoints = "execution.checkpointing.intervall".to_owned();
        application
            .settings
            .config
            .insert(checkpoints, Scalar::Integer(1));
        let set = [
            "tables.t.path",
            "paralelism.default",
            "table.local-time-zone",
            "my.key",
        ];
        let set = set.map(|key| (key.to_owned(), "x".to_owned()));
        let expected = [
            "setting 'execution.checkpointing.intervall' is unknown and has no effect; did you mean \
             'execution.checkpointing.interval'?",
            "setting 'paralelism.default' is unknown and has no effect; did you mean 'parallelism.default'?",
            "setting 'my.key' is unknown and has no effect",
        ];
        assert_eq!(unknown_settings(&application, &set), expected);
    }

    #[test]
    fn variables_that_are_not_there_are_named_before_a_build() {
        let options = [("topic", "${env:SET}-${env:UNSET}"), ("path", "${env:SET}")];
        let options = options.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let deployment = Deployment {
            name: "n".to_owned(),
            job_id: "n".to_owned(),
            parallelism: 1,
            config: BTreeMap::new(),
            tables: BTreeMap::from([("t".to_owned(), BTreeMap::from(options))]),
            checkpoints: None,
            from_scratch: false,
            query: None,
        };
        assert_eq!(missing_variable(&deployment, |_| true), None);
        assert_eq!(
            missing_variable(&deployment, |name| name == "SET").as_deref(),
            Some("table t: option 'topic': environment variable UNSET is not set or not text")
        );
    }

    #[test]
    fn places_of_checkpoints_keep_their_scheme() {
        let folder = std::env::temp_dir();
        for (given, expected) in [
            ("s3://", "s3://"),
            ("s3://bucket/", "s3://bucket"),
            ("file:///", "file://"),
        ] {
            let location = checkpoint_location(Some(given), &folder).expect("a URL");
            assert_eq!(location, expected);
        }
    }

    #[test]
    fn parallelism_has_bounds() {
        let config = |value: &str| BTreeMap::from([(PARALLELISM.to_owned(), value.to_owned())]);
        assert_eq!(parallelism(&config("4")).expect("valid"), 4);
        assert!(parallelism(&config("0")).is_err() && parallelism(&config("many")).is_err());
    }
}
