//! Metrics of a session cluster, as charts.
//!
//! In: a period. Out: a table per figure, as Google's charts take them. Invariant: all figures that Aiven names are
//! there; those that are not measured have no rows.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::path::ServicePath;
use super::{Answer, Api, Input};
use crate::manager::{Figure, FigureKind, Period};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(find))
}

#[derive(Deserialize, ToSchema)]
struct MetricRequest {
    /// The last hour unless given.
    period: Option<PeriodName>,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum PeriodName {
    Hour,
    Day,
    Week,
    Month,
    Year,
}

#[derive(Serialize, ToSchema)]
struct Metrics {
    /// By figure.
    metrics: BTreeMap<&'static str, Chart>,
}

#[derive(Serialize, ToSchema)]
struct Chart {
    data: ChartData,
    hints: ChartHints,
}

#[derive(Serialize, ToSchema)]
struct ChartData {
    /// `{"label", "type"}`: the time, then a column.
    cols: Vec<Value>,
    /// Moment and value.
    rows: Vec<Value>,
}

#[derive(Serialize, ToSchema)]
struct ChartHints {
    title: &'static str,
}

/// Name, title, what is measured.
const CHARTS: [(&str, &str, Option<FigureKind>); 10] = [
    ("cpu_usage", "CPU usage %", Some(FigureKind::CpuPercent)),
    ("mem_usage", "Memory usage %", Some(FigureKind::MemoryPercent)),
    ("rows_read", "Rows read per second", Some(FigureKind::RowsRead)),
    (
        "rows_written",
        "Rows written per second",
        Some(FigureKind::RowsWritten),
    ),
    ("disk_usage", "Disk space usage %", None),
    ("disk_ioread", "Disk iops (reads)", None),
    ("disk_iowrites", "Disk iops (writes)", None),
    ("load_average", "Load average", None),
    ("net_receive", "Network receive (bytes/s)", None),
    ("net_send", "Network transmit (bytes/s)", None),
];

/// What the jobs of a session cluster use
#[utoipa::path(post, path = "/v1/project/{project}/service/{service}/metrics", tag = "monitoring",
    params(ServicePath), request_body = MetricRequest, responses((status = 200, body = Metrics)))]
async fn find(
    State(api): State<Api>,
    Path(path): Path<ServicePath>,
    Input(body): Input<MetricRequest>,
) -> Answer<Metrics> {
    path.check(&api)?;
    api.manager.catalogue.read(|tables| path.find(tables))?;
    let period = match body.period.unwrap_or(PeriodName::Hour) {
        PeriodName::Hour => Period::Hour,
        PeriodName::Day => Period::Day,
        PeriodName::Week => Period::Week,
        PeriodName::Month => Period::Month,
        PeriodName::Year => Period::Year,
    };
    let figures = api.manager.metrics(&path.key(), period);
    let charts = CHARTS.iter().map(|(name, title, kind)| {
        let figure = figures.iter().find(|figure| Some(figure.kind) == *kind);
        (*name, chart(title, &path.service, figure))
    });
    Ok(Json(Metrics {
        metrics: charts.collect(),
    }))
}

fn chart(title: &'static str, service: &str, figure: Option<&Figure>) -> Chart {
    let row = |(seconds, value): &(i64, f64)| {
        let moment = jiff::Timestamp::from_second(*seconds).unwrap_or_default();
        json!([moment.to_string(), value])
    };
    Chart {
        data: ChartData {
            cols: vec![
                json!({"label": "time", "type": "date"}),
                json!({"label": service, "type": "number"}),
            ],
            rows: figure
                .map(|figure| figure.points.iter().map(row).collect())
                .unwrap_or_default(),
        },
        hints: ChartHints { title },
    }
}
