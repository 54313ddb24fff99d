//! What stands in files: a module doc, no unfinished work, no long lines, no semantics inside `quote!`.

use syn::visit::{self, Visit};

use super::Finding;
use super::sources::{File, Tree};

/// Code is formatted to 110; a comment may go a little further.
const LINE_COLUMNS_MAX: usize = 120;
/// Words that mark unfinished or forgotten work. Split so that this file does not find itself.
const BANNED: [&str; 6] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("todo", "!("),
    concat!("unimplemented", "!("),
    concat!("dbg", "!("),
];
/// Module names that say nothing.
const EMPTY_NAMES: [&str; 5] = ["util", "utils", "common", "helper", "misc"];
/// Calls and operators that decide what SQL values mean; generated code asks crate `sql` instead.
const SEMANTICS: [&str; 8] = [
    "wrapping_add",
    "wrapping_sub",
    "wrapping_mul",
    "checked_add",
    "checked_mul",
    "to_uppercase",
    "to_lowercase",
    "partial_cmp",
];

pub(super) fn check(tree: &Tree, findings: &mut Vec<Finding>) {
    for file in &tree.files {
        module_doc(file, findings);
        lines(file, findings);
        name(file, findings);
        if file.path.starts_with("compiler/src/p6_codegen/") {
            Quotes { file, findings }.visit_file(&file.syntax);
        }
    }
}

fn module_doc(file: &File, findings: &mut Vec<Finding>) {
    if !file.text.starts_with("//!") {
        let message = "begins without `//!`: say what comes in, what goes out, what holds".to_owned();
        findings.push(Finding {
            file: file.path.clone(),
            line: 1,
            message,
        });
    }
}

fn lines(file: &File, findings: &mut Vec<Finding>) {
    for (i, line) in file.text.lines().enumerate() {
        let mut find = |message: String| {
            findings.push(Finding {
                file: file.path.clone(),
                line: i + 1,
                message,
            })
        };
        if let Some(word) = BANNED.iter().find(|word| line.contains(**word)) {
            find(format!("'{word}': finish it or file an issue"));
        }
        if line.chars().count() > LINE_COLUMNS_MAX && !line.contains('"') && !file.is_generated() {
            find(format!("longer than {LINE_COLUMNS_MAX} columns"));
        }
    }
}

fn name(file: &File, findings: &mut Vec<Finding>) {
    let stem = file
        .path
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .trim_end_matches(".rs");
    if EMPTY_NAMES.contains(&stem) {
        let message = format!("a module called '{stem}' does not say what is in it");
        findings.push(Finding {
            file: file.path.clone(),
            line: 1,
            message,
        });
    }
}

struct Quotes<'a> {
    file: &'a File,
    findings: &'a mut Vec<Finding>,
}

impl<'ast> Visit<'ast> for Quotes<'_> {
    fn visit_macro(&mut self, node: &'ast syn::Macro) {
        let is_quote = node
            .path
            .segments
            .last()
            .is_some_and(|s| s.ident == "quote" || s.ident == "quote_spanned");
        let text = node.tokens.to_string();
        if is_quote && let Some(word) = SEMANTICS.iter().find(|word| text.contains(**word)) {
            let line = node.path.segments[0].ident.span().start().line;
            let message = format!("'{word}' inside quote!: what SQL means belongs into crate sql");
            self.findings.push(Finding {
                file: self.file.path.clone(),
                line,
                message,
            });
        }
        visit::visit_macro(self, node);
    }
}
