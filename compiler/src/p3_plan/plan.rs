//! The logical plan: a graph of relational operators over typed columns, without threads, keys or state.
//!
//! Nodes stand in one list, inputs before users; a node that several others read (a shared source of a
//! statement set, a view used twice) stands once.

use sql::{DataType, Value};

use crate::base::Span;
pub use crate::catalog::aggregate::AggregateFunction;
pub use crate::catalog::schema::{Schema, SchemaColumn, TimeAttribute, Window, WindowKind};
use crate::catalog::table::Table;
use crate::expr::Expr;

/// Position of a node in [`LogicalPlan::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub usize);

#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogicalPlan {
    /// Inputs come before the nodes that read them. Sinks are the nodes nobody reads.
    pub nodes: Vec<LogicalNode>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct LogicalNode {
    pub op: LogicalOp,
    pub inputs: Vec<NodeId>,
    pub schema: Schema,
    /// The clause this node came from.
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum LogicalOp {
    /// Reads a table. The schema is all its columns in declaration order: physical, metadata and computed ones;
    /// computed columns and the watermark are evaluated by the source. p4 may narrow `columns`.
    Source {
        table: Table,
        columns: Vec<usize>,
    },
    /// Literal rows (INSERT INTO … VALUES, SELECT without FROM: one empty row).
    Values {
        rows: Vec<Vec<Value>>,
    },
    Filter {
        condition: Expr,
    },
    /// `exprs` in the order of the schema.
    Project {
        exprs: Vec<Expr>,
    },
    /// UNION ALL of two or more inputs with equal types.
    Union,
    /// A window table function: the input's columns, then window_start, window_end, window_time.
    WindowAssign {
        window: Window,
    },
    /// Ordinary GROUP BY (also DISTINCT: no aggregates). Schema: keys in order, then aggregates in order.
    GroupAgg {
        keys: Vec<usize>,
        aggregates: Vec<Aggregate>,
    },
    /// GROUP BY over window_start and window_end. Schema: keys (without the window's columns), aggregates,
    /// window_start, window_end, window_time.
    WindowAgg {
        window: WindowInput,
        keys: Vec<usize>,
        aggregates: Vec<Aggregate>,
    },
    /// Writes to a table; the input's columns are the table's persisted columns in order, already cast.
    Sink {
        table: Table,
    },
    /// Prints a bare query's rows.
    Collect,
}

/// Where the rows of a window aggregation get their windows from.
#[derive(Clone, Debug, PartialEq)]
pub enum WindowInput {
    /// A window function directly below: rows are assigned by the time column.
    Assign(Window),
    /// The rows carry window_start and window_end already, from a window aggregation below: columns by position.
    Attached { start: usize, end: usize },
}

/// One aggregate call over columns of the input.
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    pub function: AggregateFunction,
    /// Position of the argument; none for COUNT(*). Expressions are projected below.
    pub argument: Option<usize>,
    pub distinct: bool,
    /// Position of a BOOLEAN column; only rows where it is TRUE count.
    pub filter: Option<usize>,
    pub ty: DataType,
    pub span: Span,
}
