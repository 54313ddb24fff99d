//! `millstream run` as the README shows it.

mod support;

#[test]
fn the_main_example_prints_windows_and_continues_where_it_stopped() {
    let checkpoints = tempfile::tempdir().expect("a temporary folder");
    let example = support::repository().join("examples/cpu_load");
    let run = |more: &[&str]| {
        let mut command = support::millstream(&["run", "--profile", "preview", "--checkpoints"]);
        command.arg(checkpoints.path()).arg(&example).args(more);
        support::succeed(&mut command)
    };
    let (rows, log) = run(&[]);
    // 1,200 readings of 12 CPUs within 4 minutes; every row is a window's result and nothing is ever taken back.
    assert!(
        rows.lines().all(|line| line.starts_with("+I[2021-10-11T12:")),
        "{rows}"
    );
    assert!(rows.lines().count() > 80, "{rows}");
    assert!(
        log.contains("1200 rows read") || log.contains("1,200 rows read"),
        "{log}"
    );

    let (rows, log) = run(&[]);
    assert_eq!(rows, "", "everything was read already");
    assert!(log.contains("restored checkpoint"), "{log}");

    let (rows, log) = run(&["--from-scratch", "--parallelism", "2"]);
    assert!(
        rows.lines().count() > 80 && !log.contains("restored checkpoint"),
        "{log}"
    );
}

#[test]
fn mistakes_are_shown_with_line_caret_and_help() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let script = folder.path().join("q.sql");
    let sql = "CREATE TABLE t (price INT) WITH ('connector' = 'datagen');\nSELECT pirce FROM t;\n";
    std::fs::write(&script, sql).expect("written");
    let output = support::millstream(&["run"])
        .arg(&script)
        .output()
        .expect("millstream starts");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(
        text.contains("q.sql:2:8") && text.contains("^^^^^") && text.contains("price"),
        "{text}"
    );
}

#[test]
fn wrong_arguments_say_what_would_be_right() {
    let example = support::repository().join("examples/cpu_load");
    let output = support::millstream(&["run", "--set", "tables.cpu.path=x"])
        .arg(example)
        .output()
        .expect("it starts");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !output.status.success() && text.contains("there is no table 'cpu'") && text.contains("cpu_load"),
        "{text}"
    );
}

#[test]
fn a_reader_who_has_seen_enough_gets_no_complaint() {
    let example = support::repository().join("examples/cpu_load");
    let example = example.to_str().expect("a path in UTF-8");
    let commands: [&[&str]; 3] = [
        &["completions", "bash"],
        &["explain", example, "--stage", "rust"],
        &["explain", "--message-format", "json", example],
    ];
    for arguments in commands {
        let mut command = support::millstream(arguments);
        let piped = std::process::Stdio::piped;
        let mut child = command
            .stdout(piped())
            .stderr(piped())
            .spawn()
            .expect("it starts");
        // As `head -0` would, before the first line.
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && text.is_empty(),
            "{arguments:?}: {text}"
        );
    }
}
