//! `source`: what a connector reads, and the kernels for computed columns and the watermark.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::super::document::Origin;
use super::super::item::Items;
use super::super::kernel::{BatchKernel, Input, Output, watermark};
use super::super::types::{index, list};
use super::{Subject, column, positions, rows_of, rows_read_by};
use crate::catalog::table::{ColumnKind, Table, Watermark};
use crate::expr::{Expr, ExprKind};
use crate::p3_plan::plan::{Schema, SchemaColumn};

pub(super) fn emit(
    subject: &Subject<'_>,
    table: &Table,
    columns: &[usize],
    items: &mut Items<'_>,
) -> TokenStream {
    items.use_job("SourceSpec");
    let read = read_columns(table, columns);
    let read_specs = list(
        read.iter()
            .map(|column| read_column(table, *column, items))
            .collect::<Vec<_>>(),
    );
    let compute = optional((read != columns).then(|| compute(subject, table, columns, &read, items)));
    let watermark = optional(
        table
            .watermark
            .as_ref()
            .map(|clause| watermark_kernel(subject, table, clause, columns, items)),
    );
    let physical = physical_columns(table);
    let key = table
        .primary_key
        .iter()
        .filter_map(|key| physical.iter().position(|column| column == key));
    let key = positions(&key.collect::<Vec<_>>());
    let declared = physical.iter().map(|physical| &table.columns[*physical]);
    let physical = list(
        declared
            .map(|declared| column(&declared.name, &declared.ty, items))
            .collect::<Vec<_>>(),
    );
    let name = &table.name;
    quote!(OperatorSpec::Source(SourceSpec {
        table: #name,
        read: #read_specs,
        compute: #compute,
        watermark: #watermark,
        physical: #physical,
        primary_key: #key,
    }))
}

fn optional(kernel: Option<Ident>) -> TokenStream {
    match kernel {
        Some(kernel) => quote!(Some(#kernel)),
        None => quote!(None),
    }
}

/// Columns that the files or messages hold: not those that folders stand for.
fn physical_columns(table: &Table) -> Vec<usize> {
    let is_held =
        |at: &usize| table.columns[*at].kind == ColumnKind::Physical && !table.partition_keys.contains(at);
    (0..table.columns.len()).filter(is_held).collect()
}

/// Columns of the table that the connector must deliver, in the table's order.
fn read_columns(table: &Table, columns: &[usize]) -> Vec<usize> {
    let mut read = BTreeSet::new();
    for column in columns {
        match &table.columns[*column].kind {
            ColumnKind::Physical | ColumnKind::Metadata { .. } => {
                read.insert(*column);
            }
            ColumnKind::Computed(expr) => read.extend(expr.columns()),
            ColumnKind::Proctime => {}
        }
    }
    read.into_iter().collect()
}

fn read_column(table: &Table, at: usize, items: &mut Items<'_>) -> TokenStream {
    items.use_job("ReadColumn");
    items.use_job("ReadFrom");
    let declared = &table.columns[at];
    let column = column(&declared.name, &declared.ty, items);
    let from = match &declared.kind {
        ColumnKind::Metadata { key, .. } => quote!(ReadFrom::Metadata(#key)),
        ColumnKind::Physical if table.partition_keys.contains(&at) => {
            let position = table.partition_keys.iter().position(|key| *key == at);
            let position = index(position.expect("the column is a partition key"));
            quote!(ReadFrom::Partition(#position))
        }
        ColumnKind::Physical => {
            let position = physical_columns(table)
                .iter()
                .position(|physical| *physical == at);
            let position = index(position.expect("the column is physical"));
            quote!(ReadFrom::Physical(#position))
        }
        other => unreachable!("{other:?} is not read"),
    };
    quote!(ReadColumn { column: #column, from: #from })
}

fn watermark_kernel(
    subject: &Subject<'_>,
    table: &Table,
    clause: &Watermark,
    columns: &[usize],
    items: &mut Items<'_>,
) -> Ident {
    let position = |column: usize| {
        columns
            .iter()
            .position(|kept| *kept == column)
            .expect("a source keeps its watermark's columns")
    };
    let node = subject.node;
    let input = Input {
        key: rows_of(subject.at),
        name: &node.name,
        schema: &node.schema,
    };
    let expr = clause.expr.renumber(&position);
    let origin = Origin::new(
        &format!("Watermark of table {}", table.name),
        clause.span,
        items.sources,
    );
    watermark(&format!("{}_watermark", node.name), input, &expr, &origin, items)
}

/// The kernel that computes a source's columns from those it reads.
fn compute(
    subject: &Subject<'_>,
    table: &Table,
    columns: &[usize],
    read: &[usize],
    items: &mut Items<'_>,
) -> Ident {
    let position = |column: usize| {
        read.iter()
            .position(|r| *r == column)
            .expect("what is computed from is read")
    };
    let schema_column = |column: &usize| SchemaColumn {
        name: table.columns[*column].name.clone(),
        ty: table.columns[*column].ty.clone(),
        time: None,
    };
    let schema = Schema {
        columns: read.iter().map(schema_column).collect(),
    };
    let expr = |column: &usize| {
        let declared = &table.columns[*column];
        match &declared.kind {
            ColumnKind::Proctime => None,
            ColumnKind::Computed(expr) => Some(expr.renumber(&position)),
            _ => Some(Expr {
                kind: ExprKind::Column(position(*column)),
                ty: declared.ty.clone(),
                span: declared.span,
            }),
        }
    };
    let exprs: Vec<Option<Expr>> = columns.iter().map(expr).collect();
    let node = subject.node;
    let kernel = BatchKernel {
        name: &format!("{}_compute", node.name),
        input: Input {
            key: rows_read_by(subject.at),
            name: &format!("{}_read", node.name),
            schema: &schema,
        },
        condition: None,
        outputs: exprs
            .iter()
            .map(|expr| expr.as_ref().map_or(Output::Now, Output::Expr))
            .collect(),
        schema: &node.schema,
        drop_update_before: false,
        deletes_failing: false,
        origin: &subject.origin,
    };
    kernel.generate(items)
}
