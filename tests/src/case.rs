//! One case: a Markdown file with a title, a paragraph that says why, and fences.
//!
//! | fence | holds | |
//! |---|---|---|
//! | `sql [FILE]` | the application; several fences are several files | given |
//! | `input TABLE` | rows, watermarks and checkpoints of a source | given |
//! | `plan STAGE` | the plan: `logical`, `optimized`, `physical` | asserted |
//! | `explain` | answers of the EXPLAIN statements | asserted |
//! | `diagnostics` | errors, or warnings of what compiles | asserted |
//! | `output [TABLE] [ordered] [table]` | what a sink has been given: the changelog, or the table it makes | asserted |
//! | `failure` | the error that ends the job | asserted |
//! | `metrics` | figures of the job: `rows_late = 1` | asserted |
//!
//! Invariant: reading and writing a file changes no byte of it.

use std::path::{Path, PathBuf};

/// Kinds of fences, see above.
const KINDS: [&str; 8] = [
    "sql",
    "input",
    "plan",
    "explain",
    "diagnostics",
    "output",
    "failure",
    "metrics",
];

#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// `calc/null_is_not_true`: path below the cases without its end.
    pub name: String,
    pub path: PathBuf,
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Prose(String),
    Fence(Fence),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Fence {
    pub kind: String,
    pub arguments: Vec<String>,
    /// The lines, each with its end.
    pub text: String,
}

impl Case {
    /// Reads a file's text, or says what is wrong with it.
    pub fn parse(name: &str, path: &Path, text: &str) -> Result<Case, String> {
        let mut pieces = Vec::new();
        let mut open: Option<Fence> = None;
        for line in text.split_inclusive('\n') {
            match (&mut open, line.strip_prefix("```")) {
                (None, Some(head)) => open = Some(Fence::open(head)?),
                (None, None) => pieces.push(Piece::Prose(line.to_owned())),
                (Some(_), Some(_)) => pieces.extend(open.take().map(Piece::Fence)),
                (Some(fence), None) => fence.text += line,
            }
        }
        if let Some(fence) = open {
            return Err(format!("the fence '{}' does not end", fence.kind));
        }
        let case = Case {
            name: name.to_owned(),
            path: path.to_owned(),
            pieces,
        };
        case.check()?;
        Ok(case)
    }

    fn check(&self) -> Result<(), String> {
        let mut prose = self.pieces.iter().map_while(|piece| match piece {
            Piece::Prose(line) => Some(line.trim()),
            Piece::Fence(_) => None,
        });
        if !prose.next().is_some_and(|title| title.starts_with("# ")) {
            return Err("the first line is not a title".to_owned());
        }
        if !prose.any(|line| !line.is_empty()) {
            return Err("no paragraph says why".to_owned());
        }
        if !self.fences().any(|fence| fence.kind == "sql") {
            return Err("there is no SQL".to_owned());
        }
        if !self
            .fences()
            .any(|fence| !matches!(fence.kind.as_str(), "sql" | "input"))
        {
            return Err("nothing is asserted".to_owned());
        }
        Ok(())
    }

    pub fn text(&self) -> String {
        let text = |piece: &Piece| match piece {
            Piece::Prose(line) => line.clone(),
            Piece::Fence(fence) => {
                let head = [vec![fence.kind.clone()], fence.arguments.clone()].concat();
                format!("```{}\n{}```\n", head.join(" "), fence.text)
            }
        };
        self.pieces.iter().map(text).collect()
    }

    pub fn fences(&self) -> impl Iterator<Item = &Fence> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Fence(fence) => Some(fence),
            Piece::Prose(_) => None,
        })
    }

    pub fn fences_mut(&mut self) -> impl Iterator<Item = &mut Fence> {
        self.pieces.iter_mut().filter_map(|piece| match piece {
            Piece::Fence(fence) => Some(fence),
            Piece::Prose(_) => None,
        })
    }

    pub fn has(&self, kind: &str) -> bool {
        self.fences().any(|fence| fence.kind == kind)
    }

    /// The case is compiled to Rust and run.
    pub fn runs(&self) -> bool {
        self.has("output") || self.has("failure")
    }
}

impl Fence {
    fn open(head: &str) -> Result<Fence, String> {
        let mut words = head.split_whitespace().map(str::to_owned);
        let kind = words.next().unwrap_or_default();
        if !KINDS.contains(&kind.as_str()) {
            return Err(format!(
                "there is no fence '{kind}'; there are {}",
                KINDS.join(", ")
            ));
        }
        Ok(Fence {
            kind,
            arguments: words.collect(),
            text: String::new(),
        })
    }
}

/// All cases below `golden/cases` of the workspace whose name contains the filter, by name.
pub fn read_all(root: &Path, filter: &str) -> Result<Vec<Case>, String> {
    let folder = root.join("golden/cases");
    let mut cases = Vec::new();
    for topic in entries(&folder)? {
        for path in entries(&topic)? {
            let name = path.strip_prefix(&folder).expect("it lies in the folder");
            let name = name.with_extension("").to_string_lossy().replace('\\', "/");
            if name.contains(filter) {
                let text = std::fs::read_to_string(&path).map_err(|error| format!("{name}: {error}"))?;
                cases.push(Case::parse(&name, &path, &text).map_err(|error| format!("{name}: {error}"))?);
            }
        }
    }
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(cases)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let fail = |error| format!("{}: {error}", folder.display());
    let entries = std::fs::read_dir(folder).map_err(fail)?;
    entries
        .map(|entry| entry.map(|entry| entry.path()).map_err(fail))
        .collect()
}

/// The workspace's folder.
pub fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().expect("the crate lies in the workspace").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Case, String> {
        Case::parse("topic/case", Path::new("case.md"), text)
    }

    #[test]
    fn a_file_is_written_as_it_was_read() {
        let text = "# Title\nWhy.\n```sql\nSELECT 1\n```\nMore.\n```output t ordered\n+I 1\n```\n";
        let case = parse(text).expect("it is a case");
        assert_eq!(case.text(), text);
        let fences: Vec<&Fence> = case.fences().collect();
        assert_eq!(
            (fences[0].kind.as_str(), fences[0].text.as_str()),
            ("sql", "SELECT 1\n")
        );
        assert_eq!(fences[1].arguments, ["t", "ordered"]);
        assert!(case.runs());
    }

    #[test]
    fn what_is_missing_is_named() {
        let sql = "```sql\nSELECT 1\n```\n";
        for (text, problem) in [
            (format!("Why.\n{sql}"), "the first line is not a title"),
            (format!("# Title\n{sql}"), "no paragraph says why"),
            (format!("# Title\nWhy.\n{sql}"), "nothing is asserted"),
            ("# Title\nWhy.\n```failure\n```\n".to_owned(), "there is no SQL"),
            (
                "# Title\nWhy.\n```sql\n".to_owned(),
                "the fence 'sql' does not end",
            ),
        ] {
            assert_eq!(parse(&text).expect_err("something is missing"), problem);
        }
        let unknown = parse("# Title\nWhy.\n```outputs\n```\n").expect_err("a typo");
        assert!(unknown.starts_with("there is no fence 'outputs'"), "{unknown}");
    }
}
