//! The `kafka` and `upsert-kafka` connectors on a real broker. In: topics filled here, SQL scripts. Out: the rows and
//! messages that Flink would give. Invariant: every run ends by itself or by a signal, and says what it did.

mod support;

use std::time::Duration;

use rdkafka::admin::{AdminClient, AdminOptions, NewPartitions};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer as _};
use rdkafka::error::KafkaError;
use rdkafka::message::{BorrowedMessage, Header, Headers as _, Message as _, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use support::script::{Script, eventually};
use xtask::services::kafka;
use xtask::services::process::{self, Daemon};

/// Timestamp of the first message of each partition; later ones follow second by second.
const FIRST_MS: i64 = 1_700_000_000_000;
const WAIT_MAX: Duration = Duration::from_secs(30);

struct Broker {
    servers: String,
    producer: BaseProducer,
    daemon: Daemon,
    ports: (u16, u16),
    folder: tempfile::TempDir,
}

impl Broker {
    fn start() -> Broker {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let port = || process::free_port().expect("there are free ports");
        let ports = (port(), port());
        let daemon = kafka::start_on(folder.path(), ports.0, ports.1).expect("Kafka starts");
        let servers = format!("127.0.0.1:{}", ports.0);
        Broker {
            producer: support::kafka(&servers).create().expect("a producer"),
            servers,
            daemon,
            ports,
            folder,
        }
    }

    /// Dies as by a power cut and comes back after a while.
    fn fail_for(&mut self, time: Duration) {
        self.daemon.kill();
        std::thread::sleep(time);
        let (port, controller_port) = self.ports;
        self.daemon = kafka::start_on(self.folder.path(), port, controller_port).expect("Kafka starts");
    }

    fn topic(&self, name: &str, partitions: i32) {
        support::create_topics(&self.servers, &[(name, partitions)]);
    }

    fn script(&self, sql: &str) -> Script {
        Script::new(sql, &[("KAFKA_BOOTSTRAP_SERVERS", &self.servers)])
    }

    /// Values without key, in one partition, second by second from `FIRST_MS`.
    fn send(&self, topic: &str, partition: i32, values: &[&str]) {
        let records = values.iter().zip(0..).map(|(value, i)| {
            let record = BaseRecord::<(), str>::to(topic).payload(value);
            record.partition(partition).timestamp(FIRST_MS + i * 1_000)
        });
        for record in records {
            self.producer.send(record).expect("the queue has room");
        }
        self.producer.flush(WAIT_MAX).expect("messages are delivered");
    }

    fn commit(&self, group: &str, topic: &str, offsets: &[i64]) {
        let mut config = support::kafka(&self.servers);
        let consumer: BaseConsumer = config.set("group.id", group).create().expect("a consumer");
        let mut list = TopicPartitionList::new();
        for (partition, offset) in (0..).zip(offsets) {
            list.add_partition_offset(topic, partition, Offset::Offset(*offset))
                .expect("an offset");
        }
        consumer
            .commit(&list, CommitMode::Sync)
            .expect("offsets are committed");
    }

    /// All committed messages of a topic, partition by partition.
    fn messages<T>(&self, topic: &str, read: impl Fn(&BorrowedMessage<'_>) -> T) -> Vec<T> {
        let mut config = support::kafka(&self.servers);
        config
            .set("group.id", "reader")
            .set("isolation.level", "read_committed")
            .set("enable.partition.eof", "true");
        let consumer: BaseConsumer = config.create().expect("a consumer");
        let metadata = consumer
            .fetch_metadata(Some(topic), WAIT_MAX)
            .expect("the broker answers");
        let mut list = TopicPartitionList::new();
        for partition in metadata.topics()[0].partitions() {
            list.add_partition_offset(topic, partition.id(), Offset::Beginning)
                .expect("an offset");
        }
        consumer.assign(&list).expect("assigned");
        let (mut found, mut ends) = (Vec::new(), 0);
        while ends < list.count() {
            match consumer.poll(WAIT_MAX).expect("a message or the end") {
                Ok(message) => found.push((message.partition(), message.offset(), read(&message))),
                Err(KafkaError::PartitionEOF(_)) => ends += 1,
                Err(error) => panic!("{error}"),
            }
        }
        found.sort_by_key(|(partition, offset, _)| (*partition, *offset));
        found.into_iter().map(|(_, _, message)| message).collect()
    }
}

fn text(bytes: Option<&[u8]>) -> String {
    bytes.map_or_else(
        || "-".to_owned(),
        |bytes| String::from_utf8_lossy(bytes).into_owned(),
    )
}

/// `partition key value`.
fn line(message: &BorrowedMessage<'_>) -> String {
    format!(
        "{} {} {}",
        message.partition(),
        text(message.key()),
        text(message.payload())
    )
}

/// Everything that one broker can serve; starting it costs more than most of these.
#[test]
fn sources_and_sinks() {
    let broker = Broker::start();
    where_reading_starts_and_ends(&broker);
    keys_metadata_formats_and_malformed_records(&broker);
    partitions_that_appear_are_read_from_their_beginning(&broker);
    sinks_of_every_guarantee_continue_after_a_restart(&broker);
}

fn where_reading_starts_and_ends(broker: &Broker) {
    broker.topic("modes", 2);
    broker.send("modes", 0, &["a0", "a1", "a2", "a3", "a4"]);
    broker.send("modes", 1, &["b0", "b1", "b2", "b3", "b4"]);
    // A run moves the offsets of its group.
    broker.commit("g", "modes", &[3, 1]);
    broker.commit("h", "modes", &[3, 1]);
    let script = broker.script(
        "CREATE TABLE t (v STRING) WITH ('connector' = 'kafka', 'topic' = 'modes', 'format' = 'raw',
           'properties.bootstrap.servers' = '${env:KAFKA_BOOTSTRAP_SERVERS}');
         CREATE TABLE shown (v STRING) WITH ('connector' = 'print');
         INSERT INTO shown SELECT v FROM t;",
    );
    start_modes(&script);
    end_modes(&script);
    refused_modes(&script);
}

/// Options of the table `t`, with `KEY=VALUE` separated by blanks.
fn options(text: &str) -> Vec<String> {
    text.split(' ')
        .map(|option| format!("tables.t.{option}"))
        .collect()
}

fn check(script: &Script, given: &str, expected: &str) {
    let options = options(given);
    let set: Vec<&str> = options.iter().map(String::as_str).collect();
    let expected: Vec<String> = expected.split_whitespace().map(|v| format!("+I[{v}]")).collect();
    assert_eq!(script.rows(&set), expected, "{given}");
}

fn start_modes(script: &Script) {
    let cases = [
        (
            "scan.startup.mode=earliest-offset",
            "a0 a1 a2 a3 a4 b0 b1 b2 b3 b4",
        ),
        ("scan.startup.mode=latest-offset", ""),
        ("properties.group.id=g", "a3 a4 b1 b2 b3 b4"),
        ("properties.group.id=n1 properties.auto.offset.reset=latest", ""),
        (
            "properties.group.id=n2 properties.auto.offset.reset=earliest",
            "a0 a1 a2 a3 a4 b0 b1 b2 b3 b4",
        ),
        (
            "scan.startup.mode=timestamp scan.startup.timestamp-millis=1700000002001",
            "a3 a4 b3 b4",
        ),
        (
            "scan.startup.mode=timestamp scan.startup.timestamp-millis=1800000000000",
            "",
        ),
        (
            "scan.startup.mode=specific-offsets \
             scan.startup.specific-offsets=partition:0,offset:4;partition:1,offset:3",
            "a4 b3 b4",
        ),
        (
            "scan.startup.mode=specific-offsets scan.startup.specific-offsets=partition:0,offset:4",
            "a4 b0 b1 b2 b3 b4",
        ),
    ];
    for (given, expected) in cases {
        check(
            script,
            &format!("scan.bounded.mode=latest-offset {given}"),
            expected,
        );
    }
}

fn end_modes(script: &Script) {
    let cases = [
        (
            "scan.bounded.mode=group-offsets properties.group.id=h",
            "a0 a1 a2 b0",
        ),
        (
            "scan.bounded.mode=timestamp scan.bounded.timestamp-millis=1700000001000",
            "a0 b0",
        ),
        (
            "scan.bounded.mode=specific-offsets \
             scan.bounded.specific-offsets=partition:0,offset:1;partition:1,offset:2",
            "a0 b0 b1",
        ),
    ];
    for (given, expected) in cases {
        check(
            script,
            &format!("scan.startup.mode=earliest-offset {given}"),
            expected,
        );
    }
}

fn refused_modes(script: &Script) {
    let cases = [
        (
            "properties.group.id=new scan.bounded.mode=latest-offset",
            "table t: option 'scan.startup.mode': 'group-offsets' (the default) finds no committed offset for modes/0",
        ),
        (
            "scan.startup.mode=earliest-offset scan.bounded.mode=group-offsets",
            "table t: option 'scan.bounded.mode': 'group-offsets' finds no committed offset for modes/0",
        ),
        (
            "scan.startup.mode=earliest-offset scan.bounded.mode=specific-offsets \
             scan.bounded.specific-offsets=partition:0,offset:1",
            "table t: option 'scan.bounded.specific-offsets': names no offset for modes/1",
        ),
        (
            "topic=nowhere scan.startup.mode=earliest-offset",
            "table t: topic 'nowhere' does not exist",
        ),
    ];
    for (given, expected) in cases {
        let options = options(given);
        let set: Vec<&str> = options.iter().map(String::as_str).collect();
        let error = script.failure(&set);
        assert!(error.contains(expected), "{given}: {error}");
    }
}

const RECORDS: &str = "
CREATE TABLE keyed (
  k_id BIGINT, name STRING,
  tp STRING METADATA FROM 'topic', part INT METADATA FROM 'partition', at BIGINT METADATA FROM 'offset',
  ts TIMESTAMP_LTZ(3) METADATA FROM 'timestamp', tt STRING METADATA FROM 'timestamp-type',
  le INT METADATA FROM 'leader-epoch', hs MAP<STRING, BYTES> METADATA FROM 'headers',
  hl ARRAY<ROW<`key` STRING, `value` BYTES>> METADATA FROM 'header-list'
) WITH ('connector' = 'kafka', 'topic' = 'keyed', 'scan.startup.mode' = 'earliest-offset',
  'properties.bootstrap.servers' = '${env:KAFKA_BOOTSTRAP_SERVERS}', 'scan.bounded.mode' = 'latest-offset',
  'key.format' = 'json', 'key.fields' = 'k_id', 'key.fields-prefix' = 'k_',
  'value.format' = 'json', 'value.fields-include' = 'EXCEPT_KEY');
CREATE TABLE both (id BIGINT, name STRING) WITH ('connector' = 'kafka', 'topic' = 'keyed',
  'properties.bootstrap.servers' = '${env:KAFKA_BOOTSTRAP_SERVERS}', 'scan.startup.mode' = 'earliest-offset',
  'scan.bounded.mode' = 'latest-offset', 'key.format' = 'json', 'key.fields' = 'id', 'value.format' = 'json');
CREATE TABLE lines (a INT, b STRING) WITH ('connector' = 'kafka', 'topic' = 'csv1;csv2', 'format' = 'csv',
  'properties.bootstrap.servers' = '${env:KAFKA_BOOTSTRAP_SERVERS}', 'scan.startup.mode' = 'earliest-offset',
  'scan.bounded.mode' = 'latest-offset');
CREATE TABLE matched (v STRING, tp STRING METADATA FROM 'topic' VIRTUAL) WITH ('connector' = 'kafka',
  'topic-pattern' = 'csv[0-9]', 'format' = 'raw', 'scan.startup.mode' = 'earliest-offset',
  'properties.bootstrap.servers' = '${env:KAFKA_BOOTSTRAP_SERVERS}', 'scan.bounded.mode' = 'latest-offset');
CREATE TABLE out_keyed (k BIGINT, name STRING, tp STRING, part INT, at BIGINT, ts TIMESTAMP_LTZ(3), tt STRING,
  le INT, hs MAP<STRING, BYTES>, hl ARRAY<ROW<`key` STRING, `value` BYTES>>) WITH ('connector' = 'print', 'print-identifier' = 'keyed');
CREATE TABLE out_both (id BIGINT, name STRING) WITH ('connector' = 'print', 'print-identifier' = 'both');
CREATE TABLE out_lines (a INT, b STRING) WITH ('connector' = 'print', 'print-identifier' = 'lines');
CREATE TABLE out_matched (v STRING, tp STRING) WITH ('connector' = 'print', 'print-identifier' = 'matched');
EXECUTE STATEMENT SET BEGIN
  INSERT INTO out_keyed SELECT * FROM keyed;
  INSERT INTO out_both SELECT * FROM both;
  INSERT INTO out_lines SELECT * FROM lines;
  INSERT INTO out_matched SELECT * FROM matched;
END;";

fn keys_metadata_formats_and_malformed_records(broker: &Broker) {
    broker.topic("keyed", 1);
    broker.topic("csv1", 1);
    broker.topic("csv2", 1);
    broker.topic("xcsv1", 1);
    let headers = OwnedHeaders::new().insert(Header {
        key: "h",
        value: Some(&[1_u8, 2][..]),
    });
    let record = BaseRecord::to("keyed").key("{\"id\":7}").headers(headers);
    let record = record
        .payload("{\"id\":8,\"name\":\"x\"}")
        .partition(0)
        .timestamp(FIRST_MS);
    broker.producer.send(record).expect("the queue has room");
    // A message without value has no row.
    let tombstone = BaseRecord::<str, str>::to("keyed").key("{\"id\":9}").partition(0);
    broker.producer.send(tombstone).expect("the queue has room");
    broker.send("csv1", 0, &["1,\"a,b\"", "2,"]);
    broker.send("csv2", 0, &["3,c"]);
    broker.send("xcsv1", 0, &["not matched"]);
    assert_eq!(
        broker.script(RECORDS).rows(&[]),
        [
            "both> +I[8, x]",
            "keyed> +I[7, x, keyed, 0, 0, 2023-11-14T22:13:20Z, CreateTime, 0, {h=[1, 2]}, [+I[h, [1, 2]]]]",
            "lines> +I[1, a,b]",
            "lines> +I[2, ]",
            "lines> +I[3, c]",
            "matched> +I[1,\"a,b\", csv1]",
            "matched> +I[2,, csv1]",
            "matched> +I[3,c, csv2]",
        ]
    );
    malformed(broker);
}

fn malformed(broker: &Broker) {
    broker.topic("bad", 2);
    broker.send("bad", 1, &["{\"a\":1}", "{\"a\":", "{\"a\":3}"]);
    let script = broker.script(
        "CREATE TABLE t (a INT) WITH ('connector' = 'kafka', 'topic' = 'bad', 'format' = 'json',
           'properties.bootstrap.servers' = '${env:KAFKA_BOOTSTRAP_SERVERS}',
           'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset');
         CREATE TABLE shown (a INT) WITH ('connector' = 'print');
         INSERT INTO shown SELECT a FROM t;",
    );
    let error = script.failure(&[]);
    assert!(
        error.contains("table t: topic bad, partition 1, offset 1"),
        "{error}"
    );
    let shown = script.run(&["--from-scratch", "tables.t.json.ignore-parse-errors=true"]);
    assert_eq!(
        (shown.code, shown.rows.join(" ").as_str()),
        (Some(0), "+I[1] +I[3]")
    );
    assert!(shown.log.contains("1 malformed records skipped"), "{}", shown.log);
}

fn partitions_that_appear_are_read_from_their_beginning(broker: &Broker) {
    broker.topic("growing", 1);
    let script = broker.script(
        "SET 'execution.checkpointing.interval' = '200 ms';
         CREATE TABLE t (v STRING) WITH ('connector' = 'kafka', 'topic' = 'growing', 'format' = 'raw',
           'properties.bootstrap.servers' = '${env:KAFKA_BOOTSTRAP_SERVERS}', 'properties.group.id' = 'lag',
           'scan.startup.mode' = 'latest-offset', 'scan.topic-partition-discovery.interval' = '200 ms');
         CREATE TABLE shown (v STRING) WITH ('connector' = 'print');
         INSERT INTO shown SELECT v FROM t;",
    );
    broker.send("growing", 0, &["before the start"]);
    let mut running = script.start(&[]);
    running.logged("completed");
    broker.send("growing", 0, &["first"]);
    assert_eq!(running.row("+I"), "+I[first]");
    grow(broker, 2);
    broker.send("growing", 1, &["second"]);
    assert_eq!(running.row("+I"), "+I[second]");
    let (code, log) = running.signal("TERM");
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("finished: 2 rows read"), "{log}");

    // One appears while the job is down: it is new to the checkpoint, not to this run.
    grow(broker, 3);
    broker.send("growing", 2, &["third"]);
    broker.send("growing", 1, &["fourth"]);
    let mut running = script.start(&["--parallelism 2"]);
    running.logged("restored checkpoint");
    let mut rows = [running.row("+I"), running.row("+I")];
    rows.iter_mut()
        .for_each(|row| *row = row.split_off(row.find('+').expect("a row")));
    rows.sort();
    assert_eq!(rows, ["+I[fourth]", "+I[third]"]);
    // Offsets of the group follow the checkpoints.
    let mut config = support::kafka(&broker.servers);
    let group: BaseConsumer = config.set("group.id", "lag").create().expect("a consumer");
    eventually("offsets are committed", || {
        let mut list = TopicPartitionList::new();
        list.add_partition("growing", 2);
        let committed = group
            .committed_offsets(list, WAIT_MAX)
            .expect("the broker answers");
        committed.elements()[0].offset() == Offset::Offset(1)
    });
    let (code, log) = running.signal("INT");
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("finished: 2 rows read"), "{log}");
}

fn grow(broker: &Broker, partitions: usize) {
    let config = support::kafka(&broker.servers);
    let admin: AdminClient<DefaultClientContext> = config.create().expect("an admin client");
    let new = NewPartitions::new("growing", partitions);
    let done = support::block_on(admin.create_partitions([&new], &AdminOptions::new()));
    done.expect("the broker answers")[0]
        .as_ref()
        .expect("the topic grows");
    eventually("the partition has a leader", || {
        let metadata = broker.producer.client().fetch_metadata(Some("growing"), WAIT_MAX);
        let metadata = metadata.expect("the broker answers");
        let partitions_now = metadata.topics()[0].partitions();
        partitions_now.len() == partitions && partitions_now.iter().all(|p| p.leader() >= 0)
    });
}

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

fn sinks_of_every_guarantee_continue_after_a_restart(broker: &Broker) {
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
    check_counts(broker);
    transactions_as_a_source(broker);
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
}
