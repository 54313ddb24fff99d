//! Scalar functions: how a name and argument types become a typed call of an ordinary Rust function.
//!
//! A function is one [`FunctionDef`] in the table of its family (`functions/text.rs`, …) and one Rust function in
//! `sql::function`. The definition's `resolve` looks at the argument types and answers a [`Resolved`]: the types
//! the arguments are cast to, the result type, and how generated code calls the Rust function.
//! Operators (`+`, `=`, `LIKE`) and casts are functions too, with their symbol as the name.

use sql::{DataType, TypeKind, Value};

/// How generated code calls one Rust function of `sql::function`.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The SQL name or operator symbol, as EXPLAIN prints it.
    pub name: &'static str,
    /// Path below `sql::function`: `text::upper`.
    pub path: &'static str,
    pub passing: Passing,
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

/// How the SQL arguments arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passing {
    /// One by one, in the types of kernels (the table in crate `sql`).
    Each,
    /// All as one slice, since there can be any number: `&[T]`, or `&[Option<T>]` when nulls are seen. All have
    /// the same kernel type `T`.
    Slice,
    /// One by one as `&Value`, since the function is for values of any type; NULL is `Value::Null` when nulls
    /// are seen.
    EachValue,
    /// All as one `&[Value]`; NULL is `Value::Null` when nulls are seen.
    ValueSlice,
}

/// What the Rust function sees of NULL arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nulls {
    /// Plain arguments; any NULL argument makes the result NULL without a call.
    Strict,
    /// Every argument arrives as an `Option` (or, with [`Passing`] of values, as a value that may be NULL).
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
    /// `Value` of a type that only the caller knows; `Value::Null` is NULL. The kernel takes its own type out of it.
    Value,
    /// `Result<Value, SqlError>`, likewise.
    FallibleValue,
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

impl Call {
    /// A strict call that always answers a value; the methods below change that.
    pub const fn strict(name: &'static str, path: &'static str) -> Self {
        Call {
            name,
            path,
            passing: Passing::Each,
            nulls: Nulls::Strict,
            returns: Returns::Plain,
            session: false,
            params: Vec::new(),
            deterministic: true,
        }
    }

    pub fn passing(mut self, passing: Passing) -> Self {
        self.passing = passing;
        self
    }

    pub fn sees_nulls(mut self) -> Self {
        self.nulls = Nulls::Sees;
        self
    }

    pub fn returns(mut self, returns: Returns) -> Self {
        self.returns = returns;
        self
    }

    pub fn with_session(mut self) -> Self {
        self.session = true;
        self
    }

    pub fn with(mut self, param: Param) -> Self {
        self.params.push(param);
        self
    }

    pub fn non_deterministic(mut self) -> Self {
        self.deterministic = false;
        self
    }

    /// The function itself can answer NULL, for arguments that are not.
    pub fn may_answer_null(&self) -> bool {
        !matches!(self.returns, Returns::Plain | Returns::Fallible)
    }
}

impl Resolved {
    /// A call whose arguments are cast to `arguments`. The result is nullable when the function can answer NULL,
    /// or when it is strict and one of the arguments `given` is nullable.
    pub fn new(call: Call, given: &[Argument], arguments: Vec<DataType>, result: TypeKind) -> Self {
        assert_eq!(
            given.len(),
            arguments.len(),
            "{} casts each argument once",
            call.name
        );
        let strict_null = call.nulls == Nulls::Strict && given.iter().any(|a| a.ty.nullable);
        let result = DataType {
            kind: result,
            nullable: strict_null || call.may_answer_null(),
        };
        Resolved {
            call,
            arguments,
            result,
        }
    }

    /// A call that takes the arguments with the types they have.
    pub fn as_given(call: Call, given: &[Argument], result: TypeKind) -> Self {
        Self::new(call, given, given.iter().map(|a| a.ty.clone()).collect(), result)
    }
}

/// The sentence for arguments that do not fit: `expects (STRING, INT), found (INT, INT)`.
pub fn mismatch(expected: &str, found: &[Argument]) -> String {
    let found: Vec<String> = found.iter().map(|a| a.ty.kind.to_string()).collect();
    format!("expects {expected}, found ({})", found.join(", "))
}

/// The function of that name (upper case) or operator symbol. Every family's table is searched.
pub fn lookup(name: &str) -> Option<&'static FunctionDef> {
    super::functions::lookup(name)
}

/// The call that casts `from` to `to`; `None` inside `Ok` when both have the same representation and nothing is to
/// be done; an error when Flink has no such cast. `safe` is TRY_CAST: NULL instead of an error.
/// The type of the cast is nullable when `from` is, or when the call can answer NULL.
pub fn resolve_cast(from: &DataType, to: &DataType, safe: bool) -> Result<Option<Call>, String> {
    super::functions::cast::resolve(from, to, safe)
}
