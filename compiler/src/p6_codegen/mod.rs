//! Pass 6: physical plan → one Rust source file.
//!
//! The file holds static descriptors of the operators and, per expression-evaluating operator, one kernel: a loop
//! over rows in straight lines. What SQL means stands in crate `sql`; here are only calls of it.
//! Invariant: same plan and sources, same bytes.

mod call;
mod document;
mod emit;
mod expression;
mod item;
mod kernel;
mod literal;
mod row_reader;
mod scope;
mod types;

#[cfg(test)]
mod tests;

use quote::quote;
use sha2::{Digest, Sha256};

use crate::base::SourceMap;
use crate::p5_physical::plan::{PhysicalOp, PhysicalPlan};
use item::Items;

/// Generates the module of a job: `pub fn job() -> runtime::job::Job` and what it needs.
pub fn generate(plan: &PhysicalPlan, sources: &SourceMap) -> String {
    let mut items = Items::new(sources);
    let nodes: Vec<_> = (0..plan.nodes.len())
        .map(|node| emit::node(plan, node, &mut items))
        .collect();
    let calls = types::list(plan.nodes.iter().map(|node| {
        let function = item::ident(&node.name);
        quote!(#function())
    }));
    let name = job_name(plan);
    items.use_job("Job");
    let job = quote! {
        /// The operators of the job, inputs first.
        pub fn job() -> Job {
            Job { name: #name, nodes: #calls }
        }
    };
    items.print(&header(sources), job, nodes)
}

/// As Flink calls it: `insert-into_a,b`, or `collect` for a bare query.
pub fn job_name(plan: &PhysicalPlan) -> String {
    let tables = plan.nodes.iter().filter_map(|node| match &node.op {
        PhysicalOp::Sink(sink) => sink.table.as_ref().map(|table| table.name.as_str()),
        _ => None,
    });
    let tables: Vec<&str> = tables.collect();
    if tables.is_empty() {
        "collect".to_owned()
    } else {
        format!("insert-into_{}", tables.join(","))
    }
}

fn header(sources: &SourceMap) -> String {
    let mut hash = Sha256::new();
    for file in sources.files() {
        hash.update(&file.name);
        hash.update([0]);
        hash.update(&file.text);
        hash.update([0]);
    }
    format!(
        "//! A streaming job, generated from SQL by millstream {}. Edit the SQL, not this.\n//!\n\
         //! SQL: sha256 {}\n\n\
         // What is plain to see here was written in SQL.\n\
         #![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]\n",
        env!("CARGO_PKG_VERSION"),
        hex::encode(hash.finalize()),
    )
}
