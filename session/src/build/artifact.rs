//! An artifact: the executable and `manifest.json`, in a folder or object store under the hash of its content.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use compiler::Compiled;
use compiler::compile::TableSummary;
use object_store::{ObjectStore, ObjectStoreExt as _};
use serde::Serialize;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::redact::{redact, shown};
use super::{Built, Profile};
use crate::build::application::Application;

/// What `millstream build` hands over.
pub struct Artifact {
    pub executable: PathBuf,
    pub manifest: Manifest,
}

/// Everything a deployment, an audit or a later version needs to know of an executable.
#[derive(Clone, Debug, Serialize)]
pub struct Manifest {
    /// sha256 of the executable; its name in a store.
    pub executable_sha256: String,
    pub executable_size_bytes: u64,
    pub name: String,
    pub profile: String,
    pub runtime_build_id: String,
    pub rustc_version: String,
    pub compiler_version: String,
    /// sha256 of the generated Rust.
    pub source_sha256: String,
    pub plan: String,
    /// Operators with uid and state fingerprint.
    pub operators: Value,
    /// Tables with columns and the options of their WITH clauses, secrets left out.
    pub tables: Value,
    /// SQL files as written, secrets left out.
    pub sql: Value,
    /// Configuration set in the SQL or in application.toml.
    pub config: Value,
    /// What may be given at start: tables whose options and keys whose values can be overridden.
    pub parameters: Value,
}

impl Artifact {
    /// Stores both files under `destination` (a folder or an object-store URL) and answers the manifest's place.
    pub fn store(&self, destination: &str) -> Result<String> {
        let executable = std::fs::read(&self.executable)?;
        let manifest = serde_json::to_vec_pretty(&self.manifest)?;
        let folder = &self.manifest.executable_sha256[..32];
        if destination.contains("://") {
            return put_to_url(destination, folder, executable, manifest);
        }
        let target = Path::new(destination).join(folder);
        std::fs::create_dir_all(&target).with_context(|| format!("creating {}", target.display()))?;
        std::fs::copy(&self.executable, target.join("job"))?;
        std::fs::write(target.join("manifest.json"), manifest)?;
        Ok(target.join("manifest.json").display().to_string())
    }
}

fn put_to_url(url: &str, folder: &str, executable: Vec<u8>, manifest: Vec<u8>) -> Result<String> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let parsed = url.parse().with_context(|| format!("{url} is not a URL"))?;
    let variables = std::env::vars().map(|(key, value)| (key.to_ascii_lowercase(), value));
    let (store, path) = object_store::parse_url_opts(&parsed, variables)?;
    let store: Arc<dyn ObjectStore> = Arc::from(store);
    let base = path.join(folder);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        store.put(&base.clone().join("job"), executable.into()).await?;
        // The manifest comes last: who sees it finds the executable.
        store
            .put(&base.clone().join("manifest.json"), manifest.into())
            .await
    })?;
    Ok(format!("{}/{folder}/manifest.json", url.trim_end_matches('/')))
}

/// The manifest of a build.
pub fn manifest(
    application: &Application,
    compiled: &Compiled,
    built: &Built,
    profile: Profile,
) -> Result<Manifest> {
    let executable = std::fs::read(&built.executable)?;
    let files = application.sources.files();
    Ok(Manifest {
        executable_sha256: sha256(&executable),
        executable_size_bytes: executable.len() as u64,
        name: application.name.clone(),
        profile: profile.name().to_owned(),
        runtime_build_id: built.runtime_build_id.clone(),
        rustc_version: built.rustc_version.clone(),
        compiler_version: env!("CARGO_PKG_VERSION").to_owned(),
        source_sha256: sha256(compiled.rust.as_bytes()),
        plan: compiled.plan.clone(),
        operators: serde_json::to_value(&compiled.operators)?,
        tables: Value::Array(compiled.tables.iter().map(describe).collect()),
        sql: Value::Object(
            files
                .iter()
                .map(|file| (file.name.clone(), redact(&file.text).into()))
                .collect(),
        ),
        config: Value::Object(
            compiled
                .config
                .iter()
                .map(|(key, value)| (key.clone(), shown(key, value).into()))
                .collect(),
        ),
        parameters: parameters(compiled),
    })
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn describe(table: &TableSummary) -> Value {
    let options = table.options.iter();
    let options: Map<String, Value> = options
        .map(|(key, value)| (key.clone(), shown(key, value).into()))
        .collect();
    json!({
        "name": table.name,
        "columns": table.columns,
        "primary_key": table.primary_key,
        "options": options,
        "is_read": table.is_read,
        "is_written": table.is_written,
    })
}

fn parameters(compiled: &Compiled) -> Value {
    let tables: Vec<String> = compiled
        .tables
        .iter()
        .map(|table| format!("tables.{}.*", table.name))
        .collect();
    let config = [
        "parallelism.default",
        "pipeline.name",
        "execution.checkpointing.*",
        "table.*",
    ];
    json!({ "options": tables, "config": config })
}
