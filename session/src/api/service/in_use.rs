//! Who uses a Kafka cluster or database.
//!
//! In: a service. Out: a refusal that names a deployment. Invariant: what has ended needs its service no more, unless
//! it is started again, which says so then.

use std::collections::BTreeSet;

use crate::catalogue::Transaction;
use crate::model::{Application, Deployment, Integration, Service, Version};
use crate::refusal::Refusal;

/// A job that starts again after a failure would find no address and no password.
pub(super) fn check_is_unused(transaction: &Transaction<'_>, service: &Service) -> Result<(), Refusal> {
    let integrations = transaction.all::<Integration>();
    let of_service = integrations.iter().filter(|integration| {
        integration.project == service.project && integration.source_service.as_ref() == Some(&service.name)
    });
    let ids: BTreeSet<&str> = of_service.map(|integration| integration.id.as_str()).collect();
    let deployments = transaction.all::<Deployment>();
    let user = deployments.iter().find(|deployment| {
        let version = transaction.get::<Version>(&deployment.version_id);
        !deployment.status.is_ended() && version.is_some_and(|version| uses(&version, &ids))
    });
    let Some(deployment) = user else {
        return Ok(());
    };
    let application = transaction.get::<Application>(&deployment.application_id);
    let application = application.map_or_else(String::new, |found| format!(" of application {}", found.name));
    Err(Refusal::conflict(format!(
        "Service {} is used by deployment {}{application}: stop or cancel it first",
        service.name, deployment.id
    )))
}

fn uses(version: &Version, integrations: &BTreeSet<&str>) -> bool {
    let mut tables = version.sources.iter().chain(&version.sinks);
    tables.any(|table| {
        table
            .integration_id
            .as_ref()
            .is_some_and(|id| integrations.contains(id.as_str()))
    })
}
