//! `values`: rows that stand in the statement.

use proc_macro2::TokenStream;
use quote::quote;
use sql::Value;

use super::super::item::Items;
use super::super::literal;
use super::super::types::list;
use super::Subject;

pub(super) fn emit(subject: &Subject<'_>, rows: &[Vec<Value>], items: &mut Items<'_>) -> TokenStream {
    items.use_job("ValuesSpec");
    let columns = &subject.node.schema.columns;
    let mut row = |row: &Vec<Value>| {
        let values = row
            .iter()
            .zip(columns)
            .map(|(value, column)| literal::value(value, &column.ty, items));
        list(values.collect::<Vec<_>>())
    };
    let rows = list(rows.iter().map(&mut row).collect::<Vec<_>>());
    quote!(OperatorSpec::Values(ValuesSpec { rows: #rows }))
}
