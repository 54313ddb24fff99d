//! What binding produces: queries as trees of relations whose names and types are resolved.
//!
//! In: statements. Out: [`Bound`]. Invariant: every expression is typed, implicit casts are nodes, and column
//! positions refer to the schema of the relation's only input.

use std::rc::Rc;

use indexmap::IndexMap;

use crate::base::Span;
use crate::catalog::aggregate::AggregateFunction;
use crate::catalog::schema::{Schema, TimeAttribute, Window};
use crate::catalog::table::{OptionValue, Table};
use crate::expr::Expr;

/// A whole application.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bound {
    /// Declared tables by name, in the order of the text.
    pub tables: IndexMap<String, Table>,
    /// What SET and RESET leave, in the order of the first SET of each key.
    pub config: IndexMap<String, OptionValue>,
    /// INSERT statements (also those of statement sets) and bare queries, in order.
    pub statements: Vec<BoundStatement>,
    pub explains: Vec<BoundExplain>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum BoundStatement {
    /// The input's columns are the table's persisted columns in order, already cast.
    Insert {
        table: Table,
        input: Relation,
        span: Span,
    },
    Query(Relation),
}

/// `EXPLAIN [details] statement`.
#[derive(Clone, Debug, PartialEq)]
pub struct BoundExplain {
    /// In upper case: `CHANGELOG_MODE`, …
    pub details: Vec<String>,
    pub statements: Vec<BoundStatement>,
    pub span: Span,
}

/// A query or a part of one.
#[derive(Clone, Debug, PartialEq)]
pub struct Relation {
    pub kind: RelationKind,
    pub schema: Schema,
    /// Which columns tell the window of a row; set behind window functions and window aggregations.
    pub windowed: Option<WindowColumns>,
    pub span: Span,
}

/// Positions of the columns that hold the bounds of the row's window.
#[derive(Clone, Debug, PartialEq)]
pub struct WindowColumns {
    pub starts: Vec<usize>,
    pub ends: Vec<usize>,
    /// window_time.
    pub times: Vec<usize>,
    pub time: TimeAttribute,
}

impl WindowColumns {
    /// The same windows after columns moved: `sources` gives, per new column, the old one it forwards. Nothing when
    /// a bound got lost.
    pub fn moved(&self, sources: &[Option<usize>]) -> Option<WindowColumns> {
        let find = |old: &[usize]| -> Vec<usize> {
            let is_one = |new: &usize| sources[*new].is_some_and(|source| old.contains(&source));
            (0..sources.len()).filter(is_one).collect()
        };
        let moved = WindowColumns {
            starts: find(&self.starts),
            ends: find(&self.ends),
            times: find(&self.times),
            time: self.time,
        };
        (!moved.starts.is_empty() && !moved.ends.is_empty()).then_some(moved)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum RelationKind {
    /// A table, with dynamic options merged into its own.
    Scan(Table),
    /// A view or WITH query: read in several places, planned once. The number identifies it.
    Shared(u32, Rc<Relation>),
    /// Rows of constant expressions, each with the schema's types.
    Values(Vec<Vec<Expr>>),
    Filter {
        input: Box<Relation>,
        condition: Expr,
    },
    Project {
        input: Box<Relation>,
        exprs: Vec<Expr>,
    },
    /// UNION ALL; the inputs have the schema's types.
    Union(Vec<Relation>),
    /// A window table function: the input's columns, then window_start, window_end, window_time.
    Window {
        input: Box<Relation>,
        window: Window,
    },
    /// GROUP BY, and DISTINCT (no aggregates). Schema: keys, then aggregates.
    Aggregate {
        input: Box<Relation>,
        keys: Vec<Expr>,
        aggregates: Vec<BoundAggregate>,
    },
}

/// An aggregate call over expressions of the input.
#[derive(Clone, Debug, PartialEq)]
pub struct BoundAggregate {
    pub function: AggregateFunction,
    /// None for COUNT(*).
    pub argument: Option<Expr>,
    pub distinct: bool,
    pub filter: Option<Expr>,
    pub ty: sql::DataType,
    pub span: Span,
}
