//! What the compiler makes of a case: the text of each fence it answers for, and the generated module.
//!
//! Rows, failures and metrics are left alone. Invariant: a case with a fence `diagnostics` and nothing that needs a
//! plan must not compile, all others must.

use compiler::base::{SourceMap, render};
use compiler::{Compiled, Stage};

use crate::case::{Case, Fence};

/// The SQL of the case; a fence without a file name is named after the case.
pub fn sources(case: &Case) -> SourceMap {
    let mut sources = SourceMap::default();
    let (_, stem) = case.name.rsplit_once('/').expect("cases lie in topics");
    for fence in case.fences().filter(|fence| fence.kind == "sql") {
        let name = fence.arguments.first().cloned();
        sources.add(name.unwrap_or_else(|| format!("{stem}.sql")), fence.text.clone());
    }
    sources
}

/// The case with its compiler's fences as they must be, and the Rust text if it is run.
pub fn expected(case: &Case) -> Result<(Case, Option<String>), String> {
    let sources = sources(case);
    let compiled = compiler::compile(&sources);
    let needs_plan = ["plan", "explain", "output", "failure"]
        .iter()
        .any(|kind| case.has(kind));
    let expects_errors = case.has("diagnostics") && !needs_plan;
    match &compiled {
        Err(problems) if !expects_errors => return Err(render(problems, &sources, false)),
        Ok(compiled) if expects_errors && compiled.warnings.is_empty() => {
            return Err("it compiles without a diagnostic".to_owned());
        }
        _ => {}
    }
    let mut case_expected = case.clone();
    for fence in case_expected.fences_mut() {
        match (fence.kind.as_str(), &compiled) {
            ("diagnostics", Err(problems)) => fence.text = lines(&render(problems, &sources, false)),
            ("diagnostics", Ok(compiled)) => fence.text = lines(&render(&compiled.warnings, &sources, false)),
            ("plan", _) => fence.text = plan(fence, &sources)?,
            ("explain", Ok(compiled)) => fence.text = lines(&compiled.explains.join("\n")),
            _ => {}
        }
    }
    let rust = |compiled: Compiled| case.runs().then_some(compiled.rust);
    Ok((case_expected, compiled.ok().and_then(rust)))
}

fn plan(fence: &Fence, sources: &SourceMap) -> Result<String, String> {
    let name = fence.arguments.first().map_or("", String::as_str);
    let named = Stage::NAMED.iter().find(|(known, _)| *known == name);
    let (_, stage) = named.ok_or_else(|| format!("there is no plan '{name}'"))?;
    let explained = compiler::explain(sources, *stage);
    explained
        .map(|explained| lines(&explained.text))
        .map_err(|problems| render(&problems, sources, false))
}

/// The text without blanks at ends of lines and with one end of line at its end.
fn lines(text: &str) -> String {
    let text = text
        .trim_end()
        .split('\n')
        .map(str::trim_end)
        .collect::<Vec<_>>()
        .join("\n");
    if text.is_empty() { text } else { text + "\n" }
}

/// Codes of the diagnostics that cases show: `E2003`.
pub fn codes<'c>(cases: impl IntoIterator<Item = &'c Case>) -> std::collections::BTreeSet<String> {
    let fences = cases.into_iter().flat_map(Case::fences);
    let texts = fences
        .filter(|fence| fence.kind == "diagnostics")
        .map(|fence| fence.text.as_str());
    texts.flat_map(codes_in).collect()
}

fn codes_in(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let is_code = |word: &&str| {
        word.len() == 5 && word.starts_with(['E', 'W']) && word[1..].bytes().all(|byte| byte.is_ascii_digit())
    };
    words.filter(is_code).map(str::to_owned).collect()
}
