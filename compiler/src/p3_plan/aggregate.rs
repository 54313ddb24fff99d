//! GROUP BY → GroupAgg, or WindowAgg when the keys hold both bounds of a window.
//!
//! In: keys and calls over expressions. Out: a projection of what they read, the aggregation, and a projection back
//! to the order of the relation. Invariant: a window function directly below is taken into the aggregation only when
//! everything between them ignores the window's bounds; else rows carry their windows.

use super::build::{Builder, inlined};
use super::plan::{
    Aggregate, AggregateFunction, LogicalOp, NodeId, Schema, SchemaColumn, TimeAttribute, Window,
    WindowInput, WindowKind,
};
use crate::base::{Diagnostic, Span};
use crate::expr::Expr;
use crate::p2_bind::bound::{BoundAggregate, Relation, RelationKind, WindowColumns};

/// What a key is to a window aggregation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum KeyRole {
    Plain,
    Start,
    End,
    Time,
}

/// A window function below an aggregation, with what stands between them moved below it.
struct Below<'r> {
    input: &'r Relation,
    window: &'r Window,
    /// Conditions over the window function's output.
    conditions: Vec<Expr>,
    /// The aggregation's input columns over the window function's output.
    outputs: Vec<Expr>,
}

/// Columns that an aggregation reads, each once, in the order of first use.
struct Projection {
    exprs: Vec<Expr>,
    columns: Vec<SchemaColumn>,
}

impl Projection {
    fn position(&mut self, expr: Expr, input: &Schema) -> usize {
        if let Some(known) = self.exprs.iter().position(|known| known.same_as(&expr)) {
            return known;
        }
        let name = match expr.as_column() {
            Some(column) => input.columns[column].name.clone(),
            None => format!("$f{}", self.exprs.len()),
        };
        let time = expr.as_column().and_then(|column| input.columns[column].time);
        self.columns.push(SchemaColumn {
            name,
            ty: expr.ty.clone(),
            time,
        });
        self.exprs.push(expr);
        self.exprs.len() - 1
    }
}

impl Builder<'_> {
    pub(super) fn aggregate(
        &mut self,
        relation: &Relation,
        input: &Relation,
        keys: &[Expr],
        calls: &[BoundAggregate],
    ) -> NodeId {
        let windowed = input.windowed.as_ref().filter(|_| relation.windowed.is_some());
        let Some(windowed) = windowed else {
            return self.group_aggregate(relation, input, keys, calls);
        };
        let roles: Vec<KeyRole> = keys.iter().map(|key| role(key, windowed)).collect();
        match below(input, keys, calls, &roles) {
            Some(below) => self.window_aggregate(relation, below, keys, calls, &roles),
            None => self.attached_aggregate(relation, input, windowed, keys, calls, &roles),
        }
    }

    fn group_aggregate(
        &mut self,
        relation: &Relation,
        input: &Relation,
        keys: &[Expr],
        calls: &[BoundAggregate],
    ) -> NodeId {
        let mut read = Projection {
            exprs: Vec::new(),
            columns: Vec::new(),
        };
        let keys = keys
            .iter()
            .map(|key| read.position(key.clone(), &input.schema))
            .collect();
        let aggregates = aggregates(calls, &mut read, &input.schema, &|expr| expr.clone());
        let node = self.relation(input);
        let node = self.projected(node, read, relation.span);
        let op = LogicalOp::GroupAgg { keys, aggregates };
        self.add(op, vec![node], relation.schema.clone(), relation.span)
    }

    /// The window function becomes part of the aggregation.
    fn window_aggregate(
        &mut self,
        relation: &Relation,
        below: Below<'_>,
        keys: &[Expr],
        calls: &[BoundAggregate],
        roles: &[KeyRole],
    ) -> NodeId {
        self.check_shared(&below.window.kind, calls);
        let schema = &below.input.schema;
        let inline = |expr: &Expr| inlined(expr, &below.outputs);
        let mut read = Projection {
            exprs: Vec::new(),
            columns: Vec::new(),
        };
        let plain = plain_keys(keys, roles)
            .map(|key| read.position(inline(key), schema))
            .collect();
        let aggregates = aggregates(calls, &mut read, schema, &inline);
        let time = below.window.time_column;
        let time_column = Expr::column(time, schema.columns[time].ty.clone(), relation.span);
        let window = Window {
            time_column: read.position(time_column, schema),
            ..below.window.clone()
        };
        let mut node = self.relation(below.input);
        for condition in below.conditions {
            let (schema, span) = (below.input.schema.clone(), condition.span);
            node = self.add(LogicalOp::Filter { condition }, vec![node], schema, span);
        }
        let node = self.projected(node, read, relation.span);
        self.finish_window(
            relation,
            node,
            WindowInput::Assign(window),
            plain,
            aggregates,
            roles,
        )
    }

    /// Windows that share rows add up their parts, which not every aggregate can.
    fn check_shared(&mut self, kind: &WindowKind, calls: &[BoundAggregate]) {
        if matches!(kind, WindowKind::Tumble { .. }) {
            return;
        }
        let has_order = |function: &AggregateFunction| {
            matches!(
                function,
                AggregateFunction::FirstValue | AggregateFunction::LastValue
            )
        };
        for call in calls {
            let what = match call.distinct && call.function.keeps_values() {
                true => format!("{}(DISTINCT …)", call.function.name()),
                false if has_order(&call.function) => call.function.name().to_owned(),
                false => continue,
            };
            // Diagnostic: E3002 an aggregate over HOP or CUMULATE whose parts cannot be added up.
            let message = format!("{what} cannot be taken over windows that share rows");
            let diagnostic = Diagnostic::error("E3002", call.span, message);
            self.errors
                .push(diagnostic.with_help("HOP and CUMULATE add up parts of windows; use TUMBLE"));
        }
    }

    /// The rows carry their windows.
    fn attached_aggregate(
        &mut self,
        relation: &Relation,
        input: &Relation,
        windowed: &WindowColumns,
        keys: &[Expr],
        calls: &[BoundAggregate],
        roles: &[KeyRole],
    ) -> NodeId {
        if windowed.time == TimeAttribute::Proctime {
            let message =
                "a processing-time window can only be aggregated directly behind its window function";
            let help =
                "aggregate in the query that calls the function, without conditions on the window's bounds";
            // Diagnostic: E3001 windows of processing time that rows would have to carry.
            self.errors
                .push(Diagnostic::error("E3001", relation.span, message).with_help(help));
        }
        let bound = |position: usize| {
            Expr::column(position, input.schema.columns[position].ty.clone(), relation.span)
        };
        let mut read = Projection {
            exprs: Vec::new(),
            columns: Vec::new(),
        };
        let plain = plain_keys(keys, roles)
            .map(|key| read.position(key.clone(), &input.schema))
            .collect();
        let aggregates = aggregates(calls, &mut read, &input.schema, &|expr| expr.clone());
        let start = read.position(bound(windowed.starts[0]), &input.schema);
        let end = read.position(bound(windowed.ends[0]), &input.schema);
        let node = self.relation(input);
        let node = self.projected(node, read, relation.span);
        self.finish_window(
            relation,
            node,
            WindowInput::Attached { start, end },
            plain,
            aggregates,
            roles,
        )
    }

    /// Adds the aggregation and brings its columns into the order of the relation.
    fn finish_window(
        &mut self,
        relation: &Relation,
        input: NodeId,
        window: WindowInput,
        keys: Vec<usize>,
        aggregates: Vec<Aggregate>,
        roles: &[KeyRole],
    ) -> NodeId {
        let windowed = relation
            .windowed
            .as_ref()
            .expect("a window aggregation keeps its windows");
        let plain = keys.len();
        let calls = aggregates.len();
        let mut columns: Vec<SchemaColumn> = Vec::with_capacity(plain + calls + 3);
        let output = &relation.schema.columns;
        columns.extend(
            output
                .iter()
                .zip(roles)
                .filter(|(_, role)| **role == KeyRole::Plain)
                .map(|(c, _)| c.clone()),
        );
        columns.extend(output[roles.len()..].iter().cloned());
        columns.extend(window_schema(windowed, self.schema(input), &window, output));
        let schema = Schema { columns };
        let mut next_plain = 0;
        let mut order: Vec<usize> = Vec::with_capacity(output.len());
        for role in roles {
            order.push(match role {
                KeyRole::Plain => {
                    next_plain += 1;
                    next_plain - 1
                }
                KeyRole::Start => plain + calls,
                KeyRole::End => plain + calls + 1,
                KeyRole::Time => plain + calls + 2,
            });
        }
        order.extend(plain..plain + calls);
        let exprs = order
            .iter()
            .map(|&i| Expr::column(i, schema.columns[i].ty.clone(), relation.span))
            .collect();
        let op = LogicalOp::WindowAgg {
            window,
            keys,
            aggregates,
        };
        let node = self.add(op, vec![input], schema, relation.span);
        self.add(
            LogicalOp::Project { exprs },
            vec![node],
            relation.schema.clone(),
            relation.span,
        )
    }

    /// A projection, unless it would forward every column in place.
    fn projected(&mut self, input: NodeId, read: Projection, span: Span) -> NodeId {
        let schema = self.schema(input);
        let is_identity = read.exprs.len() == schema.columns.len()
            && read
                .exprs
                .iter()
                .enumerate()
                .all(|(i, expr)| expr.as_column() == Some(i) && expr.ty == schema.columns[i].ty);
        if is_identity {
            return input;
        }
        let schema = Schema {
            columns: read.columns,
        };
        self.add(
            LogicalOp::Project { exprs: read.exprs },
            vec![input],
            schema,
            span,
        )
    }
}

fn role(key: &Expr, windowed: &WindowColumns) -> KeyRole {
    match key.as_column() {
        Some(column) if windowed.starts.contains(&column) => KeyRole::Start,
        Some(column) if windowed.ends.contains(&column) => KeyRole::End,
        Some(column) if windowed.times.contains(&column) => KeyRole::Time,
        _ => KeyRole::Plain,
    }
}

fn plain_keys<'k>(keys: &'k [Expr], roles: &'k [KeyRole]) -> impl Iterator<Item = &'k Expr> {
    keys.iter()
        .zip(roles)
        .filter(|(_, role)| **role == KeyRole::Plain)
        .map(|(key, _)| key)
}

fn aggregates(
    calls: &[BoundAggregate],
    read: &mut Projection,
    input: &Schema,
    inline: &dyn Fn(&Expr) -> Expr,
) -> Vec<Aggregate> {
    let aggregate = |call: &BoundAggregate| Aggregate {
        function: call.function.clone(),
        argument: call
            .argument
            .as_ref()
            .map(|argument| read.position(inline(argument), input)),
        distinct: call.distinct,
        filter: call
            .filter
            .as_ref()
            .map(|filter| read.position(inline(filter), input)),
        ty: call.ty.clone(),
        span: call.span,
    };
    calls.iter().map(aggregate).collect()
}

/// window_start, window_end, window_time.
fn window_schema(
    windowed: &WindowColumns,
    input: &Schema,
    window: &WindowInput,
    output: &[SchemaColumn],
) -> [SchemaColumn; 3] {
    use sql::{DataType, TypeKind};
    let start = output[windowed.starts[0]].clone();
    let end = output[windowed.ends[0]].clone();
    let kind = match (windowed.times.first(), window) {
        (Some(time), _) => output[*time].ty.kind.clone(),
        (None, WindowInput::Assign(window)) => match input.columns[window.time_column].ty.kind {
            TypeKind::Timestamp { .. } => TypeKind::Timestamp { precision: 3 },
            _ => TypeKind::TimestampLtz { precision: 3 },
        },
        (None, WindowInput::Attached { .. }) => TypeKind::Timestamp { precision: 3 },
    };
    let time = SchemaColumn {
        name: "window_time".to_owned(),
        ty: DataType::not_null(kind),
        time: Some(windowed.time),
    };
    [start, end, time]
}

/// The window function below `input`, when all between reads only the columns that go into it.
fn below<'r>(
    input: &'r Relation,
    keys: &[Expr],
    calls: &[BoundAggregate],
    roles: &[KeyRole],
) -> Option<Below<'r>> {
    let below = peel(input)?;
    let width = below.input.schema.columns.len();
    let reads = |expr: &Expr| {
        inlined(expr, &below.outputs)
            .columns()
            .into_iter()
            .all(|column| column < width)
    };
    let arguments = calls
        .iter()
        .flat_map(|call| call.argument.iter().chain(&call.filter));
    let ignores_bounds = plain_keys(keys, roles).chain(arguments).all(reads)
        && below
            .conditions
            .iter()
            .all(|condition| condition.columns().into_iter().all(|column| column < width));
    ignores_bounds.then_some(below)
}

fn peel(relation: &Relation) -> Option<Below<'_>> {
    match &relation.kind {
        RelationKind::Window { input, window } => Some(Below {
            input,
            window,
            conditions: Vec::new(),
            outputs: (0..relation.schema.columns.len())
                .map(|i| Expr::column(i, relation.schema.columns[i].ty.clone(), relation.span))
                .collect(),
        }),
        RelationKind::Filter { input, condition } => {
            let mut below = peel(input)?;
            below.conditions.push(inlined(condition, &below.outputs));
            Some(below)
        }
        RelationKind::Project { input, exprs } => {
            let mut below = peel(input)?;
            // An expression that answers differently each time must be evaluated once.
            if !exprs.iter().all(Expr::is_deterministic) {
                return None;
            }
            below.outputs = exprs.iter().map(|expr| inlined(expr, &below.outputs)).collect();
            Some(below)
        }
        // A view or WITH query is planned once for all its readers, but its window belongs to each of them.
        RelationKind::Shared(_, inner) => peel(inner),
        _ => None,
    }
}
