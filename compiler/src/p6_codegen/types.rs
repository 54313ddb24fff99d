//! SQL types in generated code: how to build them, which Rust type holds a value, how rows are read and written.

use proc_macro2::TokenStream;
use quote::quote;
use sql::types::LENGTH_MAX;
use sql::{DataType, TypeKind};

use super::item::{Items, ident};

/// `build::not_null(build::decimal(10u8, 2u8))`
pub(super) fn type_tokens(ty: &DataType) -> TokenStream {
    let kind = kind_tokens(&ty.kind);
    if ty.nullable {
        kind
    } else {
        quote!(build::not_null(#kind))
    }
}

fn kind_tokens(kind: &TypeKind) -> TokenStream {
    match kind {
        TypeKind::Boolean => quote!(build::boolean()),
        TypeKind::TinyInt => quote!(build::tinyint()),
        TypeKind::SmallInt => quote!(build::smallint()),
        TypeKind::Int => quote!(build::int()),
        TypeKind::BigInt => quote!(build::bigint()),
        TypeKind::Float => quote!(build::float()),
        TypeKind::Double => quote!(build::double()),
        TypeKind::Decimal { precision, scale } => {
            let (precision, scale) = (small(*precision), small(*scale));
            quote!(build::decimal(#precision, #scale))
        }
        TypeKind::Char { length } => with_length("char", *length),
        TypeKind::VarChar { length: LENGTH_MAX } => quote!(build::string()),
        TypeKind::VarChar { length } => with_length("varchar", *length),
        TypeKind::Binary { length } => with_length("binary", *length),
        TypeKind::VarBinary { length: LENGTH_MAX } => quote!(build::bytes()),
        TypeKind::VarBinary { length } => with_length("varbinary", *length),
        TypeKind::Date => quote!(build::date()),
        TypeKind::Time { precision } => with_length("time", u32::from(*precision)),
        TypeKind::Timestamp { precision } => with_length("timestamp", u32::from(*precision)),
        TypeKind::TimestampLtz { precision } => with_length("timestamp_ltz", u32::from(*precision)),
        TypeKind::IntervalYearMonth => quote!(build::interval_year_month()),
        TypeKind::IntervalDayTime => quote!(build::interval_day_time()),
        TypeKind::Array(element) => {
            let element = type_tokens(element);
            quote!(build::array(#element))
        }
        TypeKind::Map(key, value) => {
            let (key, value) = (type_tokens(key), type_tokens(value));
            quote!(build::map(#key, #value))
        }
        TypeKind::Multiset(element) => {
            let element = type_tokens(element);
            quote!(build::multiset(#element))
        }
        TypeKind::Row(fields) => {
            let fields = fields.iter().map(|field| {
                let (name, ty) = (&field.name, type_tokens(&field.ty));
                quote!((#name, #ty))
            });
            quote!(build::row([#(#fields),*]))
        }
        TypeKind::Null => quote!(build::null()),
    }
}

fn with_length(builder: &str, length: u32) -> TokenStream {
    let (builder, length) = (ident(builder), proc_macro2::Literal::u32_unsuffixed(length));
    quote!(build::#builder(#length))
}

fn small(value: u8) -> proc_macro2::Literal {
    proc_macro2::Literal::u8_unsuffixed(value)
}

/// How kernels hold values of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held {
    /// The value itself; cheap to copy.
    Copied,
    /// `&str` or `String`.
    Text,
    /// `&[u8]` or `Vec<u8>`.
    Bytes,
    /// `&Value` or `Value`.
    Nested,
}

pub(super) fn held(kind: &TypeKind) -> Held {
    match kind {
        kind if kind.is_text() => Held::Text,
        kind if kind.is_binary() => Held::Bytes,
        kind if kind.is_constructed() => Held::Nested,
        _ => Held::Copied,
    }
}

/// The Rust type of an owned value.
pub(super) fn owned_type(kind: &TypeKind, items: &mut Items<'_>) -> TokenStream {
    match kind {
        TypeKind::Boolean | TypeKind::Null => quote!(bool),
        TypeKind::TinyInt => quote!(i8),
        TypeKind::SmallInt => quote!(i16),
        TypeKind::Int | TypeKind::IntervalYearMonth => quote!(i32),
        TypeKind::BigInt | TypeKind::IntervalDayTime => quote!(i64),
        TypeKind::Float => quote!(f32),
        TypeKind::Double => quote!(f64),
        TypeKind::Char { .. } | TypeKind::VarChar { .. } => quote!(String),
        TypeKind::Binary { .. } | TypeKind::VarBinary { .. } => quote!(Vec<u8>),
        named => {
            let name = items.sql(named_type(named));
            quote!(#name)
        }
    }
}

fn named_type(kind: &TypeKind) -> &'static str {
    match kind {
        TypeKind::Decimal { .. } => "Decimal",
        TypeKind::Date => "Date",
        TypeKind::Time { .. } => "Time",
        TypeKind::Timestamp { .. } | TypeKind::TimestampLtz { .. } => "Timestamp",
        _ => "Value",
    }
}

/// The Rust type of a value that is lent.
pub(super) fn lent_type(kind: &TypeKind, lifetime: &TokenStream, items: &mut Items<'_>) -> TokenStream {
    match held(kind) {
        Held::Text => quote!(&#lifetime str),
        Held::Bytes => quote!(&#lifetime [u8]),
        Held::Copied | Held::Nested => owned_type(kind, items),
    }
}

/// The variant of `Value` that holds the type.
pub(super) fn value_variant(kind: &TypeKind) -> &'static str {
    match kind {
        TypeKind::Boolean | TypeKind::Null => "Boolean",
        TypeKind::TinyInt => "TinyInt",
        TypeKind::SmallInt => "SmallInt",
        TypeKind::Int => "Int",
        TypeKind::BigInt => "BigInt",
        TypeKind::Float => "Float",
        TypeKind::Double => "Double",
        TypeKind::Decimal { .. } => "Decimal",
        TypeKind::Char { .. } | TypeKind::VarChar { .. } => "Text",
        TypeKind::Binary { .. } | TypeKind::VarBinary { .. } => "Bytes",
        TypeKind::Date => "Date",
        TypeKind::Time { .. } => "Time",
        TypeKind::Timestamp { .. } | TypeKind::TimestampLtz { .. } => "Timestamp",
        TypeKind::IntervalYearMonth => "Months",
        TypeKind::IntervalDayTime => "Millis",
        TypeKind::Array(_) => "Array",
        TypeKind::Map(..) | TypeKind::Multiset(_) => "Map",
        TypeKind::Row(_) => "Row",
    }
}

/// `text(3)`: the call that reads a column of a `RowRef`; not for constructed types.
pub(super) fn read_call(kind: &TypeKind, column: usize) -> TokenStream {
    let column = index(column);
    match kind {
        TypeKind::Decimal { precision, scale } => {
            let (precision, scale) = (small(*precision), small(*scale));
            quote!(decimal(#column, #precision, #scale))
        }
        TypeKind::Timestamp { precision } | TypeKind::TimestampLtz { precision } => {
            let precision = small(*precision);
            quote!(timestamp(#column, #precision))
        }
        other => {
            let accessor = ident(accessor(other));
            quote!(#accessor(#column))
        }
    }
}

/// `output.put_text(3, value);`
pub(super) fn put_statement(
    ty: &DataType,
    column: usize,
    value: &TokenStream,
    items: &mut Items<'_>,
) -> TokenStream {
    let column = index(column);
    match &ty.kind {
        TypeKind::Decimal { precision, .. } => {
            let precision = small(*precision);
            quote!(output.put_decimal(#column, #value, #precision);)
        }
        TypeKind::Timestamp { precision } | TypeKind::TimestampLtz { precision } => {
            let precision = small(*precision);
            quote!(output.put_timestamp(#column, #value, #precision);)
        }
        kind if kind.is_constructed() => {
            let (ty, value_type) = (items.static_type(ty), items.sql("Value"));
            quote!(output.put_value(#column, #value.unwrap_or(&#value_type::Null), &#ty);)
        }
        TypeKind::Null => quote!(output.put_null(#column);),
        other => {
            let put = ident(&format!("put_{}", accessor(other)));
            quote!(output.#put(#column, #value);)
        }
    }
}

fn accessor(kind: &TypeKind) -> &'static str {
    match kind {
        TypeKind::Boolean | TypeKind::Null => "boolean",
        TypeKind::TinyInt => "i8",
        TypeKind::SmallInt => "i16",
        TypeKind::Int | TypeKind::IntervalYearMonth => "i32",
        TypeKind::BigInt | TypeKind::IntervalDayTime => "i64",
        TypeKind::Float => "f32",
        TypeKind::Double => "f64",
        TypeKind::Char { .. } | TypeKind::VarChar { .. } => "text",
        TypeKind::Binary { .. } | TypeKind::VarBinary { .. } => "bytes",
        TypeKind::Date => "date",
        TypeKind::Time { .. } => "time",
        other => unreachable!("{other} has no accessor of its own"),
    }
}

/// The whole value is in the slot, as the runtime lays rows out.
pub(super) fn is_fixed(kind: &TypeKind) -> bool {
    match kind {
        TypeKind::Decimal { precision, .. } => *precision <= 18,
        TypeKind::Timestamp { precision } | TypeKind::TimestampLtz { precision } => *precision <= 6,
        other => held(other) == Held::Copied,
    }
}

/// A position without a suffix.
pub(super) fn index(position: usize) -> proc_macro2::Literal {
    proc_macro2::Literal::usize_unsuffixed(position)
}

/// `Vec::from([…])`, which formatters lay out better than the macro.
pub(super) fn list(elements: impl IntoIterator<Item = TokenStream>) -> TokenStream {
    let elements: Vec<TokenStream> = elements.into_iter().collect();
    match elements.is_empty() {
        true => quote!(Vec::new()),
        false => quote!(Vec::from([#(#elements),*])),
    }
}
