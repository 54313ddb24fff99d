//! From the `connector` option to the connector.

use super::options::{JobEnvironment, Options};
use super::{SinkTable, Sinks, SplitSource, blackhole, datagen, filesystem, jdbc, kafka, print, values};
use crate::error::JobError;
use crate::job::{Column, SinkSpec, SourceSpec, WriteColumn};

/// A sink node with its options.
pub struct SinkRequest<'a> {
    pub spec: &'a SinkSpec,
    pub columns: &'a [Column],
    pub options: Options,
}

const SOURCES: &str = "datagen, filesystem, jdbc, kafka, upsert-kafka, values";
const SINKS: &str = "blackhole, filesystem, jdbc, kafka, print, upsert-kafka, values";

/// Opens a source table.
pub fn open_source(
    spec: &SourceSpec,
    options: &Options,
    environment: &JobEnvironment,
) -> Result<Box<dyn SplitSource>, JobError> {
    match options.required("connector")? {
        "datagen" => datagen::open_source(spec, options, environment),
        "filesystem" => filesystem::open_source(spec, options, environment),
        "jdbc" => jdbc::open_source(spec, options),
        "kafka" | "upsert-kafka" => kafka::open_source(spec, options, environment),
        "values" => values::open_source(spec, options),
        other => Err(unknown(options, other, SOURCES)),
    }
}

/// Opens all sink tables of a job together: those of one transactional system share its transaction.
pub fn open_sinks(requests: &[SinkRequest<'_>], environment: &JobEnvironment) -> Result<Sinks, JobError> {
    let is_kafka = |request: &&SinkRequest<'_>| {
        matches!(request.options.get("connector"), Some("kafka" | "upsert-kafka"))
            && request.spec.table.is_some()
    };
    let of_kafka: Vec<&SinkRequest<'_>> = requests.iter().filter(is_kafka).collect();
    let (kafka_tables, commit_point) = kafka::open_sinks(&of_kafka, environment)?;
    let mut kafka_tables = kafka_tables.into_iter();
    let mut tables = Vec::with_capacity(requests.len());
    for request in requests {
        tables.push(match is_kafka(&request) {
            true => kafka_tables.next().expect("one table per Kafka request"),
            false => open_sink(request, environment)?,
        });
    }
    Ok(Sinks { tables, commit_point })
}

/// Whether earlier runs can write to the table until it is opened again, because transactional ids are to be claimed.
pub fn claims(options: &Options) -> Result<bool, JobError> {
    match options.get("connector") {
        Some("kafka" | "upsert-kafka") => kafka::is_transactional(options),
        _ => Ok(false),
    }
}

fn open_sink(request: &SinkRequest<'_>, environment: &JobEnvironment) -> Result<SinkTable, JobError> {
    let options = &request.options;
    if request.spec.table.is_none() {
        return print::open_bare(request, environment);
    }
    let connector = options.required("connector")?;
    let is_partitioned = |column: &WriteColumn| matches!(column, WriteColumn::Partition(_));
    if connector != "filesystem" && request.spec.write.iter().any(is_partitioned) {
        return Err(options.no_partitions());
    }
    match connector {
        "blackhole" => blackhole::open_sink(request),
        "filesystem" => filesystem::open_sink(request, environment),
        "jdbc" => jdbc::open_sink(request, environment),
        "print" => print::open_sink(request, environment),
        "values" => values::open_sink(request),
        other => Err(unknown(options, other, SINKS)),
    }
}

fn unknown(options: &Options, found: &str, known: &str) -> JobError {
    options.error(
        "connector",
        format!("unknown connector '{found}'; there are {known}"),
    )
}
