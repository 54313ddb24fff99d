//! A job's end as its worker sees it, with the test in the place of the job.

use std::io::Read as _;

use super::*;
use crate::manager::ClusterKey;
use crate::worker::artifacts::Artifacts;
use crate::worker::events::{Call, Events};
use crate::worker::lines::Lines;
use crate::worker::{Link, Settings};

const STOP: &str = "{\"command\":\"stop\",\"savepoint\":\"s\"}\n";
const LAST_CHECKPOINT: &str = "{\"command\":\"stop\",\"savepoint\":null}\n";

/// What goes on with a job that runs, and both ends of its socket.
struct Running {
    course: Course,
    status: Status,
    shared: Arc<Shared>,
    job: std::os::unix::net::UnixStream,
}

impl Running {
    async fn new() -> Running {
        let nobody =
            Link::http(&["http://127.0.0.1:9".to_owned()], ClusterKey::new("k"), None).expect("a link");
        let settings = Settings {
            data: "/nowhere".into(),
            slots: 1,
            memory_per_slot_bytes: None,
            artifact_cache_bytes: 0,
        };
        let shared = Arc::new(Shared {
            closed: Vec::new(),
            memory_per_slot_bytes: 1 << 30,
            artifacts: Artifacts::new("/nowhere".into(), nobody, 0),
            lines: Lines::default(),
            events: Events::default(),
            news: tokio::sync::Notify::new(),
            settings,
        });
        let (worker, job) = UnixStream::pair().expect("a pair of sockets");
        let (reports, commands) = worker.into_split();
        let mut course = Course::new(Vec::new());
        course.session = Some(Session {
            reports: BufReader::new(reports),
            commands,
        });
        let status = Status::new(("d".to_owned(), 1), Arc::clone(&shared));
        let mut running = Running {
            course,
            status,
            shared,
            job: job.into_std().expect("it has a descriptor"),
        };
        running.says(Report::Running { restored: None }).await;
        running
    }

    async fn says(&mut self, report: Report) {
        self.course.take_in(Ok(Some(report)), &self.status).await;
    }

    async fn is_told(&mut self, order: Order) -> String {
        self.course.obey(order, &self.status).await;
        self.heard()
    }

    /// What the job can read now.
    fn heard(&mut self) -> String {
        let mut bytes = [0; 1_000];
        let read = self.job.read(&mut bytes).unwrap_or(0);
        String::from_utf8_lossy(&bytes[..read]).into_owned()
    }

    fn commands_seen(&self) -> u64 {
        let told = self.status.told();
        told.with_events(&mut Call::default()).commands_seen
    }

    async fn ends(mut self, report: Report) -> State {
        self.says(report).await;
        self.course.end(Ok(ExitStatus::default()), &self.status)
    }
}

fn command(command: Command) -> Order {
    Order::Command(NumberedCommand { number: 1, command })
}

fn stop() -> Order {
    let savepoint = Some("s".to_owned());
    command(Command::Stop { savepoint })
}

fn finished(savepoint: Option<&str>) -> Report {
    let savepoint = savepoint.map(str::to_owned);
    Report::Finished { savepoint }
}

fn savepoint_failed() -> Report {
    Report::SavepointFailed {
        url: "s".to_owned(),
        message: "no space".to_owned(),
    }
}

#[tokio::test]
async fn what_is_asked_of_a_job_that_leaves_is_kept_for_the_next_attempt() {
    let url = "s".to_owned();
    for late in [stop(), command(Command::Savepoint { url })] {
        let mut running = Running::new().await;
        assert_eq!(running.is_told(Order::Leave).await, LAST_CHECKPOINT);
        assert_eq!(running.is_told(late).await, "");
        assert_eq!(
            running.commands_seen(),
            0,
            "the manager is not told that it was passed on"
        );
        assert_eq!(running.ends(finished(None)).await, State::Left);
    }
}

#[tokio::test]
async fn a_stop_that_came_before_the_goodbye_ends_the_deployment() {
    let mut running = Running::new().await;
    assert_eq!(running.is_told(stop()).await, STOP);
    assert_eq!(running.is_told(Order::Leave).await, "", "the job ends already");
    assert_eq!(running.commands_seen(), 1);
    let savepoint = Some("s/savepoint-1".to_owned());
    let end = running.ends(finished(savepoint.as_deref())).await;
    assert_eq!(end, State::Finished { savepoint });
}

#[tokio::test]
async fn a_stop_that_fails_does_not_keep_the_job_from_leaving() {
    let mut before = Running::new().await;
    before.is_told(stop()).await;
    before.says(savepoint_failed()).await;
    assert_eq!(before.is_told(Order::Leave).await, LAST_CHECKPOINT);
    assert_eq!(before.ends(finished(None)).await, State::Left);

    let mut after = Running::new().await;
    after.is_told(stop()).await;
    assert_eq!(after.is_told(Order::Leave).await, "");
    after.says(savepoint_failed()).await;
    assert_eq!(after.heard(), LAST_CHECKPOINT);
    assert_eq!(after.ends(finished(None)).await, State::Left);
}

#[tokio::test]
async fn a_savepoint_under_way_is_told_of_before_the_end() {
    let mut running = Running::new().await;
    let url = "s".to_owned();
    running.is_told(command(Command::Savepoint { url })).await;
    assert_eq!(running.is_told(Order::Leave).await, LAST_CHECKPOINT);
    let written = crate::protocol::job::Checkpoint {
        id: "1".to_owned(),
        epoch: 1,
        url: "s/savepoint-1/manifest.json".to_owned(),
        triggered_at_ms: 0,
        duration_ms: 0,
        size_bytes: 0,
        full_size_bytes: 0,
    };
    running.says(Report::SavepointCompleted(written.clone())).await;
    let mut call = running.shared.events.call();
    let told = running.status.told().with_events(&mut call);
    let last = told.events.last().map(|numbered| numbered.event.clone());
    assert_eq!(last, Some(crate::protocol::worker::Event::Savepoint(written)));
    assert_eq!(running.ends(finished(None)).await, State::Left);
}

#[test]
fn what_belongs_to_the_worker_is_closed_to_tables() {
    let assignment = Assignment {
        deployment: "d".to_owned(),
        attempt: 1,
        artifact_sha256: String::new(),
        memory_limit_bytes: None,
        parameters: serde_json::json!({"job_id": "d", "files": {"open": ["/srv"], "closed": ["/srv/manager"]}}),
        commands: Vec::new(),
    };
    let told = parameters(&assignment, &["/srv/worker".into(), "/srv/key".into()]);
    let files = serde_json::json!({"open": ["/srv"], "closed": ["/srv/manager", "/srv/worker", "/srv/key"]});
    assert_eq!(
        (&told["files"], &told["job_id"]),
        (&files, &serde_json::json!("d"))
    );
}
