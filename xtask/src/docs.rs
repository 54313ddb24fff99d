//! `cargo xtask docs`: pages made from the code, so that they cannot tell anything else. A test sees that they are
//! those of the code.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use compiler::catalog::functions::FAMILIES;

const TITLES: [&str; 13] = [
    "Arithmetic",
    "Comparison",
    "Logic",
    "Mathematics",
    "Time",
    "Conversion of times",
    "Text",
    "Encoding and URLs",
    "Regular expressions",
    "JSON",
    "Collections",
    "Hashes",
    "Conditions",
];

/// Writes every page and answers which.
pub fn write(root: &Path) -> Result<Vec<PathBuf>> {
    let path = root.join("docs/functions.md");
    std::fs::write(&path, functions()).with_context(|| format!("writing {}", path.display()))?;
    Ok(vec![path])
}

/// The page of scalar functions.
fn functions() -> String {
    assert_eq!(TITLES.len(), FAMILIES.len(), "every family has a title");
    let mut page = "# Functions\n\n".to_owned();
    page += "Made by `cargo xtask docs` from the catalogue. NULL, types and errors are Flink's. Beside these there are\n";
    page += "CAST, TRY_CAST, CASE, COALESCE, IF, IFNULL, NULLIF, BETWEEN, IN, and the aggregates COUNT, SUM, AVG, MIN, MAX,\n";
    page += "FIRST_VALUE, LAST_VALUE, LISTAGG, ARRAY_AGG, COLLECT, JSON_ARRAYAGG, JSON_OBJECTAGG, VAR_POP, VAR_SAMP, VARIANCE,\n";
    page += "STDDEV_POP, STDDEV_SAMP and STDDEV.\n";
    for (title, family) in TITLES.iter().zip(FAMILIES) {
        page += &format!("\n## {title}\n\n");
        for function in *family {
            page += &format!("- {}\n", function.doc);
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_are_those_of_the_code() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .expect("xtask lies in the workspace");
        let found = std::fs::read_to_string(root.join("docs/functions.md")).unwrap_or_default();
        assert_eq!(found, functions(), "run: cargo xtask docs");
    }
}
