//! Figures of several jobs, workers or threads in one.
//!
//! In: names with values, of each. Out: Flink's JSON, least, greatest, mean and sum. Invariant: what is known of a
//! whole only is no figure of its parts: then the aggregates that would need those are left out.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::metrics::{Metric, MetricValue};
use crate::refusal::Refusal;

/// What a tool asks for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// `get=a,b`: names of figures; none asks for the names that there are.
    pub names: Option<String>,
    /// `agg=min,max`; none asks for all.
    pub aggregates: Option<String>,
    /// `jobs=…`, `taskmanagers=…`: of these only.
    pub members: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Aggregate {
    Min,
    Max,
    Avg,
    Sum,
}

const ALL: [(&str, Aggregate); 4] = [
    ("min", Aggregate::Min),
    ("max", Aggregate::Max),
    ("avg", Aggregate::Avg),
    ("sum", Aggregate::Sum),
];

impl Wanted {
    /// Whether this job or worker is asked about.
    pub(super) fn takes(&self, member: &str) -> bool {
        let members = self.members.as_deref().filter(|members| !members.is_empty());
        members.is_none_or(|members| members.split(',').any(|one| one == member))
    }

    fn names(&self) -> Option<impl Iterator<Item = &str>> {
        let names = self.names.as_deref().filter(|names| !names.is_empty())?;
        Some(names.split(','))
    }

    fn aggregates(&self) -> Result<Vec<(&'static str, Aggregate)>, Refusal> {
        let Some(given) = self.aggregates.as_deref().filter(|given| !given.is_empty()) else {
            return Ok(ALL.to_vec());
        };
        let known = |given: &str| {
            let found = ALL.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(given));
            found.ok_or_else(|| {
                Refusal::invalid(format!(
                    "Invalid 'agg': expected min, max, avg or sum, found '{given}'"
                ))
            })
        };
        given.split(',').map(known).collect()
    }
}

/// Of members that are each measured.
pub(super) fn of_members(members: &[Vec<Metric>], wanted: &Wanted) -> Result<Value, Refusal> {
    let aggregates = wanted.aggregates()?;
    let Some(names) = wanted.names() else {
        return Ok(listed(members.iter().flatten()));
    };
    // As in Flink: a name that nobody has leaves nothing of the answer.
    let mut answer = Vec::new();
    for name in names {
        let found = members
            .iter()
            .filter_map(|of_one| of_one.iter().find(|metric| metric.name == name));
        let values: Vec<&MetricValue> = found.map(|metric| &metric.value).collect();
        if values.is_empty() {
            return Ok(json!([]));
        }
        let numbers: Option<Vec<f64>> = values.into_iter().map(number).collect();
        if let Some(numbers) = numbers {
            answer.push(entry(name, &aggregates, |aggregate| {
                Some(of(&numbers, aggregate))
            }));
        }
    }
    Ok(Value::Array(answer))
}

/// Of threads that are measured together, `threads` of them: counters are sums, watermarks the least.
pub(super) fn of_whole(metrics: &[Metric], threads: u32, wanted: &Wanted) -> Result<Value, Refusal> {
    let aggregates = wanted.aggregates()?;
    let Some(names) = wanted.names() else {
        return Ok(listed(metrics.iter()));
    };
    let mut answer = Vec::new();
    for name in names {
        let Some(metric) = metrics.iter().find(|metric| metric.name == name) else {
            return Ok(json!([]));
        };
        let known = match name.ends_with("Watermark") {
            true => Aggregate::Min,
            false => Aggregate::Sum,
        };
        let value = number(&metric.value);
        answer.push(entry(name, &aggregates, |aggregate| {
            value.filter(|_| threads == 1 || aggregate == known)
        }));
    }
    Ok(Value::Array(answer))
}

fn listed<'a>(metrics: impl Iterator<Item = &'a Metric>) -> Value {
    let names: BTreeSet<&str> = metrics.map(|metric| metric.name.as_str()).collect();
    names.into_iter().map(|name| json!({ "id": name })).collect()
}

fn number(value: &MetricValue) -> Option<f64> {
    match value {
        MetricValue::Number(number) => Some(*number as f64),
        MetricValue::Text(_) => None,
    }
}

fn entry(
    name: &str,
    aggregates: &[(&'static str, Aggregate)],
    value: impl Fn(Aggregate) -> Option<f64>,
) -> Value {
    let mut entry = Map::from_iter([("id".to_owned(), Value::from(name))]);
    for (shown, aggregate) in aggregates {
        if let Some(value) = value(*aggregate) {
            entry.insert((*shown).to_owned(), value.into());
        }
    }
    Value::Object(entry)
}

fn of(numbers: &[f64], aggregate: Aggregate) -> f64 {
    let sum: f64 = numbers.iter().sum();
    match aggregate {
        Aggregate::Min => numbers.iter().copied().fold(f64::INFINITY, f64::min),
        Aggregate::Max => numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        Aggregate::Avg => sum / numbers.len() as f64,
        Aggregate::Sum => sum,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metric(name: &str, value: i64) -> Metric {
        Metric {
            name: name.to_owned(),
            value: MetricValue::Number(value),
        }
    }

    fn wanted(names: &str, aggregates: &str) -> Wanted {
        let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Wanted {
            names: given(names),
            aggregates: given(aggregates),
            members: None,
        }
    }

    #[test]
    fn members_are_aggregated_as_flink_does() {
        let members = [
            vec![metric("a", 1), metric("b", 7)],
            vec![metric("a", 4)],
            Vec::new(),
        ];
        for (names, aggregates, expected) in [
            ("", "", json!([{"id": "a"}, {"id": "b"}])),
            (
                "a",
                "",
                json!([{"id": "a", "min": 1.0, "max": 4.0, "avg": 2.5, "sum": 5.0}]),
            ),
            (
                "b,a",
                "min,MAX",
                json!([{"id": "b", "min": 7.0, "max": 7.0}, {"id": "a", "min": 1.0, "max": 4.0}]),
            ),
            ("a,c", "min", json!([])),
        ] {
            let answer = of_members(&members, &wanted(names, aggregates));
            assert_eq!(answer.expect("right"), expected, "{names} {aggregates}");
        }
        let refused = of_members(&members, &wanted("a", "median")).expect_err("Flink has none");
        assert_eq!(
            (refused.status, refused.message.contains("'median'")),
            (400, true)
        );
        let text = Metric {
            name: "path".to_owned(),
            value: MetricValue::Text("s3://b".to_owned()),
        };
        let answer = of_members(&[vec![text]], &wanted("path", ""));
        assert_eq!(answer.expect("right"), json!([]), "text has no sum");
    }

    #[test]
    fn threads_that_are_measured_together_have_a_sum_and_no_parts() {
        let metrics = [metric("currentInputWatermark", 5), metric("numRecordsIn", 8)];
        let names = "numRecordsIn,currentInputWatermark";
        let answer = |threads| of_whole(&metrics, threads, &wanted(names, "min,sum")).expect("right");
        let expected =
            json!([{"id": "numRecordsIn", "sum": 8.0}, {"id": "currentInputWatermark", "min": 5.0}]);
        assert_eq!(answer(2), expected);
        assert_eq!(
            answer(1)[0],
            json!({"id": "numRecordsIn", "min": 8.0, "sum": 8.0}),
            "one thread is its own part"
        );
    }

    #[test]
    fn members_are_chosen_by_name() {
        let mut of_two = wanted("", "");
        assert!(of_two.takes("a"), "all unless some are named");
        of_two.members = Some("b,c".to_owned());
        assert_eq!((of_two.takes("a"), of_two.takes("c")), (false, true));
    }
}
