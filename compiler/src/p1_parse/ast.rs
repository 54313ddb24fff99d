//! Statements as written. Flink's DDL and commands are ours; queries and scalar expressions stay sqlparser's
//! (`Query`, `SqlExpr`), with Flink's special forms encoded as `$NAME` functions that `ext` reads back.

use sqlparser::ast as sqlast;

use serde::{Deserialize, Serialize};

use super::positions::Positions;
use crate::base::Span;

/// A scalar expression as sqlparser parses it, with the span of its text.
#[derive(Clone, Debug, PartialEq)]
pub struct SqlExpr {
    pub expr: sqlast::Expr,
    pub span: Span,
}

/// All statements of an application, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Script {
    pub statements: Vec<Statement>,
    /// Gives the [`Span`] of any sqlparser node inside the statements.
    pub positions: Positions,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    pub kind: StatementKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum StatementKind {
    CreateTable(CreateTable),
    CreateView(CreateView),
    Insert(Insert),
    /// EXECUTE STATEMENT SET BEGIN … END, or BEGIN STATEMENT SET; … END.
    StatementSet(Vec<Insert>),
    /// A bare query: a preview, printed.
    Query(QueryText),
    Explain(Explain),
    /// `SET 'key' = 'value'`.
    Set {
        key: Text,
        value: Text,
    },
    Reset {
        key: Option<Text>,
    },
    DropTable {
        name: Name,
        if_exists: bool,
        temporary: bool,
    },
    DropView {
        name: Name,
        if_exists: bool,
        temporary: bool,
    },
    /// A statement that Flink has and this version does not run; the words name it (`CREATE FUNCTION`).
    Unsupported {
        what: String,
    },
}

/// A string literal or word with its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Text {
    pub value: String,
    pub span: Span,
}

/// `[catalog.][database.]object`.
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    pub parts: Vec<Text>,
    pub span: Span,
}

/// A query with its place and its table hints (`/*+ OPTIONS(…) */`).
#[derive(Clone, Debug, PartialEq)]
pub struct QueryText {
    pub query: Box<sqlast::Query>,
    pub span: Span,
    pub hints: Vec<Hint>,
}

/// A hint comment: what it stands behind and its text without `/*+` and `*/`.
#[derive(Clone, Debug, PartialEq)]
pub struct Hint {
    /// End of the token before the hint, as a byte offset: the end of a table's name, of SELECT, …
    pub after: u32,
    pub text: String,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct CreateTable {
    pub name: Name,
    pub temporary: bool,
    pub if_not_exists: bool,
    pub or_replace: bool,
    pub columns: Vec<ColumnDef>,
    pub watermarks: Vec<WatermarkDef>,
    pub primary_keys: Vec<PrimaryKeyDef>,
    pub comment: Option<Text>,
    pub partitioned_by: Vec<Text>,
    pub distributed_by: Option<Span>,
    pub options: Vec<TableOption>,
    pub like: Option<LikeClause>,
    pub as_query: Option<QueryText>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ColumnDef {
    pub name: Text,
    pub kind: ColumnDefKind,
    pub comment: Option<Text>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ColumnDefKind {
    Physical {
        ty: TypeText,
    },
    Metadata {
        ty: TypeText,
        from: Option<Text>,
        is_virtual: bool,
    },
    Computed {
        expr: SqlExpr,
    },
    /// A bare name in `CREATE TABLE … (a, b) AS query`: a column of the query, named to give the order.
    OfQuery,
}

#[derive(Clone, Debug, PartialEq)]
pub struct WatermarkDef {
    /// Path of the column; more than one part names a nested field, which Flink refuses.
    pub column: Vec<Text>,
    pub expr: SqlExpr,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct PrimaryKeyDef {
    /// `CONSTRAINT name`.
    pub name: Option<Text>,
    pub columns: Vec<Text>,
    pub not_enforced: bool,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct TableOption {
    pub key: Text,
    pub value: Text,
}

/// `LIKE source (INCLUDING | EXCLUDING | OVERWRITING feature …)`.
#[derive(Clone, Debug, PartialEq)]
pub struct LikeClause {
    pub source: Name,
    pub options: Vec<LikeOption>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct LikeOption {
    pub strategy: LikeStrategy,
    pub feature: LikeFeature,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LikeStrategy {
    Including,
    Excluding,
    Overwriting,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LikeFeature {
    All,
    Constraints,
    Distribution,
    Generated,
    Metadata,
    Options,
    Partitions,
    Watermarks,
}

#[derive(Clone, Debug, PartialEq)]
pub struct CreateView {
    pub name: Name,
    pub temporary: bool,
    pub if_not_exists: bool,
    pub columns: Vec<Text>,
    pub comment: Option<Text>,
    pub query: QueryText,
}

/// `INSERT INTO t [(columns)] query`; VALUES is a query.
#[derive(Clone, Debug, PartialEq)]
pub struct Insert {
    pub table: Name,
    pub overwrite: bool,
    /// `PARTITION (column = value, column)`: without a value, the query gives it.
    pub partition: Vec<(Text, Option<SqlExpr>)>,
    pub columns: Option<Vec<Text>>,
    pub query: QueryText,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Explain {
    /// EXPLAIN details in upper case: `CHANGELOG_MODE`, `ESTIMATED_COST`, …
    pub details: Vec<Text>,
    pub statement: Box<Statement>,
}

/// A type as written; `p2_bind` gives it its `sql::DataType`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TypeText {
    pub kind: TypeTextKind,
    pub nullable: bool,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum TypeTextKind {
    /// A named type in upper case with its numbers: `DECIMAL(10, 2)`, `STRING`, `TIMESTAMP_LTZ(3)`,
    /// `DOUBLE` (also for DOUBLE PRECISION), `TIMESTAMP` (also for TIMESTAMP WITHOUT TIME ZONE).
    Named {
        name: String,
        numbers: Vec<u32>,
    },
    /// `INTERVAL DAY TO SECOND` and kin, by their leading and trailing unit.
    Interval {
        from: String,
        to: Option<String>,
    },
    Array(Box<TypeText>),
    Multiset(Box<TypeText>),
    Map(Box<TypeText>, Box<TypeText>),
    Row(Vec<(Text, TypeText)>),
}
