//! Who uses a connection: a service, or one integration of it.
//!
//! In: integrations. Out: a refusal that names a deployment. Invariant: what has ended needs its connections no more,
//! unless it is started again, which says so then.

use std::collections::BTreeSet;

use crate::catalogue::Transaction;
use crate::model::{Application, Deployment, Integration, Service, Version};
use crate::refusal::Refusal;

/// That no deployment needs the service.
pub(super) fn check_service(transaction: &Transaction<'_>, service: &Service) -> Result<(), Refusal> {
    let integrations = transaction.all::<Integration>();
    let of_service = integrations.iter().filter(|integration| {
        integration.project == service.project && integration.source_service.as_ref() == Some(&service.name)
    });
    let ids: BTreeSet<&str> = of_service.map(|integration| integration.id.as_str()).collect();
    check(transaction, &format!("Service {}", service.name), &ids)
}

/// That no deployment needs the integration.
pub(super) fn check_integration(transaction: &Transaction<'_>, id: &str) -> Result<(), Refusal> {
    check(transaction, &format!("Integration {id}"), &BTreeSet::from([id]))
}

/// A job that starts again after a failure would find no address and no password.
fn check(transaction: &Transaction<'_>, what: &str, integrations: &BTreeSet<&str>) -> Result<(), Refusal> {
    let deployments = transaction.all::<Deployment>();
    let user = deployments.iter().find(|deployment| {
        let version = transaction.get::<Version>(&deployment.version_id);
        !deployment.status.is_ended() && version.is_some_and(|version| uses(&version, integrations))
    });
    let Some(deployment) = user else {
        return Ok(());
    };
    let application = transaction.get::<Application>(&deployment.application_id);
    let application = application.map_or_else(String::new, |found| format!(" of application {}", found.name));
    Err(Refusal::conflict(format!(
        "{what} is used by deployment {}{application}: stop or cancel it first",
        deployment.id
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
