//! The `kafka` and `upsert-kafka` connectors as sinks, on a real broker. In: rows of a topic. Out: messages as Flink
//! would write them. Invariant: what a transaction does not commit is never seen, what it does is seen once.

mod support;

use std::time::{Duration, Instant};

use rdkafka::message::{Headers as _, Message as _};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use support::broker::{Broker, WAIT_MAX, line, text};
use support::script::{Script, eventually};

const SINKS: &str = "
CREATE TABLE src (v STRING) WITH ('connector' = 'kafka', 'topic' = 'src', 'format' = 'raw',
  'properties.bootstrap.servers' = '${env:KAFKA_BOOTSTRAP_SERVERS}', 'scan.startup.mode' = 'earliest-offset',
  'scan.bounded.mode' = 'latest-offset');
CREATE TABLE plain (v STRING) WITH ('connector' = 'kafka', 'topic' = 'plain', 'format' = 'raw',
  'properties.bootstrap.servers' = '${env:KAFKA_BOOTSTRAP_SERVERS}', 'sink.partitioner' = 'round-robin');
CREATE TABLE careless (v STRING) WITH ('connector' = 'kafka', 'topic' = 'careless', 'format' = 'raw',
  'properties.bootstrap.servers' = '${env:KAFKA_BOOTSTRAP_SERVERS}', 'sink.delivery-guarantee' = 'none',
  'sink.partitioner' = 'fixed');
CREATE TABLE exact (v STRING, n INT, ts TIMESTAMP_LTZ(3) METADATA FROM 'timestamp',
  hs MAP<STRING, BYTES> METADATA FROM 'headers') WITH ('connector' = 'kafka',
  'topic' = 'exact', 'key.format' = 'csv', 'key.fields' = 'v', 'value.format' = 'json',
  'value.fields-include' = 'EXCEPT_KEY', 'sink.delivery-guarantee' = 'exactly-once',
  'sink.transactional-id-prefix' = 'exact', 'properties.bootstrap.servers' = '${env:KAFKA_BOOTSTRAP_SERVERS}');
CREATE TABLE counts (v STRING, n BIGINT, PRIMARY KEY (v) NOT ENFORCED) WITH ('connector' = 'upsert-kafka',
  'topic' = 'counts', 'key.format' = 'raw', 'value.format' = 'json', 'sink.delivery-guarantee' = 'exactly-once',
  'sink.transactional-id-prefix' = 'exact', 'properties.bootstrap.servers' = '${env:KAFKA_BOOTSTRAP_SERVERS}');
EXECUTE STATEMENT SET BEGIN
  INSERT INTO plain SELECT v FROM src;
  INSERT INTO careless SELECT v FROM src;
  INSERT INTO exact SELECT v, CHAR_LENGTH(v), TO_TIMESTAMP_LTZ(CHAR_LENGTH(v) * 1000, 3), MAP['h', CAST(v AS BYTES)]
    FROM src;
  INSERT INTO counts SELECT v, COUNT(*) FROM src GROUP BY v HAVING COUNT(*) < 3;
END;";

#[test]
fn sinks_of_every_guarantee_continue_after_a_restart() {
    let broker = Broker::start();
    broker.topic("src", 1);
    for topic in ["plain", "careless", "exact", "counts"] {
        broker.topic(topic, 3);
    }
    broker.send("src", 0, &["a", "bb", "a", "ccc", "bb", "dddd"]);
    let script = broker.script(SINKS);
    let shown = script.run(&[]);
    assert_eq!(shown.code, Some(0), "{}", shown.log);
    let count = |topic: &str| {
        let partitions = broker.messages(topic, |message| message.partition());
        [0, 1, 2].map(|wanted| {
            partitions
                .iter()
                .filter(|partition| **partition == wanted)
                .count()
        })
    };
    assert_eq!(count("plain"), [2, 2, 2]);
    assert_eq!(count("careless"), [6, 0, 0]);

    // The next run begins where this one ended and finds a new end.
    broker.send("src", 0, &["a", "eeeee", "a"]);
    let shown = script.run(&[]);
    assert_eq!(shown.code, Some(0), "{}", shown.log);
    assert!(shown.log.contains("restored checkpoint"), "{}", shown.log);
    assert_eq!(count("careless"), [9, 0, 0]);
    let mut exact = broker.messages("exact", |message| {
        let millis = message.timestamp().to_millis();
        let (key, value) = (text(message.key()), text(message.payload()));
        let header = message.headers().expect("there is one").get(0);
        let header = format!("{}={}", header.key, text(header.value));
        format!("{key} {value} {} {header}", millis.expect("a timestamp"))
    });
    exact.sort();
    let expected: Vec<String> = ["a", "a", "a", "a", "bb", "bb", "ccc", "dddd", "eeeee"]
        .map(|v| format!("{v} {{\"n\":{}}} {} h={v}", v.len(), v.len() * 1_000))
        .into();
    assert_eq!(exact, expected);
    check_counts(&broker);
    reordered(&broker, &script);
    transactions_as_a_source(&broker);
}

/// Another sink comes first now. The token of the run before lies where that one wrote it.
fn reordered(broker: &Broker, script: &Script) {
    let (tables, inserts) = SINKS
        .split_once("EXECUTE STATEMENT SET BEGIN")
        .expect("a statement set");
    let mut inserts: Vec<&str> = inserts.split("INSERT INTO").skip(1).collect();
    inserts.reverse();
    inserts[0] = inserts[0].strip_suffix("END;").expect("the last one");
    let inserts = inserts.join("INSERT INTO");
    script.edit(&format!(
        "{tables}EXECUTE STATEMENT SET BEGIN INSERT INTO{inserts} END;"
    ));
    broker.send("src", 0, &["zzzzzz"]);
    let shown = script.run(&[]);
    assert_eq!(shown.code, Some(0), "{}", shown.log);
    assert!(shown.log.contains("restored checkpoint"), "{}", shown.log);
    let keys = broker.messages("exact", |message| text(message.key()));
    assert_eq!(keys.len(), 10, "all once: {keys:?}");
    assert_eq!(keys.iter().filter(|key| *key == "zzzzzz").count(), 1);
}

/// Each key in one partition, in order; the third reading takes the row away, once.
fn check_counts(broker: &Broker) {
    let messages = broker.messages("counts", |message| {
        (message.partition(), text(message.key()), text(message.payload()))
    });
    let of = |key: &str| {
        let found = messages.iter().filter(|(_, k, _)| k == key);
        let partitions: std::collections::BTreeSet<i32> = found.clone().map(|m| m.0).collect();
        assert_eq!(partitions.len(), 1, "{key}: {messages:?}");
        found.map(|(_, _, value)| value.clone()).collect::<Vec<_>>()
    };
    let row = |key: &str, n: u32| format!("{{\"v\":\"{key}\",\"n\":{n}}}");
    assert_eq!(of("a").last(), Some(&"-".to_owned()), "{messages:?}");
    assert_eq!(of("bb").last(), Some(&row("bb", 2)), "{messages:?}");
    assert_eq!(of("eeeee"), [row("eeeee", 1)]);
}

/// A topic of transactions, some aborted, ends with control records; a bounded source ends all the same.
fn transactions_as_a_source(broker: &Broker) {
    broker.topic("tx", 1);
    let mut config = support::kafka(&broker.servers);
    let producer: BaseProducer = config.set("transactional.id", "tx").create().expect("a producer");
    producer.init_transactions(WAIT_MAX).expect("initialised");
    for (value, commits) in [
        ("seen", true),
        ("aborted", false),
        ("last", true),
        ("gone", false),
    ] {
        producer.begin_transaction().expect("begun");
        let record = BaseRecord::<(), str>::to("tx").payload(value).partition(0);
        producer.send(record).expect("the queue has room");
        producer.flush(WAIT_MAX).expect("delivered");
        match commits {
            true => producer.commit_transaction(WAIT_MAX).expect("committed"),
            false => producer.abort_transaction(WAIT_MAX).expect("aborted"),
        }
    }
    let script = broker.script(
        "CREATE TABLE t (v STRING) WITH ('connector' = 'kafka', 'topic' = 'tx', 'format' = 'raw',
           'properties.bootstrap.servers' = '${env:KAFKA_BOOTSTRAP_SERVERS}',
           'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset');
         CREATE TABLE shown (v STRING) WITH ('connector' = 'print');
         INSERT INTO shown SELECT v FROM t;",
    );
    let committed = "tables.t.properties.isolation.level=read_committed";
    assert_eq!(script.rows(&[committed]), ["+I[last]", "+I[seen]"]);
    assert_eq!(script.rows(&[]).len(), 4, "uncommitted reads see all");
    // As does one whose transaction is still open, up to its beginning.
    producer.begin_transaction().expect("begun");
    let record = BaseRecord::<(), str>::to("tx").payload("open").partition(0);
    producer.send(record).expect("the queue has room");
    producer.flush(WAIT_MAX).expect("delivered");
    assert_eq!(script.rows(&[committed]), ["+I[last]", "+I[seen]"]);
    assert_eq!(broker.messages("tx", line), ["0 - seen", "0 - last"]);
}

/// Messages of an exactly-once job whose broker goes away for some seconds: it waits and goes on.
#[test]
fn a_broker_that_fails_is_waited_for() {
    let mut broker = Broker::start();
    broker.topic("src", 1);
    broker.topic("copy", 1);
    let script = broker.script(
        "SET 'execution.checkpointing.interval' = '200 ms';
         CREATE TABLE src (v STRING) WITH ('connector' = 'kafka', 'topic' = 'src', 'format' = 'raw',
           'properties.bootstrap.servers' = '${env:KAFKA_BOOTSTRAP_SERVERS}',
           'scan.startup.mode' = 'earliest-offset', 'scan.topic-partition-discovery.interval' = '500 ms');
         CREATE TABLE copy (v STRING) WITH ('connector' = 'kafka', 'topic' = 'copy', 'format' = 'raw',
           'properties.bootstrap.servers' = '${env:KAFKA_BOOTSTRAP_SERVERS}',
           'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = 'copy');
         INSERT INTO copy SELECT v FROM src;",
    );
    let mut running = script.start(&[]);
    let mut expected = Vec::new();
    for round in 0..3 {
        let values: Vec<String> = (0..50).map(|i| format!("{round}-{i:02}")).collect();
        let texts: Vec<&str> = values.iter().map(String::as_str).collect();
        broker.send("src", 0, &texts);
        running.logged("completed");
        if round < 2 {
            broker.fail_for(Duration::from_secs(1 + round));
        }
        expected.extend(values);
    }
    let copied = |broker: &Broker| broker.messages("copy", |message| text(message.payload()));
    eventually("all is copied", || copied(&broker).len() >= expected.len());
    assert!(running.is_running());
    let (code, log) = running.signal("TERM");
    assert_eq!(code, Some(0), "{log}");
    assert_eq!(copied(&broker), expected, "all, once and in order");
    an_end_without_brokers_is_bounded(&mut broker);
}

/// Messages wait for a broker; whoever stops the job does not wait for `message.timeout.ms` (five minutes).
fn an_end_without_brokers_is_bounded(broker: &mut Broker) {
    broker.topic("endless", 1);
    let sql = "SET 'execution.checkpointing.interval' = '200 ms';
         CREATE TABLE gen (i BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '1000');
         CREATE TABLE endless (i BIGINT) WITH ('connector' = 'kafka', 'topic' = 'endless', 'format' = 'json',
           'properties.bootstrap.servers' = '${env:KAFKA_BOOTSTRAP_SERVERS}');
         INSERT INTO endless SELECT i FROM gen;";
    let (script, cancelled) = (broker.script(sql), broker.script(sql));
    let (mut running, mut cancelled) = (script.start(&[]), cancelled.start(&[]));
    for job in [&mut running, &mut cancelled] {
        job.logged("completed");
    }
    broker.kill();
    for job in [&mut running, &mut cancelled] {
        job.logged("Connection refused");
        assert!(job.is_running(), "an outage is waited for");
    }
    // The second signal waits for nothing.
    cancelled.send("TERM");
    cancelled.logged("stopping after a final checkpoint");
    let told = Instant::now();
    let (code, log) = cancelled.signal("TERM");
    assert_eq!(code, Some(1), "{log}");
    assert!(told.elapsed() < Duration::from_secs(5), "{:?}", told.elapsed());
    let stopped = Instant::now();
    let (code, log) = running.signal("TERM");
    assert_eq!(code, Some(1), "{log}");
    assert!(log.contains("kafka: no broker takes the last"), "{log}");
    assert!(log.contains("so there is no final checkpoint"), "{log}");
    assert!(
        stopped.elapsed() < Duration::from_secs(40),
        "{:?}",
        stopped.elapsed()
    );
}
