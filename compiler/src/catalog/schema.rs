//! Columns of a relation, their time attributes, and windows over them. Bound queries and plans share these.

use sql::DataType;

/// Columns of a node's output.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    pub columns: Vec<SchemaColumn>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct SchemaColumn {
    pub name: String,
    pub ty: DataType,
    pub time: Option<TimeAttribute>,
}

/// What makes a column a time attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeAttribute {
    Rowtime,
    Proctime,
}

/// A window function and the column it looks at. Sizes in milliseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    pub kind: WindowKind,
    /// Position of the time attribute in the input.
    pub time_column: usize,
    pub time: TimeAttribute,
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
