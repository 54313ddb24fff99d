//! The physical plan: the operators of a job as the runtime runs them.

use std::fmt;

use super::node::{
    Calc, ChangelogNormalize, Exchange, GroupAgg, Operator, Sink, SinkUpsertMaterializer, Source, Union,
    Values, WindowAgg, WindowAssign,
};
use crate::base::Span;
use crate::p3_plan::plan::Schema;

pub use crate::p3_plan::plan::NodeId;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct PhysicalPlan {
    /// Inputs come before the nodes that read them. Sinks are the nodes nobody reads.
    pub nodes: Vec<PhysicalNode>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct PhysicalNode {
    pub op: PhysicalOp,
    pub inputs: Vec<NodeId>,
    pub schema: Schema,
    /// The clause this node came from.
    pub span: Span,
    /// Unique in the job: `tumble_30s_by_hostname_cpu`.
    pub name: String,
    /// Stable identity of the operator across versions of the statement.
    pub uid: String,
    /// Of stateful operators: what the stored bytes depend on.
    pub state_fingerprint: Option<String>,
    /// Changes in the node's output (of a sink: in what it is given).
    pub changelog: ChangelogMode,
    /// Sets of columns of which each tells the rows of the result apart.
    pub upsert_keys: Vec<Vec<usize>>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum PhysicalOp {
    Source(Source),
    Values(Values),
    Calc(Calc),
    ChangelogNormalize(ChangelogNormalize),
    Union(Union),
    Exchange(Exchange),
    WindowAssign(WindowAssign),
    GroupAgg(GroupAgg),
    WindowAgg(WindowAgg),
    SinkUpsertMaterializer(SinkUpsertMaterializer),
    Sink(Sink),
}

impl PhysicalOp {
    pub(super) fn operator(&self) -> &dyn Operator {
        match self {
            PhysicalOp::Source(operator) => operator,
            PhysicalOp::Values(operator) => operator,
            PhysicalOp::Calc(operator) => operator,
            PhysicalOp::ChangelogNormalize(operator) => operator,
            PhysicalOp::Union(operator) => operator,
            PhysicalOp::Exchange(operator) => operator,
            PhysicalOp::WindowAssign(operator) => operator,
            PhysicalOp::GroupAgg(operator) => operator,
            PhysicalOp::WindowAgg(operator) => operator,
            PhysicalOp::SinkUpsertMaterializer(operator) => operator,
            PhysicalOp::Sink(operator) => operator,
        }
    }

    pub(super) fn operator_mut(&mut self) -> &mut dyn Operator {
        match self {
            PhysicalOp::Source(operator) => operator,
            PhysicalOp::Values(operator) => operator,
            PhysicalOp::Calc(operator) => operator,
            PhysicalOp::ChangelogNormalize(operator) => operator,
            PhysicalOp::Union(operator) => operator,
            PhysicalOp::Exchange(operator) => operator,
            PhysicalOp::WindowAssign(operator) => operator,
            PhysicalOp::GroupAgg(operator) => operator,
            PhysicalOp::WindowAgg(operator) => operator,
            PhysicalOp::SinkUpsertMaterializer(operator) => operator,
            PhysicalOp::Sink(operator) => operator,
        }
    }
}

impl PhysicalPlan {
    /// The schema a node reads; empty for one without inputs.
    pub(super) fn input_schema(&self, node: usize) -> Schema {
        let input = self.nodes[node].inputs.first();
        input.map_or(Schema { columns: Vec::new() }, |input| {
            self.nodes[input.0].schema.clone()
        })
    }
}

/// Which kinds of change rows may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChangelogMode {
    pub insert: bool,
    pub update_before: bool,
    pub update_after: bool,
    pub delete: bool,
}

impl ChangelogMode {
    pub const INSERT_ONLY: ChangelogMode = ChangelogMode {
        insert: true,
        update_before: false,
        update_after: false,
        delete: false,
    };
    pub const ALL: ChangelogMode = ChangelogMode {
        insert: true,
        update_before: true,
        update_after: true,
        delete: true,
    };

    pub fn is_insert_only(self) -> bool {
        !self.update_before && !self.update_after && !self.delete
    }

    /// What two streams together contain.
    pub fn union(self, other: ChangelogMode) -> ChangelogMode {
        ChangelogMode {
            insert: self.insert || other.insert,
            update_before: self.update_before || other.update_before,
            update_after: self.update_after || other.update_after,
            delete: self.delete || other.delete,
        }
    }
}

/// As Flink writes it: `[I,UB,UA,D]`.
impl fmt::Display for ChangelogMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = [
            (self.insert, "I"),
            (self.update_before, "UB"),
            (self.update_after, "UA"),
            (self.delete, "D"),
        ];
        let names: Vec<&str> = kinds
            .iter()
            .filter(|(is_in, _)| *is_in)
            .map(|(_, name)| *name)
            .collect();
        write!(f, "[{}]", names.join(","))
    }
}
