//! Scalar functions: how a name and argument types become a typed call of an ordinary Rust function.
//!
//! A function is one [`FunctionDef`] in the table of its family (`functions/text.rs`, …) and one Rust function in
//! `sql::function`. The definition's `resolve` looks at the argument types and answers a [`Resolved`]: the types
//! the arguments are cast to, the result type, and how generated code calls the Rust function.
//! Operators (`+`, `=`, `LIKE`) and casts are functions too, with their symbol as the name.

use sql::{DataType, Value};

/// How generated code calls one Rust function of `sql::function`.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The SQL name or operator symbol, as EXPLAIN prints it.
    pub name: &'static str,
    /// Path below `sql::function`: `text::upper`.
    pub path: &'static str,
    pub nulls: Nulls,
    pub returns: Returns,
    /// The Rust function takes `&sql::Session` as its first argument.
    pub session: bool,
    /// Static arguments after the SQL ones, as Rust expressions: `10u8`, `2u8`. Constructed types pass
    /// `&TypeKind` as `Param::Type`.
    pub params: Vec<Param>,
    /// The same arguments always give the same answer (false for RAND, NOW, CURRENT_WATERMARK, …).
    pub deterministic: bool,
}

/// What the Rust function sees of NULL arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nulls {
    /// Plain arguments; any NULL argument makes the result NULL without a call.
    Strict,
    /// Every argument arrives as an `Option`.
    Sees,
}

/// What the Rust function returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returns {
    /// `T`
    Plain,
    /// `Option<T>`: `None` is NULL.
    Nullable,
    /// `Result<T, SqlError>`
    Fallible,
    /// `Result<Option<T>, SqlError>`
    FallibleNullable,
}

/// A static argument of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Param {
    U8(u8),
    U32(u32),
    I32(i32),
    Bool(bool),
    Text(&'static str),
    /// Arrives as `&'static sql::DataType`.
    Type(DataType),
}

/// An argument as `resolve` sees it: its type and, when it is a literal, its value.
#[derive(Clone, Debug)]
pub struct Argument {
    pub ty: DataType,
    pub literal: Option<Value>,
}

/// The outcome of resolving a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved {
    pub call: Call,
    /// Type each argument is cast to before the call (equal to its own type: no cast). Nullability is ignored.
    pub arguments: Vec<DataType>,
    /// Result type, nullability included.
    pub result: DataType,
}

/// Resolves a call, or says in one sentence why these arguments do not fit
/// (`expects (STRING, INT), found (INT, INT)`).
pub type Resolve = fn(&[Argument]) -> Result<Resolved, String>;

/// A scalar function as the catalogue lists it.
#[derive(Clone, Copy)]
pub struct FunctionDef {
    /// Upper case. Aliases are entries of their own.
    pub name: &'static str,
    pub resolve: Resolve,
    /// One line for documentation: signature and meaning.
    pub doc: &'static str,
}

/// The function of that name (upper case) or operator symbol. Every family's table is searched.
pub fn lookup(_name: &str) -> Option<&'static FunctionDef> {
    None
}

/// The call that casts `from` to `to`; `None` inside `Ok` when both have the same representation and nothing is to
/// be done; an error when Flink has no such cast. `safe` is TRY_CAST: NULL instead of an error.
pub fn resolve_cast(from: &DataType, to: &DataType, _safe: bool) -> Result<Option<Call>, String> {
    Err(format!("cannot cast {from} to {to}"))
}
