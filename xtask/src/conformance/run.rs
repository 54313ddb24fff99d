//! Runs a program of many jobs. In: instructions for each job. Out: its answer; no answer where the job ended the
//! process or did not end in time. The program is started again with the jobs behind such a one.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::Value as Json;

/// How long one job may take.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) fn run(
    executable: &Path,
    folder: &Path,
    jobs: &[(String, Json)],
) -> Result<BTreeMap<String, Json>> {
    let mut answers = BTreeMap::new();
    let mut rest = jobs;
    while !rest.is_empty() {
        let answered = run_until_silent(executable, folder, rest, &mut answers)?;
        // The job after the last answer is to blame, if there is one.
        rest = rest.get(answered + 1..).unwrap_or_default();
    }
    Ok(answers)
}

/// How many jobs gave an answer before the program ended or fell silent.
fn run_until_silent(
    executable: &Path,
    folder: &Path,
    jobs: &[(String, Json)],
    answers: &mut BTreeMap<String, Json>,
) -> Result<usize> {
    let file = folder.join("instructions.jsonl");
    let lines: String = jobs
        .iter()
        .map(|(_, instructions)| format!("{instructions}\n"))
        .collect();
    std::fs::write(&file, lines)?;
    let mut command = Command::new(executable);
    command
        .arg(&file)
        .env("TZ", "UTC")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command
        .spawn()
        .with_context(|| format!("running {}", executable.display()))?;
    let output = BufReader::new(child.stdout.take().expect("stdout is piped"));
    let (sender, received) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        for line in output.lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    let mut answered = 0;
    while answered < jobs.len() {
        let Ok(line) = received.recv_timeout(PATIENCE) else {
            break;
        };
        let Ok(answer) = serde_json::from_str::<Json>(&line) else {
            continue;
        };
        let Some(id) = answer["id"].as_str().map(str::to_owned) else {
            continue;
        };
        answers.insert(id, answer);
        answered += 1;
    }
    // It has nothing more to say: it has ended, or hangs.
    let _ = child.kill();
    child.wait()?;
    drop(received);
    let _ = reader.join();
    Ok(answered)
}
