//! Why a job ends early. Every variant says where: which table, partition, offset, operator, checkpoint.

use thiserror::Error;

#[derive(Debug, Error)]
pub enum JobError {
    /// A row that could not be read and whose table does not skip such rows.
    #[error("table {table}: {place}: {message}")]
    Malformed {
        table: String,
        place: String,
        message: String,
    },
    /// An expression had no answer for a row.
    #[error("operator {operator}: {source}")]
    Value { operator: String, source: sql::SqlError },
    /// NULL for a column, or a part of one, that allows none.
    #[error(
        "column {column} of table {table} is NOT NULL, but a NULL is being written into it; 'table.exec.sink.not-null-enforcer' = 'DROP' leaves such rows out"
    )]
    NotNull { table: String, column: String },
    #[error(
        "column {column} of table {table} is {ty}, but a value of another length is being written into it; 'table.exec.sink.type-length-enforcer' = 'TRIM_PAD' trims and pads such values"
    )]
    TypeLength {
        table: String,
        column: String,
        ty: String,
    },
    /// A connector's option is missing, unknown or has an unusable value.
    #[error("table {table}: option '{option}': {message}")]
    Option {
        table: String,
        option: String,
        message: String,
    },
    /// An outside system failed.
    #[error("{system}: {message}")]
    External { system: String, message: String },
    /// Checkpoint storage or protocol.
    #[error("checkpoint: {0}")]
    Checkpoint(String),
    /// Another instance of the job has taken over; this one must not write any more.
    #[error(
        "this instance (generation {generation}) has been replaced by generation {successor} of the same job"
    )]
    Fenced { generation: u64, successor: u64 },
    /// A later start of the job has claimed its generation before this one did.
    #[error("start {attempt} of this job comes after start {successor}, which has replaced it")]
    Overtaken { attempt: u32, successor: u32 },
    /// Deployment parameters.
    #[error("{0}")]
    Configuration(String),
    /// A defect of Millstream itself.
    #[error("a thread broke down (a defect of Millstream, please report it): {0}")]
    Defect(String),
    /// The job was ended on purpose, without a final checkpoint.
    #[error("the job was cancelled")]
    Cancelled,
}

impl JobError {
    pub fn external(system: impl Into<String>, message: impl ToString) -> Self {
        JobError::External {
            system: system.into(),
            message: message.to_string(),
        }
    }
}
