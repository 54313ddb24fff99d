//! Every case's plans and diagnostics are what the compiler says, and its generated Rust is the committed text.

use std::collections::BTreeSet;
use std::path::Path;

use tests::{case, expected, golden};

#[test]
fn the_compiler_says_what_the_cases_say() {
    let root = case::root();
    let (changes, mut problems) = golden::changes(&root, "").expect("the corpus can be read");
    for path in changes.keys() {
        let path = path.strip_prefix(&root).unwrap_or(path).display();
        problems.push(format!(
            "{path} differs: run `cargo xtask bless` and read the difference"
        ));
    }
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

/// Codes that the compiler's sources declare: `// Diagnostic: E2003 …`.
fn declared(folder: &Path, codes: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            declared(&path, codes);
        } else {
            let text = std::fs::read_to_string(&path).expect("sources are text");
            let marks = text.split("// Diagnostic: ").skip(1);
            codes.extend(marks.map(|mark| mark[..5].to_owned()));
        }
    }
}

#[test]
fn every_diagnostic_is_shown_by_a_case() {
    let root = case::root();
    let mut codes = BTreeSet::new();
    declared(&root.join("compiler/src"), &mut codes);
    assert!(codes.len() > 50, "the marks are found: {codes:?}");
    let cases = case::read_all(&root, "").expect("the corpus can be read");
    let shown = expected::codes(&cases);
    // Previews are not of the corpus: the tests of the command show theirs.
    codes.remove("E2045");
    let missing: Vec<&String> = codes.difference(&shown).collect();
    assert!(missing.is_empty(), "no case shows {missing:?}");
}
