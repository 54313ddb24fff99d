//! Building: the same bytes in any folder, nothing compiled twice, manifests without secrets.

mod support;

use std::path::Path;
use std::process::Command;

const SCRIPT: &str = "CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'number-of-rows' = '10',
  'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '10');
CREATE TABLE target (n BIGINT, PRIMARY KEY (n) NOT ENFORCED) WITH ('connector' = 'jdbc',
  'url' = 'jdbc:postgresql://h/d', 'table-name' = 't', 'password' = 'open sesame');
INSERT INTO target SELECT n FROM numbers WHERE n > 3;\n";

fn build(script: &Path, out: &Path, cache: Option<&Path>) -> serde_json::Value {
    let mut command = support::millstream(&[
        "build",
        "--message-format",
        "json",
        "--profile",
        "preview",
        "--out",
    ]);
    command.arg(out).arg(script);
    if let Some(cache) = cache {
        command.env("MILLSTREAM_CACHE", cache);
    }
    let (stdout, _) = support::succeed(&mut command);
    serde_json::from_str(stdout.trim()).expect("one JSON object")
}

/// A cache that shares the compiled runtime with the user's but has no job in it.
fn cache_without_jobs(folder: &Path) {
    let shared = session::build::cache::folder("runtime").expect("the cache can be used");
    std::fs::create_dir_all(folder).expect("created");
    std::os::unix::fs::symlink(shared, folder.join("runtime")).expect("linked");
}

#[test]
fn two_folders_give_the_same_bytes_and_the_second_build_compiles_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let at = |name: &str| folder.path().join(name);
    for side in ["left", "right/deeper"] {
        std::fs::create_dir_all(at(side)).expect("created");
        std::fs::write(at(side).join("q.sql"), SCRIPT).expect("written");
    }
    let left = build(&at("left/q.sql"), &at("left/out"), None);
    cache_without_jobs(&at("cache"));
    let right = build(&at("right/deeper/q.sql"), &at("right/out"), Some(&at("cache")));
    assert_eq!(right["cached"], false);
    let hash = |message: &serde_json::Value| message["manifest"]["executable_sha256"].clone();
    assert_eq!(hash(&left), hash(&right));

    let again = build(&at("left/q.sql"), &at("left/out"), None);
    assert_eq!(again["cached"], true);

    let manifest =
        std::fs::read_to_string(right["manifest_path"].as_str().expect("a path")).expect("it is there");
    assert!(
        !manifest.contains("open sesame"),
        "the password is in the manifest:\n{manifest}"
    );
    let executable = Path::new(right["manifest_path"].as_str().expect("a path")).with_file_name("job");
    let described = Command::new(executable)
        .arg("--describe")
        .output()
        .expect("the job starts");
    let described: serde_json::Value = serde_json::from_slice(&described.stdout).expect("JSON");
    let uids = |value: &serde_json::Value| -> Vec<String> {
        let operators = value.as_array().expect("a list");
        operators
            .iter()
            .map(|operator| operator["uid"].as_str().expect("a uid").to_owned())
            .collect()
    };
    assert_eq!(
        uids(&described["operators"]),
        uids(&right["manifest"]["operators"])
    );
}

#[test]
fn errors_are_json_with_positions_and_the_exit_code_is_2() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let script = folder.path().join("q.sql");
    std::fs::write(&script, SCRIPT.replace("SELECT n", "SELECT m")).expect("written");
    let mut command = support::millstream(&["build", "--message-format", "json"]);
    let output = command
        .arg(&script)
        .arg("--out")
        .arg(folder.path())
        .output()
        .expect("millstream starts");
    assert_eq!(output.status.code(), Some(2));
    let message: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    assert_eq!(message["reason"], "diagnostic");
    assert_eq!(
        message["diagnostic"]["start"],
        serde_json::json!({ "line": 5, "character": 27 })
    );
}
