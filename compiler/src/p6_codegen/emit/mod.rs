//! Descriptors: one function per operator that answers its `runtime::job::Node`. Each operator has a module here,
//! under the name it has in the plan and in the runtime.

mod aggregate;
mod calc;
mod changelog_normalize;
mod exchange;
mod group_agg;
mod sink;
mod sink_upsert_materializer;
mod source;
mod values;
mod window_agg;
mod window_assign;

use proc_macro2::TokenStream;
use quote::quote;
use sql::DataType;

use super::document::{Origin, comment};
use super::item::{Items, ident};
use super::types::{index, list};
use crate::p3_plan::plan::Schema;
use crate::p5_physical::node::Sink;
use crate::p5_physical::plan::{PhysicalNode, PhysicalOp, PhysicalPlan};
use crate::p5_physical::text::node_line;

/// A node being described.
struct Subject<'p> {
    plan: &'p PhysicalPlan,
    at: usize,
    node: &'p PhysicalNode,
    origin: Origin,
}

impl Subject<'_> {
    /// The operator whose rows it reads.
    fn input(&self) -> &PhysicalNode {
        &self.plan.nodes[self.node.inputs[0].0]
    }
}

/// The function that describes a node; its kernels go to `items`.
pub(super) fn node(plan: &PhysicalPlan, at: usize, items: &mut Items<'_>) -> TokenStream {
    let node = &plan.nodes[at];
    let origin = Origin::new(&node_line(plan, at, false), node.span, items.sources);
    let subject = Subject {
        plan,
        at,
        node,
        origin,
    };
    let operator = operator(&subject, items);
    ["Node", "OperatorSpec"]
        .iter()
        .for_each(|name| items.use_job(name));
    if !node.inputs.is_empty() {
        items.use_job("NodeId");
    }
    let inputs = list(node.inputs.iter().map(|input| {
        let input = index(input.0);
        quote!(NodeId(#input))
    }));
    let columns = match &node.op {
        PhysicalOp::Sink(Sink { table: Some(table) }) => sink::columns(table, items),
        _ => schema_columns(&node.schema, items),
    };
    let (documentation, function) = (comment(&subject.origin.plan), ident(&node.name));
    let (name, uid) = (&node.name, &node.uid);
    let state_fingerprint = match &node.state_fingerprint {
        Some(fingerprint) => quote!(Some(#fingerprint)),
        None => quote!(None),
    };
    quote! {
        #documentation
        fn #function() -> Node {
            Node {
                name: #name,
                uid: #uid,
                state_fingerprint: #state_fingerprint,
                inputs: #inputs,
                columns: #columns,
                operator: #operator,
            }
        }
    }
}

fn operator(subject: &Subject<'_>, items: &mut Items<'_>) -> TokenStream {
    match &subject.node.op {
        PhysicalOp::Source(source) => source::emit(subject, &source.table, &source.columns, items),
        PhysicalOp::Values(values) => values::emit(subject, &values.rows, items),
        PhysicalOp::Calc(calc) => calc::emit(subject, calc, items),
        PhysicalOp::ChangelogNormalize(normalize) => changelog_normalize::emit(normalize, items),
        PhysicalOp::Union(_) => quote!(OperatorSpec::Union),
        PhysicalOp::Exchange(exchange) => exchange::emit(exchange),
        PhysicalOp::WindowAssign(assign) => window_assign::emit(subject, &assign.window, items),
        PhysicalOp::GroupAgg(aggregation) => group_agg::emit(aggregation, items),
        PhysicalOp::WindowAgg(aggregation) => window_agg::emit(subject, aggregation, items),
        PhysicalOp::SinkUpsertMaterializer(materializer) => {
            sink_upsert_materializer::emit(materializer, items)
        }
        PhysicalOp::Sink(sink) => sink::emit(subject, sink.table.as_ref(), items),
    }
}

fn schema_columns(schema: &Schema, items: &mut Items<'_>) -> TokenStream {
    list(
        schema
            .columns
            .iter()
            .map(|c| column(&c.name, &c.ty, items))
            .collect::<Vec<_>>(),
    )
}

fn column(name: &str, ty: &DataType, items: &mut Items<'_>) -> TokenStream {
    items.use_job("Column");
    let ty = items.build_type(ty);
    quote!(Column::new(#name, #ty))
}

/// `Vec::from([0, 2])`
fn positions(positions: &[usize]) -> TokenStream {
    list(positions.iter().map(|position| {
        let position = index(*position);
        quote!(#position)
    }))
}

/// Row readers are numbered by the node whose output they read, and by what sources read before they compute.
fn rows_of(node: usize) -> usize {
    2 * node
}

fn rows_read_by(node: usize) -> usize {
    2 * node + 1
}
