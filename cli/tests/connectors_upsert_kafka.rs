//! Tables of upserts on a real broker: `upsert-kafka` read as a changelog and written by another key. In: keyed
//! messages and messages without value. Out: what the topic of the sink says last of each key. Invariant: a restart,
//! also with more threads, goes on from what the rows were before.

mod support;

use std::collections::BTreeMap;

use rdkafka::message::Message as _;
use rdkafka::producer::{BaseRecord, Producer as _};
use support::broker::{Broker, WAIT_MAX, text};
use support::script::Script;

const SCRIPT: &str = "
CREATE TABLE people (id INT, name STRING, amount INT, PRIMARY KEY (id) NOT ENFORCED) WITH (
  'connector' = 'upsert-kafka', 'topic' = 'people', 'key.format' = 'json', 'value.format' = 'json',
  'value.fields-include' = 'EXCEPT_KEY', 'scan.bounded.mode' = 'latest-offset',
  'properties.bootstrap.servers' = '${env:KAFKA_BOOTSTRAP_SERVERS}');
CREATE TABLE names (name STRING, id INT, amount INT, PRIMARY KEY (name) NOT ENFORCED) WITH (
  'connector' = 'upsert-kafka', 'topic' = 'names', 'key.format' = 'raw', 'value.format' = 'json',
  'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = 'names',
  'properties.bootstrap.servers' = '${env:KAFKA_BOOTSTRAP_SERVERS}');
CREATE TABLE copies (id INT, amount INT, PRIMARY KEY (id) NOT ENFORCED) WITH (
  'connector' = 'upsert-kafka', 'topic' = 'copies', 'key.format' = 'json', 'value.format' = 'json',
  'properties.bootstrap.servers' = '${env:KAFKA_BOOTSTRAP_SERVERS}');
CREATE TABLE shown (id INT, amount INT) WITH ('connector' = 'print');
EXECUTE STATEMENT SET BEGIN
  INSERT INTO names SELECT name, id, amount FROM people;
  INSERT INTO copies SELECT id, amount FROM people WHERE id > 0;
  INSERT INTO shown SELECT id, amount FROM people;
END;";

/// A message per change, in the partition of its id: a name and an amount, or nothing to delete.
fn change(broker: &Broker, changes: &[(i32, Option<(&str, i32)>)]) {
    for (id, row) in changes {
        let key = format!("{{\"id\":{id}}}");
        let value = row.map(|(name, amount)| format!("{{\"name\":\"{name}\",\"amount\":{amount}}}"));
        let mut record = BaseRecord::<str, str>::to("people").key(&key).partition(id % 2);
        record.payload = value.as_deref();
        broker.producer.send(record).expect("the queue has room");
    }
    broker.producer.flush(WAIT_MAX).expect("messages are delivered");
}

/// What a topic says last of each key; `-` for a message without value.
fn latest(broker: &Broker, topic: &str) -> BTreeMap<String, String> {
    let messages = broker.messages(topic, |message| (text(message.key()), text(message.payload())));
    messages.into_iter().collect()
}

fn table(rows: &[(&str, &str)]) -> BTreeMap<String, String> {
    let own = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    rows.iter().map(own).collect()
}

#[test]
fn upserts_are_read_as_a_changelog_and_written_by_another_key() {
    let broker = Broker::start();
    for (topic, partitions) in [("people", 2), ("names", 3), ("copies", 1)] {
        broker.topic(topic, partitions);
    }
    let script = broker.script(SCRIPT);
    change(
        &broker,
        &[
            (1, Some(("ann", 1))),
            (3, Some(("ann", 3))),
            (2, Some(("bob", 2))),
            (1, Some(("cid", 10))),
            (8, None),
        ],
    );
    let shown = script.run(&[]);
    assert_eq!(shown.code, Some(0), "{}", shown.log);
    assert_eq!(
        shown.rows,
        ["+I[1, 1]", "+I[2, 2]", "+I[3, 3]", "+U[1, 10]", "-U[1, 1]"]
    );
    let names = [
        ("ann", r#"{"name":"ann","id":3,"amount":3}"#),
        ("bob", r#"{"name":"bob","id":2,"amount":2}"#),
        ("cid", r#"{"name":"cid","id":1,"amount":10}"#),
    ];
    assert_eq!(latest(&broker, "names"), table(&names));

    goes_on_from_the_rows_before(&broker, &script);
}

fn goes_on_from_the_rows_before(broker: &Broker, script: &Script) {
    change(
        broker,
        &[
            (1, None),
            (2, Some(("bob", 20))),
            (3, Some(("bob", 3))),
            (2, Some(("eve", 20))),
        ],
    );
    let shown = script.run(&["parallelism.default=2"]);
    assert_eq!(shown.code, Some(0), "{}", shown.log);
    assert!(shown.log.contains("restored checkpoint"), "{}", shown.log);
    // Threads name themselves in front of the rows: `2> +U[2, 20]`.
    let rows = shown
        .rows
        .iter()
        .map(|row| row.split_once("> ").map_or(row.as_str(), |(_, row)| row));
    let mut rows: Vec<&str> = rows.collect();
    rows.sort_unstable();
    // The rows before are those of the first run; a name that changes is a change of the row, shown or not.
    let expected = [
        "+U[2, 20]",
        "+U[2, 20]",
        "+U[3, 3]",
        "-D[1, 10]",
        "-U[2, 20]",
        "-U[2, 2]",
        "-U[3, 3]",
    ];
    assert_eq!(rows, expected);
    let names = [
        ("ann", "-"),
        ("bob", r#"{"name":"bob","id":3,"amount":3}"#),
        ("cid", "-"),
        ("eve", r#"{"name":"eve","id":2,"amount":20}"#),
    ];
    assert_eq!(latest(broker, "names"), table(&names));
    // What looks at nothing but the key passes on what comes, deletions of unknown keys, too.
    let copies = [
        (r#"{"id":1}"#, "-"),
        (r#"{"id":2}"#, r#"{"id":2,"amount":20}"#),
        (r#"{"id":3}"#, r#"{"id":3,"amount":3}"#),
        (r#"{"id":8}"#, "-"),
    ];
    assert_eq!(latest(broker, "copies"), table(&copies));
}
