//! The generated Rust of every `golden/jobs/sql/*.sql` is what `golden/jobs/src` holds, where it is compiled and linted
//! like any other code. `BLESS=1` writes it.

use std::path::Path;

use compiler::base::{SourceMap, render};

#[test]
fn generated_jobs_are_the_committed_ones() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../golden/jobs");
    let entries = folder.join("sql").read_dir().expect("the folder can be read");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("the folder can be read").path())
        .map(|path| {
            path.file_stem()
                .expect("files have names")
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    let mut modules = String::from(
        "//! Generated from `sql/`, one module per job. Do not edit: see `compiler/tests/golden.rs`.\n\n",
    );
    let mut differing = Vec::new();
    for name in &names {
        let path = format!("{name}.sql");
        let sql = std::fs::read_to_string(folder.join("sql").join(&path)).expect("the file can be read");
        modules += &format!("pub mod {name};\n");
        let mut sources = SourceMap::default();
        sources.add(path, sql);
        let compiled = compiler::compile(&sources)
            .unwrap_or_else(|problems| panic!("{name}:\n{}", render(&problems, &sources, false)));
        compare(
            &folder.join(format!("src/{name}.rs")),
            &compiled.rust,
            &mut differing,
        );
        compare(
            &folder.join(format!("plans/{name}.txt")),
            &compiled.plan,
            &mut differing,
        );
    }
    compare(&folder.join("src/lib.rs"), &modules, &mut differing);
    assert!(
        differing.is_empty(),
        "run again with BLESS=1 and read the difference: {differing:?}"
    );
}

fn compare(path: &Path, text: &str, differing: &mut Vec<String>) {
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(path.parent().expect("files lie in folders"))
            .expect("the folder can be made");
        std::fs::write(path, text).expect("the file can be written");
    }
    if std::fs::read_to_string(path).unwrap_or_default() != text {
        differing.push(
            path.file_name()
                .expect("files have names")
                .to_string_lossy()
                .into_owned(),
        );
    }
}
