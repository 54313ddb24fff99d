//! Every dependency has a licence that `deny.toml` allows, so the list holds also where `cargo deny` is not installed.
//!
//! In: the packages of the lock file. Out: findings. Invariant: an expression is allowed if one of its alternatives is.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, Result};
use cargo_metadata::{CargoOpt, MetadataCommand};

use super::Finding;

pub(super) fn check(root: &Path, findings: &mut Vec<Finding>) -> Result<()> {
    let text = std::fs::read_to_string(root.join("deny.toml")).context("reading deny.toml")?;
    let allowed = allowed(&text);
    let mut command = MetadataCommand::new();
    command
        .current_dir(root)
        .features(CargoOpt::AllFeatures)
        .other_options(["--locked".to_owned()]);
    let metadata = command.exec().context("reading the dependencies")?;
    for package in metadata.packages {
        let licence = package.license.as_deref().unwrap_or("(none)");
        if !is_allowed(licence, &allowed) {
            findings.push(Finding {
                file: "deny.toml".to_owned(),
                line: 1,
                message: format!("{} {} has the licence {licence}", package.name, package.version),
            });
        }
    }
    Ok(())
}

/// The strings of the list `allow`.
fn allowed(text: &str) -> BTreeSet<&str> {
    let list = text.split_once("allow = [").map_or("", |(_, rest)| rest);
    let list = list.split_once(']').map_or("", |(list, _)| list);
    list.split('"').skip(1).step_by(2).collect()
}

/// `A OR B AND C`, parentheses aside; `/` is an old way to write OR. AND binds closer.
fn is_allowed(expression: &str, allowed: &BTreeSet<&str>) -> bool {
    let expression = expression.replace('/', " OR ");
    if let Some((inner, rest)) = expression.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        let (operator, other) = match rest.trim().split_once(' ') {
            Some(pair) => pair,
            None => return is_allowed(inner, allowed),
        };
        return match operator {
            "AND" => is_allowed(inner, allowed) && is_allowed(other, allowed),
            _ => is_allowed(inner, allowed) || is_allowed(other, allowed),
        };
    }
    let mut alternatives = expression.split(" OR ");
    alternatives.any(|alternative| {
        alternative
            .split(" AND ")
            .all(|licence| allowed.contains(licence.trim()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_allowed_alternative_is_enough_and_all_of_a_conjunction_are_needed() {
        let allowed = allowed("[licenses]\nallow = [\n \"MIT\",\n \"ISC\",\n]\n");
        for (expression, expected) in [
            ("MIT", true),
            ("GPL-3.0", false),
            ("GPL-3.0 OR MIT", true),
            ("GPL-3.0/MIT", true),
            ("MIT AND GPL-3.0", false),
            ("MIT AND ISC", true),
            ("(MIT OR GPL-3.0) AND ISC", true),
            ("(MIT OR GPL-3.0) AND BSL-1.0", false),
            ("(GPL-3.0)", false),
            ("(none)", false),
        ] {
            assert_eq!(is_allowed(expression, &allowed), expected, "{expression}");
        }
    }
}
