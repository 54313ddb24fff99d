//! `millstream metrics`: what jobs use and do, over time.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use crate::client::Connection;
use crate::client::output::{table, text};

#[derive(Args)]
#[command(
    after_help = "Figures of single operators: `GET /jobs/ID/metrics` in Flink's form, `GET /metrics` for \
    Prometheus.\n\nExamples:\n  \
    millstream metrics --watch\n  \
    millstream metrics --period day --json"
)]
pub(super) struct MetricsArguments {
    #[command(flatten)]
    connection: Connection,
    /// hour: a point for 30 s, day: 5 min, week: 30 min, month: 3 h, year: 1 day
    #[arg(long, default_value = "hour", value_parser = ["hour", "day", "week", "month", "year"])]
    period: String,
    /// Again whenever something changes
    #[arg(long, short)]
    watch: bool,
}

pub(super) fn run(arguments: MetricsArguments) -> Result<ExitCode> {
    let client = arguments.connection.client()?;
    let look = || {
        let body = json!({ "period": arguments.period });
        Ok((client.post(&client.of_service(&["metrics"]), &body)?, false))
    };
    client.watch(arguments.watch, look, |answer| summary(&answer["metrics"]))?;
    Ok(ExitCode::SUCCESS)
}

/// Of each figure its latest, least and greatest value; what nobody has measured is left out.
fn summary(metrics: &Value) -> String {
    let figures = metrics.as_object().cloned().unwrap_or_default();
    let rows: Vec<Value> = figures
        .iter()
        .map(|(name, chart)| {
            let rows = chart["data"]["rows"].as_array().cloned().unwrap_or_default();
            // The first column is the time; several lines of a chart add up.
            let totals = rows.iter().map(|row| {
                let values = row.as_array().map_or(&[][..], Vec::as_slice).iter().skip(1);
                values.filter_map(Value::as_f64).sum::<f64>()
            });
            let totals: Vec<f64> = totals.collect();
            let bound = |choose: fn(f64, f64) -> f64| totals.iter().copied().reduce(choose);
            json!({
                "name": match text(&chart["hints"]["title"]) {
                    title if title.is_empty() => name.clone(),
                    title => title,
                },
                "last": totals.last(),
                "least": bound(f64::min),
                "greatest": bound(f64::max),
            })
        })
        .filter(|row| !row["last"].is_null())
        .collect();
    if rows.is_empty() {
        return "no figures yet: each is of half a minute\n".to_owned();
    }
    let number = |key: &'static str| {
        move |row: &Value| {
            let value = row[key].as_f64();
            value.map_or_else(String::new, |value| format!("{value:.1}"))
        }
    };
    table(
        &rows,
        &[
            ("FIGURE", &|row| text(&row["name"])),
            ("LATEST", &number("last")),
            ("LEAST", &number("least")),
            ("GREATEST", &number("greatest")),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charts_become_one_line_each() {
        let metrics = json!({
            "cpu_usage": {"hints": {"title": "CPU usage %"}, "data": {"rows": [["t1", 1.0, 2.0], ["t2", 0.5, null]]}},
            "disk_usage": {"data": {"rows": []}},
        });
        let expected = "FIGURE       LATEST  LEAST  GREATEST\n\
                        CPU usage %  0.5     0.5    3.0\n";
        assert_eq!(summary(&metrics), expected);
        let nothing = json!({"disk_usage": {"data": {"rows": []}}});
        assert_eq!(summary(&nothing), "no figures yet: each is of half a minute\n");
    }
}
