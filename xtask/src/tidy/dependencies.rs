//! Who may know whom: crates, passes of the compiler, layers of the runtime, and that every file is part of a crate.

use std::collections::BTreeSet;

use super::Finding;
use super::sources::{File, Tree};

/// A path prefix and what files below it must not name.
struct Law {
    below: &'static str,
    except: &'static [&'static str],
    forbidden: &'static [&'static str],
    reason: &'static str,
}

const LAWS: [Law; 9] = [
    Law {
        below: "sql/",
        except: &[],
        forbidden: &["compiler::", "runtime::"],
        reason: "sql is what both share",
    },
    Law {
        below: "compiler/",
        except: &[],
        forbidden: &[
            "use runtime::",
            "std::fs",
            "std::net",
            "std::env",
            "std::time::SystemTime",
        ],
        reason: "the compiler is pure and does not know the runtime",
    },
    Law {
        below: "runtime/",
        except: &[],
        forbidden: &["compiler::"],
        reason: "compiler and runtime do not meet",
    },
    Law {
        below: "session/",
        except: &[],
        forbidden: &["use runtime::"],
        reason: "the manager and workers know jobs as processes only",
    },
    Law {
        below: "compiler/src/",
        except: &["compiler/src/p1_parse/", "compiler/src/p2_bind/"],
        forbidden: &["sqlparser"],
        reason: "only p1_parse and the lowering in p2_bind know sqlparser",
    },
    Law {
        below: "runtime/src/operator/",
        except: &[],
        forbidden: &[
            "crate::dataflow",
            "crate::checkpoint",
            "crate::connector",
            "std::thread",
            "SystemTime",
        ],
        reason: "operators know no thread, no clock, no storage",
    },
    Law {
        below: "runtime/src/row/",
        except: &[],
        forbidden: &[
            "crate::operator",
            "crate::dataflow",
            "crate::checkpoint",
            "crate::connector",
            "crate::state",
        ],
        reason: "rows are the lowest layer",
    },
    Law {
        below: "runtime/src/state/",
        except: &[],
        forbidden: &[
            "crate::operator",
            "crate::dataflow",
            "crate::checkpoint",
            "crate::connector",
        ],
        reason: "state knows rows only",
    },
    Law {
        below: "runtime/src/format/",
        except: &[],
        forbidden: &["crate::operator", "crate::dataflow", "crate::checkpoint"],
        reason: "formats know rows and options only",
    },
];

const PASSES: [&str; 6] = [
    "p1_parse",
    "p2_bind",
    "p3_plan",
    "p4_optimize",
    "p5_physical",
    "p6_codegen",
];

pub(super) fn check(tree: &Tree, findings: &mut Vec<Finding>) {
    for file in &tree.files {
        for law in LAWS.iter().filter(|law| applies(law, file)) {
            forbid(file, law.forbidden, law.reason, findings);
        }
        passes(file, findings);
    }
    every_file_is_used(tree, findings);
}

fn applies(law: &Law, file: &File) -> bool {
    file.path.starts_with(law.below) && !law.except.iter().any(|folder| file.path.starts_with(folder))
}

fn forbid(file: &File, words: &[&str], reason: &str, findings: &mut Vec<Finding>) {
    for (line, text) in file.code_lines() {
        if text.trim_start().starts_with("//") {
            continue;
        }
        for word in words.iter().filter(|word| text.contains(**word)) {
            let message = format!("names {word}: {reason}");
            findings.push(Finding {
                file: file.path.clone(),
                line,
                message,
            });
        }
    }
}

/// A pass reads the form of the pass before it, never that of a later one.
fn passes(file: &File, findings: &mut Vec<Finding>) {
    let Some(own) = PASSES
        .iter()
        .position(|pass| file.path.starts_with(&format!("compiler/src/{pass}/")))
    else {
        return;
    };
    let later: Vec<String> = PASSES[own + 1..]
        .iter()
        .map(|pass| format!("crate::{pass}"))
        .collect();
    let later: Vec<&str> = later.iter().map(String::as_str).collect();
    forbid(file, &later, "a pass does not know the passes after it", findings);
}

/// Files that no `mod` names are dead.
fn every_file_is_used(tree: &Tree, findings: &mut Vec<Finding>) {
    let mut used = BTreeSet::new();
    for file in &tree.files {
        modules(&file.syntax.items, &folder_of_modules(&file.path), &mut used);
    }
    for file in tree.files.iter().filter(|file| !used.contains(&file.path)) {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        let is_root = matches!(name, "lib.rs" | "main.rs" | "build.rs");
        let is_target = file.path.contains("/tests/")
            || file.path.contains("/benches/")
            || file.path.starts_with("templates/");
        if !is_root && !is_target {
            let message = "no `mod` names this file: it is dead".to_owned();
            findings.push(Finding {
                file: file.path.clone(),
                line: 1,
                message,
            });
        }
    }
}

fn folder_of_modules(path: &str) -> String {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    match name {
        "lib.rs" | "main.rs" | "mod.rs" => folder.to_owned(),
        name => format!("{folder}/{}", name.trim_end_matches(".rs")),
    }
}

fn modules(items: &[syn::Item], folder: &str, used: &mut BTreeSet<String>) {
    for item in items {
        let syn::Item::Mod(module) = item else { continue };
        let below = format!("{folder}/{}", module.ident);
        match &module.content {
            Some((_, items)) => modules(items, &below, used),
            None => {
                used.insert(format!("{below}.rs"));
                used.insert(format!("{below}/mod.rs"));
            }
        }
    }
}
