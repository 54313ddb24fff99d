//! Table options → librdkafka's configuration. `properties.*` are passed through; what only Kafka's Java client
//! knows is translated (see [`security`]) or left out.

use rdkafka::config::ClientConfig;

use super::offsets::STARTUP;
use super::security;
use crate::connector::options::{Known, Options};
use crate::error::JobError;
use crate::format;

/// Java client settings without a meaning here: dropped, so that tables written for Flink work unchanged.
const JAVA_ONLY: [&str; 12] = [
    "key.deserializer",
    "value.deserializer",
    "key.serializer",
    "value.serializer",
    "auto.offset.reset",
    "partition.assignment.strategy",
    "max.poll.records",
    "enable.auto.commit",
    "buffer.memory",
    "max.block.ms",
    "client.dns.lookup",
    "transaction.timeout.ms",
];
/// The broker's own limit (`transaction.max.timeout.ms`) unless an operator raised it.
const TRANSACTION_TIMEOUT_MS: &str = "900000";

/// What no table may set, whoever runs the job: a second name of the brokers, and what loads a library or starts a
/// program.
const REFUSED: [(&str, &str); 6] = [
    ("metadata.broker.list", "use 'properties.bootstrap.servers'"),
    ("plugin.library.paths", LOADS),
    ("interceptor*", LOADS),
    ("ssl.engine.location", LOADS),
    ("ssl.providers", LOADS),
    ("sasl.kerberos.kinit.cmd", LOADS),
];
const LOADS: &str = "a table cannot make the job load or start a program";

/// Why the setting is not for tables, if so.
fn refusal(key: &str) -> Option<&'static str> {
    let matches = |name: &str| match name.strip_suffix('*') {
        Some(start) => key.starts_with(start),
        None => key == name,
    };
    let found = REFUSED.iter().find(|(name, _)| matches(name));
    found.map(|(_, message)| *message)
}

/// What all clients of a table have in common.
pub(super) fn client(options: &Options) -> Result<ClientConfig, JobError> {
    let mut config = ClientConfig::new();
    extend(&mut config, options)?;
    Ok(config)
}

/// Adds what the table's options say to the settings of one kind of client.
fn extend(config: &mut ClientConfig, options: &Options) -> Result<(), JobError> {
    options.required("properties.bootstrap.servers")?;
    // After an outage the default of 10 s would delay recovery by as much.
    config.set("reconnect.backoff.max.ms", "1000");
    for (option, value) in &options.values {
        let Some(key) = option.strip_prefix("properties.") else {
            continue;
        };
        if let Some(message) = refusal(key) {
            return Err(options.error(option, message));
        }
        if !JAVA_ONLY.contains(&key) && !security::translates(key) {
            config.set(key, value);
        }
    }
    security::apply(options, config)
}

/// A client that reads. The group is used to store offsets only; nobody joins it.
pub(super) fn consumer(options: &Options, job_id: &str) -> Result<ClientConfig, JobError> {
    let mut config = ClientConfig::new();
    // Measured: fewer queued messages with a short back-off read as fast with a tenth of the memory.
    config
        .set("queued.min.messages", "10000")
        .set("fetch.queue.backoff.ms", "2");
    config.set("fetch.wait.max.ms", "50");
    // As Kafka's Java client, and so Flink, has it.
    config
        .set("isolation.level", "read_uncommitted")
        .set("check.crcs", "true");
    config.set("group.id", group(options, job_id));
    extend(&mut config, options)?;
    config
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false");
    config.set("enable.partition.eof", "true");
    config.set("auto.offset.reset", reset(options)?);
    Ok(config)
}

/// What becomes of an offset that the broker has deleted meanwhile. Its client would go to the end and lose more than
/// what is gone; as in Flink, only a job that starts from its group's offsets wants to be told.
fn reset(options: &Options) -> Result<&'static str, JobError> {
    let by_mode = match options.get(STARTUP) {
        None | Some("group-offsets") => "error",
        Some(_) => "earliest",
    };
    let choices = [("earliest", "earliest"), ("latest", "latest"), ("none", "error")];
    options.choice("properties.auto.offset.reset", &choices, by_mode)
}

/// The group whose offsets say how far the job has read.
pub(super) fn group(options: &Options, job_id: &str) -> String {
    options
        .get("properties.group.id")
        .map_or_else(|| format!("millstream-{job_id}"), str::to_owned)
}

/// A client that writes.
pub(super) fn producer(options: &Options) -> Result<ClientConfig, JobError> {
    let mut config = ClientConfig::new();
    // Measured: few large requests and a short queue are twice as fast as the defaults.
    config
        .set("linger.ms", "20")
        .set("batch.size", "1000000")
        .set("batch.num.messages", "5000");
    config
        .set("queue.buffering.max.messages", "20000")
        .set("enable.idempotence", "true");
    extend(&mut config, options)?;
    config.remove("group.id");
    Ok(config)
}

/// One of the two producers that write transactions in turn.
pub(super) fn transactional(options: &Options, id: &str) -> Result<ClientConfig, JobError> {
    let mut config = producer(options)?;
    let timeout = options
        .get("properties.transaction.timeout.ms")
        .unwrap_or(TRANSACTION_TIMEOUT_MS);
    config
        .set("transactional.id", id)
        .set("transaction.timeout.ms", timeout);
    Ok(config)
}

/// The topics of a table: `topic`, a list with `;`.
pub(super) fn topics(options: &Options) -> Vec<String> {
    let names = options.get("topic").unwrap_or_default();
    names
        .split(';')
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

/// Refuses options that the source does not have.
pub(super) fn check_source(options: &Options) -> Result<(), JobError> {
    let mut known = shared_options(options);
    known.extend(
        [
            "topic-pattern",
            "scan.startup.mode",
            "scan.startup.specific-offsets",
            "scan.startup.timestamp-millis",
            "scan.bounded.mode",
            "scan.bounded.specific-offsets",
            "scan.bounded.timestamp-millis",
            "scan.topic-partition-discovery.interval",
        ]
        .map(Known::optional),
    );
    known.extend(sink_only());
    options.check(&known)
}

/// Refuses options that the sink does not have; those of the source may stand there, since a table can be both.
pub(super) fn check_sink(options: &Options) -> Result<(), JobError> {
    let mut known = shared_options(options);
    known.extend(["topic-pattern", "scan.*", "sink.buffer-flush.*"].map(Known::optional));
    known.extend(sink_only());
    options.check(&known)
}

fn sink_only() -> [Known; 4] {
    [
        "sink.partitioner",
        "sink.delivery-guarantee",
        "sink.transactional-id-prefix",
        "sink.transaction-naming-strategy",
    ]
    .map(Known::optional)
}

fn shared_options(options: &Options) -> Vec<Known> {
    let mut known: Vec<Known> = [
        "topic",
        "properties.*",
        "key.fields",
        "key.fields-prefix",
        "value.fields-include",
    ]
    .map(Known::optional)
    .into();
    for prefix in ["", "key.", "value."] {
        if options.get(&format!("{prefix}format")).is_some() {
            known.extend(format::known_options(options, prefix));
        }
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The library shows stars in place of passwords to whoever asks for all settings.
    #[test]
    fn every_client_gets_the_password() {
        let options = Options::new(
            "t",
            [
                ("properties.bootstrap.servers", "b:1"),
                ("properties.security.protocol", "SASL_PLAINTEXT"),
                ("properties.sasl.mechanism", "PLAIN"),
                ("properties.sasl.username", "u"),
                ("properties.sasl.password", "hunter2"),
            ],
        );
        let configs = [
            client(&options),
            consumer(&options, "j"),
            producer(&options),
            transactional(&options, "i"),
        ];
        for config in configs {
            assert_eq!(config.expect("valid").get("sasl.password"), Some("hunter2"));
        }
    }

    #[test]
    fn other_brokers_and_libraries_are_refused() {
        for key in [
            "metadata.broker.list",
            "plugin.library.paths",
            "interceptor.classes",
            "ssl.engine.location",
            "ssl.providers",
            "sasl.kerberos.kinit.cmd",
        ] {
            let option = format!("properties.{key}");
            let given = [("properties.bootstrap.servers", "b:1"), (option.as_str(), "x")];
            let error = client(&Options::new("t", given)).expect_err(key).to_string();
            assert!(error.contains(&option), "{error}");
        }
    }

    #[test]
    fn settings_of_java_are_dropped() {
        let options = Options::new(
            "t",
            [
                ("properties.bootstrap.servers", "b:1"),
                ("properties.max.poll.records", "9"),
                ("properties.acks", "1"),
            ],
        );
        let config = producer(&options).expect("valid");
        assert_eq!(config.get("acks"), Some("1"));
        assert_eq!(config.get("linger.ms"), Some("20"));
        assert_eq!(config.get("max.poll.records"), None);
    }
}
