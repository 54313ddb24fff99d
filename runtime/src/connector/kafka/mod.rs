//! The `kafka` and `upsert-kafka` connectors.
//!
//! Source: partitions are splits, assigned to threads explicitly (no consumer group is joined); a position is the
//! next offset to read. Sink: rows are encoded into an arena and handed to librdkafka in batches per partition;
//! with `sink.delivery-guarantee` = `exactly-once` all sink tables of the job share one transaction per epoch, and
//! that transaction decides whether the epoch's checkpoint is committed (see [`transaction`]).

mod carried;
mod client;
mod columns;
mod complaint;
mod config;
mod jaas;
mod metadata;
mod missing;
mod offsets;
mod partitioner;
mod producer;
mod reader;
mod security;
mod splits;
mod transaction;
mod writer;

pub(super) use splits::open_source;
pub(super) use writer::{is_transactional, open_sinks};

use rdkafka::error::KafkaError;

use crate::error::JobError;

fn external(error: impl ToString) -> JobError {
    JobError::external("kafka", error)
}

/// Why a client could not be made. The library's own text shows the value of the setting, which may be a secret.
fn refused(error: KafkaError) -> JobError {
    match error {
        KafkaError::ClientConfig(_, description, key, _) => {
            external(format!("setting 'properties.{key}': {description}"))
        }
        other => external(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connector::ending::Ending;
    use crate::connector::options::Options;

    #[test]
    fn a_refused_setting_is_named_without_its_value() {
        let options = Options::new(
            "t",
            [
                ("properties.bootstrap.servers", "localhost:1"),
                ("properties.no.such.password", "hunter2"),
            ],
        );
        let config = config::producer(&options).expect("not looked at yet");
        let error = producer::create(&config, Ending::default())
            .err()
            .expect("refused")
            .to_string();
        assert!(error.contains("properties.no.such.password"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}
