//! `group_agg`: GROUP BY and DISTINCT.

use proc_macro2::TokenStream;
use quote::quote;

use super::super::item::Items;
use super::{aggregate, positions};
use crate::p3_plan::plan::Aggregate;

pub(super) fn emit(
    keys: &[usize],
    aggregates: &[Aggregate],
    input_retracts: bool,
    emit_update_before: bool,
    items: &mut Items<'_>,
) -> TokenStream {
    items.use_job("GroupAggSpec");
    let (keys, aggregates) = (positions(keys), aggregate::specs(aggregates, items));
    quote!(OperatorSpec::GroupAgg(GroupAggSpec {
        keys: #keys,
        aggregates: #aggregates,
        input_retracts: #input_retracts,
        emit_update_before: #emit_update_before,
    }))
}
