//! Queries as workers report them.

use std::time::Duration;

use serde_json::json;

use super::room::Share;
use super::*;

fn now() -> Timestamp {
    Timestamp::from_second(1_700_000_000).expect("in range")
}

fn later(seconds: i64) -> Timestamp {
    now() + jiff::SignedDuration::from_secs(seconds)
}

fn seat(incarnation: &str) -> Seat {
    Seat {
        worker: "w".to_owned(),
        incarnation: incarnation.to_owned(),
    }
}

fn scope() -> Scope {
    Scope {
        project: "p".to_owned(),
        service: "s".to_owned(),
        application_id: Some("a".to_owned()),
    }
}

fn query(max_rows: u64) -> NewQuery {
    NewQuery {
        scope: scope(),
        query_type: "statement",
        columns: Vec::new(),
        bounds: Bounds {
            max_rows,
            ttl: Duration::from_secs(60),
        },
        parameters: json!({}),
    }
}

/// A query that runs on the first start of the worker.
fn running(queries: &Queries, max_rows: u64) -> String {
    let id = queries.create(query(max_rows), now()).expect("there is room");
    queries.assign(&id, seat("1"), "hash".to_owned(), json!({}));
    id
}

fn rows(first: u64, values: &[i64]) -> Event {
    let row = |value: &i64| Row {
        kind: "+I".to_owned(),
        data: vec![json!(value)],
    };
    let rows = values.iter().map(row).collect();
    Event::Rows { first, rows }
}

fn heartbeat(incarnation: &str, attempts: &[(&str, State, Vec<Event>)]) -> Heartbeat {
    let attempt = |(id, state, events): &(&str, State, Vec<Event>)| AttemptState {
        deployment: (*id).to_owned(),
        attempt: 1,
        state: state.clone(),
        process_id: None,
        memory_bytes: 0,
        cpu_ms: 0,
        metrics: None,
        commands_seen: 0,
        events: events
            .iter()
            .zip(1..)
            .map(|(event, number)| NumberedEvent {
                number,
                event: event.clone(),
            })
            .collect(),
    };
    Heartbeat {
        worker: "w".to_owned(),
        incarnation: incarnation.to_owned(),
        sequence: 1,
        host: "h".to_owned(),
        slots: 1,
        memory_bytes: 0,
        attempts: attempts.iter().map(attempt).collect(),
        logs: Vec::new(),
        seen: 0,
        hold_ms: 0,
        is_leaving: false,
    }
}

fn values(queries: &Queries, id: &str, from: usize) -> Vec<i64> {
    let rows = queries.rows(id, from, 100);
    rows.iter()
        .map(|row| row.data[0].as_i64().expect("a number"))
        .collect()
}

#[test]
fn what_is_reported_twice_is_one_row() {
    let queries = Queries::default();
    let id = running(&queries, 10);
    let mut changes = queries.changes();
    let report = |events: Vec<Event>| heartbeat("1", &[(&id, State::Running, events)]);
    queries.hear(&report(vec![rows(0, &[1, 2])]), &[], now());
    assert!(changes.has_changed().expect("the registry lives"));
    changes.mark_unchanged();
    queries.hear(&report(vec![rows(0, &[1, 2])]), &[], now());
    assert!(!changes.has_changed().expect("the registry lives"), "nothing new");
    queries.hear(
        &report(vec![rows(0, &[1, 2]), rows(2, &[3]), rows(3, &[4, 5])]),
        &[],
        now(),
    );
    assert_eq!(values(&queries, &id, 0), [1, 2, 3, 4, 5]);
    assert_eq!(values(&queries, &id, 3), [4, 5]);
    assert_eq!(queries.rows(&id, 1, 2).len(), 2);
}

#[test]
fn an_ended_query_is_not_to_run() {
    let failed = State::Failed {
        message: "no topic".to_owned(),
    };
    let finished = State::Finished { savepoint: None };
    let cases = [
        (State::Running, vec![rows(0, &[1, 2, 3, 4])], End::MaxRows, 3),
        (finished, vec![rows(0, &[1])], End::Finished, 1),
        (failed, vec![], End::Failed("no topic".to_owned()), 0),
    ];
    for (state, events, end, count) in cases {
        let queries = Queries::default();
        let id = running(&queries, 3);
        assert_eq!(queries.assignments(&seat("1"))[0].deployment, id);
        assert!(queries.assignments(&seat("2")).is_empty());
        assert_eq!(queries.load()["w"], 1);
        queries.hear(&heartbeat("1", &[(&id, state, events)]), &[], now());
        let view = queries.view(&id).expect("it is kept");
        assert_eq!((view.end, view.rows), (Some(end), count));
        assert!(queries.assignments(&seat("1")).is_empty() && queries.load().is_empty());
        assert!(!queries.end(&id, End::Canceled, now()), "it has ended already");
        assert!(queries.delete(&id) && queries.view(&id).is_none() && !queries.delete(&id));
    }
}

#[test]
fn a_worker_that_does_not_know_a_query_has_lost_it() {
    // Before it has seen the orders it cannot know it.
    for (incarnation, has_seen, is_lost) in [("1", false, false), ("1", true, true), ("2", false, true)] {
        let queries = Queries::default();
        let id = running(&queries, 3);
        let seen = if has_seen {
            queries.assignments(&seat("1"))
        } else {
            Vec::new()
        };
        queries.hear(&heartbeat(incarnation, &[]), &seen, now());
        let end = queries.view(&id).expect("it is kept").end;
        assert_eq!(end.is_some(), is_lost, "{incarnation} {has_seen}");
    }
}

#[test]
fn memory_is_bounded_and_so_are_queries() {
    let queries = Queries::default();
    let first = running(&queries, 3);
    for _ in 1..LIMITS.scope.live {
        running(&queries, 3);
    }
    assert_eq!(queries.create(query(1), now()).expect_err("too many").status, 409);
    assert!(queries.end(&first, End::Canceled, later(1)));
    let second = queries.create(query(1), later(2)).expect("there is room again");
    assert!(
        queries.view(&first).is_some(),
        "its rows can be fetched for a while"
    );
    queries.end(&second, End::Canceled, later(2));
    running_later(&queries, later(2 + 15 * 60));
    assert!(queries.view(&first).is_none() && queries.view(&second).is_none());

    let queries = Queries::default();
    let id = running(&queries, 3);
    let text = "x".repeat(LIMITS.answer_bytes);
    let large = Row {
        kind: "+I".to_owned(),
        data: vec![json!(text)],
    };
    let event = Event::Rows {
        first: 0,
        rows: vec![large],
    };
    queries.hear(&heartbeat("1", &[(&id, State::Running, vec![event])]), &[], now());
    assert_eq!(queries.view(&id).expect("it is kept").end, Some(End::MaxBytes));
    for _ in 0..LIMITS.scope.ended * 2 {
        let id = queries.create(query(1), now()).expect("there is room");
        queries.end(&id, End::Canceled, now());
    }
    assert_eq!(queries.list(&scope()).len(), LIMITS.scope.ended + 1);
    assert!(
        queries
            .list(&Scope {
                application_id: None,
                ..scope()
            })
            .is_empty()
    );
}

fn running_later(queries: &Queries, at: Timestamp) {
    queries.create(query(1), at).expect("there is room");
}

#[test]
fn answers_stay_until_their_time_is_over() {
    let mut limits = narrow().inner.limits;
    limits.scope.bytes *= 2;
    let queries = Queries::within(limits);
    let ids: Vec<String> = (0..3)
        .map(|number| {
            let id = running(&queries, 3);
            let state = State::Finished { savepoint: None };
            let said = heartbeat("1", &[(&id, state, vec![rows(0, &[1, 2])])]);
            queries.hear(&said, &[], later(number));
            id
        })
        .collect();
    let kept = |at: Timestamp| {
        queries.forget(at);
        let is_kept = |id: &String| queries.view(id).is_some();
        ids.iter().map(is_kept).collect::<Vec<_>>()
    };
    assert_eq!(kept(later(3)), [true, true, true]);
    assert_eq!(
        kept(later(1 + 15 * 60)),
        [false, false, true],
        "the oldest go first"
    );
    // Nobody has asked for anything since.
    assert_eq!(kept(later(2 + 15 * 60)), [false, false, false]);
}

/// Three clusters may run 4 queries, each cluster 3, each application 2; there is room for 8, 6 and 4 rows.
fn narrow() -> Queries {
    let row = row_bytes(&Row {
        kind: "+I".to_owned(),
        data: vec![json!(1)],
    });
    let share = |live: usize| Share {
        live,
        ended: 10,
        bytes: 2 * live * row,
    };
    Queries::within(Limits {
        answer_bytes: 3 * row,
        scope: share(2),
        service: share(3),
        manager: share(4),
    })
}

fn of(service: &str, application: &str) -> NewQuery {
    let mut query = query(100);
    query.scope.service = service.to_owned();
    query.scope.application_id = Some(application.to_owned());
    query
}

#[test]
fn applications_clusters_and_managers_run_so_many_queries_and_no_more() {
    let queries = narrow();
    let create = |service, application| queries.create(of(service, application), now());
    let refused = |service, application| {
        let refusal = create(service, application).expect_err("too many");
        assert_eq!(refusal.status, 409);
        refusal.message
    };
    let first = create("s", "a").expect("there is room");
    create("s", "a").expect("there is room");
    let here = "There are 2 interactive queries that run here, as many as may run at a time; cancel one";
    assert_eq!(refused("s", "a"), here);
    create("s", "b").expect("there is room");
    assert!(refused("s", "b").starts_with("There are 3 interactive queries that run in session cluster s,"));
    create("t", "c").expect("there is room");
    let together = "There are 4 interactive queries that run in all session clusters together,";
    assert!(refused("u", "d").starts_with(together));
    assert!(queries.end(&first, End::Canceled, now()));
    create("u", "d").expect("there is room again");
}

#[test]
fn rows_of_ended_queries_make_room_for_those_of_live_ones_which_are_cut_at_the_limit() {
    let queries = narrow();
    let run = |service, application, count: i64| {
        let id = queries
            .create(of(service, application), now())
            .expect("there is room");
        queries.assign(&id, seat("1"), "hash".to_owned(), json!({}));
        let values: Vec<i64> = (0..count).collect();
        let report = heartbeat("1", &[(&id, State::Running, vec![rows(0, &values)])]);
        // As if all others were reported in a call of their own.
        queries.hear(&report, &[], now());
        let view = queries.view(&id).expect("it is kept");
        (id, view.rows, view.end)
    };
    let (large, count, end) = run("s", "a", 4);
    assert_eq!((count, end), (3, Some(End::MaxBytes)), "one answer");
    let (_, count, end) = run("s", "a", 2);
    assert_eq!((count, end), (2, None), "for which the first has gone");
    assert!(queries.view(&large).is_none());
    let (_, count, end) = run("s", "a", 2);
    assert_eq!((count, end), (2, None));
    let refusal = queries.create(of("s", "a"), now()).expect_err("too many");
    assert!(
        refusal.message.contains("2 interactive queries that run here"),
        "{refusal}"
    );
    let (_, count, end) = run("s", "b", 3);
    assert_eq!((count, end), (2, Some(End::MaxBytes)), "the cluster's six");
    let (_, count, end) = run("t", "c", 3);
    assert_eq!((count, end), (3, None), "for which the one before has gone");
    assert_eq!(queries.list(&of("s", "b").scope).len(), 0);
}

#[test]
fn no_answer_goes_for_nothing() {
    let queries = narrow();
    let end = |id: &str, second: i64| assert!(queries.end(id, End::Canceled, later(second)));
    let report = |id: &str, count: i64| {
        let values: Vec<i64> = (0..count).collect();
        queries.hear(
            &heartbeat("1", &[(id, State::Running, vec![rows(0, &values)])]),
            &[],
            now(),
        );
    };
    let empty = running(&queries, 10);
    end(&empty, 1);
    let small = running(&queries, 10);
    report(&small, 1);
    end(&small, 2);
    let first = running(&queries, 10);
    let second = running(&queries, 10);
    // The application has room for four rows, of which one is the small answer's.
    let both = |first_rows: &[i64], second_rows: &[i64]| {
        let events = |values: &[i64]| vec![rows(0, values)];
        let said = [
            (first.as_str(), State::Running, events(first_rows)),
            (second.as_str(), State::Running, events(second_rows)),
        ];
        queries.hear(&heartbeat("1", &said), &[], now());
    };
    both(&[1, 2], &[]);
    both(&[1, 2], &[1, 2]);
    assert!(queries.view(&small).is_none(), "its room was needed");
    assert!(queries.view(&empty).is_some(), "it takes no room");
    let of_other = queries.create(of("t", "c"), now()).expect("there is room");
    queries.assign(&of_other, seat("1"), "hash".to_owned(), json!({}));
    end(&of_other, 3);
    report(&first, 3);
    assert_eq!(queries.view(&first).expect("it is kept").end, Some(End::MaxBytes));
    assert!(queries.view(&of_other).is_some() && queries.view(&empty).is_some());
}

#[test]
fn where_rows_of_live_queries_fill_all_room_no_further_one_begins() {
    let mut limits = narrow().inner.limits;
    (limits.service.live, limits.service.bytes) = (10, 2 << 20);
    (limits.scope.bytes, limits.answer_bytes) = (10 << 20, 10 << 20);
    limits.manager.bytes = 10 << 20;
    let queries = Queries::within(limits);
    let id = running(&queries, 10);
    let row = |length: usize| Row {
        kind: "+I".to_owned(),
        data: vec![json!("x".repeat(length))],
    };
    let empty = row_bytes(&row(0));
    let event = Event::Rows {
        first: 0,
        rows: vec![row((2 << 20) - empty)],
    };
    queries.hear(&heartbeat("1", &[(&id, State::Running, vec![event])]), &[], now());
    assert_eq!(queries.view(&id).expect("it runs").end, None);
    let refusal = queries.create(query(1), now()).expect_err("no room");
    let expected = "The rows of interactive queries that run in session cluster s take 2 MiB, \
                    all that they may; cancel one";
    assert_eq!((refusal.status, refusal.message.as_str()), (409, expected));
}
