//! Services: session clusters (type `flink`) and connections to Kafka, PostgreSQL, OpenSearch.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Service {
    pub project: String,
    pub name: String,
    /// `flink`, `kafka`, `pg`, `opensearch`.
    pub service_type: String,
    pub plan: String,
    pub cloud: Option<String>,
    pub user_config: Map<String, Value>,
    pub maintenance: Map<String, Value>,
    pub tags: Map<String, Value>,
    pub tech_emails: Vec<Value>,
    pub termination_protection: bool,
    pub powered: bool,
    pub created_at: String,
    pub updated_at: String,
    /// Of a service that is reached from outside: address and credentials. Never leaves the manager but for the
    /// options of jobs, and `include_secrets` where the operator may see them.
    #[serde(default)]
    pub connection: Map<String, Value>,
}

impl Service {
    /// Names are unique in a project.
    pub fn key(project: &str, name: &str) -> String {
        format!("{project}/{name}")
    }
}
