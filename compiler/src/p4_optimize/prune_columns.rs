//! Columns that nobody reads disappear from every node down to the sources, and unread aggregates with them.
//!
//! First, from the sinks down, which columns of each node are read; then, from the sources up, every node anew over
//! what is left. A source keeps the columns of its watermark: without them time would stand still. One that delivers
//! upserts keeps its key: without it nobody knows which row they replace.

use std::collections::BTreeSet;

use sql::Value;

use crate::catalog::changelog::delivers_upserts;
use crate::catalog::table::Table;
use crate::expr::{Expr, ExprKind};
use crate::p3_plan::plan::{
    Aggregate, LogicalNode, LogicalOp, LogicalPlan, NodeId, Schema, Window, WindowInput,
};

/// Columns that a window function appends.
const WINDOW_COLUMNS: usize = 3;

pub(super) fn apply(plan: &mut LogicalPlan) -> bool {
    let needed = needed_columns(plan);
    let mut pruned = Pruned {
        kept: Vec::new(),
        nodes: Vec::new(),
        at: Vec::new(),
        changed: false,
    };
    for (node, needed) in plan.nodes.iter().zip(&needed) {
        pruned.add(node, needed);
    }
    if pruned.changed {
        plan.nodes = pruned.nodes;
    }
    pruned.changed
}

/// Which columns of each node's output are read.
fn needed_columns(plan: &LogicalPlan) -> Vec<BTreeSet<usize>> {
    let mut needed = vec![BTreeSet::new(); plan.nodes.len()];
    for (index, node) in plan.nodes.iter().enumerate().rev() {
        let own = std::mem::take(&mut needed[index]);
        for input in &node.inputs {
            let width = plan.nodes[input.0].schema.columns.len();
            needed[input.0].extend(read_columns(&node.op, &own, width));
        }
        needed[index] = own;
    }
    needed
}

/// Columns of an input of `width` columns that a node reads to answer the `needed` ones of its own.
fn read_columns(op: &LogicalOp, needed: &BTreeSet<usize>, width: usize) -> BTreeSet<usize> {
    match op {
        LogicalOp::Source { .. } | LogicalOp::Values { .. } => BTreeSet::new(),
        LogicalOp::Filter { condition } => &condition.columns() | needed,
        LogicalOp::Project { exprs } => needed
            .iter()
            .flat_map(|column| exprs[*column].columns())
            .collect(),
        LogicalOp::Union => needed.clone(),
        LogicalOp::WindowAssign { window } => {
            let passed = needed.iter().copied().filter(|column| *column < width);
            passed.chain([window.time_column]).collect()
        }
        LogicalOp::GroupAgg { keys, aggregates } => aggregate_reads(keys, aggregates, needed),
        LogicalOp::WindowAgg {
            window,
            keys,
            aggregates,
        } => {
            let mut columns = aggregate_reads(keys, aggregates, needed);
            match window {
                WindowInput::Assign(window) => columns.extend([window.time_column]),
                WindowInput::Attached { start, end } => columns.extend([*start, *end]),
            }
            columns
        }
        LogicalOp::Sink { .. } | LogicalOp::Collect => (0..width).collect(),
    }
}

fn aggregate_reads(keys: &[usize], aggregates: &[Aggregate], needed: &BTreeSet<usize>) -> BTreeSet<usize> {
    let read = |(n, aggregate): (usize, &Aggregate)| {
        let is_read = needed.contains(&(keys.len() + n));
        is_read
            .then_some([aggregate.argument, aggregate.filter])
            .into_iter()
            .flatten()
            .flatten()
            .collect::<Vec<_>>()
    };
    keys.iter()
        .copied()
        .chain(aggregates.iter().enumerate().flat_map(read))
        .collect()
}

/// The new plan, as far as it has been built.
struct Pruned {
    nodes: Vec<LogicalNode>,
    /// Of each old node: where its successor stands, and which old columns that one has, in order.
    at: Vec<NodeId>,
    kept: Vec<Vec<usize>>,
    changed: bool,
}

impl Pruned {
    fn add(&mut self, node: &LogicalNode, needed: &BTreeSet<usize>) {
        let input = node.inputs.first();
        let input = input.map(|input| self.kept[input.0].clone()).unwrap_or_default();
        let mut inputs: Vec<NodeId> = node.inputs.iter().map(|input| self.at[input.0]).collect();
        let wanted: Vec<usize> = needed.iter().copied().collect();
        if node.op == LogicalOp::Union {
            inputs = node
                .inputs
                .iter()
                .map(|input| self.narrowed(*input, &wanted))
                .collect();
        }
        let width = node.schema.columns.len();
        let narrowing = Narrowing {
            needed,
            wanted,
            input: &input,
            width,
        };
        let (op, kept) = narrowing.operator(&node.op);
        self.changed |= kept.len() != width;
        let schema = narrow(&node.schema, &kept);
        self.at.push(NodeId(self.nodes.len()));
        self.kept.push(kept);
        self.nodes.push(LogicalNode {
            op,
            inputs,
            schema,
            span: node.span,
        });
    }

    /// A node with exactly these columns of an old node: itself, or a project over it.
    fn narrowed(&mut self, old: NodeId, wanted: &[usize]) -> NodeId {
        let (at, kept) = (self.at[old.0], &self.kept[old.0]);
        if kept == wanted {
            return at;
        }
        let below = &self.nodes[at.0];
        let span = below.span;
        let positions: Vec<usize> = wanted
            .iter()
            .map(|column| kept.binary_search(column).expect("a column that is read is kept"))
            .collect();
        let column = |position: &usize| Expr {
            kind: ExprKind::Column(*position),
            ty: below.schema.columns[*position].ty.clone(),
            span,
        };
        let exprs = positions.iter().map(column).collect();
        let schema = narrow(&below.schema, &positions);
        let project = LogicalNode {
            op: LogicalOp::Project { exprs },
            inputs: vec![at],
            schema,
            span,
        };
        self.nodes.push(project);
        NodeId(self.nodes.len() - 1)
    }
}

/// What is known when one node is made anew.
struct Narrowing<'a> {
    needed: &'a BTreeSet<usize>,
    /// The needed columns in order.
    wanted: Vec<usize>,
    /// Old columns of the input that are left, in order.
    input: &'a [usize],
    /// Columns of the old node.
    width: usize,
}

impl Narrowing<'_> {
    /// Where a column of the old input stands now.
    fn position(&self, column: usize) -> usize {
        self.input
            .binary_search(&column)
            .expect("a column that is read is kept")
    }

    fn positions(&self, columns: &[usize]) -> Vec<usize> {
        columns.iter().map(|column| self.position(*column)).collect()
    }

    /// The operation over what is left of its input, and the old columns it still answers.
    fn operator(&self, op: &LogicalOp) -> (LogicalOp, Vec<usize>) {
        let position = |column| self.position(column);
        match op {
            LogicalOp::Source { table, columns } => self.source(table, columns),
            LogicalOp::Values { rows } => {
                let narrow =
                    |row: &Vec<Value>| self.wanted.iter().map(|column| row[*column].clone()).collect();
                (
                    LogicalOp::Values {
                        rows: rows.iter().map(narrow).collect(),
                    },
                    self.wanted.clone(),
                )
            }
            LogicalOp::Filter { condition } => (
                LogicalOp::Filter {
                    condition: condition.renumber(&position),
                },
                self.input.to_vec(),
            ),
            LogicalOp::Project { exprs } => {
                let exprs = self
                    .wanted
                    .iter()
                    .map(|column| exprs[*column].renumber(&position))
                    .collect();
                (LogicalOp::Project { exprs }, self.wanted.clone())
            }
            LogicalOp::Union => (LogicalOp::Union, self.wanted.clone()),
            LogicalOp::WindowAssign { window } => {
                let appended = self.width - WINDOW_COLUMNS..self.width;
                let kept = self.input.iter().copied().chain(appended).collect();
                (
                    LogicalOp::WindowAssign {
                        window: moved(window, &position),
                    },
                    kept,
                )
            }
            LogicalOp::GroupAgg { keys, aggregates } => {
                let (aggregates, kept) = narrow_aggregates(keys.len(), aggregates, self.needed, 0, &position);
                (
                    LogicalOp::GroupAgg {
                        keys: self.positions(keys),
                        aggregates,
                    },
                    kept,
                )
            }
            LogicalOp::WindowAgg {
                window,
                keys,
                aggregates,
            } => self.window_agg(window, keys, aggregates),
            LogicalOp::Sink { .. } | LogicalOp::Collect => (op.clone(), (0..self.width).collect()),
        }
    }

    fn window_agg(
        &self,
        window: &WindowInput,
        keys: &[usize],
        aggregates: &[Aggregate],
    ) -> (LogicalOp, Vec<usize>) {
        let position = |column| self.position(column);
        let (aggregates, kept) =
            narrow_aggregates(keys.len(), aggregates, self.needed, WINDOW_COLUMNS, &position);
        let window = match window {
            WindowInput::Assign(window) => WindowInput::Assign(moved(window, &position)),
            WindowInput::Attached { start, end } => WindowInput::Attached {
                start: position(*start),
                end: position(*end),
            },
        };
        let keys = self.positions(keys);
        (
            LogicalOp::WindowAgg {
                window,
                keys,
                aggregates,
            },
            kept,
        )
    }

    fn source(&self, table: &Table, columns: &[usize]) -> (LogicalOp, Vec<usize>) {
        let mut kept = self.needed.clone();
        if let Some(watermark) = &table.watermark {
            let reads = watermark.expr.columns().into_iter().chain([watermark.column]);
            kept.extend(reads.filter_map(|read| columns.iter().position(|column| *column == read)));
        }
        if delivers_upserts(table) {
            let key = table.primary_key.iter();
            kept.extend(key.filter_map(|key| columns.iter().position(|column| column == key)));
        }
        let kept: Vec<usize> = kept.into_iter().collect();
        let columns = kept.iter().map(|column| columns[*column]).collect();
        (
            LogicalOp::Source {
                table: table.clone(),
                columns,
            },
            kept,
        )
    }
}

fn narrow(schema: &Schema, kept: &[usize]) -> Schema {
    Schema {
        columns: kept
            .iter()
            .map(|column| schema.columns[*column].clone())
            .collect(),
    }
}

fn moved(window: &Window, position: &dyn Fn(usize) -> usize) -> Window {
    Window {
        time_column: position(window.time_column),
        ..window.clone()
    }
}

/// The aggregates that are read, and the kept columns: keys, these, and `appended` columns at the end.
fn narrow_aggregates(
    keys: usize,
    aggregates: &[Aggregate],
    needed: &BTreeSet<usize>,
    appended: usize,
    position: &dyn Fn(usize) -> usize,
) -> (Vec<Aggregate>, Vec<usize>) {
    let mut kept: Vec<usize> = (0..keys).collect();
    let mut narrowed = Vec::new();
    for (n, aggregate) in aggregates.iter().enumerate() {
        if needed.contains(&(keys + n)) {
            kept.push(keys + n);
            narrowed.push(Aggregate {
                argument: aggregate.argument.map(position),
                filter: aggregate.filter.map(position),
                ..aggregate.clone()
            });
        }
    }
    let end = keys + aggregates.len();
    kept.extend(end..end + appended);
    (narrowed, kept)
}
