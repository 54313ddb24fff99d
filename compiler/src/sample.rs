//! Hand-built plans for the tests of the later passes: a table of measurements and queries over it.
//!
//! Spans are those of [`SQL`], as far as anything looks at them.

use indexmap::IndexMap;
use sql::types::build;
use sql::{DataType, TypeKind, Value};

use crate::base::{SourceMap, Span};
use crate::catalog::function::{Call, Param, Returns};
use crate::catalog::table::{Column, ColumnKind, OptionValue, Table, Watermark};
use crate::expr::{Expr, ExprKind};
use crate::p3_plan::plan::{
    Aggregate, AggregateFunction, LogicalNode, LogicalOp, LogicalPlan, NodeId, Schema, SchemaColumn,
    TimeAttribute, Window, WindowInput, WindowKind,
};

pub(crate) const SQL: &str =
    "CREATE TABLE cpu (…);\nINSERT INTO cpu_agg\nSELECT * FROM cpu WHERE usage > 80;\n";

pub(crate) fn sources() -> SourceMap {
    let mut sources = SourceMap::default();
    sources.add("statement.sql", SQL);
    sources
}

pub(crate) fn span(fragment: &str) -> Span {
    let start = SQL.find(fragment).expect("the fragment stands in the text");
    Span::new(0, start as u32, (start + fragment.len()) as u32)
}

pub(crate) fn anywhere() -> Span {
    span("CREATE TABLE cpu (…)")
}

pub(crate) fn column(position: usize, ty: DataType) -> Expr {
    Expr {
        kind: ExprKind::Column(position),
        ty,
        span: anywhere(),
    }
}

pub(crate) fn literal(value: Value, ty: DataType) -> Expr {
    Expr {
        kind: ExprKind::Literal(value),
        ty,
        span: anywhere(),
    }
}

pub(crate) fn text(value: &str) -> Expr {
    literal(Value::Text(value.to_owned()), build::not_null(build::string()))
}

pub(crate) fn call(call: Call, operands: Vec<Expr>, ty: DataType) -> Expr {
    Expr {
        kind: ExprKind::Call(call, operands),
        ty,
        span: span("usage > 80"),
    }
}

pub(crate) fn and(operands: Vec<Expr>) -> Expr {
    Expr {
        kind: ExprKind::And(operands),
        ty: build::boolean(),
        span: anywhere(),
    }
}

pub(crate) fn equal(left: Expr, right: Expr) -> Expr {
    call(
        Call::strict("=", "compare::equal"),
        vec![left, right],
        build::boolean(),
    )
}

pub(crate) fn greater(left: Expr, right: Expr) -> Expr {
    call(
        Call::strict(">", "compare::greater"),
        vec![left, right],
        build::boolean(),
    )
}

pub(crate) fn upper(operand: Expr) -> Expr {
    call(
        Call::strict("UPPER", "text::upper"),
        vec![operand],
        build::string(),
    )
}

/// A call that may fail: an integer parsed from text.
pub(crate) fn parsed(operand: Expr) -> Expr {
    let cast = Call::strict("CAST", "number::parse_i64")
        .returns(Returns::Fallible)
        .with(Param::U8(10));
    call(cast, vec![operand], build::bigint())
}

pub(crate) fn random() -> Expr {
    call(
        Call::strict("RAND", "math::rand").non_deterministic(),
        Vec::new(),
        build::double(),
    )
}

pub(crate) fn options(pairs: &[(&str, &str)]) -> IndexMap<String, OptionValue> {
    let value = |value: &str| OptionValue {
        value: value.to_owned(),
        key_span: anywhere(),
        value_span: anywhere(),
    };
    pairs
        .iter()
        .map(|(key, text)| ((*key).to_owned(), value(text)))
        .collect()
}

/// cpu (hostname, core, usage, at BIGINT, ts AS f(at), WATERMARK FOR ts AS ts - 10 s)
pub(crate) fn cpu(with: &[(&str, &str)]) -> Table {
    let time = build::timestamp_ltz(3);
    let computed = call(
        Call::strict("TO_TIMESTAMP_LTZ", "temporal::to_timestamp_ltz")
            .returns(Returns::Nullable)
            .with(Param::U8(3)),
        vec![column(3, build::bigint())],
        time.clone(),
    );
    let delay = literal(Value::Millis(10_000), build::not_null(build::interval_day_time()));
    let minus = Call::strict("-", "arithmetic::minus_interval");
    let watermark = Watermark {
        column: 4,
        expr: call(minus, vec![column(4, time.clone()), delay], time.clone()),
        span: anywhere(),
    };
    let mut table = table(
        "cpu",
        &[
            ("hostname", build::string()),
            ("core", build::string()),
            ("usage", build::double()),
            ("at", build::bigint()),
        ],
        &[],
        with,
    );
    table.columns.push(Column {
        name: "ts".to_owned(),
        ty: time,
        kind: ColumnKind::Computed(computed),
        span: anywhere(),
    });
    table.watermark = Some(watermark);
    table
}

pub(crate) fn table(name: &str, columns: &[(&str, DataType)], key: &[usize], with: &[(&str, &str)]) -> Table {
    let column = |(name, ty): &(&str, DataType)| Column {
        name: (*name).to_owned(),
        ty: ty.clone(),
        kind: ColumnKind::Physical,
        span: anywhere(),
    };
    Table {
        name: name.to_owned(),
        columns: columns.iter().map(column).collect(),
        primary_key: key.to_vec(),
        partition_keys: Vec::new(),
        watermark: None,
        options: options(with),
        comment: None,
        span: anywhere(),
    }
}

pub(crate) fn schema(columns: &[(&str, DataType)]) -> Schema {
    let column = |(name, ty): &(&str, DataType)| SchemaColumn {
        name: (*name).to_owned(),
        ty: ty.clone(),
        time: matches!(ty.kind, TypeKind::TimestampLtz { .. }).then_some(TimeAttribute::Rowtime),
    };
    Schema {
        columns: columns.iter().map(column).collect(),
    }
}

/// Builds plans node by node.
#[derive(Default)]
pub(crate) struct Builder {
    pub(crate) plan: LogicalPlan,
}

impl Builder {
    fn push(&mut self, op: LogicalOp, inputs: &[NodeId], schema: Schema, at: &str) -> NodeId {
        self.plan.nodes.push(LogicalNode {
            op,
            inputs: inputs.to_vec(),
            schema,
            span: span(at),
        });
        NodeId(self.plan.nodes.len() - 1)
    }

    fn schema(&self, node: NodeId) -> Schema {
        self.plan.nodes[node.0].schema.clone()
    }

    pub(crate) fn source(&mut self, table: Table) -> NodeId {
        let columns: Vec<(&str, DataType)> = table
            .columns
            .iter()
            .map(|column| (column.name.as_str(), column.ty.clone()))
            .collect();
        let schema = schema(&columns);
        let columns = (0..table.columns.len()).collect();
        self.push(LogicalOp::Source { table, columns }, &[], schema, "cpu WHERE")
    }

    pub(crate) fn filter(&mut self, input: NodeId, condition: Expr) -> NodeId {
        let schema = self.schema(input);
        self.push(LogicalOp::Filter { condition }, &[input], schema, "usage > 80")
    }

    pub(crate) fn project(&mut self, input: NodeId, columns: Vec<(&str, Expr)>) -> NodeId {
        let listed: Vec<(&str, DataType)> = columns
            .iter()
            .map(|(name, expr)| (*name, expr.ty.clone()))
            .collect();
        let schema = schema(&listed);
        let exprs = columns.into_iter().map(|(_, expr)| expr).collect();
        self.push(LogicalOp::Project { exprs }, &[input], schema, "SELECT *")
    }

    pub(crate) fn union(&mut self, inputs: &[NodeId]) -> NodeId {
        let schema = self.schema(inputs[0]);
        self.push(LogicalOp::Union, inputs, schema, "SELECT *")
    }

    /// GROUP BY keys with COUNT(*) AS n and SUM(last column) AS s.
    pub(crate) fn group(&mut self, input: NodeId, keys: &[usize]) -> NodeId {
        let (aggregates, columns) = self.aggregates(input, keys);
        let op = LogicalOp::GroupAgg {
            keys: keys.to_vec(),
            aggregates,
        };
        self.push(op, &[input], columns, "SELECT * FROM cpu")
    }

    /// The same per tumbling window of 30 s over the column of that position.
    pub(crate) fn tumble(&mut self, input: NodeId, time_column: usize, keys: &[usize]) -> NodeId {
        let (aggregates, mut columns) = self.aggregates(input, keys);
        let kind = WindowKind::Tumble {
            size_ms: 30_000,
            offset_ms: 0,
        };
        let window = WindowInput::Assign(Window {
            kind,
            time_column,
            time: TimeAttribute::Rowtime,
        });
        let bound = |name: &str, ty: DataType| schema(&[(name, ty)]).columns.remove(0);
        columns
            .columns
            .push(bound("window_start", build::not_null(build::timestamp(3))));
        columns
            .columns
            .push(bound("window_end", build::not_null(build::timestamp(3))));
        columns
            .columns
            .push(bound("window_time", build::not_null(build::timestamp_ltz(3))));
        let op = LogicalOp::WindowAgg {
            window,
            keys: keys.to_vec(),
            aggregates,
        };
        self.push(op, &[input], columns, "SELECT * FROM cpu")
    }

    fn aggregates(&self, input: NodeId, keys: &[usize]) -> (Vec<Aggregate>, Schema) {
        let below = self.schema(input).columns;
        let aggregate = |function, argument, ty: DataType| Aggregate {
            function,
            argument,
            distinct: false,
            filter: None,
            ty,
            span: anywhere(),
        };
        let last = below.len() - 1;
        let sum = below[last].ty.clone();
        let count = build::not_null(build::bigint());
        let aggregates = vec![
            aggregate(AggregateFunction::CountRows, None, count.clone()),
            aggregate(AggregateFunction::Sum, Some(last), sum.clone()),
        ];
        let mut columns: Vec<SchemaColumn> = keys.iter().map(|key| below[*key].clone()).collect();
        columns.extend(schema(&[("n", count), ("s", sum)]).columns);
        (aggregates, Schema { columns })
    }

    pub(crate) fn sink(&mut self, input: NodeId, name: &str, key: &[usize], with: &[(&str, &str)]) -> NodeId {
        let schema = self.schema(input);
        let columns: Vec<(&str, DataType)> = schema
            .columns
            .iter()
            .map(|c| (c.name.as_str(), c.ty.clone()))
            .collect();
        let table = table(name, &columns, key, with);
        self.push(
            LogicalOp::Sink { table },
            &[input],
            schema.clone(),
            "INSERT INTO cpu_agg",
        )
    }

    pub(crate) fn collect(&mut self, input: NodeId) -> NodeId {
        let schema = self.schema(input);
        self.push(LogicalOp::Collect, &[input], schema, "SELECT *")
    }
}
