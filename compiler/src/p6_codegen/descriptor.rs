//! Descriptors: one function per operator that answers its `runtime::job::Node`.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use sql::DataType;

use super::document::{comment, origin};
use super::item::{Items, ident};
use super::kernel::{BatchKernel, Input, Output, watermark};
use super::literal;
use super::types::index;
use crate::catalog::table::{ColumnKind, Table};
use crate::expr::{Expr, ExprKind};
use crate::p3_plan::plan::{
    Aggregate, AggregateFunction, Schema, SchemaColumn, TimeAttribute, Window, WindowInput, WindowKind,
};
use crate::p5_physical::keys::{sink_key, written_columns};
use crate::p5_physical::plan::{PhysicalNode, PhysicalOp, PhysicalPlan};
use crate::p5_physical::text::node_line;

/// The function that describes a node; its kernels go to `items`.
pub(super) fn node(plan: &PhysicalPlan, at: usize, items: &mut Items<'_>) -> TokenStream {
    let node = &plan.nodes[at];
    let origin = origin(&node_line(plan, at, false), node.span, items.sources);
    let operator = operator(plan, at, &origin, items);
    ["Node", "OperatorSpec"]
        .iter()
        .for_each(|name| items.use_job(name));
    if !node.inputs.is_empty() {
        items.use_job("NodeId");
    }
    let inputs = node.inputs.iter().map(|input| index(input.0));
    let columns = output_columns(node, items);
    let (documentation, function) = (comment(&origin[..3.min(origin.len())]), ident(&node.name));
    let (name, uid) = (&node.name, &node.uid);
    quote! {
        #documentation
        fn #function() -> Node {
            Node {
                name: #name,
                uid: #uid,
                inputs: vec![#(NodeId(#inputs)),*],
                columns: #columns,
                operator: #operator,
            }
        }
    }
}

fn output_columns(node: &PhysicalNode, items: &mut Items<'_>) -> TokenStream {
    match &node.op {
        PhysicalOp::Sink { table: Some(table) } => {
            let written: Vec<(&str, &DataType)> = written_columns(table)
                .into_iter()
                .map(|column| (table.columns[column].name.as_str(), &table.columns[column].ty))
                .collect();
            columns(&written, items)
        }
        _ => schema_columns(&node.schema, items),
    }
}

fn schema_columns(schema: &Schema, items: &mut Items<'_>) -> TokenStream {
    let listed: Vec<(&str, &DataType)> = schema.columns.iter().map(|c| (c.name.as_str(), &c.ty)).collect();
    columns(&listed, items)
}

fn columns(listed: &[(&str, &DataType)], items: &mut Items<'_>) -> TokenStream {
    let columns: Vec<TokenStream> = listed.iter().map(|(name, ty)| column(name, ty, items)).collect();
    quote!(vec![#(#columns),*])
}

fn column(name: &str, ty: &DataType, items: &mut Items<'_>) -> TokenStream {
    items.use_job("Column");
    let ty = items.build_type(ty);
    quote!(Column::new(#name, #ty))
}

fn positions(list: &[usize]) -> TokenStream {
    let list = list.iter().map(|position| index(*position));
    quote!(vec![#(#list),*])
}

fn operator(plan: &PhysicalPlan, at: usize, origin: &[String], items: &mut Items<'_>) -> TokenStream {
    let node = &plan.nodes[at];
    match &node.op {
        PhysicalOp::Source { table, columns } => source(at, node, table, columns, origin, items),
        PhysicalOp::Values { rows } => {
            items.use_job("ValuesSpec");
            let value = |(value, column): (&sql::Value, &SchemaColumn), items: &mut Items<'_>| {
                literal::value(value, &column.ty, items)
            };
            let rows: Vec<TokenStream> = rows
                .iter()
                .map(|row| {
                    let values: Vec<_> = row
                        .iter()
                        .zip(&node.schema.columns)
                        .map(|pair| value(pair, items))
                        .collect();
                    quote!(vec![#(#values),*])
                })
                .collect();
            quote!(OperatorSpec::Values(ValuesSpec {
                rows: vec![#(#rows),*]
            }))
        }
        PhysicalOp::Calc {
            condition,
            exprs,
            drop_update_before,
        } => {
            let input = &plan.nodes[node.inputs[0].0];
            let kernel = BatchKernel {
                name: &format!("{}_kernel", node.name),
                input: Input {
                    key: rows_of(node.inputs[0].0),
                    name: &input.name,
                    schema: &input.schema,
                },
                condition: condition.as_ref(),
                outputs: exprs.iter().map(Output::Expr).collect(),
                schema: &node.schema,
                drop_update_before: *drop_update_before,
                origin,
            };
            let kernel = kernel.generate(items);
            quote!(OperatorSpec::Calc(#kernel))
        }
        PhysicalOp::Union => quote!(OperatorSpec::Union),
        PhysicalOp::Exchange { keys } => {
            let keys = positions(keys);
            quote!(OperatorSpec::Exchange { keys: #keys })
        }
        PhysicalOp::WindowAssign { window } => {
            let window = window_spec(window, &plan.nodes[node.inputs[0].0].schema, items);
            quote!(OperatorSpec::WindowAssign(#window))
        }
        PhysicalOp::GroupAgg {
            keys,
            aggregates,
            input_retracts,
            emit_update_before,
        } => {
            items.use_job("GroupAggSpec");
            let (keys, aggregates) = (positions(keys), aggregate_specs(aggregates, items));
            quote!(OperatorSpec::GroupAgg(GroupAggSpec {
                keys: #keys,
                aggregates: #aggregates,
                input_retracts: #input_retracts,
                emit_update_before: #emit_update_before,
            }))
        }
        PhysicalOp::WindowAgg {
            window,
            keys,
            aggregates,
            input_retracts,
        } => {
            items.use_job("WindowAggSpec");
            items.use_job("WindowAggInput");
            let window = window_input(window, node, &plan.nodes[node.inputs[0].0].schema, items);
            let (keys, aggregates) = (positions(keys), aggregate_specs(aggregates, items));
            quote!(OperatorSpec::WindowAgg(WindowAggSpec {
                window: #window,
                keys: #keys,
                aggregates: #aggregates,
                input_retracts: #input_retracts,
            }))
        }
        PhysicalOp::Sink { table } => sink(node, table.as_ref(), items),
    }
}

/// Row readers are numbered by the node whose output they read, and by what sources read before they compute.
fn rows_of(node: usize) -> usize {
    2 * node
}

fn rows_read_by(node: usize) -> usize {
    2 * node + 1
}

fn source(
    at: usize,
    node: &PhysicalNode,
    table: &Table,
    columns: &[usize],
    origin: &[String],
    items: &mut Items<'_>,
) -> TokenStream {
    items.use_job("SourceSpec");
    let read = read_columns(table, columns);
    let read_specs: Vec<TokenStream> = read
        .iter()
        .map(|column| read_column(table, *column, items))
        .collect();
    let compute = match read == columns {
        true => quote!(None),
        false => {
            let kernel = compute(at, node, table, columns, &read, origin, items);
            quote!(Some(#kernel))
        }
    };
    let watermark = match &table.watermark {
        Some(watermark_clause) => {
            let position = |column: usize| {
                columns
                    .iter()
                    .position(|kept| *kept == column)
                    .expect("a source keeps its watermark's columns")
            };
            let input = Input {
                key: rows_of(at),
                name: &node.name,
                schema: &node.schema,
            };
            let expr = watermark_clause.expr.renumber(&position);
            let line = format!("Watermark of table {}", table.name);
            let origin = super::document::origin(&line, watermark_clause.span, items.sources);
            let kernel = watermark(&format!("{}_watermark", node.name), input, &expr, &origin, items);
            quote!(Some(#kernel))
        }
        None => quote!(None),
    };
    let physical: Vec<(&str, &DataType)> = physical_columns(table)
        .into_iter()
        .map(|column| (table.columns[column].name.as_str(), &table.columns[column].ty))
        .collect();
    let (physical, name) = (self::columns(&physical, items), &table.name);
    let key = physical_columns(table);
    let key: Vec<usize> = table
        .primary_key
        .iter()
        .filter_map(|column| key.iter().position(|physical| physical == column))
        .collect();
    let key = positions(&key);
    quote!(OperatorSpec::Source(SourceSpec {
        table: #name,
        read: vec![#(#read_specs),*],
        compute: #compute,
        watermark: #watermark,
        physical: #physical,
        primary_key: #key,
    }))
}

fn physical_columns(table: &Table) -> Vec<usize> {
    (0..table.columns.len())
        .filter(|column| table.columns[*column].kind == ColumnKind::Physical)
        .collect()
}

/// Columns of the table that the connector must deliver, in the table's order.
fn read_columns(table: &Table, columns: &[usize]) -> Vec<usize> {
    let mut read = std::collections::BTreeSet::new();
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

/// The kernel that computes a source's columns from those it reads.
fn compute(
    at: usize,
    node: &PhysicalNode,
    table: &Table,
    columns: &[usize],
    read: &[usize],
    origin: &[String],
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
    let kernel = BatchKernel {
        name: &format!("{}_compute", node.name),
        input: Input {
            key: rows_read_by(at),
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
        origin,
    };
    kernel.generate(items)
}

fn sink(node: &PhysicalNode, table: Option<&Table>, items: &mut Items<'_>) -> TokenStream {
    items.use_job("SinkSpec");
    let updates = !node.changelog.is_insert_only();
    items.use_job("WriteColumn");
    let (name, write, key) = match table {
        Some(table) => {
            let write: Vec<TokenStream> = written_columns(table)
                .into_iter()
                .map(|column| match &table.columns[column].kind {
                    ColumnKind::Metadata { key, .. } => quote!(WriteColumn::Metadata(#key)),
                    _ => quote!(WriteColumn::Physical),
                })
                .collect();
            let name = &table.name;
            (quote!(Some(#name)), write, positions(&sink_key(table)))
        }
        None => {
            let write = node
                .schema
                .columns
                .iter()
                .map(|_| quote!(WriteColumn::Physical))
                .collect();
            (quote!(None), write, positions(&[]))
        }
    };
    quote!(OperatorSpec::Sink(SinkSpec {
        table: #name,
        write: vec![#(#write),*],
        primary_key: #key,
        input_updates: #updates,
    }))
}

fn aggregate_specs(aggregates: &[Aggregate], items: &mut Items<'_>) -> TokenStream {
    let specs: Vec<TokenStream> = aggregates
        .iter()
        .map(|aggregate| aggregate_spec(aggregate, items))
        .collect();
    quote!(vec![#(#specs),*])
}

fn aggregate_spec(aggregate: &Aggregate, items: &mut Items<'_>) -> TokenStream {
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
    let optional = |position: Option<usize>| match position.map(index) {
        Some(position) => quote!(Some(#position)),
        None => quote!(None),
    };
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

fn window_spec(window: &Window, input: &Schema, items: &mut Items<'_>) -> TokenStream {
    ["WindowSpec", "WindowKind", "WindowTime"]
        .iter()
        .for_each(|name| items.use_job(name));
    let kind = match window.kind {
        WindowKind::Tumble { size_ms, offset_ms } => {
            let (size_ms, offset_ms) = (milliseconds(size_ms), milliseconds(offset_ms));
            quote!(WindowKind::Tumble { size_ms: #size_ms, offset_ms: #offset_ms })
        }
        WindowKind::Hop {
            slide_ms,
            size_ms,
            offset_ms,
        } => {
            let (slide_ms, size_ms, offset_ms) = (
                milliseconds(slide_ms),
                milliseconds(size_ms),
                milliseconds(offset_ms),
            );
            quote!(WindowKind::Hop { slide_ms: #slide_ms, size_ms: #size_ms, offset_ms: #offset_ms })
        }
        WindowKind::Cumulate {
            step_ms,
            size_ms,
            offset_ms,
        } => {
            let (step_ms, size_ms, offset_ms) = (
                milliseconds(step_ms),
                milliseconds(size_ms),
                milliseconds(offset_ms),
            );
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

fn window_input(
    window: &WindowInput,
    node: &PhysicalNode,
    input: &Schema,
    items: &mut Items<'_>,
) -> TokenStream {
    match window {
        WindowInput::Assign(window) => {
            let window = window_spec(window, input, items);
            quote!(WindowAggInput::Assign(#window))
        }
        WindowInput::Attached { start, end } => {
            let window_time = node
                .schema
                .columns
                .last()
                .expect("a window aggregation ends with window_time");
            let (start, end, local) = (index(*start), index(*end), is_local(window_time));
            quote!(WindowAggInput::Attached { start: #start, end: #end, local: #local })
        }
    }
}

fn is_local(column: &SchemaColumn) -> bool {
    matches!(column.ty.kind, sql::TypeKind::TimestampLtz { .. })
}

fn milliseconds(value: i64) -> TokenStream {
    let digits = proc_macro2::Literal::u64_unsuffixed(value.unsigned_abs());
    if value < 0 {
        quote!(-#digits)
    } else {
        quote!(#digits)
    }
}
