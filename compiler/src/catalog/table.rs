//! A table as CREATE TABLE declares it, with names and types resolved.

use indexmap::IndexMap;
use sql::DataType;

use crate::base::Span;
use crate::expr::Expr;

/// A declared table. Column positions in keys, `watermark` and computed expressions refer to `columns`.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    pub name: String,
    pub columns: Vec<Column>,
    /// Positions of the primary key's columns; empty when there is none.
    pub primary_key: Vec<usize>,
    /// Positions of the columns of PARTITIONED BY, in its order.
    pub partition_keys: Vec<usize>,
    pub watermark: Option<Watermark>,
    /// WITH options in the order of the text. They are data of the deployment: only the connector's name, the
    /// formats and what decides schemas and changelog modes is looked at when compiling.
    pub options: IndexMap<String, OptionValue>,
    pub comment: Option<String>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    pub name: String,
    pub ty: DataType,
    pub kind: ColumnKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ColumnKind {
    Physical,
    /// `c T METADATA [FROM 'key'] [VIRTUAL]`: read from (and, unless virtual, written to) the connector's metadata.
    Metadata {
        key: String,
        is_virtual: bool,
    },
    /// `c AS expr`: over the table's other columns, never written.
    Computed(Expr),
    /// `c AS PROCTIME()`.
    Proctime,
}

/// `WATERMARK FOR column AS expr`.
#[derive(Clone, Debug, PartialEq)]
pub struct Watermark {
    pub column: usize,
    pub expr: Expr,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct OptionValue {
    pub value: String,
    pub key_span: Span,
    pub value_span: Span,
}
