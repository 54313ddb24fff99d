//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 539b3e897c0f9ae2072e931afa5ebaa1a6da7a4ad2f952215963da33e8bda35b

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{DataType, Decimal, Session, SqlError, Value};
use sql::function::{arithmetic, cast, collection, compare, decimal, like, logic, text};
use sql::function::null::{coalesce, or, strict1, strict2, take, try_and, try_or};
use sql::types::build;
use std::sync::LazyLock;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_lines",
        nodes: Vec::from([orders_source(), filter_id_note_ok(), lines_sink()]),
    }
}

/// ```text
/// orders_source: Source(table=[orders], fields=[id, customer, note, price, quantity, tags, ok])
/// ```
fn orders_source() -> Node {
    Node {
        name: "orders_source",
        uid: "61479d9e0ff35cfc",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("id", build::not_null(build::bigint())),
            Column::new(
                "customer",
                build::row([
                    ("name", build::string()),
                    (
                        "address",
                        build::row([("city", build::string()), ("zip", build::int())]),
                    ),
                ]),
            ),
            Column::new("note", build::string()),
            Column::new("price", build::decimal(10, 2)),
            Column::new("quantity", build::int()),
            Column::new("tags", build::array(build::string())),
            Column::new("ok", build::boolean()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "orders",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("id", build::not_null(build::bigint())),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new(
                        "customer",
                        build::row([
                            ("name", build::string()),
                            (
                                "address",
                                build::row([
                                    ("city", build::string()),
                                    ("zip", build::int()),
                                ]),
                            ),
                        ]),
                    ),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("note", build::string()),
                    from: ReadFrom::Physical(2),
                },
                ReadColumn {
                    column: Column::new("price", build::decimal(10, 2)),
                    from: ReadFrom::Physical(3),
                },
                ReadColumn {
                    column: Column::new("quantity", build::int()),
                    from: ReadFrom::Physical(4),
                },
                ReadColumn {
                    column: Column::new("tags", build::array(build::string())),
                    from: ReadFrom::Physical(5),
                },
                ReadColumn {
                    column: Column::new("ok", build::boolean()),
                    from: ReadFrom::Physical(6),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("id", build::not_null(build::bigint())),
                Column::new(
                    "customer",
                    build::row([
                        ("name", build::string()),
                        (
                            "address",
                            build::row([
                                ("city", build::string()),
                                ("zip", build::int()),
                            ]),
                        ),
                    ]),
                ),
                Column::new("note", build::string()),
                Column::new("price", build::decimal(10, 2)),
                Column::new("quantity", build::int()),
                Column::new("tags", build::array(build::string())),
                Column::new("ok", build::boolean()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// filter_id_note_ok: Calc(select=[id, UPPER(customer.address.city) AS city, COALESCE(note,
///     LOWER(customer.name), 'none') AS label, CASE WHEN (quantity > 100) THEN 'bulk' WHEN (CAST(note
///     AS INT) = 1) THEN note ELSE UPPER(note) END AS kind, CAST((price * CAST(quantity AS DECIMAL(10,
///     0))) AS DECIMAL(20, 2)) AS total, (quantity + 1) AS again, (ok AND ((price > 10) OR (CAST(note
///     AS INT) > 5))) AS is_large, tags, ROW[quantity, SUBSTRING(note, 2, 3)] AS pair, (tags [] 1) AS
///     first_tag], where=[(IS NOT FALSE(ok) AND (IS NULL(note) OR (note LIKE 'a%')) AND (id >=
///     1:BIGINT) AND (id <= 1000000:BIGINT))])
/// ```
fn filter_id_note_ok() -> Node {
    Node {
        name: "filter_id_note_ok",
        uid: "fb880b9e9d51803a",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("id", build::not_null(build::bigint())),
            Column::new("city", build::string()),
            Column::new("label", build::not_null(build::string())),
            Column::new("kind", build::string()),
            Column::new("total", build::decimal(20, 2)),
            Column::new("again", build::int()),
            Column::new("is_large", build::boolean()),
            Column::new("tags", build::array(build::string())),
            Column::new(
                "pair",
                build::not_null(
                    build::row([("a", build::int()), ("b", build::string())]),
                ),
            ),
            Column::new("first_tag", build::string()),
        ]),
        operator: OperatorSpec::Calc(filter_id_note_ok_kernel),
    }
}

/// ```text
/// lines_sink: Sink(table=[lines], fields=[id, city, label, kind, total, again, is_large, tags, pair,
///     first_tag])
/// ```
fn lines_sink() -> Node {
    Node {
        name: "lines_sink",
        uid: "8ad7589e7a817e65",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("id", build::bigint()),
            Column::new("city", build::string()),
            Column::new("label", build::string()),
            Column::new("kind", build::string()),
            Column::new("total", build::decimal(20, 2)),
            Column::new("again", build::int()),
            Column::new("is_large", build::boolean()),
            Column::new("tags", build::array(build::string())),
            Column::new(
                "pair",
                build::row([("a", build::int()), ("b", build::string())]),
            ),
            Column::new("first_tag", build::string()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("lines"),
            write: Vec::from([
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
            ]),
            primary_key: Vec::new(),
            input_updates: false,
        }),
    }
}

static TYPE_1: LazyLock<DataType> = LazyLock::new(|| build::not_null(
    build::row([("a", build::int()), ("b", build::string())]),
));

static TYPE_2: LazyLock<DataType> = LazyLock::new(|| build::array(build::string()));

struct OrdersSourceRow<'a>(RowRef<'a>);

impl<'a> OrdersSourceRow<'a> {
    #[inline]
    fn id(&self) -> Option<i64> {
        self.0.i64(0)
    }
    #[inline]
    fn customer_name(&self) -> Option<&'a str> {
        self.0.row(1, 2).and_then(|row| row.text(0))
    }
    #[inline]
    fn customer_address_city(&self) -> Option<&'a str> {
        self.0.row(1, 2).and_then(|row| row.row(1, 2)).and_then(|row| row.text(0))
    }
    #[inline]
    fn note(&self) -> Option<&'a str> {
        self.0.text(2)
    }
    #[inline]
    fn price(&self) -> Option<Decimal> {
        self.0.decimal(3, 10, 2)
    }
    #[inline]
    fn quantity(&self) -> Option<i32> {
        self.0.i32(4)
    }
    #[inline]
    fn tags(&self) -> Option<Value> {
        take(self.0.value(5, &TYPE_2))
    }
    #[inline]
    fn ok(&self) -> Option<bool> {
        self.0.boolean(6)
    }
}

/// ```text
/// filter_id_note_ok: Calc(select=[id, UPPER(customer.address.city) AS city, COALESCE(note,
///     LOWER(customer.name), 'none') AS label, CASE WHEN (quantity > 100) THEN 'bulk' WHEN (CAST(note
///     AS INT) = 1) THEN note ELSE UPPER(note) END AS kind, CAST((price * CAST(quantity AS DECIMAL(10,
///     0))) AS DECIMAL(20, 2)) AS total, (quantity + 1) AS again, (ok AND ((price > 10) OR (CAST(note
///     AS INT) > 5))) AS is_large, tags, ROW[quantity, SUBSTRING(note, 2, 3)] AS pair, (tags [] 1) AS
///     first_tag], where=[(IS NOT FALSE(ok) AND (IS NULL(note) OR (note LIKE 'a%')) AND (id >=
///     1:BIGINT) AND (id <= 1000000:BIGINT))])
/// ```
/// expressions.sql:37:7
/// ```sql
/// ok IS NOT FALSE AND (note IS NULL OR note LIKE 'a%') AND id BETWEEN 1 AND 1000000
/// ```
fn filter_id_note_ok_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = OrdersSourceRow(raw);
        if !logic::is_not_false(row.ok()) {
            continue;
        }
        if or(
            Some(logic::is_null(row.note())),
            || strict1(row.note(), |a| like::like(a, "a%")),
        ) != Some(true)
        {
            continue;
        }
        if strict1(row.id(), |a| compare::greater_or_equal(a, 1i64)) != Some(true) {
            continue;
        }
        if strict1(row.id(), |a| compare::less_or_equal(a, 1000000i64)) != Some(true) {
            continue;
        }
        let city_value = strict1(row.customer_address_city(), text::upper);
        let label_value = coalesce(
            coalesce(
                row.note().map(str::to_owned),
                || strict1(row.customer_name(), text::lower),
            ),
            || Some("none".to_owned()),
        );
        let kind_value = if strict1(row.quantity(), |a| compare::greater(a, 100i32))
            == Some(true)
        {
            Some("bulk".to_owned())
        } else {
            let v1 = strict1(row.note(), cast::from_text::int).transpose()?;
            if strict1(v1, |a| compare::equal(a, 1i32)) == Some(true) {
                row.note().map(str::to_owned)
            } else {
                strict1(row.note(), text::upper)
            }
        };
        let total_value = strict1(
                strict2(
                    row.price(),
                    strict1(
                        row.quantity(),
                        |a| cast::number::integer_to_wider_decimal(a, 10, 0),
                    ),
                    |a, b| decimal::exact_multiply(a, b, 21, 2),
                ),
                |a| cast::number::decimal_to_decimal(a, 20, 2),
            )
            .flatten();
        let again_value = strict1(row.quantity(), |a| arithmetic::add(a, 1i32));
        let is_large_value = try_and(
            row.ok(),
            || try_or(
                strict1(
                    row.price(),
                    |a| compare::greater(a, Decimal { unscaled: 10, scale: 0 }),
                ),
                || {
                    let v2 = strict1(row.note(), cast::from_text::int).transpose()?;
                    Ok(strict1(v2, |a| compare::greater(a, 5i32)))
                },
            ),
        )?;
        let pair_value = Some(
            Value::Row(
                Vec::from([
                    row.quantity().map_or(Value::Null, Value::Int),
                    strict1(row.note(), |a| text::substring_for(a, 2i32, 3i32))
                        .flatten()
                        .map_or(Value::Null, Value::Text),
                ]),
            ),
        );
        let first_tag_value = strict1(
                row.tags(),
                |a| collection::item_array(&a, &Value::Int(1i32)),
            )
            .and_then(take::<String>);
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.put_text(1, city_value.as_deref());
        output.put_text(2, label_value.as_deref());
        output.put_text(3, kind_value.as_deref());
        output.put_decimal(4, total_value, 20);
        output.put_i32(5, again_value);
        output.put_boolean(6, is_large_value);
        output.copy_variable(7, raw, 5);
        output.put_value(8, pair_value.as_ref().unwrap_or(&Value::Null), &TYPE_1);
        output.put_text(9, first_tag_value.as_deref());
        output.finish();
    }
    Ok(())
}
