//! Flink's expressions that sqlparser's syntax tree lacks, encoded as calls of functions named `$NAME`.
//!
//! In: what the hooks of the dialect parsed. Out: an ordinary sqlparser `Expr`, and from it again the typed form
//! ([`special`], [`type_text`], [`as_within`]). The names cannot be written by a user: an unquoted `$` does not
//! start an identifier, and a quoted one carries its quote.

use sqlparser::ast::{
    DataType, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgOperator, FunctionArgumentList,
    FunctionArguments, Ident, ObjectName, OrderByExpr, Query, SymbolDefinition, WindowSpec, WindowType,
};
use sqlparser::tokenizer::Span as SqlSpan;

use super::ast::TypeText;

/// A form of Flink's inside an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Special<'a> {
    /// `TABLE t [PARTITION BY …] [ORDER BY …]` as an argument.
    TableArgument {
        name: &'a [Ident],
        partition_by: &'a [Expr],
        order_by: &'a [OrderByExpr],
    },
    /// `MODEL m` as an argument.
    ModelArgument {
        name: &'a [Ident],
    },
    /// `DEFAULT` as an argument.
    DefaultArgument,
    /// `MAP[k, v, …]`
    Map(Vec<&'a Expr>),
    /// `MULTISET[a, …]`
    Multiset(Vec<&'a Expr>),
    /// `MAP(SELECT …)`
    MapQuery(&'a Query),
    /// `MULTISET(SELECT …)`
    MultisetQuery(&'a Query),
    /// `FINAL e` and `RUNNING e` in MEASURES.
    Final(&'a Expr),
    Running(&'a Expr),
    /// The values of `CASE x WHEN 1, 2 THEN …`: the condition of one `CaseWhen`.
    CaseValues(Vec<&'a Expr>),
    /// `e [NOT] BETWEEN SYMMETRIC low AND high`
    BetweenSymmetric {
        expr: &'a Expr,
        low: &'a Expr,
        high: &'a Expr,
        negated: bool,
    },
    /// `a MULTISET UNION [ALL] b` and kin.
    MultisetOperation {
        operation: MultisetOperator,
        all: bool,
        left: &'a Expr,
        right: &'a Expr,
    },
    /// `(a - b) DAY [TO SECOND]`: a difference of times as an interval. Units in upper case.
    Difference {
        expr: &'a Expr,
        from: &'a str,
        to: Option<&'a str>,
    },
    /// A JSON function with its clauses.
    Json(JsonCall<'a>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MultisetOperator {
    Union,
    Intersect,
    Except,
}

/// `JSON_VALUE(…)` and kin. JSON_OBJECT's arguments are key, value, key, value, …
#[derive(Clone, Debug, PartialEq)]
pub struct JsonCall<'a> {
    /// FILTER and OVER are found here, and the name.
    pub function: &'a Function,
    pub arguments: Vec<&'a Expr>,
    pub returning: Option<TypeText>,
    pub on_null: Option<JsonOnNull>,
    pub wrapper: Option<JsonWrapper>,
    pub on_empty: Option<JsonBehavior<'a>>,
    pub on_error: Option<JsonBehavior<'a>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonOnNull {
    Null,
    Absent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonWrapper {
    Without,
    Conditional,
    Unconditional,
}

/// What happens ON EMPTY or ON ERROR.
#[derive(Clone, Debug, PartialEq)]
pub enum JsonBehavior<'a> {
    Null,
    Error,
    True,
    False,
    Unknown,
    EmptyArray,
    EmptyObject,
    Default(&'a Expr),
}

/// Functions whose arguments carry clauses; the dialect reads them itself.
pub(super) const JSON_FUNCTIONS: &[&str] = &[
    "JSON_ARRAY",
    "JSON_ARRAYAGG",
    "JSON_EXISTS",
    "JSON_OBJECT",
    "JSON_OBJECTAGG",
    "JSON_QUERY",
    "JSON_VALUE",
];

/// The special form an expression encodes; `None` for an ordinary expression.
pub fn special(expr: &Expr) -> Option<Special<'_>> {
    let Expr::Function(function) = expr else {
        return None;
    };
    let name = special_name(function)?;
    let arguments = expressions(function);
    if JSON_FUNCTIONS.contains(&name.to_ascii_uppercase().as_str()) {
        return Some(Special::Json(json_call(function)));
    }
    let form = match (name, arguments.as_slice()) {
        ("$TABLE", [name]) => table_argument(name, function),
        ("$MODEL", [name]) => Special::ModelArgument { name: path(name) },
        ("$DEFAULT", []) => Special::DefaultArgument,
        ("$MAP", _) => Special::Map(arguments),
        ("$MULTISET", _) => Special::Multiset(arguments),
        ("$MAP_QUERY", [Expr::Subquery(query)]) => Special::MapQuery(query),
        ("$MULTISET_QUERY", [Expr::Subquery(query)]) => Special::MultisetQuery(query),
        ("$FINAL", [e]) => Special::Final(e),
        ("$RUNNING", [e]) => Special::Running(e),
        ("$CASE_VALUES", _) => Special::CaseValues(arguments),
        ("$BETWEEN_SYMMETRIC" | "$NOT_BETWEEN_SYMMETRIC", &[expr, low, high]) => Special::BetweenSymmetric {
            expr,
            low,
            high,
            negated: name.starts_with("$NOT"),
        },
        (_, &[left, right]) if name.starts_with("$MULTISET_") => multiset_operation(name, left, right),
        (_, &[expr]) if name.starts_with("$DIFFERENCE ") => difference(name, expr),
        _ => unreachable!(
            "the dialect makes no call of {name} with {} arguments",
            arguments.len()
        ),
    };
    Some(form)
}

fn special_name(function: &Function) -> Option<&str> {
    let [part] = function.name.0.as_slice() else {
        return None;
    };
    let name = part
        .as_ident()
        .filter(|i| i.quote_style.is_none())?
        .value
        .as_str();
    let json = JSON_FUNCTIONS.iter().any(|f| f.eq_ignore_ascii_case(name));
    (name.starts_with('$') || json).then_some(name)
}

fn expressions(function: &Function) -> Vec<&Expr> {
    let FunctionArguments::List(list) = &function.args else {
        return Vec::new();
    };
    let positional = |argument| match argument {
        &FunctionArg::Unnamed(FunctionArgExpr::Expr(ref e)) => Some(e),
        _ => None,
    };
    list.args.iter().filter_map(positional).collect()
}

fn path(expr: &Expr) -> &[Ident] {
    match expr {
        Expr::CompoundIdentifier(parts) => parts,
        other => unreachable!("`path_expr` makes compound identifiers, not {other}"),
    }
}

fn table_argument<'a>(name: &'a Expr, function: &'a Function) -> Special<'a> {
    let (partition_by, order_by) = match &function.over {
        Some(WindowType::WindowSpec(spec)) => (spec.partition_by.as_slice(), spec.order_by.as_slice()),
        _ => (&[][..], &[][..]),
    };
    Special::TableArgument {
        name: path(name),
        partition_by,
        order_by,
    }
}

fn multiset_operation<'a>(name: &str, left: &'a Expr, right: &'a Expr) -> Special<'a> {
    let operation = if name.contains("UNION") {
        MultisetOperator::Union
    } else if name.contains("INTERSECT") {
        MultisetOperator::Intersect
    } else {
        MultisetOperator::Except
    };
    Special::MultisetOperation {
        operation,
        all: name.ends_with("_ALL"),
        left,
        right,
    }
}

fn difference<'a>(name: &'a str, expr: &'a Expr) -> Special<'a> {
    let mut units = name.split(' ').skip(1);
    let from = units.next().expect("the name carries a unit");
    Special::Difference {
        expr,
        from,
        to: units.next(),
    }
}

fn json_call(function: &Function) -> JsonCall<'_> {
    let mut call = JsonCall {
        function,
        arguments: expressions(function),
        returning: None,
        on_null: None,
        wrapper: None,
        on_empty: None,
        on_error: None,
    };
    let FunctionArguments::List(list) = &function.args else {
        return call;
    };
    for argument in &list.args {
        let FunctionArg::Named {
            name,
            arg: FunctionArgExpr::Expr(value),
            ..
        } = argument
        else {
            continue;
        };
        match name.value.as_str() {
            "$ON_NULL" => call.on_null = Some(on_null(value)),
            "$WRAPPER" => call.wrapper = Some(wrapper(value)),
            "$ON_EMPTY" => call.on_empty = Some(behavior(value)),
            "$ON_ERROR" => call.on_error = Some(behavior(value)),
            "$RETURNING" => call.returning = returning(value),
            other => unreachable!("JSON functions have no clause {other}"),
        }
    }
    call
}

/// The word of a clause, encoded as `$NULL`, `$ABSENT`, … without arguments.
fn clause_word(value: &Expr) -> &str {
    match value {
        Expr::Function(function) => function.name.0[0].as_ident().map_or("", |i| i.value.as_str()),
        other => unreachable!("clauses are encoded as calls, not {other}"),
    }
}

fn on_null(value: &Expr) -> JsonOnNull {
    match clause_word(value) {
        "$NULL" => JsonOnNull::Null,
        _ => JsonOnNull::Absent,
    }
}

fn wrapper(value: &Expr) -> JsonWrapper {
    match clause_word(value) {
        "$WITHOUT" => JsonWrapper::Without,
        "$CONDITIONAL" => JsonWrapper::Conditional,
        _ => JsonWrapper::Unconditional,
    }
}

fn behavior(value: &Expr) -> JsonBehavior<'_> {
    match clause_word(value) {
        "$NULL" => JsonBehavior::Null,
        "$ERROR" => JsonBehavior::Error,
        "$TRUE" => JsonBehavior::True,
        "$FALSE" => JsonBehavior::False,
        "$UNKNOWN" => JsonBehavior::Unknown,
        "$EMPTY_ARRAY" => JsonBehavior::EmptyArray,
        "$EMPTY_OBJECT" => JsonBehavior::EmptyObject,
        _ => match value {
            Expr::Function(function) => JsonBehavior::Default(expressions(function)[0]),
            other => unreachable!("clauses are encoded as calls, not {other}"),
        },
    }
}

fn returning(value: &Expr) -> Option<TypeText> {
    match value {
        Expr::Cast { data_type, .. } => type_text(data_type),
        _ => None,
    }
}

/// The type of a CAST, of a typed literal (`DATE '…'`) or of RETURNING; `None` for a type that this dialect never
/// makes, which Flink's grammar does not have at that place.
pub fn type_text(data_type: &DataType) -> Option<TypeText> {
    let DataType::Custom(name, modifiers) = data_type else {
        return None;
    };
    let ident = name.0.first()?.as_ident()?;
    if ident.value != TYPE {
        return None;
    }
    serde_json::from_str(modifiers.first()?).ok()
}

/// The interval of MATCH_RECOGNIZE's WITHIN, which travels as the first of its definitions.
pub fn as_within(definition: &SymbolDefinition) -> Option<&Expr> {
    (definition.symbol.value == WITHIN && definition.symbol.quote_style.is_none())
        .then_some(&definition.definition)
}

/// The name of the definition that carries WITHIN.
pub(super) const WITHIN: &str = "$WITHIN";

const TYPE: &str = "$TYPE";

/// How a type travels inside sqlparser's tree: as text that [`type_text`] reads back.
pub(super) fn data_type(ty: &TypeText, span: SqlSpan) -> DataType {
    let text = serde_json::to_string(ty).expect("types hold only text, numbers and spans");
    DataType::Custom(ObjectName::from(vec![Ident::with_span(span, TYPE)]), vec![text])
}

pub(super) fn unnamed(expr: Expr) -> FunctionArg {
    FunctionArg::Unnamed(FunctionArgExpr::Expr(expr))
}

pub(super) fn clause(name: &str, value: Expr) -> FunctionArg {
    FunctionArg::Named {
        name: Ident::new(name),
        arg: FunctionArgExpr::Expr(value),
        operator: FunctionArgOperator::RightArrow,
    }
}

pub(super) fn path_expr(name: ObjectName) -> Expr {
    let idents = name.0.into_iter().filter_map(|part| part.as_ident().cloned());
    Expr::CompoundIdentifier(idents.collect())
}

pub(super) fn function(name: &str, span: SqlSpan, args: Vec<FunctionArg>) -> Function {
    Function {
        name: ObjectName::from(vec![Ident::with_span(span, name)]),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: FunctionArguments::List(FunctionArgumentList {
            duplicate_treatment: None,
            args,
            clauses: Vec::new(),
        }),
        within_group: Vec::new(),
        filter: None,
        null_treatment: None,
        over: None,
    }
}

pub(super) fn call(name: &str, span: SqlSpan, arguments: Vec<Expr>) -> Expr {
    Expr::Function(function(name, span, arguments.into_iter().map(unnamed).collect()))
}

pub(super) fn table_call(
    name: ObjectName,
    span: SqlSpan,
    partition_by: Vec<Expr>,
    order_by: Vec<OrderByExpr>,
) -> Expr {
    let mut table = function("$TABLE", span, vec![unnamed(path_expr(name))]);
    if !partition_by.is_empty() || !order_by.is_empty() {
        table.over = Some(WindowType::WindowSpec(WindowSpec {
            window_name: None,
            partition_by,
            order_by,
            window_frame: None,
        }));
    }
    Expr::Function(table)
}
