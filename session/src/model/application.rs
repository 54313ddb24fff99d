//! Applications and their immutable, numbered versions.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    pub id: String,
    pub project: String,
    /// Name of the session cluster.
    pub service: String,
    pub name: String,
    pub created_at: String,
    pub created_by: String,
    pub updated_at: String,
    pub updated_by: String,
    /// The number that the last version got; numbers of deleted versions are not given again.
    pub last_version: u32,
    /// What a deployment without a starting savepoint begins with.
    #[serde(default)]
    pub restore: Restore,
    /// What happens when a restored deployment would not take over all state.
    #[serde(default)]
    pub restore_policy: RestorePolicy,
    /// Where the newest state of its deployments lies, newest first: a savepoint, or the folder of a deployment's
    /// checkpoints, of which it is not known yet whether there are any. The first that holds anything counts.
    #[serde(default)]
    pub lineage: Vec<String>,
    /// Something in the lineage was committed for certain: that nothing is found there is no reason to begin anew.
    #[serde(default)]
    pub has_committed: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Restore {
    /// From nothing, as at Aiven.
    #[default]
    None,
    /// From the newest savepoint or checkpoint of the application's previous deployment.
    Latest,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RestorePolicy {
    /// State that the new version does not claim is dropped.
    #[default]
    Allow,
    /// Such a deployment must be confirmed in the request that creates it.
    Approve,
    /// Such a deployment is refused.
    Reject,
}

/// One version: texts as they came, and what compiling them found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Version {
    pub id: String,
    pub application_id: String,
    /// From 1.
    pub version: u32,
    pub created_at: String,
    pub created_by: String,
    pub statement: String,
    pub sources: Vec<Table>,
    pub sinks: Vec<Table>,
}

/// A table of a version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Table {
    pub table_id: String,
    pub table_name: String,
    pub create_table: String,
    pub integration_id: Option<String>,
    /// Of the WITH clause, secrets redacted.
    pub options: std::collections::BTreeMap<String, String>,
    pub columns: Vec<Column>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Column {
    pub name: String,
    /// As Flink writes it, without NOT NULL: `DECIMAL(10, 2)`.
    pub data_type: String,
    pub nullable: bool,
    /// `PRI(hostname, cpu)` for columns of the primary key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// `AS …` or `METADATA …`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extras: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub watermark: Option<String>,
}
