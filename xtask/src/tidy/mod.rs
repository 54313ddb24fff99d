//! The laws of the house, checked: `cargo xtask tidy`, and a test that CI runs.
//!
//! Each law is a function from the parsed tree to findings. A finding names file, line and what to do.

mod dependencies;
mod licences;
mod names;
mod sizes;
mod sources;
mod text;

use std::path::Path;

use anyhow::Result;

use sources::Tree;

/// One broken law.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    pub file: String,
    pub line: usize,
    pub message: String,
}

/// Every broken law below `root`, in order of files and lines.
pub fn check(root: &Path) -> Result<Vec<Finding>> {
    let tree = Tree::read(root)?;
    let mut findings = Vec::new();
    sizes::check(&tree, &mut findings);
    text::check(&tree, &mut findings);
    dependencies::check(&tree, &mut findings);
    names::check(&tree, &mut findings);
    licences::check(root, &mut findings)?;
    findings.sort();
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_house_keeps_its_laws() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .expect("xtask lies in the workspace");
        let findings = check(root).expect("the tree can be read");
        let lines: Vec<String> = findings
            .iter()
            .map(|f| format!("{}:{}: {}", f.file, f.line, f.message))
            .collect();
        assert!(lines.is_empty(), "\n{}\n", lines.join("\n"));
    }
}
