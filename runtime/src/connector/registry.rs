//! From the `connector` option to the connector.

use super::options::{JobEnvironment, Options};
use super::{Sinks, SplitSource};
use crate::error::JobError;
use crate::job::{Column, SinkSpec, SourceSpec};

/// A sink node with its options.
pub struct SinkRequest<'a> {
    pub spec: &'a SinkSpec,
    pub columns: &'a [Column],
    pub options: Options,
}

/// Opens a source table.
pub fn open_source(
    _spec: &SourceSpec,
    options: &Options,
    _environment: &JobEnvironment,
) -> Result<Box<dyn SplitSource>, JobError> {
    Err(unknown(options))
}

/// Opens all sink tables of a job together: those of one transactional system share its transaction.
pub fn open_sinks(requests: &[SinkRequest<'_>], _environment: &JobEnvironment) -> Result<Sinks, JobError> {
    match requests.first() {
        Some(request) => Err(unknown(&request.options)),
        None => Ok(Sinks {
            tables: Vec::new(),
            commit_point: None,
        }),
    }
}

fn unknown(options: &Options) -> JobError {
    JobError::Option {
        table: options.table.clone(),
        option: "connector".to_owned(),
        message: format!("unknown connector {:?}", options.get("connector")),
    }
}
