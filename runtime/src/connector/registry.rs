//! From the `connector` option to the connector.

use super::options::{JobEnvironment, Options};
use super::{SinkTable, Sinks, SplitSource, blackhole, filesystem, print, values};
use crate::error::JobError;
use crate::job::{Column, SinkSpec, SourceSpec};

/// A sink node with its options.
pub struct SinkRequest<'a> {
    pub spec: &'a SinkSpec,
    pub columns: &'a [Column],
    pub options: Options,
}

const SOURCES: &str = "filesystem, values";
const SINKS: &str = "blackhole, print, values";

/// Opens a source table.
pub fn open_source(
    spec: &SourceSpec,
    options: &Options,
    _environment: &JobEnvironment,
) -> Result<Box<dyn SplitSource>, JobError> {
    match options.required("connector")? {
        "filesystem" => filesystem::open_source(spec, options),
        "values" => values::open_source(spec, options),
        other => Err(unknown(options, other, SOURCES)),
    }
}

/// Opens all sink tables of a job together: those of one transactional system share its transaction.
pub fn open_sinks(requests: &[SinkRequest<'_>], environment: &JobEnvironment) -> Result<Sinks, JobError> {
    let tables: Result<Vec<SinkTable>, JobError> = requests
        .iter()
        .map(|request| open_sink(request, environment))
        .collect();
    Ok(Sinks {
        tables: tables?,
        commit_point: None,
    })
}

fn open_sink(request: &SinkRequest<'_>, environment: &JobEnvironment) -> Result<SinkTable, JobError> {
    let options = &request.options;
    if request.spec.table.is_none() {
        return print::open_bare(request, environment);
    }
    match options.required("connector")? {
        "blackhole" => blackhole::open_sink(request),
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
