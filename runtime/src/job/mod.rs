//! What a generated crate tells the runtime: the operators of a job, their columns, and the kernels that
//! evaluate its expressions. Nothing of a deployment (options, topics, parallelism, secrets) is in it.

use sql::{DataType, Session, SqlError, Timestamp, Value};

use crate::row::batch::{Batch, BatchWriter};

/// A whole job. Nodes stand inputs first; sinks are the nodes nobody reads.
pub struct Job {
    /// Default of `pipeline.name`.
    pub name: &'static str,
    pub nodes: Vec<Node>,
}

/// Position of a node in [`Job::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub usize);

/// One operator of the graph; every worker thread holds an instance.
pub struct Node {
    /// The name EXPLAIN, metrics and logs use: `tumble_30s_by_hostname_cpu`.
    pub name: &'static str,
    /// Stable identity of the operator's state across versions of the statement.
    pub uid: &'static str,
    /// What the bytes of its state depend on; none where there is no state.
    pub state_fingerprint: Option<&'static str>,
    pub inputs: Vec<NodeId>,
    /// Columns of the output (of a sink: of what it writes).
    pub columns: Vec<Column>,
    pub operator: OperatorSpec,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    pub name: &'static str,
    pub ty: DataType,
}

impl Column {
    pub const fn new(name: &'static str, ty: DataType) -> Self {
        Column { name, ty }
    }
}

/// Evaluates a whole batch: reads `input`, appends to `output`. Filters leave rows out, changelog kinds are passed on.
pub type BatchKernel =
    fn(input: &Batch, output: &mut BatchWriter, session: &mut Session) -> Result<(), SqlError>;

/// For each row of a batch the watermark it allows, `None` where the expression is NULL.
pub type WatermarkKernel =
    fn(input: &Batch, watermarks: &mut Vec<Option<Timestamp>>, session: &mut Session) -> Result<(), SqlError>;

pub enum OperatorSpec {
    Source(SourceSpec),
    Values(ValuesSpec),
    /// Filter and project in one pass.
    Calc(BatchKernel),
    ChangelogNormalize(ChangelogNormalizeSpec),
    Union,
    /// Sends every row to the thread that owns its key group; no keys: all to one thread.
    Exchange {
        keys: Vec<usize>,
    },
    WindowAssign(WindowSpec),
    GroupAgg(GroupAggSpec),
    WindowAgg(WindowAggSpec),
    SinkUpsertMaterializer(SinkUpsertMaterializerSpec),
    Sink(SinkSpec),
}

/// Reads a table. The connector and the format come from the table's options at start.
pub struct SourceSpec {
    pub table: &'static str,
    /// Physical and metadata columns the connector and format deliver, in this order, before `compute`.
    pub read: Vec<ReadColumn>,
    /// Computes the node's columns from the read ones; none when they are the same.
    pub compute: Option<BatchKernel>,
    /// Over the node's columns. The watermark of a split is the greatest that its rows allowed.
    pub watermark: Option<WatermarkKernel>,
    /// All physical columns of the table in order, whether read or not: positional formats (CSV) need them.
    pub physical: Vec<Column>,
    /// Positions in `physical` of the primary key.
    pub primary_key: Vec<usize>,
}

/// A column that the connector delivers.
pub struct ReadColumn {
    pub column: Column,
    pub from: ReadFrom,
}

pub enum ReadFrom {
    /// Position in [`SourceSpec::physical`].
    Physical(usize),
    /// Metadata key: `offset`, `timestamp`, `value.ingestion-timestamp`.
    Metadata(&'static str),
    /// Position in PARTITIONED BY: a folder stands for the value.
    Partition(usize),
}

/// Rows that stand in the statement.
pub struct ValuesSpec {
    pub rows: Vec<Vec<Value>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowKind {
    Tumble {
        size_ms: i64,
        offset_ms: i64,
    },
    Hop {
        slide_ms: i64,
        size_ms: i64,
        offset_ms: i64,
    },
    Cumulate {
        step_ms: i64,
        size_ms: i64,
        offset_ms: i64,
    },
}

/// Which windows a row belongs to.
#[derive(Clone, Debug, PartialEq)]
pub struct WindowSpec {
    pub kind: WindowKind,
    pub time: WindowTime,
}

#[derive(Clone, Debug, PartialEq)]
pub enum WindowTime {
    /// Position of the rowtime column. `local`: it is a TIMESTAMP_LTZ, windows follow the session's wall clock.
    Rowtime {
        column: usize,
        local: bool,
    },
    Proctime,
}

/// GROUP BY. Input: any columns; output columns: keys in order, then results.
pub struct GroupAggSpec {
    pub keys: Vec<usize>,
    pub aggregates: Vec<AggregateSpec>,
    /// The input may retract (-U, -D): accumulators must be able to.
    pub input_retracts: bool,
    /// Emit -U before +U. False where only the latest row per key is asked for.
    pub emit_update_before: bool,
}

/// GROUP BY window. Output columns: keys, results, window_start, window_end, window_time.
pub struct WindowAggSpec {
    pub window: WindowAggInput,
    pub keys: Vec<usize>,
    pub aggregates: Vec<AggregateSpec>,
    pub input_retracts: bool,
}

pub enum WindowAggInput {
    Assign(WindowSpec),
    /// The rows carry window_start and window_end already (columns by position); `local` as in [`WindowTime`].
    Attached {
        start: usize,
        end: usize,
        local: bool,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub struct AggregateSpec {
    pub function: AggregateFunction,
    /// Column of the argument; none for COUNT(*).
    pub argument: Option<usize>,
    pub distinct: bool,
    /// BOOLEAN column; only rows where it is TRUE count.
    pub filter: Option<usize>,
    /// Type of the result.
    pub ty: DataType,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AggregateFunction {
    /// COUNT(*)
    CountRows,
    /// COUNT(x)
    Count,
    Sum,
    Avg,
    Min,
    Max,
    FirstValue,
    LastValue,
    ListAgg {
        separator: &'static str,
    },
    ArrayAgg {
        keeps_null: bool,
    },
    Collect,
    /// Of JSON text.
    JsonArrayAgg {
        keeps_null: bool,
    },
    /// Of a ROW: key, JSON text.
    JsonObjectAgg {
        keeps_null: bool,
    },
}

/// Upserts by key → a changelog. Output columns: those of the input.
pub struct ChangelogNormalizeSpec {
    pub key: Vec<usize>,
    /// Emit -U before +U. False where only the latest row per key is asked for.
    pub emit_update_before: bool,
}

/// Of the rows with one primary key the last one is handed on. Output columns: those of the input.
pub struct SinkUpsertMaterializerSpec {
    /// The sink's primary key.
    pub key: Vec<usize>,
    /// What tells the input's rows apart; empty when nothing does: whole rows are compared.
    pub upsert_key: Vec<usize>,
}

/// Writes to a table. The node's columns are the table's persisted columns.
pub struct SinkSpec {
    /// `None`: rows of a bare query, printed.
    pub table: Option<&'static str>,
    pub write: Vec<WriteColumn>,
    /// Positions in the node's columns.
    pub primary_key: Vec<usize>,
    /// What the input may contain: only +I, or updates and deletions too.
    pub input_updates: bool,
}

/// Where a column of a sink goes.
pub enum WriteColumn {
    Physical,
    Metadata(&'static str),
    /// Position in PARTITIONED BY: the value becomes a folder.
    Partition(usize),
}
