//! `window_assign`: which windows rows belong to.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use sql::TypeKind;

use super::super::item::Items;
use super::super::types::index;
use super::Subject;
use crate::p3_plan::plan::{Schema, SchemaColumn, TimeAttribute, Window, WindowKind};

pub(super) fn emit(subject: &Subject<'_>, window: &Window, items: &mut Items<'_>) -> TokenStream {
    let window = window_spec(window, &subject.input().schema, items);
    quote!(OperatorSpec::WindowAssign(#window))
}

/// The `WindowSpec` of a window over rows of this schema.
pub(super) fn window_spec(window: &Window, input: &Schema, items: &mut Items<'_>) -> TokenStream {
    ["WindowSpec", "WindowKind", "WindowTime"]
        .iter()
        .for_each(|name| items.use_job(name));
    let kind = match window.kind {
        WindowKind::Tumble { size_ms, offset_ms } => {
            let [size_ms, offset_ms] = [size_ms, offset_ms].map(milliseconds);
            quote!(WindowKind::Tumble { size_ms: #size_ms, offset_ms: #offset_ms })
        }
        WindowKind::Hop {
            slide_ms,
            size_ms,
            offset_ms,
        } => {
            let [slide_ms, size_ms, offset_ms] = [slide_ms, size_ms, offset_ms].map(milliseconds);
            quote!(WindowKind::Hop { slide_ms: #slide_ms, size_ms: #size_ms, offset_ms: #offset_ms })
        }
        WindowKind::Cumulate {
            step_ms,
            size_ms,
            offset_ms,
        } => {
            let [step_ms, size_ms, offset_ms] = [step_ms, size_ms, offset_ms].map(milliseconds);
            quote!(WindowKind::Cumulate { step_ms: #step_ms, size_ms: #size_ms, offset_ms: #offset_ms })
        }
    };
    let time = match window.time {
        TimeAttribute::Proctime => quote!(WindowTime::Proctime),
        TimeAttribute::Rowtime => {
            let (column, local) = (
                index(window.time_column),
                is_local(&input.columns[window.time_column]),
            );
            quote!(WindowTime::Rowtime { column: #column, local: #local })
        }
    };
    quote!(WindowSpec { kind: #kind, time: #time })
}

/// The column is an instant: windows follow the session's wall clock.
pub(super) fn is_local(column: &SchemaColumn) -> bool {
    matches!(column.ty.kind, TypeKind::TimestampLtz { .. })
}

fn milliseconds(value: i64) -> TokenStream {
    let digits = Literal::u64_unsuffixed(value.unsigned_abs());
    if value < 0 {
        quote!(-#digits)
    } else {
        quote!(#digits)
    }
}
