//! Files of at most 500 lines without tests, functions of at most 70 lines. Known exceptions are listed with their
//! size and may only shrink.

use std::collections::BTreeMap;

use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};

use super::Finding;
use super::sources::{File, Tree};

const FILE_LINES_MAX: usize = 500;
const FUNCTION_LINES_MAX: usize = 70;
/// `path[::function] lines`, one a line. A line that is no longer needed is a finding too.
const EXCEPTIONS: &str = include_str!("exceptions.txt");

pub(super) fn check(tree: &Tree, findings: &mut Vec<Finding>) {
    let mut exceptions: BTreeMap<&str, usize> = EXCEPTIONS
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            let (what, lines) = line
                .rsplit_once(' ')
                .expect("an exception is a name and a number");
            (what, lines.parse().expect("an exception ends with a number"))
        })
        .collect();
    for file in tree.files.iter().filter(|file| !file.is_generated()) {
        let lines = file.code_lines().count();
        limit(
            file,
            1,
            &file.path,
            lines,
            FILE_LINES_MAX,
            &mut exceptions,
            findings,
        );
        let mut functions = Functions { found: Vec::new() };
        functions.visit_file(&file.syntax);
        for (name, line, lines) in functions.found {
            let what = format!("{}::{name}", file.path);
            limit(
                file,
                line,
                &what,
                lines,
                FUNCTION_LINES_MAX,
                &mut exceptions,
                findings,
            );
        }
    }
    for (what, lines) in exceptions {
        findings.push(Finding {
            file: "xtask/src/tidy/exceptions.txt".to_owned(),
            line: 1,
            message: format!("'{what} {lines}' is no longer needed: remove the line"),
        });
    }
}

fn limit(
    file: &File,
    line: usize,
    what: &str,
    lines: usize,
    most: usize,
    exceptions: &mut BTreeMap<&str, usize>,
    findings: &mut Vec<Finding>,
) {
    if lines <= most {
        return;
    }
    let allowed = exceptions.remove(what).unwrap_or(most);
    if lines > allowed {
        let message = format!("{what} has {lines} lines, at most {allowed} are allowed: split it");
        findings.push(Finding {
            file: file.path.clone(),
            line,
            message,
        });
    }
}

/// Name, first line and number of lines of every function outside tests.
struct Functions {
    found: Vec<(String, usize, usize)>,
}

impl Functions {
    fn add(&mut self, name: &syn::Ident, block: &syn::Block) {
        let (start, end) = (block.span().start().line, block.span().end().line);
        self.found.push((name.to_string(), start, end + 1 - start));
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.add(&item.sig.ident, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.add(&item.sig.ident, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if item.ident != "tests" {
            visit::visit_item_mod(self, item);
        }
    }
}
