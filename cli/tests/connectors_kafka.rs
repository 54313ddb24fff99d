//! The `kafka` connector as a source, on a real broker. In: topics filled here, SQL scripts. Out: the rows that Flink
//! would read. Invariant: every run ends by itself or by a signal, and says what it did.

mod support;

use rdkafka::admin::{AdminClient, AdminOptions, NewPartitions};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, Producer as _};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use support::broker::{Broker, FIRST_MS, WAIT_MAX};
use support::script::{Script, eventually};

/// A topic that is gone does not come back: the job ends, as Flink's does, and says which one it was.
#[test]
fn a_deleted_topic_ends_the_job() {
    let broker = Broker::start();
    for topic in ["kept", "gone"] {
        broker.topic(topic, 2);
        broker.send(topic, 1, &["value"]);
    }
    let script = broker.script(
        "SET 'execution.checkpointing.interval' = '500 ms';
         CREATE TABLE t (v STRING) WITH ('connector' = 'kafka', 'topic' = 'kept;gone', 'format' = 'raw',
           'properties.bootstrap.servers' = '${env:KAFKA_BOOTSTRAP_SERVERS}',
           'scan.startup.mode' = 'earliest-offset');
         CREATE TABLE shown (v STRING) WITH ('connector' = 'print');
         INSERT INTO shown SELECT v FROM t;",
    );
    let mut running = script.start(&[]);
    running.row("+I");
    running.row("+I");
    let config = support::kafka(&broker.servers);
    let admin: AdminClient<DefaultClientContext> = config.create().expect("an admin client");
    let done = support::block_on(admin.delete_topics(&["gone"], &AdminOptions::new()));
    done.expect("the broker answers")[0]
        .as_ref()
        .expect("the topic is deleted");
    let (code, log) = running.end();
    assert_eq!(code, Some(1), "{log}");
    let error = "error: kafka: table t: topic gone, partition ";
    assert!(log.contains(error), "{log}");
}

/// All that one broker can serve: starting it costs more than most of these.
#[test]
fn sources() {
    let broker = Broker::start();
    where_reading_starts_and_ends(&broker);
    deleted_messages(&broker);
    keys_metadata_formats_and_malformed_records(&broker);
    partitions_that_appear_are_read_from_their_beginning(&broker);
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

/// The broker deletes what the checkpoint would read next.
fn deleted_messages(broker: &Broker) {
    broker.topic("short", 1);
    broker.send("short", 0, &["c0", "c1"]);
    let script = broker.script(
        "CREATE TABLE t (v STRING) WITH ('connector' = 'kafka', 'topic' = 'short', 'format' = 'raw',
           'properties.bootstrap.servers' = '${env:KAFKA_BOOTSTRAP_SERVERS}',
           'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset');
         CREATE TABLE shown (v STRING) WITH ('connector' = 'print');
         INSERT INTO shown SELECT v FROM t;",
    );
    assert_eq!(script.rows(&[]), ["+I[c0]", "+I[c1]"]);
    broker.send("short", 0, &["c2", "c3", "c4"]);
    let mut list = TopicPartitionList::new();
    list.add_partition_offset("short", 0, Offset::Offset(4))
        .expect("an offset");
    let config = support::kafka(&broker.servers);
    let admin: AdminClient<DefaultClientContext> = config.create().expect("an admin client");
    support::block_on(admin.delete_records(&list, &AdminOptions::new())).expect("deleted");
    let shown = script.run(&["tables.t.properties.auto.offset.reset=none"]);
    assert_eq!(shown.code, Some(1), "{:?}\n{}", shown.rows, shown.log);
    assert!(
        shown
            .log
            .contains("error: kafka: table t: topic short, partition 0: "),
        "{}",
        shown.log
    );
    let shown = script.run(&[]);
    assert_eq!(shown.code, Some(0), "{}", shown.log);
    assert_eq!(shown.rows, ["+I[c4]"]);
}

const RECORDS: &str = "
CREATE TABLE keyed (
  k_id BIGINT, name STRING,
  tp STRING METADATA FROM 'topic', part INT METADATA FROM 'partition', place BIGINT METADATA FROM 'offset',
  ts TIMESTAMP_LTZ(3) METADATA FROM 'timestamp', tt STRING METADATA FROM 'timestamp-type',
  le INT METADATA FROM 'leader-epoch', hs MAP<STRING, BYTES> METADATA FROM 'headers',
  hl ARRAY<ROW<`key` STRING, `value` BYTES>> METADATA FROM 'header-list'
) WITH ('connector' = 'kafka', 'topic' = 'keyed', 'scan.startup.mode' = 'earliest-offset',
  'properties.bootstrap.servers' = '${env:KAFKA_BOOTSTRAP_SERVERS}', 'scan.bounded.mode' = 'latest-offset',
  'key.format' = 'json', 'key.fields' = 'k_id', 'key.fields-prefix' = 'k_',
  'value.format' = 'json', 'value.fields-include' = 'EXCEPT_KEY');
CREATE TABLE paired (id BIGINT, name STRING) WITH ('connector' = 'kafka', 'topic' = 'keyed',
  'properties.bootstrap.servers' = '${env:KAFKA_BOOTSTRAP_SERVERS}', 'scan.startup.mode' = 'earliest-offset',
  'scan.bounded.mode' = 'latest-offset', 'key.format' = 'json', 'key.fields' = 'id', 'value.format' = 'json');
CREATE TABLE lines (a INT, b STRING) WITH ('connector' = 'kafka', 'topic' = 'csv1;csv2', 'format' = 'csv',
  'properties.bootstrap.servers' = '${env:KAFKA_BOOTSTRAP_SERVERS}', 'scan.startup.mode' = 'earliest-offset',
  'scan.bounded.mode' = 'latest-offset');
CREATE TABLE matched (v STRING, tp STRING METADATA FROM 'topic' VIRTUAL) WITH ('connector' = 'kafka',
  'topic-pattern' = 'csv[0-9]', 'format' = 'raw', 'scan.startup.mode' = 'earliest-offset',
  'properties.bootstrap.servers' = '${env:KAFKA_BOOTSTRAP_SERVERS}', 'scan.bounded.mode' = 'latest-offset');
CREATE TABLE out_keyed (k BIGINT, name STRING, tp STRING, part INT, place BIGINT, ts TIMESTAMP_LTZ(3), tt STRING,
  le INT, hs MAP<STRING, BYTES>, hl ARRAY<ROW<`key` STRING, `value` BYTES>>) WITH ('connector' = 'print',
  'print-identifier' = 'keyed');
CREATE TABLE out_both (id BIGINT, name STRING) WITH ('connector' = 'print', 'print-identifier' = 'both');
CREATE TABLE out_lines (a INT, b STRING) WITH ('connector' = 'print', 'print-identifier' = 'lines');
CREATE TABLE out_matched (v STRING, tp STRING) WITH ('connector' = 'print', 'print-identifier' = 'matched');
EXECUTE STATEMENT SET BEGIN
  INSERT INTO out_keyed SELECT * FROM keyed;
  INSERT INTO out_both SELECT * FROM paired;
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
