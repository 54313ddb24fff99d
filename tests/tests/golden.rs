//! Every case's plans and diagnostics are what the compiler says, and its generated Rust is the committed text.

use tests::{case, golden};

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
