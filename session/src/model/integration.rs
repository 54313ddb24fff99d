//! Integrations: a session cluster may use a service or an endpoint; endpoints: what lies outside.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Integration {
    pub id: String,
    pub project: String,
    /// `flink`, `flink_external_kafka`, `flink_external_postgresql`, `logs`, `metrics` …
    pub integration_type: String,
    pub source_service: Option<String>,
    pub source_endpoint_id: Option<String>,
    pub dest_service: Option<String>,
    pub dest_endpoint_id: Option<String>,
    pub user_config: Map<String, Value>,
    pub created_at: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Endpoint {
    pub id: String,
    pub project: String,
    pub name: String,
    /// `external_kafka`, `external_postgresql` …
    pub endpoint_type: String,
    /// With secrets; answers redact them.
    pub user_config: Map<String, Value>,
    pub created_at: String,
}
