//! What paths of requests name.
//!
//! In: decoded parts of a path. Out: records, or a refusal. Invariant: nothing of another project or service is found.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::Deserialize;
use utoipa::IntoParams;

use super::Api;
use crate::catalogue::Tables;
use crate::model::{Application, Deployment, Service, Version};
use crate::refusal::Refusal;

#[derive(Deserialize, IntoParams)]
pub(super) struct ProjectPath {
    pub(super) project: String,
}

#[derive(Deserialize, IntoParams)]
pub(super) struct ServicePath {
    pub(super) project: String,
    pub(super) service: String,
}

#[derive(Deserialize, IntoParams)]
pub(super) struct ApplicationPath {
    pub(super) project: String,
    pub(super) service: String,
    pub(super) application_id: String,
}

#[derive(Deserialize, IntoParams)]
pub(super) struct VersionPath {
    pub(super) project: String,
    pub(super) service: String,
    pub(super) application_id: String,
    pub(super) version_id: String,
}

#[derive(Deserialize, IntoParams)]
pub(super) struct DeploymentPath {
    pub(super) project: String,
    pub(super) service: String,
    pub(super) application_id: String,
    pub(super) deployment_id: String,
}

/// `?limit=`: how many entries of a list are wanted. Terraform's provider sends one with every request.
pub(super) struct Limit(usize);

impl<S: Send + Sync> FromRequestParts<S> for Limit {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Refusal> {
        let pairs = parts.uri.query().unwrap_or_default().split('&');
        let given = pairs.filter_map(|pair| pair.strip_prefix("limit=")).next_back();
        match given.map(str::parse::<usize>) {
            None => Ok(Limit(usize::MAX)),
            Some(Ok(limit)) if limit > 0 => Ok(Limit(limit)),
            _ => Err(Refusal::invalid("Invalid 'limit': expected a number from 1")),
        }
    }
}

impl Limit {
    pub(super) fn of<T>(&self, mut entries: Vec<T>) -> Vec<T> {
        entries.truncate(self.0);
        entries
    }
}

impl Api {
    pub(super) fn check_project(&self, project: &str) -> Result<(), Refusal> {
        if self.settings.projects.iter().any(|known| known == project) {
            return Ok(());
        }
        Err(Refusal::not_found(format!("Project {project} does not exist")))
    }
}

impl ProjectPath {
    pub(super) fn check(&self, api: &Api) -> Result<(), Refusal> {
        api.check_project(&self.project)
    }
}

impl ServicePath {
    pub(super) fn check(&self, api: &Api) -> Result<(), Refusal> {
        api.check_project(&self.project)
    }

    pub(super) fn key(&self) -> String {
        Service::key(&self.project, &self.service)
    }

    pub(super) fn find(&self, tables: &Tables) -> Result<Arc<Service>, Refusal> {
        let found = tables.get::<Service>(&self.key()).cloned();
        found.ok_or_else(|| missing_service(&self.service))
    }

    /// The session cluster of this name.
    pub(super) fn cluster(&self, api: &Api) -> Result<Arc<Service>, Refusal> {
        self.check(api)?;
        let service = api.manager.catalogue.read(|tables| self.find(tables))?;
        if service.service_type != "flink" {
            let message = format!(
                "Service {} is of type '{}', not 'flink'",
                service.name, service.service_type
            );
            return Err(Refusal::invalid(message));
        }
        Ok(service)
    }
}

/// Not the words of Aiven (`Service X does not exist`): after those, clients go on asking for minutes.
pub(super) fn missing_service(name: &str) -> Refusal {
    Refusal::not_found(format!("Service not found: {name}"))
}

impl ApplicationPath {
    pub(super) fn service(&self) -> ServicePath {
        ServicePath {
            project: self.project.clone(),
            service: self.service.clone(),
        }
    }

    pub(super) fn check(&self, api: &Api) -> Result<(), Refusal> {
        self.service().cluster(api).map(drop)
    }

    pub(super) fn find(&self, tables: &Tables) -> Result<Arc<Application>, Refusal> {
        let found = tables.get::<Application>(&self.application_id).cloned();
        self.checked(found)
    }

    /// The application, if it is one of this service.
    pub(super) fn checked(&self, found: Option<Arc<Application>>) -> Result<Arc<Application>, Refusal> {
        let found = found.filter(|a| a.project == self.project && a.service == self.service);
        found.ok_or_else(|| Refusal::not_found(format!("Application not found: {}", self.application_id)))
    }
}

impl VersionPath {
    pub(super) fn application(&self) -> ApplicationPath {
        ApplicationPath {
            project: self.project.clone(),
            service: self.service.clone(),
            application_id: self.application_id.clone(),
        }
    }

    /// The version, if it is one of this application.
    pub(super) fn checked(&self, found: Option<Arc<Version>>) -> Result<Arc<Version>, Refusal> {
        let found = found.filter(|version| version.application_id == self.application_id);
        let missing = || Refusal::not_found(format!("Application version not found: {}", self.version_id));
        found.ok_or_else(missing)
    }
}

impl DeploymentPath {
    pub(super) fn application(&self) -> ApplicationPath {
        ApplicationPath {
            project: self.project.clone(),
            service: self.service.clone(),
            application_id: self.application_id.clone(),
        }
    }

    pub(super) fn find(&self, api: &Api) -> Result<Arc<Deployment>, Refusal> {
        self.application().check(api)?;
        api.manager.catalogue.read(|tables| {
            self.application().find(tables)?;
            let found = tables.get::<Deployment>(&self.deployment_id).cloned();
            let found = found.filter(|deployment| deployment.application_id == self.application_id);
            found.ok_or_else(|| Refusal::not_found(format!("Deployment not found: {}", self.deployment_id)))
        })
    }
}
