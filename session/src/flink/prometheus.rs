//! `/metrics`: the figures of all jobs in Prometheus' text format.
//!
//! In: the manager. Out: lines. Invariant: what has ended has no figures, as in Flink, and is only counted; names are
//! those of Flink's Prometheus reporter where Flink has the figure, else they begin with `millstream_`; every family is
//! one block with its type in front.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::cluster;
use super::metrics::{MetricValue, of_cluster, of_job, of_operator};
use super::snapshot::{self, Job, Scope, vertex_id};
use crate::manager::Manager;

/// Lines by family.
#[derive(Default)]
struct Families {
    lines: BTreeMap<String, Vec<String>>,
}

impl Families {
    fn add(&mut self, name: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        let labels: Vec<String> = labels
            .iter()
            .map(|(label, value)| format!("{label}=\"{}\"", escaped(value)))
            .collect();
        let labels = match labels.is_empty() {
            true => String::new(),
            false => format!("{{{}}}", labels.join(",")),
        };
        let line = format!("{name}{labels} {value}");
        self.lines.entry(name.to_owned()).or_default().push(line);
    }

    fn text(self) -> String {
        let mut text = String::new();
        for (name, lines) in self.lines {
            // Flink's reporter has gauges only: its counters restart with the task.
            writeln!(text, "# TYPE {name} gauge\n{}", lines.join("\n")).expect("a string takes text");
        }
        text
    }
}

fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

pub(super) fn text(manager: &Manager, scope: &Scope) -> String {
    let mut families = Families::default();
    let jobs = snapshot::jobs(manager, scope);
    let overview = cluster::overview(manager, scope, &jobs);
    for metric in of_cluster(&overview) {
        families.add(&format!("flink_jobmanager_{}", metric.name), &[], metric.value);
    }
    for job in jobs.iter().filter(|job| !job.deployment.status.is_ended()) {
        add_job(&mut families, job);
    }
    let mut counts: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for job in &jobs {
        let status = job.deployment.status.name();
        *counts.entry((&job.service, status)).or_default() += 1;
    }
    for ((service, status), count) in counts {
        let labels = [("service", service), ("status", status)];
        families.add("millstream_deployments", &labels, count);
    }
    families.text()
}

fn add_job(families: &mut Families, job: &Job) {
    let of_job_labels = [
        ("job_id", job.id.as_str()),
        ("job_name", &job.name),
        ("service", &job.service),
        ("deployment_id", &job.deployment.id),
    ];
    let status = [&of_job_labels[..], &[("status", job.deployment.status.name())]].concat();
    families.add("millstream_deployment_status", &status, 1);
    for metric in of_job(job) {
        if let MetricValue::Number(value) = metric.value {
            families.add(&job_family(&metric.name), &of_job_labels, value);
        }
    }
    let host = job.attempt.as_ref().map_or("", |attempt| &attempt.host);
    let worker = job.attempt.as_ref().map_or("", |attempt| &attempt.worker);
    for (_, operator) in job.vertices() {
        let id = vertex_id(operator);
        let labels = [
            &of_job_labels[..],
            &[
                ("operator_id", &id),
                ("operator_name", &operator.name),
                ("host", host),
                ("tm_id", worker),
            ],
        ]
        .concat();
        for (name, value) in of_operator(job, operator) {
            let family = match name {
                "stateSize" => "millstream_operator_state_bytes".to_owned(),
                name => format!("flink_taskmanager_job_task_operator_{name}"),
            };
            families.add(&family, &labels, value);
        }
    }
}

fn job_family(name: &str) -> String {
    match name {
        "memoryUsed" => "millstream_job_memory_bytes".to_owned(),
        "cpuTime" => "millstream_job_cpu_milliseconds".to_owned(),
        "numRecordsIn" => "millstream_job_rows_read".to_owned(),
        "numRecordsOut" => "millstream_job_rows_written".to_owned(),
        "numRecordsInErrors" => "millstream_job_rows_skipped".to_owned(),
        "numLateRecordsDropped" => "millstream_job_rows_late".to_owned(),
        name => format!("flink_jobmanager_job_{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_blocks_and_labels_escaped() {
        let mut families = Families::default();
        families.add("b", &[("x", "a\"\\\n")], 1);
        families.add("a", &[], 2);
        families.add("b", &[], 3);
        assert_eq!(
            families.text(),
            "# TYPE a gauge\na 2\n# TYPE b gauge\nb{x=\"a\\\"\\\\\\n\"} 1\nb 3\n"
        );
    }
}
