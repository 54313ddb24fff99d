//! `calc`: a kernel that filters and projects.

use proc_macro2::TokenStream;
use quote::quote;

use super::super::item::Items;
use super::super::kernel::{BatchKernel, Input, Output};
use super::{Subject, rows_of};
use crate::p5_physical::node::Calc;

pub(super) fn emit(subject: &Subject<'_>, calc: &Calc, items: &mut Items<'_>) -> TokenStream {
    let (node, input) = (subject.node, subject.input());
    let kernel = BatchKernel {
        name: &format!("{}_kernel", node.name),
        input: Input {
            key: rows_of(node.inputs[0].0),
            name: &input.name,
            schema: &input.schema,
        },
        condition: calc.condition.as_ref(),
        outputs: calc.exprs.iter().map(Output::Expr).collect(),
        schema: &node.schema,
        drop_update_before: calc.drop_update_before,
        deletes_failing: calc.deletes_failing.is_some(),
        origin: &subject.origin,
    };
    let kernel = kernel.generate(items);
    quote!(OperatorSpec::Calc(#kernel))
}
