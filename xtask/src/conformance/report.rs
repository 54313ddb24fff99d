//! Outcomes as text or JSON: every failure, every unsupported case with its reason, and the counts of each suite.

use std::collections::BTreeMap;

use serde_json::json;

use super::case::{Case, Outcome, Suite};

/// Prints to standard output.
pub(super) fn print(cases: &[Case], outcomes: &BTreeMap<String, Outcome>, as_json: bool) {
    for case in cases {
        match as_json {
            true => println!("{}", json(case, &outcomes[&case.id])),
            false => print!("{}", text(case, &outcomes[&case.id])),
        }
    }
    for suite in Suite::ALL {
        let of_suite = || {
            cases
                .iter()
                .filter(move |case| case.suite == suite)
                .map(|case| &outcomes[&case.id])
        };
        let passed = of_suite().filter(|outcome| **outcome == Outcome::Passed).count();
        let unsupported = of_suite()
            .filter(|outcome| matches!(outcome, Outcome::Unsupported(_)))
            .count();
        let all = of_suite().count();
        let failed = all - passed - unsupported;
        match (all, as_json) {
            (0, _) => {}
            (_, true) => {
                let counts = json!({ "suite": suite.name(), "cases": all, "passed": passed, "failed": failed,
                    "unsupported": unsupported });
                println!("{counts}");
            }
            (_, false) => println!(
                "{:<10}{all:>6} cases {passed:>6} passed {failed:>6} failed {unsupported:>6} unsupported",
                suite.name()
            ),
        }
    }
}

fn text(case: &Case, outcome: &Outcome) -> String {
    let head = |word: &str| {
        format!(
            "{word} {} ({}): {}\n",
            case.id,
            case.origin,
            case.sql.replace('\n', "\n    ")
        )
    };
    match outcome {
        Outcome::Passed => String::new(),
        Outcome::Failed { expected, found } => {
            format!("{}  expected: {expected}\n  found:    {found}\n", head("failed"))
        }
        Outcome::Unsupported(why) => format!("{}  {why}\n", head("unsupported")),
    }
}

fn json(case: &Case, outcome: &Outcome) -> serde_json::Value {
    let (word, expected, found) = match outcome {
        Outcome::Passed => ("passed", None, None),
        Outcome::Failed { expected, found } => ("failed", Some(expected), Some(found)),
        Outcome::Unsupported(why) => ("unsupported", None, Some(why)),
    };
    json!({ "suite": case.suite.name(), "id": case.id, "origin": case.origin, "sql": case.sql, "outcome": word,
        "expected": expected, "found": found })
}
