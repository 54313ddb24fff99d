//! Names where the API wants ids.
//!
//! In: a name, a number or (the beginning of) an id. Out: the record. Invariant: an exact id or name wins over the
//! beginning of an id; what several records match is refused, with the choices.

use anyhow::{Result, bail};
use serde_json::Value;

use super::Client;
use super::output::text;

/// Shortest beginning of an id that may stand for it.
const PREFIX_MIN: usize = 4;

/// The list in an answer.
pub(crate) fn list(answer: &Value, key: &str) -> Vec<Value> {
    answer[key].as_array().cloned().unwrap_or_default()
}

pub(crate) fn id(record: &Value) -> &str {
    record["id"].as_str().unwrap_or_default()
}

/// The beginning of an id, for people.
pub(crate) fn short_id(record: &Value) -> String {
    id(record).chars().take(8).collect()
}

/// The record that `wanted` names by one of `keys`, of which the first is the id.
fn pick(what: &str, records: Vec<Value>, wanted: &str, keys: &[&str]) -> Result<Value> {
    let matches = |record: &&Value| keys.iter().any(|key| text(&record[*key]) == wanted);
    let mut found: Vec<&Value> = records.iter().filter(matches).collect();
    if found.is_empty() && wanted.len() >= PREFIX_MIN {
        let begins = |record: &&Value| text(&record[keys[0]]).starts_with(wanted);
        found = records.iter().filter(begins).collect();
    }
    match found[..] {
        [one] => Ok(one.clone()),
        [] => bail!("there is no {what} '{wanted}'{}", choices(&records, keys)),
        _ => bail!(
            "several records are called '{wanted}'; give the id:{}",
            ids(&found, keys)
        ),
    }
}

fn choices(records: &[Value], keys: &[&str]) -> String {
    let shown = records.iter().map(|record| {
        let names = keys[1..].iter().map(|key| text(&record[*key]));
        let name = names.into_iter().find(|name| !name.is_empty());
        name.unwrap_or_else(|| text(&record[keys[0]]))
    });
    let mut shown: Vec<String> = shown.collect();
    shown.dedup();
    match shown.is_empty() {
        true => "; there are none".to_owned(),
        false => format!("; there are {}", shown.join(", ")),
    }
}

fn ids(found: &[&Value], keys: &[&str]) -> String {
    let lines = found
        .iter()
        .map(|record| format!("\n  {}", text(&record[keys[0]])));
    lines.collect()
}

impl Client {
    pub(crate) fn applications(&self) -> Result<Vec<Value>> {
        Ok(list(&self.get(&self.of_flink(&["application"]))?, "applications"))
    }

    /// With its versions and its current deployment.
    pub(crate) fn application(&self, name: &str) -> Result<Value> {
        let found = pick("application", self.applications()?, name, &["id", "name"])?;
        self.get(&self.of_flink(&["application", id(&found)]))
    }

    /// `wanted`: a number, an id, or nothing for the newest.
    pub(crate) fn version(&self, application: &Value, wanted: Option<&str>) -> Result<Value> {
        let mut versions = list(application, "application_versions");
        versions.sort_by_key(|version| version["version"].as_u64());
        let wanted = wanted.filter(|wanted| *wanted != "latest");
        match (wanted, versions.last()) {
            (Some(wanted), _) => pick("version", versions, wanted, &["id", "version"]),
            (None, Some(newest)) => Ok(newest.clone()),
            (None, None) => bail!(
                "application {} has no version yet; `millstream deploy` and `millstream version create` make one",
                text(&application["name"])
            ),
        }
    }

    /// The newest first.
    pub(crate) fn deployments(&self, application: &Value) -> Result<Vec<Value>> {
        let answer = self.get(&self.of_flink(&["application", id(application), "deployment"]))?;
        let mut deployments = list(&answer, "deployments");
        deployments.sort_by_key(|deployment| std::cmp::Reverse(text(&deployment["created_at"])));
        Ok(deployments)
    }

    /// `wanted`: an id or its beginning, or nothing for the newest.
    pub(crate) fn deployment(&self, application: &Value, wanted: Option<&str>) -> Result<Value> {
        let deployments = self.deployments(application)?;
        match (wanted, deployments.first()) {
            (Some(wanted), _) => pick("deployment", deployments, wanted, &["id"]),
            (None, Some(newest)) => Ok(newest.clone()),
            (None, None) => bail!("application {} has no deployment", text(&application["name"])),
        }
    }

    /// Of an application by name or id, also of one that is deleted. `wanted`: an id or its beginning, or a location.
    pub(crate) fn savepoint(&self, application: &str, wanted: &str) -> Result<Value> {
        let applications = self.applications()?;
        let named = applications
            .iter()
            .find(|one| id(one) == application || text(&one["name"]) == application);
        let application = named.map_or(application, id);
        let mut savepoints = list(&self.get(&self.of_flink(&["savepoint"]))?, "savepoints");
        savepoints.retain(|one| {
            one["kind"] == "savepoint" && text(&one["application_id"]).starts_with(application)
        });
        if named.is_none() && savepoints.is_empty() {
            bail!("there is no application '{application}', and no savepoint of a deleted one with this id");
        }
        pick("savepoint", savepoints, wanted, &["id", "url"])
    }

    /// Those that the session cluster is an end of.
    pub(crate) fn integrations(&self) -> Result<Vec<Value>> {
        Ok(list(
            &self.get(&self.of_service(&["integration"]))?,
            "service_integrations",
        ))
    }

    /// `wanted`: an id, or the name of the service or endpoint at the other end.
    pub(crate) fn integration(&self, wanted: &str) -> Result<Value> {
        let keys = [
            "service_integration_id",
            "source_service",
            "source_endpoint_name",
            "dest_service",
        ];
        let mut integrations = self.integrations()?;
        if integrations.is_empty() {
            bail!(
                "there is no integration '{wanted}'; there are none, `millstream service add` makes the first"
            );
        }
        if !integrations
            .iter()
            .any(|i| keys.iter().any(|key| text(&i[*key]) == wanted))
        {
            let endpoints = self.endpoints()?;
            for integration in &mut integrations {
                let of = |e: &&Value| e["endpoint_id"] == integration["source_endpoint_id"];
                if let Some(endpoint) = endpoints.iter().find(of) {
                    integration["source_endpoint_name"] = endpoint["endpoint_name"].clone();
                }
            }
        }
        pick("integration", integrations, wanted, &keys)
    }

    pub(crate) fn endpoints(&self) -> Result<Vec<Value>> {
        let answer = self.get(&self.of_project(&["integration_endpoint"]))?;
        Ok(list(&answer, "service_integration_endpoints"))
    }

    pub(crate) fn endpoint(&self, wanted: &str) -> Result<Value> {
        pick(
            "endpoint",
            self.endpoints()?,
            wanted,
            &["endpoint_id", "endpoint_name"],
        )
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_ids_and_beginnings_of_ids_are_found() {
        let records = || {
            vec![
                json!({"id": "aaaa-1", "name": "x"}),
                json!({"id": "aaaa-2", "name": "aaaa-1"}),
            ]
        };
        let found =
            |wanted: &str| pick("thing", records(), wanted, &["id", "name"]).map(|found| text(&found["id"]));
        assert_eq!(found("x").expect("a name"), "aaaa-1");
        assert_eq!(found("aaaa-2").expect("an id"), "aaaa-2");
        for (wanted, message) in [
            (
                "aaaa-1",
                "several records are called 'aaaa-1'; give the id:\n  aaaa-1\n  aaaa-2",
            ),
            (
                "aaaa",
                "several records are called 'aaaa'; give the id:\n  aaaa-1\n  aaaa-2",
            ),
            ("aa", "there is no thing 'aa'; there are x, aaaa-1"),
        ] {
            assert_eq!(found(wanted).expect_err("no single one").to_string(), message);
        }
    }
}
