//! Literals as Rust constants.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use sql::{DataType, TypeKind, Value};

use super::item::{Items, ident};
use super::types::{list, value_variant};

/// The bare value of a literal that is neither NULL nor nested: `"a"`, `Decimal { … }`.
pub(super) fn plain(value: &Value, items: &mut Items<'_>) -> TokenStream {
    match value {
        Value::Boolean(value) => quote!(#value),
        Value::TinyInt(value) => signed(i64::from(*value), "i8"),
        Value::SmallInt(value) => signed(i64::from(*value), "i16"),
        Value::Int(value) | Value::Months(value) => signed(i64::from(*value), "i32"),
        Value::BigInt(value) | Value::Millis(value) => signed(*value, "i64"),
        Value::Float(value) if value.is_finite() => float(&format!("{value:?}f32")),
        Value::Double(value) if value.is_finite() => float(&format!("{value:?}")),
        Value::Float(value) => special(f64::from(*value), "f32"),
        Value::Double(value) => special(*value, "f64"),
        Value::Decimal(value) => {
            let name = items.sql("Decimal");
            let (unscaled, scale) = (
                negated(
                    value.unscaled < 0,
                    Literal::u128_unsuffixed(value.unscaled.unsigned_abs()),
                ),
                Literal::u8_unsuffixed(value.scale),
            );
            quote!(#name { unscaled: #unscaled, scale: #scale })
        }
        Value::Text(value) => quote!(#value),
        Value::Bytes(value) => {
            let literal = Literal::byte_string(value);
            quote!(#literal.as_slice())
        }
        Value::Date(value) => wrapped("Date", value.0, items),
        Value::Time(value) => wrapped("Time", value.0, items),
        Value::Timestamp(value) => {
            let name = items.sql("Timestamp");
            let micros = negated(
                value.micros < 0,
                Literal::u64_unsuffixed(value.micros.unsigned_abs()),
            );
            let nanos = Literal::u16_unsuffixed(value.nanos);
            quote!(#name { micros: #micros, nanos: #nanos })
        }
        Value::Null | Value::Array(_) | Value::Map(_) | Value::Row(_) => {
            unreachable!("{value:?} has no bare form")
        }
    }
}

fn wrapped(name: &str, value: i32, items: &mut Items<'_>) -> TokenStream {
    let name = items.sql(name);
    let value = negated(value < 0, Literal::u32_unsuffixed(value.unsigned_abs()));
    quote!(#name(#value))
}

fn signed(value: i64, suffix: &str) -> TokenStream {
    let digits: Literal = format!("{}{suffix}", value.unsigned_abs())
        .parse()
        .expect("digits and a suffix are a literal");
    negated(value < 0, digits)
}

fn float(text: &str) -> TokenStream {
    let literal: Literal = text
        .trim_start_matches('-')
        .parse()
        .expect("digits and a suffix are a literal");
    negated(text.starts_with('-'), literal)
}

fn special(value: f64, ty: &str) -> TokenStream {
    let ty = ident(ty);
    match (value.is_nan(), value.is_sign_negative()) {
        (true, _) => quote!(#ty::NAN),
        (false, true) => quote!(#ty::NEG_INFINITY),
        (false, false) => quote!(#ty::INFINITY),
    }
}

fn negated(is_negative: bool, literal: Literal) -> TokenStream {
    if is_negative {
        quote!(-#literal)
    } else {
        quote!(#literal)
    }
}

/// A `Value` with what the literal holds.
pub(super) fn value(value: &Value, ty: &DataType, items: &mut Items<'_>) -> TokenStream {
    let name = items.sql("Value");
    match (value, &ty.kind) {
        (Value::Null, _) => quote!(#name::Null),
        (Value::Array(elements), TypeKind::Array(element)) => {
            let elements: Vec<_> = elements.iter().map(|e| self::value(e, element, items)).collect();
            let elements = list(elements);
            quote!(#name::Array(#elements))
        }
        (Value::Row(values), TypeKind::Row(fields)) => {
            let values: Vec<_> = values
                .iter()
                .zip(fields)
                .map(|(v, f)| self::value(v, &f.ty, items))
                .collect();
            let values = list(values);
            quote!(#name::Row(#values))
        }
        (Value::Map(entries), TypeKind::Map(key_type, value_type)) => {
            let entry = |(k, v): &(Value, Value), items: &mut Items<'_>| {
                let (k, v) = (self::value(k, key_type, items), self::value(v, value_type, items));
                quote!((#k, #v))
            };
            let entries: Vec<_> = entries.iter().map(|e| entry(e, items)).collect();
            let entries = list(entries);
            quote!(#name::Map(#entries))
        }
        (value, kind) => {
            let variant = ident(value_variant(kind));
            let plain = plain(value, items);
            match value {
                Value::Text(_) => quote!(#name::#variant(#plain.to_owned())),
                Value::Bytes(_) => quote!(#name::#variant(#plain.to_vec())),
                _ => quote!(#name::#variant(#plain)),
            }
        }
    }
}
