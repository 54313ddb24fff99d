//! `sink`: which columns of which table are written, and where their values go.

use proc_macro2::TokenStream;
use quote::quote;

use super::super::item::Items;
use super::super::types::{index, list};
use super::{Subject, column, positions};
use crate::catalog::table::{ColumnKind, Table};
use crate::p5_physical::node::sink::{sink_key, written_columns};

pub(super) fn emit(subject: &Subject<'_>, table: Option<&Table>, items: &mut Items<'_>) -> TokenStream {
    items.use_job("SinkSpec");
    items.use_job("WriteColumn");
    let updates = !subject.node.changelog.is_insert_only();
    let (name, write, key) = match table {
        Some(table) => {
            let name = &table.name;
            let write = written_columns(table).into_iter().map(|column| {
                match table.partition_keys.iter().position(|key| *key == column) {
                    Some(position) => {
                        let position = index(position);
                        quote!(WriteColumn::Partition(#position))
                    }
                    None => write_column(&table.columns[column].kind),
                }
            });
            (quote!(Some(#name)), list(write), positions(&sink_key(table)))
        }
        None => {
            let write = subject
                .node
                .schema
                .columns
                .iter()
                .map(|_| write_column(&ColumnKind::Physical));
            (quote!(None), list(write), positions(&[]))
        }
    };
    quote!(OperatorSpec::Sink(SinkSpec {
        table: #name,
        write: #write,
        primary_key: #key,
        input_updates: #updates,
    }))
}

fn write_column(kind: &ColumnKind) -> TokenStream {
    match kind {
        ColumnKind::Metadata { key, .. } => quote!(WriteColumn::Metadata(#key)),
        _ => quote!(WriteColumn::Physical),
    }
}

/// The columns of the table that are written.
pub(super) fn columns(table: &Table, items: &mut Items<'_>) -> TokenStream {
    let declared = written_columns(table)
        .into_iter()
        .map(|column| &table.columns[column]);
    list(
        declared
            .map(|declared| column(&declared.name, &declared.ty, items))
            .collect::<Vec<_>>(),
    )
}
