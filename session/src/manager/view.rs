//! Deployments with what belongs to them, and the questions that several parts of the manager ask of them.
//!
//! In: a transaction. Out: the session cluster, strategy and options of a deployment, orders of a worker. Invariant:
//! the orders of a worker are a function of the
//! catalogue and of its queries alone.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::{Settings, parameters, strategy};
use crate::catalogue::{Tables, Transaction};
use crate::connection::{Options, TableOptions, filled_options};
use crate::model::deployment::RequestKind;
use crate::model::restart::RestartStrategy;
use crate::model::{Application, Deployment, Program, Service, Status};
use crate::protocol::job::Command;
use crate::protocol::worker::{Assignment, NumberedCommand, Orders};
use crate::refusal::Refusal;

/// The key of the deployment's session cluster.
pub(super) fn service_key(transaction: &Transaction<'_>, deployment: &Deployment) -> Option<String> {
    let application = transaction.get::<Application>(&deployment.application_id)?;
    Some(Service::key(&application.project, &application.service))
}

/// The configuration of the application's session cluster.
pub(super) fn cluster_config(tables: &Tables, application: &Application) -> Map<String, Value> {
    let key = Service::key(&application.project, &application.service);
    let cluster = tables.get::<Service>(&key);
    cluster.map_or_else(Map::new, |cluster| cluster.user_config.clone())
}

/// Deployments of session clusters that keep no lines of logs.
pub(super) fn unlogged(tables: &Tables) -> BTreeSet<String> {
    let silent = tables
        .all::<Service>()
        .filter(|service| service.user_config.get("service_log") == Some(&Value::Bool(false)));
    let silent: BTreeSet<String> = silent
        .map(|service| Service::key(&service.project, &service.name))
        .collect();
    if silent.is_empty() {
        return BTreeSet::new();
    }
    let is_silent = |deployment: &Deployment| {
        let application = tables.get::<Application>(&deployment.application_id);
        application.is_some_and(|one| silent.contains(&Service::key(&one.project, &one.service)))
    };
    let deployments = tables.all::<Deployment>().filter(|one| is_silent(one));
    deployments.map(|one| one.id.clone()).collect()
}

pub(super) fn user_config(transaction: &Transaction<'_>, deployment: &Deployment) -> Map<String, Value> {
    let key = service_key(transaction, deployment);
    let service = key.and_then(|key| transaction.get::<Service>(&key));
    service
        .map(|service| service.user_config.clone())
        .unwrap_or_default()
}

pub(super) fn restart_strategy(transaction: &Transaction<'_>, deployment: &Deployment) -> RestartStrategy {
    let program = transaction.get::<Program>(&deployment.id);
    let config = program.map(|program| program.config.clone()).unwrap_or_default();
    strategy::restart_strategy(&user_config(transaction, deployment), &config)
}

/// Whether its worker is to run it.
pub(super) fn is_ordered(deployment: &Deployment, worker: &str, incarnation: &str) -> bool {
    deployment.worker.as_deref() == Some(worker)
        && deployment.incarnation.as_deref() == Some(incarnation)
        && (deployment.is_fence
            || !matches!(
                deployment.status,
                Status::CancellingRequested | Status::Cancelling
            ))
}

/// What the worker's process should run, beside these queries.
pub(super) fn orders(
    transaction: &Transaction<'_>,
    settings: &Settings,
    worker: &str,
    incarnation: &str,
    queries: Vec<Assignment>,
) -> Orders {
    let deployments = transaction.all::<Deployment>();
    let ordered = deployments
        .iter()
        .filter(|deployment| is_ordered(deployment, worker, incarnation));
    let attempts: Vec<Assignment> = ordered
        .filter_map(|deployment| assignment(transaction, settings, deployment))
        .chain(queries)
        .collect();
    let text = serde_json::to_vec(&attempts).expect("orders are plain data");
    let digest = Sha256::digest(text);
    let version = u64::from_le_bytes(digest[..8].try_into().expect("eight bytes"));
    Orders {
        version,
        attempts,
        events_seen: 0,
    }
}

fn assignment(
    transaction: &Transaction<'_>,
    settings: &Settings,
    deployment: &Deployment,
) -> Option<Assignment> {
    let program = transaction.get::<Program>(&deployment.id)?;
    let artifact = deployment.artifact.as_ref()?;
    let user_config = user_config(transaction, deployment);
    let options = match deployment.is_fence {
        // One that cannot claim all there is must not run.
        true => fence_options(transaction, &program).ok()?,
        // Checked before the deployment was placed. If the integration has gone since, a running job need not care.
        false => options(transaction, &program).unwrap_or_default(),
    };
    let commands = deployment.requests.iter().map(|request| NumberedCommand {
        number: request.number,
        command: match request.kind {
            RequestKind::Savepoint => Command::Savepoint {
                url: request.savepoint_url.clone(),
            },
            RequestKind::Stop => Command::Stop {
                savepoint: Some(request.savepoint_url.clone()),
            },
        },
    });
    Some(Assignment {
        deployment: deployment.id.clone(),
        attempt: deployment.attempt,
        artifact_sha256: artifact.sha256.clone(),
        memory_limit_bytes: strategy::memory_limit_bytes(&program.config),
        parameters: parameters::parameters(settings, deployment, &program, &user_config, &options),
        commands: commands.collect(),
    })
}

/// The options of every table, with what integrations add.
pub(super) fn options(
    transaction: &Transaction<'_>,
    program: &Program,
) -> Result<BTreeMap<String, Options>, Refusal> {
    let tables = program.tables.iter().map(|table| TableOptions {
        name: &table.name,
        options: &table.options,
        integration_id: table.integration_id.as_deref(),
    });
    filled_options(transaction.tables(), tables)
}

/// The same for a fence. It claims transactional ids; tables that have none and are out of reach are left out.
pub(super) fn fence_options(
    transaction: &Transaction<'_>,
    program: &Program,
) -> Result<BTreeMap<String, Options>, Refusal> {
    let mut all = BTreeMap::new();
    for table in &program.tables {
        let one = TableOptions {
            name: &table.name,
            options: &table.options,
            integration_id: table.integration_id.as_deref(),
        };
        match filled_options(transaction.tables(), [one]) {
            Ok(options) => all.extend(options),
            Err(refusal) if has_transactional_ids(&table.options) => {
                let message = format!(
                    "transactions of table {} have to be claimed: {refusal}",
                    table.name
                );
                return Err(Refusal::invalid(message));
            }
            Err(_) => {}
        }
    }
    Ok(all)
}

fn has_transactional_ids(options: &Options) -> bool {
    let is = |key: &str, expected: &str| {
        let value = options.get(key);
        value.is_some_and(|value| value.trim().eq_ignore_ascii_case(expected))
    };
    let is_kafka = is("connector", "kafka") || is("connector", "upsert-kafka");
    is_kafka && is("sink.delivery-guarantee", "exactly-once")
}
