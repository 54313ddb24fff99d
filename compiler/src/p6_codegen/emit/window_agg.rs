//! `window_agg`: GROUP BY the bounds of a window.

use proc_macro2::TokenStream;
use quote::quote;

use super::super::item::Items;
use super::super::types::index;
use super::window_assign::{is_local, window_spec};
use super::{Subject, aggregate, positions};
use crate::p3_plan::plan::WindowInput;
use crate::p5_physical::node::WindowAgg;

pub(super) fn emit(subject: &Subject<'_>, aggregation: &WindowAgg, items: &mut Items<'_>) -> TokenStream {
    items.use_job("WindowAggSpec");
    items.use_job("WindowAggInput");
    let window = match &aggregation.window {
        WindowInput::Assign(window) => {
            let window = window_spec(window, &subject.input().schema, items);
            quote!(WindowAggInput::Assign(#window))
        }
        WindowInput::Attached { start, end } => {
            let columns = &subject.node.schema.columns;
            let window_time = columns
                .last()
                .expect("a window aggregation ends with window_time");
            let (start, end, local) = (index(*start), index(*end), is_local(window_time));
            quote!(WindowAggInput::Attached { start: #start, end: #end, local: #local })
        }
    };
    let (keys, aggregates) = (
        positions(&aggregation.keys),
        aggregate::specs(&aggregation.aggregates, items),
    );
    let input_retracts = aggregation.input_retracts;
    quote!(OperatorSpec::WindowAgg(WindowAggSpec {
        window: #window,
        keys: #keys,
        aggregates: #aggregates,
        input_retracts: #input_retracts,
    }))
}
