//! The aggregates of `group_agg` and `window_agg`.

use proc_macro2::TokenStream;
use quote::quote;

use super::super::item::{Items, ident};
use super::super::types::{index, list};
use crate::p3_plan::plan::{Aggregate, AggregateFunction};

pub(super) fn specs(aggregates: &[Aggregate], items: &mut Items<'_>) -> TokenStream {
    list(
        aggregates
            .iter()
            .map(|aggregate| spec(aggregate, items))
            .collect::<Vec<_>>(),
    )
}

fn spec(aggregate: &Aggregate, items: &mut Items<'_>) -> TokenStream {
    items.use_job("AggregateSpec");
    items.use_job("AggregateFunction");
    let function = ident(match aggregate.function {
        AggregateFunction::CountRows => "CountRows",
        AggregateFunction::Count => "Count",
        AggregateFunction::Sum => "Sum",
        AggregateFunction::Avg => "Avg",
        AggregateFunction::Min => "Min",
        AggregateFunction::Max => "Max",
    });
    let (argument, filter) = (optional(aggregate.argument), optional(aggregate.filter));
    let (distinct, ty) = (aggregate.distinct, items.build_type(&aggregate.ty));
    quote!(AggregateSpec {
        function: AggregateFunction::#function,
        argument: #argument,
        distinct: #distinct,
        filter: #filter,
        ty: #ty,
    })
}

fn optional(position: Option<usize>) -> TokenStream {
    match position.map(index) {
        Some(position) => quote!(Some(#position)),
        None => quote!(None),
    }
}
