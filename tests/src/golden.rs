//! Which files hold what the compiler makes of the cases: the cases themselves, a module of `golden-jobs` for each
//! case that is run, and the list of the modules.
//!
//! Invariant: the crate has no module without a case.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::case::{self, Case};
use crate::expected::{codes, expected};

/// Lines of a case at most: a longer one is two ideas.
const CASE_LINES_MAX: usize = 80;
/// Lines of a generated module at most, for the same reason.
const MODULE_LINES_MAX: usize = 400;

const JOBS: &str = "golden/jobs/src";

/// Files that are not as they must be, with the text they must have; `None`: they must not be there.
pub type Changes = BTreeMap<PathBuf, Option<String>>;

/// What differs, and what is wrong with cases. Only cases whose name contains the filter are looked at.
pub fn changes(root: &Path, filter: &str) -> Result<(Changes, Vec<String>), String> {
    let cases = case::read_all(root, "")?;
    let mut changes = Changes::new();
    let mut problems = Vec::new();
    let mut after = Vec::new();
    for case in &cases {
        if !case.name.contains(filter) {
            after.push(case.clone());
            continue;
        }
        match expected(case) {
            Ok((blessed, rust)) => {
                limit(
                    &case.name,
                    "the case",
                    &blessed.text(),
                    CASE_LINES_MAX,
                    &mut problems,
                );
                compare(&case.path, &blessed.text(), &mut changes);
                if let Some(rust) = rust {
                    limit(&case.name, "its module", &rust, MODULE_LINES_MAX, &mut problems);
                    compare(&module_path(root, &case.name), &rust, &mut changes);
                }
                after.push(blessed);
            }
            Err(problem) => {
                problems.push(format!("{}: {problem}", case.name));
                after.push(case.clone());
            }
        }
    }
    let lost: Vec<String> = codes(&cases).difference(&codes(&after)).cloned().collect();
    if !lost.is_empty() {
        problems.push(format!("no case shows {} any more", lost.join(", ")));
    }
    list_modules(root, &cases, &mut changes)?;
    Ok((changes, problems))
}

fn limit(name: &str, what: &str, text: &str, most: usize, problems: &mut Vec<String>) {
    let lines = text.lines().count();
    if lines > most {
        problems.push(format!(
            "{name}: {what} has {lines} lines, at most {most} are allowed"
        ));
    }
}

fn compare(path: &Path, text: &str, changes: &mut Changes) {
    if std::fs::read_to_string(path).unwrap_or_default() != text {
        changes.insert(path.to_owned(), Some(text.to_owned()));
    }
}

/// Where the generated Rust of a case lies.
pub fn module_path(root: &Path, name: &str) -> PathBuf {
    root.join(JOBS).join(format!("{name}.rs"))
}

/// The list of modules, and modules whose case is gone.
fn list_modules(root: &Path, cases: &[Case], changes: &mut Changes) -> Result<(), String> {
    let names: BTreeSet<&str> = cases
        .iter()
        .filter(|case| case.runs())
        .map(|case| case.name.as_str())
        .collect();
    compare(&root.join(JOBS).join("lib.rs"), &library(&names), changes);
    let kept: BTreeSet<PathBuf> = names.iter().map(|name| module_path(root, name)).collect();
    let mut folders = vec![root.join(JOBS)];
    while let Some(folder) = folders.pop() {
        let fail = |error| format!("{}: {error}", folder.display());
        for entry in std::fs::read_dir(&folder).map_err(fail)? {
            let path = entry.map_err(fail)?.path();
            if path.is_dir() {
                folders.push(path);
            } else if !kept.contains(&path) && path != root.join(JOBS).join("lib.rs") {
                changes.insert(path, None);
            }
        }
    }
    Ok(())
}

/// `lib.rs` of the generated jobs.
fn library(names: &BTreeSet<&str>) -> String {
    let mut topics: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for name in names {
        let (topic, case) = name.split_once('/').expect("cases lie in topics");
        topics.entry(topic).or_default().push(case);
    }
    let mut text = String::from(
        "//! The generated Rust of the cases in `golden/cases`, one module each. Do not edit: `cargo xtask bless`.\n\n\
         /// Name of a case, its job, and the text that was compiled.\n\
         pub type Golden = (&'static str, fn() -> runtime::job::Job, &'static str);\n",
    );
    for (topic, cases) in &topics {
        text += &format!("\npub mod {topic} {{\n");
        for case in cases {
            text += &format!("    pub mod {case};\n");
        }
        text += "}\n";
    }
    text += "\n/// All of them, by name.\npub const GOLDEN: &[Golden] = &[\n";
    for name in names {
        let path = name.replace('/', "::");
        text += &format!("    (\"{name}\", {path}::job, include_str!(\"{name}.rs\")),\n");
    }
    text + "];\n"
}

/// Writes the changes.
pub fn write(changes: &Changes) -> std::io::Result<()> {
    for (path, text) in changes {
        match text {
            Some(text) => {
                std::fs::create_dir_all(path.parent().expect("files lie in folders"))?;
                std::fs::write(path, text)?;
            }
            None => std::fs::remove_file(path)?,
        }
    }
    Ok(())
}
