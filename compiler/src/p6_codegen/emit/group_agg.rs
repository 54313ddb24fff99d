//! `group_agg`: GROUP BY and DISTINCT.

use proc_macro2::TokenStream;
use quote::quote;

use super::super::item::Items;
use super::{aggregate, positions};
use crate::p5_physical::node::GroupAgg;

pub(super) fn emit(aggregation: &GroupAgg, items: &mut Items<'_>) -> TokenStream {
    items.use_job("GroupAggSpec");
    let (keys, aggregates) = (
        positions(&aggregation.keys),
        aggregate::specs(&aggregation.aggregates, items),
    );
    let input_retracts = aggregation.input_retracts;
    let emit_update_before = aggregation.emit_update_before;
    quote!(OperatorSpec::GroupAgg(GroupAggSpec {
        keys: #keys,
        aggregates: #aggregates,
        input_retracts: #input_retracts,
        emit_update_before: #emit_update_before,
    }))
}
