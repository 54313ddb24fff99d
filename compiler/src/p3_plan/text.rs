//! The logical plan as text: one line per node, as a tree below each sink.

use std::fmt;

use super::plan::{
    Aggregate, AggregateFunction, LogicalNode, LogicalOp, LogicalPlan, Schema, Window, WindowInput,
    WindowKind,
};
use crate::explain::tree;
use crate::expr::Expr;
use crate::expr::text::expr_text;

/// The whole plan.
pub fn plan_text(plan: &LogicalPlan) -> String {
    let inputs = |index: usize| plan.nodes[index].inputs.iter().map(|input| input.0).collect();
    tree(plan.nodes.len(), &inputs, &|index| {
        node_text(plan, &plan.nodes[index])
    })
}

fn node_text(plan: &LogicalPlan, node: &LogicalNode) -> String {
    let empty = Schema { columns: Vec::new() };
    let input = node
        .inputs
        .first()
        .map_or(&empty, |input| &plan.nodes[input.0].schema);
    match &node.op {
        LogicalOp::Source { table, .. } => format!(
            "Source(table=[{}], fields=[{}])",
            table.name,
            fields(&node.schema)
        ),
        LogicalOp::Values { rows } => {
            format!("Values(rows=[{}], fields=[{}])", rows.len(), fields(&node.schema))
        }
        LogicalOp::Filter { condition } => format!("Filter(where=[{}])", text_over(condition, input)),
        LogicalOp::Project { exprs } => {
            format!("Project(select=[{}])", select_text(exprs, input, &node.schema))
        }
        LogicalOp::Union => format!("Union(fields=[{}])", fields(&node.schema)),
        LogicalOp::WindowAssign { window } => {
            format!("WindowAssign(window=[{}])", window_text(window, input))
        }
        LogicalOp::GroupAgg { keys, aggregates } => {
            format!(
                "GroupAgg({})",
                aggregates_text(keys, aggregates, input, &node.schema)
            )
        }
        LogicalOp::WindowAgg {
            window,
            keys,
            aggregates,
        } => {
            let window = window_input_text(window, input);
            format!(
                "WindowAgg(window=[{window}], {})",
                aggregates_text(keys, aggregates, input, &node.schema)
            )
        }
        LogicalOp::Sink { table } => {
            format!("Sink(table=[{}], fields=[{}])", table.name, fields(&node.schema))
        }
        LogicalOp::Collect => format!("Collect(fields=[{}])", fields(&node.schema)),
    }
}

/// Names of all columns.
pub fn fields(schema: &Schema) -> String {
    let names: Vec<&str> = schema.columns.iter().map(|column| column.name.as_str()).collect();
    names.join(", ")
}

/// Some columns by position: `a, b`.
pub fn names_of(columns: &[usize], schema: &Schema) -> String {
    let names: Vec<&str> = columns
        .iter()
        .map(|column| schema.columns[*column].name.as_str())
        .collect();
    names.join(", ")
}

/// An expression over a row of this schema.
pub fn text_over(expr: &Expr, schema: &Schema) -> String {
    expr_text(expr, &|column| schema.columns[column].name.clone())
}

/// `a, (b + 1) AS c`
pub fn select_text(exprs: &[Expr], input: &Schema, output: &Schema) -> String {
    let texts: Vec<String> = exprs
        .iter()
        .zip(&output.columns)
        .map(|(expr, column)| match text_over(expr, input) {
            text if text == column.name => text,
            text => format!("{text} AS {}", column.name),
        })
        .collect();
    texts.join(", ")
}

/// `groupBy=[a], select=[a, SUM(b) AS c]`
pub fn aggregates_text(keys: &[usize], aggregates: &[Aggregate], input: &Schema, output: &Schema) -> String {
    let name = |column: usize| input.columns[column].name.clone();
    let keys: Vec<String> = keys.iter().map(|key| name(*key)).collect();
    let mut select = keys.clone();
    for (n, aggregate) in aggregates.iter().enumerate() {
        let text = aggregate_text(aggregate, &name);
        select.push(format!("{text} AS {}", output.columns[keys.len() + n].name));
    }
    format!("groupBy=[{}], select=[{}]", keys.join(", "), select.join(", "))
}

/// `COUNT(DISTINCT a) FILTER (WHERE b)`
pub fn aggregate_text(aggregate: &Aggregate, name: &dyn Fn(usize) -> String) -> String {
    let distinct = if aggregate.distinct { "DISTINCT " } else { "" };
    let argument = aggregate.argument.map_or("*".to_owned(), name);
    let filter = aggregate.filter.map_or(String::new(), |column| {
        format!(" FILTER (WHERE {})", name(column))
    });
    let function = aggregate.function.name();
    let clause = match &aggregate.function {
        AggregateFunction::ListAgg { separator } => format!(", '{}'", separator.replace('\'', "''")),
        AggregateFunction::ArrayAgg { keeps_null: false } => " IGNORE NULLS".to_owned(),
        AggregateFunction::JsonArrayAgg { keeps_null: true } => " NULL ON NULL".to_owned(),
        AggregateFunction::JsonObjectAgg { keeps_null: false } => " ABSENT ON NULL".to_owned(),
        _ => String::new(),
    };
    format!("{function}({distinct}{argument}{clause}){filter}")
}

/// Where windows come from.
pub fn window_input_text(window: &WindowInput, input: &Schema) -> String {
    match window {
        WindowInput::Assign(window) => window_text(window, input),
        WindowInput::Attached { start, end } => {
            format!(
                "start={}, end={}",
                input.columns[*start].name, input.columns[*end].name
            )
        }
    }
}

/// `TUMBLE(ts, 30s)`
pub fn window_text(window: &Window, input: &Schema) -> String {
    let time = &input.columns[window.time_column].name;
    let (kind, sizes, offset_ms) = match window.kind {
        WindowKind::Tumble { size_ms, offset_ms } => ("TUMBLE", vec![size_ms], offset_ms),
        WindowKind::Hop {
            slide_ms,
            size_ms,
            offset_ms,
        } => ("HOP", vec![slide_ms, size_ms], offset_ms),
        WindowKind::Cumulate {
            step_ms,
            size_ms,
            offset_ms,
        } => ("CUMULATE", vec![step_ms, size_ms], offset_ms),
    };
    let sizes: Vec<String> = sizes.into_iter().map(duration_text).collect();
    let offset = if offset_ms == 0 {
        String::new()
    } else {
        format!(", offset {}", duration_text(offset_ms))
    };
    format!("{kind}({time}, {}{offset})", sizes.join(", "))
}

/// The largest unit that divides: `30s`, `5min`, `1h`.
pub fn duration_text(milliseconds: i64) -> String {
    let units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1_000, "s")];
    let whole = units
        .iter()
        .find(|(unit, _)| milliseconds != 0 && milliseconds % unit == 0);
    whole.map_or_else(
        || format!("{milliseconds}ms"),
        |(unit, name)| format!("{}{name}", milliseconds / unit),
    )
}

impl fmt::Display for LogicalPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&plan_text(self))
    }
}
