//! Types again, after every rule: expressions read columns that exist, with the types they expect.

use sql::DataType;

use crate::catalog::function::resolve_cast;
use crate::expr::{Expr, ExprKind};
use crate::p3_plan::plan::{LogicalNode, LogicalOp, LogicalPlan, Schema, WindowInput};

/// Panics when a rule left a plan whose expressions do not fit the schemas.
pub(super) fn check(plan: &LogicalPlan, rule: &str) {
    for (index, node) in plan.nodes.iter().enumerate() {
        for input in &node.inputs {
            assert!(
                input.0 < index,
                "{rule}: node {index} stands before its input {}",
                input.0
            );
        }
        check_node(plan, node, rule);
    }
}

fn check_node(plan: &LogicalPlan, node: &LogicalNode, rule: &str) {
    let input = |n: usize| &plan.nodes[node.inputs[n].0].schema;
    match &node.op {
        LogicalOp::Filter { condition } => {
            check_expr(condition, input(0), rule);
            check_same(input(0), &node.schema, rule);
        }
        LogicalOp::Project { exprs } => {
            assert_eq!(
                exprs.len(),
                node.schema.columns.len(),
                "{rule}: one expression per column"
            );
            for (expr, column) in exprs.iter().zip(&node.schema.columns) {
                check_expr(expr, input(0), rule);
                assert_eq!(
                    expr.ty.kind, column.ty.kind,
                    "{rule}: type of column {}",
                    column.name
                );
            }
        }
        LogicalOp::Union => {
            for n in 0..node.inputs.len() {
                check_same(input(n), &node.schema, rule);
            }
        }
        LogicalOp::WindowAssign { window } => check_column(window.time_column, input(0), rule),
        LogicalOp::GroupAgg { keys, .. } => keys.iter().for_each(|key| check_column(*key, input(0), rule)),
        LogicalOp::WindowAgg { keys, window, .. } => {
            keys.iter().for_each(|key| check_column(*key, input(0), rule));
            match window {
                WindowInput::Assign(window) => check_column(window.time_column, input(0), rule),
                WindowInput::Attached { start, end } => {
                    check_column(*start, input(0), rule);
                    check_column(*end, input(0), rule);
                }
            }
        }
        LogicalOp::Source { .. } | LogicalOp::Values { .. } | LogicalOp::Sink { .. } | LogicalOp::Collect => {
        }
    }
}

fn check_expr(expr: &Expr, schema: &Schema, rule: &str) {
    expr.visit(&mut |expr| {
        if let ExprKind::Column(column) = expr.kind {
            check_column(column, schema, rule);
            let found = &schema.columns[column];
            assert!(
                is_same_representation(&found.ty, &expr.ty),
                "{rule}: column {} is {}, read as {}",
                found.name,
                found.ty,
                expr.ty
            );
        }
    });
}

/// A column may be read as a type whose cast does nothing: CHAR(3) as STRING.
fn is_same_representation(column: &DataType, read: &DataType) -> bool {
    column.kind == read.kind || resolve_cast(column, read, false) == Ok(None)
}

fn check_column(column: usize, schema: &Schema, rule: &str) {
    assert!(
        column < schema.columns.len(),
        "{rule}: column {column} of {}",
        schema.columns.len()
    );
}

fn check_same(input: &Schema, output: &Schema, rule: &str) {
    let kinds = |schema: &Schema| {
        schema
            .columns
            .iter()
            .map(|c| c.ty.kind.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        kinds(input),
        kinds(output),
        "{rule}: columns are passed on as they are"
    );
}
