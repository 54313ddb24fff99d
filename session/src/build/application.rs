//! An application on disk: a folder with `application.toml`, `tables/*.sql` and `statement.sql`, or one script.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use compiler::base::SourceMap;
use compiler::catalog::setting;
use serde::Deserialize;

/// What the user wrote, not yet compiled.
pub struct Application {
    /// From `application.toml`, else the name of the folder or script.
    pub name: String,
    pub sources: SourceMap,
    pub settings: Settings,
    /// Folder that relative paths of the application are relative to.
    pub folder: PathBuf,
}

/// `application.toml`: deployment parameters, no secrets (an option may be `${env:NAME}` or `${file:PATH}`).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub name: Option<String>,
    /// Configuration keys as in SET.
    #[serde(default)]
    pub config: BTreeMap<String, Scalar>,
    /// Options that replace or add to those of a table's WITH clause.
    #[serde(default)]
    pub tables: BTreeMap<String, BTreeMap<String, Scalar>>,
    /// By table: the service, endpoint or id of an integration of the session cluster, which fills in addresses and
    /// credentials where the table is deployed.
    #[serde(default)]
    pub integrations: BTreeMap<String, String>,
}

/// A value of `application.toml`; all become text, as in SQL.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    Boolean(bool),
    Integer(i64),
    Float(f64),
    Text(String),
}

impl std::fmt::Display for Scalar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Scalar::Boolean(value) => write!(f, "{value}"),
            Scalar::Integer(value) => write!(f, "{value}"),
            Scalar::Float(value) => write!(f, "{value}"),
            Scalar::Text(value) => f.write_str(value),
        }
    }
}

impl Application {
    /// Reads the application at `path`. Files of a folder are compiled as one script: tables in the order of their
    /// names, then the statement.
    pub fn read(path: &Path) -> Result<Application> {
        let path = path
            .canonicalize()
            .with_context(|| format!("{} does not exist", path.display()))?;
        let name = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .context("the path has no name")?
            .to_owned();
        if path.is_dir() {
            Self::read_folder(path, name)
        } else {
            Self::read_script(path, name)
        }
    }

    /// SQL that is in no file; relative paths in it are relative to `folder`.
    pub fn of_text(sql: &str, folder: PathBuf) -> Application {
        let mut sources = SourceMap::default();
        sources.add("statement", sql.to_owned());
        Application {
            name: "statement".to_owned(),
            sources,
            settings: Settings::default(),
            folder,
        }
    }

    /// Keys that decide the plan are for the compiler: those of `application.toml` and then those of `set`, the command
    /// line's, reach it as SET after the script, whose own they replace.
    pub fn settle_plan(&mut self, set: &[(String, String)]) {
        let of_file = self.settings.config.iter();
        let of_file = of_file.map(|(key, value)| (key.clone(), value.to_string()));
        let all = of_file.chain(set.iter().cloned());
        let deciding: Vec<_> = all.filter(|(key, _)| setting::decides_plan(key)).collect();
        for (key, value) in deciding {
            let value = value.replace('\'', "''");
            self.sources
                .add("settings", format!("SET '{key}' = '{value}';\n"));
        }
    }

    fn read_script(path: PathBuf, name: String) -> Result<Application> {
        let mut sources = SourceMap::default();
        let file = path
            .file_name()
            .and_then(|file| file.to_str())
            .context("the path has no name")?;
        sources.add(file, read(&path)?);
        let folder = path.parent().expect("a file lies in a folder").to_owned();
        Ok(Application {
            name,
            sources,
            settings: Settings::default(),
            folder,
        })
    }

    fn read_folder(folder: PathBuf, name: String) -> Result<Application> {
        let mut sources = SourceMap::default();
        for file in sql_files(&folder.join("tables"))? {
            let shown = format!(
                "tables/{}",
                file.file_name().unwrap_or_default().to_string_lossy()
            );
            sources.add(shown, read(&file)?);
        }
        let statement = folder.join("statement.sql");
        if !statement.is_file() {
            bail!(
                "{} has no statement.sql (expected: application.toml, tables/*.sql, statement.sql)",
                folder.display()
            );
        }
        sources.add("statement.sql", read(&statement)?);
        let settings = match folder.join("application.toml") {
            file if file.is_file() => {
                toml::from_str(&read(&file)?).with_context(|| format!("reading {}", file.display()))?
            }
            _ => Settings::default(),
        };
        let name = settings.name.clone().unwrap_or(name);
        Ok(Application {
            name,
            sources,
            settings,
            folder,
        })
    }
}

/// The file as text; a byte order mark in front, as some editors write it, does not count.
fn read(file: &Path) -> Result<String> {
    let mut text = std::fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    Ok(text)
}

fn sql_files(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    let mut files: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "sql"));
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_decide_the_plan_reach_the_compiler() {
        let mut sources = SourceMap::default();
        let script = "CREATE TABLE t (a INT, b BIGINT) WITH ('connector' = 'datagen');
            CREATE TABLE u (b BIGINT, PRIMARY KEY (b) NOT ENFORCED) WITH ('connector' = 'print');
            SET 'table.exec.sink.upsert-materialize' = 'AUTO';
            INSERT INTO u SELECT COUNT(*) FROM t GROUP BY a;";
        sources.add("a.sql", script);
        let mut application = Application {
            name: "a".to_owned(),
            sources,
            settings: Settings::default(),
            folder: std::env::temp_dir(),
        };
        let plan =
            |application: &Application| compiler::compile(&application.sources).expect("it compiles").plan;
        assert!(plan(&application).contains("Materializer"));
        let set = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        application.settle_plan(&[
            set("parallelism.default", "2"),
            set("table.exec.sink.upsert-materialize", "NONE"),
        ]);
        assert_eq!(application.sources.files().len(), 2, "the other key is the job's");
        assert!(!plan(&application).contains("Materializer"));
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_a_script() {
        let path = std::env::temp_dir().join(format!("millstream_bom_{}.sql", std::process::id()));
        for (content, expected) in [
            ("\u{feff}SELECT 1;\r\n", "SELECT 1;\r\n"),
            ("\u{feff}", ""),
            ("é", "é"),
        ] {
            std::fs::write(&path, content).expect("the temporary folder takes files");
            assert_eq!(read(&path).expect("the file was written"), expected);
        }
        std::fs::remove_file(&path).expect("the file was written");
    }
}
