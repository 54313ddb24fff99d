//! Relations → nodes.
//!
//! In: bound statements. Out: nodes in a list, inputs first. Invariant: equal sources and shared relations get one
//! node.

use std::collections::BTreeMap;

use sql::Value;

use super::plan::{LogicalNode, LogicalOp, LogicalPlan, NodeId, Schema};
use crate::base::{ErrorSink, Span};
use crate::catalog::table::Table;
use crate::expr::{Expr, ExprKind};
use crate::p2_bind::bound::{BoundStatement, Relation, RelationKind};

/// The plan while it grows.
pub(super) struct Builder<'a> {
    plan: LogicalPlan,
    pub(super) errors: &'a mut ErrorSink,
    /// Nodes of views and WITH queries by their number.
    shared: BTreeMap<u32, NodeId>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(errors: &'a mut ErrorSink) -> Self {
        Builder {
            plan: LogicalPlan::default(),
            errors,
            shared: BTreeMap::new(),
        }
    }

    pub(super) fn finish(self) -> LogicalPlan {
        self.plan
    }

    pub(super) fn statement(&mut self, statement: &BoundStatement) {
        match statement {
            BoundStatement::Insert { table, input, span } => {
                let schema = input.schema.clone();
                let input = self.relation(input);
                self.add(
                    LogicalOp::Sink { table: table.clone() },
                    vec![input],
                    schema,
                    *span,
                );
            }
            BoundStatement::Query(relation) => {
                let input = self.relation(relation);
                self.add(
                    LogicalOp::Collect,
                    vec![input],
                    relation.schema.clone(),
                    relation.span,
                );
            }
        }
    }

    pub(super) fn add(&mut self, op: LogicalOp, inputs: Vec<NodeId>, schema: Schema, span: Span) -> NodeId {
        self.plan.nodes.push(LogicalNode {
            op,
            inputs,
            schema,
            span,
        });
        NodeId(self.plan.nodes.len() - 1)
    }

    pub(super) fn schema(&self, node: NodeId) -> &Schema {
        &self.plan.nodes[node.0].schema
    }

    /// The node whose rows are those of the relation.
    pub(super) fn relation(&mut self, relation: &Relation) -> NodeId {
        let (schema, span) = (relation.schema.clone(), relation.span);
        match &relation.kind {
            RelationKind::Scan(table) => self.source(table, schema, span),
            RelationKind::Shared(number, inner) => match self.shared.get(number) {
                Some(node) => *node,
                None => {
                    let node = self.relation(inner);
                    self.shared.insert(*number, node);
                    node
                }
            },
            RelationKind::Values(rows) => self.values(rows, schema, span),
            RelationKind::Filter { input, condition } => {
                let input = self.relation(input);
                let condition = condition.clone();
                self.add(LogicalOp::Filter { condition }, vec![input], schema, span)
            }
            RelationKind::Project { input, exprs } => {
                let input = self.relation(input);
                self.add(
                    LogicalOp::Project { exprs: exprs.clone() },
                    vec![input],
                    schema,
                    span,
                )
            }
            RelationKind::Union(inputs) => {
                let inputs = inputs.iter().map(|input| self.relation(input)).collect();
                self.add(LogicalOp::Union, inputs, schema, span)
            }
            RelationKind::Window { input, window } => {
                let input = self.relation(input);
                let window = window.clone();
                self.add(LogicalOp::WindowAssign { window }, vec![input], schema, span)
            }
            RelationKind::Aggregate {
                input,
                keys,
                aggregates,
            } => self.aggregate(relation, input, keys, aggregates),
        }
    }

    fn source(&mut self, table: &Table, schema: Schema, span: Span) -> NodeId {
        let is_same =
            |node: &LogicalNode| matches!(&node.op, LogicalOp::Source { table: known, .. } if known == table);
        if let Some(known) = self.plan.nodes.iter().position(is_same) {
            return NodeId(known);
        }
        let op = LogicalOp::Source {
            table: table.clone(),
            columns: (0..table.columns.len()).collect(),
        };
        self.add(op, Vec::new(), schema, span)
    }

    /// Literal rows as they are; rows with calls are projections of one empty row.
    fn values(&mut self, rows: &[Vec<Expr>], schema: Schema, span: Span) -> NodeId {
        let literal = |row: &Vec<Expr>| row.iter().map(|expr| expr.as_literal().cloned()).collect();
        if let Some(rows) = rows.iter().map(literal).collect::<Option<Vec<Vec<Value>>>>() {
            return self.add(LogicalOp::Values { rows }, Vec::new(), schema, span);
        }
        let empty = LogicalOp::Values {
            rows: vec![Vec::new()],
        };
        let one = self.add(empty, Vec::new(), Schema { columns: Vec::new() }, span);
        let projections: Vec<NodeId> = rows
            .iter()
            .map(|row| {
                self.add(
                    LogicalOp::Project { exprs: row.clone() },
                    vec![one],
                    schema.clone(),
                    span,
                )
            })
            .collect();
        match projections[..] {
            [only] => only,
            _ => self.add(LogicalOp::Union, projections, schema, span),
        }
    }
}

/// The expression over the rows that `outputs` are computed from. Types that say more than the column's stay.
pub(super) fn inlined(expr: &Expr, outputs: &[Expr]) -> Expr {
    if let ExprKind::Column(position) = expr.kind {
        return Expr {
            ty: expr.ty.clone(),
            ..outputs[position].clone()
        };
    }
    expr.substitute(outputs)
}
