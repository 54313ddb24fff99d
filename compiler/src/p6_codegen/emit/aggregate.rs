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
    let function = function(&aggregate.function);
    let (argument, filter) = (optional(aggregate.argument), optional(aggregate.filter));
    let (distinct, ty) = (aggregate.distinct, items.build_type(&aggregate.ty));
    quote!(AggregateSpec {
        function: #function,
        argument: #argument,
        distinct: #distinct,
        filter: #filter,
        ty: #ty,
    })
}

fn function(function: &AggregateFunction) -> TokenStream {
    let plain = |name: &str| {
        let name = ident(name);
        quote!(AggregateFunction::#name)
    };
    let of_nulls = |name: &str, keeps_null: bool| {
        let name = ident(name);
        quote!(AggregateFunction::#name { keeps_null: #keeps_null })
    };
    match function {
        AggregateFunction::CountRows => plain("CountRows"),
        AggregateFunction::Count => plain("Count"),
        AggregateFunction::Sum => plain("Sum"),
        AggregateFunction::Avg => plain("Avg"),
        AggregateFunction::Min => plain("Min"),
        AggregateFunction::Max => plain("Max"),
        AggregateFunction::FirstValue => plain("FirstValue"),
        AggregateFunction::LastValue => plain("LastValue"),
        AggregateFunction::Collect => plain("Collect"),
        AggregateFunction::ListAgg { separator } => {
            quote!(AggregateFunction::ListAgg { separator: #separator })
        }
        AggregateFunction::ArrayAgg { keeps_null } => of_nulls("ArrayAgg", *keeps_null),
        AggregateFunction::JsonArrayAgg { keeps_null } => of_nulls("JsonArrayAgg", *keeps_null),
        AggregateFunction::JsonObjectAgg { keeps_null } => of_nulls("JsonObjectAgg", *keeps_null),
    }
}

fn optional(position: Option<usize>) -> TokenStream {
    match position.map(index) {
        Some(position) => quote!(Some(#position)),
        None => quote!(None),
    }
}
