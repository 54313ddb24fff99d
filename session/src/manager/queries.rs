//! Interactive queries: from the request to a worker.
//!
//! In: SQL with what to look at. Out: a query in the registry, which workers run beside their slots. Invariant: it ends
//! when its time is over, whatever workers do.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use compiler::base::{Diagnostic, Severity, SourceMap};
use compiler::{CompiledPreview, Preview};
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{Manager, builds, strategy};
use crate::build::Profile;
use crate::build::deployment::{Settled, throw_away};
use crate::catalogue::Tables;
use crate::connection::{TableOptions, filled_options, integration};
use crate::model::application::Column;
use crate::model::{Integration, Service};
use crate::query::registry::{NewQuery, Scope, Seat};
use crate::query::{Bounds, End, Start};
use crate::refusal::Refusal;
use crate::validation::{FilesAccess, VersionText};

/// How long a query waits for a worker to be there.
const FIRST_WORKER_MAX: Duration = Duration::from_secs(5);
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(100);

/// What a caller asks for.
#[derive(Clone, Debug)]
pub struct QueryRequest {
    pub scope: Scope,
    pub text: VersionText,
    pub preview: Preview,
    pub start: Start,
    pub bounds: Bounds,
    /// As the API shows the request: without secrets.
    pub shown: Value,
}

impl Manager {
    /// Checks and compiles; the rest happens afterwards. The id of the query.
    pub async fn create_query(&self, request: QueryRequest) -> Result<String, Refusal> {
        let QueryRequest { text, preview, .. } = &request;
        let (text, preview, files) = (text.clone(), preview.clone(), self.settings().files.clone());
        let compiling = tokio::task::spawn_blocking(move || compile(&text, &preview, &files));
        let (compiled, integrations) = compiling.await.map_err(anyhow::Error::new)??;
        let settled = self
            .catalogue
            .read(|tables| settled(tables, &request, &compiled, &integrations))?;
        let column = |column: &compiler::compile::AnswerColumn| Column {
            name: column.name.clone(),
            data_type: column.data_type.clone(),
            nullable: column.nullable,
            key: None,
            extras: None,
            watermark: None,
        };
        let query = NewQuery {
            scope: request.scope.clone(),
            query_type: match request.preview {
                Preview::Table(_) => "table",
                Preview::Statement { .. } => "statement",
            },
            columns: compiled.columns.iter().map(column).collect(),
            bounds: request.bounds,
            parameters: request.shown,
        };
        let id = self.queries().create(query, Timestamp::now())?;
        tokio::spawn(
            self.clone()
                .attend(id.clone(), compiled.compiled.rust, settled, request.bounds),
        );
        Ok(id)
    }

    /// Builds the query, hands it to a worker, and ends it in time.
    async fn attend(self, id: String, rust: String, settled: Settled, bounds: Bounds) {
        let deadline = tokio::time::Instant::now() + bounds.ttl;
        let starting = async {
            if let Err(message) = self.start_query(&id, rust, settled, bounds).await {
                self.queries().end(&id, End::Failed(message), Timestamp::now());
            }
        };
        // A query that ran out of time while it was built is not to start.
        let _ = tokio::time::timeout_at(deadline, starting).await;
        tokio::time::sleep_until(deadline).await;
        self.queries().end(&id, End::TimeToLive, Timestamp::now());
    }

    async fn start_query(
        &self,
        id: &str,
        rust: String,
        settled: Settled,
        bounds: Bounds,
    ) -> Result<(), String> {
        const NOBODY: &str = "no worker is connected";
        // Looked for twice: nobody builds for nobody, and a worker may go while it is built.
        self.seat_soon().await.ok_or(NOBODY)?;
        let artifacts = self.artifacts();
        let permit = self.inner.preparations.query_permits().acquire_owned().await;
        let building = tokio::task::spawn_blocking(move || {
            // Held until it is built, also if nobody waits for it any more.
            let _permit = permit;
            builds::executable(&rust, Profile::Preview, &artifacts)
        });
        let artifact = building
            .await
            .map_err(|error| format!("the build: {error}"))?
            .map_err(|error| format!("building failed: {error:#}"))?;
        let seat = self.seat_soon().await.ok_or(NOBODY)?;
        let mut parameters =
            serde_json::to_value(throw_away(settled, bounds.max_rows)).expect("parameters are plain data");
        parameters["files"] = serde_json::json!(self.settings().files);
        self.queries().assign(id, seat, artifact.sha256, parameters);
        Ok(())
    }

    /// The first worker of a cluster that has just started is about to call.
    async fn seat_soon(&self) -> Option<Seat> {
        let deadline = Instant::now() + FIRST_WORKER_MAX;
        loop {
            let seat = self.seat();
            if seat.is_some() || Instant::now() >= deadline {
                return seat;
            }
            tokio::time::sleep(LOOK_AGAIN_AFTER).await;
        }
    }

    /// The worker with the fewest queries.
    fn seat(&self) -> Option<Seat> {
        let load = self.queries().load();
        let (now, timeout) = (Instant::now(), self.settings().worker_timeout);
        let live = self.live();
        let heard = live
            .workers()
            .filter(|worker| !worker.is_silent(now, timeout) && !worker.is_leaving);
        let least = heard.min_by_key(|worker| load.get(&worker.id).copied().unwrap_or(0))?;
        Some(Seat {
            worker: least.id.clone(),
            incarnation: least.incarnation.clone(),
        })
    }
}

/// Integrations by table.
type Integrations = BTreeMap<String, String>;

fn compile(
    text: &VersionText,
    preview: &Preview,
    files: &FilesAccess,
) -> Result<(CompiledPreview, Integrations), Refusal> {
    let sources = text.source_map();
    let compiled = compiler::compile_preview(&sources, preview)
        .map_err(|diagnostics| refusal(&diagnostics, &sources))?;
    let declared = compiler::declared(&sources);
    let out_of_reach = files.problems(&declared);
    if !out_of_reach.is_empty() {
        return Err(refusal(&out_of_reach, &sources));
    }
    let texts: Vec<_> = text.sources.iter().chain(&text.sinks).collect();
    let integrations = declared.tables.into_iter().filter_map(|table| {
        let text = texts.get(usize::from(table.span.source))?;
        Some((table.name, text.integration_id.clone()?))
    });
    Ok((compiled, integrations.collect()))
}

fn refusal(diagnostics: &[Diagnostic], sources: &SourceMap) -> Refusal {
    let errors: Vec<String> = diagnostics
        .iter()
        .filter(|one| one.severity == Severity::Error)
        .map(|one| told(one, sources))
        .collect();
    Refusal {
        status: 400,
        message: errors.first().cloned().unwrap_or_default(),
        errors,
    }
}

/// `statement, line 1, character 8: …`
fn told(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    let span = diagnostic.span;
    let at = sources.position(span.source, span.start);
    let help = diagnostic.help.as_ref().map(|help| format!("; {help}"));
    format!(
        "{}, line {}, character {}: {}{}",
        sources.file(span.source).name,
        at.line,
        at.character,
        diagnostic.message,
        help.unwrap_or_default()
    )
}

/// Configuration and options, secrets included.
fn settled(
    tables: &Tables,
    request: &QueryRequest,
    compiled: &CompiledPreview,
    integrations: &Integrations,
) -> Result<Settled, Refusal> {
    let scope = &request.scope;
    for id in integrations.values() {
        check_own(integration(tables, id)?, scope)?;
    }
    let cluster = tables.get::<Service>(&Service::key(&scope.project, &scope.service));
    let user_config = cluster.map_or_else(Map::new, |cluster| cluster.user_config.clone());
    let statement = compiled.compiled.config.iter().cloned().collect();
    let config = strategy::job_config(&user_config, &statement);
    let written: BTreeMap<_, BTreeMap<_, _>> = compiled
        .compiled
        .tables
        .iter()
        .map(|table| (table.name.clone(), table.options.iter().cloned().collect()))
        .collect();
    let tables_options = written.iter().map(|(name, options)| TableOptions {
        name,
        options,
        integration_id: integrations.get(name).map(String::as_str),
    });
    let mut options = filled_options(tables, tables_options)?;
    options
        .values_mut()
        .for_each(|options| request.start.apply(options));
    Ok((config, options))
}

/// Nobody gets at data by knowing an id.
fn check_own(integration: &Integration, scope: &Scope) -> Result<(), Refusal> {
    let is_own =
        integration.project == scope.project && integration.dest_service.as_ref() == Some(&scope.service);
    match is_own {
        true => Ok(()),
        false => Err(Refusal::invalid(format!(
            "Integration {} is none of service {}",
            integration.id, scope.service
        ))),
    }
}
