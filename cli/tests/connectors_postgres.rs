//! The `jdbc` connector on a real PostgreSQL. In: tables filled here, SQL scripts. Out: rows read and written as Flink
//! would. Invariant: what the database holds in the end does not depend on who was killed or away in between.

mod support;

use std::time::Duration;

use support::script::{Script, eventually};
use xtask::services::postgres::{self, Address};
use xtask::services::process::Daemon;

struct Database {
    daemon: Option<Daemon>,
    address: Address,
    folder: tempfile::TempDir,
}

impl Database {
    fn start() -> Database {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (daemon, address) = postgres::start(&folder.path().join("postgres")).expect("PostgreSQL starts");
        Database {
            daemon: Some(daemon),
            address,
            folder,
        }
    }

    fn stop(&mut self) {
        self.daemon = None;
    }

    fn start_again(&mut self) {
        let folder = self.folder.path().join("postgres");
        self.daemon = Some(postgres::start_on(&folder, self.address.port, None).expect("PostgreSQL starts"));
    }

    fn query(&self, sql: &str) -> Vec<String> {
        let rows = support::postgres(&self.address, sql);
        let text = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
        rows.into_iter()
            .map(|row| row.into_iter().map(text).collect::<Vec<_>>().join(" "))
            .collect()
    }

    /// `${WITH}` in the script: what all tables of this database have in common.
    fn script(&self, sql: &str) -> Script {
        let environment = [
            ("POSTGRES_JDBC_URL", self.address.jdbc_url.as_str()),
            ("POSTGRES_USER", self.address.user.as_str()),
            ("POSTGRES_PASSWORD", "wrong-hunter2"),
        ];
        Script::new(&sql.replace("${WITH}", WITH), &environment)
    }
}

const WITH: &str =
    "'connector' = 'jdbc', 'url' = '${env:POSTGRES_JDBC_URL}', 'username' = '${env:POSTGRES_USER}'";

const COLUMNS: &str =
    "id INT, i2 SMALLINT, i4 INT, i8 BIGINT, n DECIMAL(10, 3), f4 FLOAT, f8 DOUBLE, b BOOLEAN,
  t STRING, vc VARCHAR(5), c CHAR(3), bin BYTES, d DATE, ti TIME(0), ts TIMESTAMP(6), tz TIMESTAMP_LTZ(3),
  ai ARRAY<INT>, ta ARRAY<STRING>";

const FILL: &str = "
CREATE TABLE all_types (id int PRIMARY KEY, i2 int2, i4 int4, i8 int8, n numeric(10, 3), f4 float4, f8 float8, b bool,
  t text, vc varchar(5), c char(3), bin bytea, d date, ti time, ts timestamp(6), tz timestamptz(3),
  ai int[], ta text[]);
CREATE TABLE copied (LIKE all_types INCLUDING ALL);
INSERT INTO all_types VALUES
  (1, -32768, 2147483647, -9223372036854775808, -1234567.891, 1.5, 0.1, true, E'tab\\t line\\n back\\\\ \"ä€😀', 'abcde',
   'xyz', '\\x00ff', '0001-01-01', '23:59:59', '1969-12-31 23:59:59.123456', '2024-02-29 12:00:00.5+02',
   '{1,NULL,-3}', ARRAY['', 'NULL', NULL, 'a \"b\", {c}', E'back\\\\']),
  (2, 0, 0, 0, 0, '-Infinity', 'NaN', false, '', '', '   ', '', '9999-12-31', '00:00:00', '2024-02-29 00:00:00',
   '1970-01-01 00:00:00+00', '{}', '{}'),
  (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE numbers AS SELECT i AS id FROM generate_series(0, 101) i;
CREATE TABLE events AS SELECT * FROM (VALUES (1, 'a', 1), (2, 'a', 2), (3, 'a', 1), (4, 'b', 1), (5, 'a', 1),
  (6, 'a', 2)) e (id, k, g);
CREATE TABLE totals (k text, g int, n bigint, last bigint, PRIMARY KEY (k, g));
INSERT INTO totals VALUES ('kept', 0, 7, 7), ('a', 2, 0, 0);
CREATE TABLE keys (k text, g int, PRIMARY KEY (g, k));
";

/// Every type there and back, ranges of a scan, an upsert sink that deletes, a sink of nothing but key columns.
#[test]
fn types_scans_and_upserts() {
    let database = Database::start();
    database.query(FILL);
    let script = database.script(&format!(
        "CREATE TABLE all_types ({COLUMNS}) WITH (${{WITH}}, 'table-name' = 'all_types');
         CREATE TABLE copied ({COLUMNS}, PRIMARY KEY (id) NOT ENFORCED) WITH (${{WITH}},
           'table-name' = 'public.copied');
         CREATE TABLE shown ({COLUMNS}) WITH ('connector' = 'print', 'print-identifier' = 'type');
         CREATE TABLE numbers (id INT) WITH (${{WITH}}, 'table-name' = 'numbers', 'scan.partition.column' = 'id',
           'scan.partition.num' = '3', 'scan.partition.lower-bound' = '1', 'scan.partition.upper-bound' = '100');
         CREATE TABLE shown_numbers (id INT) WITH ('connector' = 'print', 'print-identifier' = 'number');
         CREATE TABLE events (id INT, k STRING, g INT) WITH (${{WITH}}, 'table-name' = 'events');
         CREATE TABLE totals (k STRING, g INT, n BIGINT, last INT, PRIMARY KEY (k, g) NOT ENFORCED) WITH (${{WITH}},
           'table-name' = 'totals');
         CREATE TABLE keys (k STRING, g INT, PRIMARY KEY (g, k) NOT ENFORCED) WITH (${{WITH}},
           'table-name' = 'keys');
         EXECUTE STATEMENT SET BEGIN
           INSERT INTO copied SELECT * FROM all_types;
           INSERT INTO shown SELECT * FROM all_types;
           INSERT INTO shown_numbers SELECT id FROM numbers;
           INSERT INTO totals SELECT k, g, COUNT(*), MAX(id) FROM events GROUP BY k, g HAVING COUNT(*) < 3;
           INSERT INTO keys SELECT k, g FROM events GROUP BY k, g;
         END;"
    ));
    let rows = script.rows(&["--parallelism 2"]);
    let of = |identifier: &str| {
        let found = rows.iter().filter(|row| row.starts_with(identifier));
        found
            .filter_map(|row| Some(row.split_once("> ")?.1.to_owned()))
            .collect::<Vec<_>>()
    };
    check_types(&database, &rows.join("\n"));
    let mut numbers = of("number");
    numbers.sort();
    let mut expected: Vec<String> = (1..=100).map(|i| format!("+I[{i}]")).collect();
    expected.sort();
    assert_eq!(numbers, expected);
    assert_eq!(
        database.query("SELECT * FROM totals ORDER BY k, g"),
        ["a 2 2 6", "b 1 1 4", "kept 0 7 7"]
    );
    assert_eq!(
        database.query("SELECT * FROM keys ORDER BY k, g"),
        ["a 1", "a 2", "b 1"]
    );
    refusals(&database);
}

fn check_types(database: &Database, all: &str) {
    let different =
        "SELECT x, y FROM all_types x FULL JOIN copied y USING (id) WHERE x::text IS DISTINCT FROM y::text";
    assert_eq!(database.query(different), [] as [&str; 0]);
    for part in [
        "+I[1, -32768, 2147483647, -9223372036854775808, -1234567.891, 1.5, 0.1, true, tab\t line",
        " back\\ \"ä€😀, abcde, xyz, [0, -1], 0001-01-01, 23:59:59, 1969-12-31T23:59:59.123456, \
         2024-02-29T10:00:00.500Z, [1, null, -3], [, NULL, null, a \"b\", {c}, back\\]]",
        "+I[2, 0, 0, 0, 0.000, -Infinity, NaN, false, , ,    , [], 9999-12-31, 00:00, 2024-02-29T00:00, \
         1970-01-01T00:00:00Z, [], []]",
        "+I[3, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null]",
    ] {
        assert!(all.contains(part), "no {part} in\n{all}");
    }
}

/// One clear error at start, without the secret.
fn refusals(database: &Database) {
    let hba = database.folder.path().join("postgres/data/pg_hba.conf");
    let rules = std::fs::read_to_string(&hba).expect("there are rules");
    std::fs::write(
        &hba,
        format!("host all locked 127.0.0.1/32 scram-sha-256\n{rules}"),
    )
    .expect("written");
    database.query("CREATE ROLE locked LOGIN PASSWORD 'right-hunter2'; GRANT ALL ON SCHEMA public TO locked");
    database.query("GRANT ALL ON ALL TABLES IN SCHEMA public TO locked");
    database.query("SELECT pg_reload_conf()");
    let script = database.script(
        "CREATE TABLE s (id INT, k STRING) WITH (${WITH}, 'table-name' = 'events');
         CREATE TABLE t (k STRING, g INT, PRIMARY KEY (k, g) NOT ENFORCED) WITH (${WITH}, 'table-name' = 'keys');
         INSERT INTO t SELECT k, id FROM s;",
    );
    let password = "tables.t.password=${env:POSTGRES_PASSWORD}";
    let cases: [(&[&str], &str); 6] = [
        (
            &["tables.t.username=locked", password],
            "table t: password authentication failed",
        ),
        (&["tables.t.username=locked"], "table t: "),
        (
            &["tables.t.table-name=nowhere"],
            "table t: relation \"nowhere\" does not exist",
        ),
        (
            &["tables.t.table-name=numbers"],
            "table t: column \"k\" of relation \"numbers\" does not exist",
        ),
        (
            &["tables.s.table-name=nowhere"],
            "table s: relation \"nowhere\" does not exist",
        ),
        (
            &["tables.t.url=jdbc:mysql://h/db"],
            "table t: option 'url': expected jdbc:postgresql",
        ),
    ];
    for (set, expected) in cases {
        let error = script.failure(set);
        assert!(error.contains(expected), "{set:?}: {error}");
        assert!(!error.contains("hunter2"), "{set:?}: {error}");
    }
    script.rows(&["tables.t.username=locked", "tables.t.password=right-hunter2"]);
    assert_eq!(database.query("SELECT count(*) FROM keys"), ["7"]);
}

const ROWS: u32 = 1_500;

/// Rows are only appended, so whatever came twice or not at all would show.
#[test]
fn appended_once_whatever_is_killed_or_away() {
    let mut database = Database::start();
    database.query("CREATE TABLE seen (i bigint)");
    let script = database.script(&format!(
        "SET 'execution.checkpointing.interval' = '100 ms';
         CREATE TABLE gen (i BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '250',
           'fields.i.kind' = 'sequence', 'fields.i.start' = '1', 'fields.i.end' = '{ROWS}');
         CREATE TABLE seen (i BIGINT) WITH (${{WITH}}, 'table-name' = 'seen');
         INSERT INTO seen SELECT i FROM gen;"
    ));
    let count = |database: &Database| -> u32 {
        let rows = database.query("SELECT count(*) FROM seen");
        rows[0].parse().expect("a count")
    };
    for run in 0..3 {
        let running = script.start(&["tables.gen.rows-per-second=250"]);
        let before = count(&database);
        eventually("rows arrive", || count(&database) > before + 20 + run * 7);
        running.kill();
    }
    // The second signal ends even a job that waits for the database.
    let mut running = script.start(&[]);
    running.logged("completed");
    database.stop();
    running.logged("trying again");
    running.send("TERM");
    running.logged("stopping");
    let (code, log) = running.signal("TERM");
    assert_eq!(code, Some(1), "{log}");
    database.start_again();

    let mut running = script.start(&["--parallelism 2"]);
    running.logged("restored checkpoint");
    running.logged("completed");
    database.stop();
    std::thread::sleep(Duration::from_secs(2));
    assert!(running.is_running(), "it waits for the database");
    database.start_again();
    running.logged("trying again");
    let (code, log) = running.end();
    assert_eq!(code, Some(0), "{log}");
    assert_eq!(
        database.query("SELECT count(*), count(DISTINCT i), min(i), max(i) FROM seen"),
        [format!("{ROWS} {ROWS} 1 {ROWS}")]
    );
    assert_eq!(database.query("SELECT count(*) FROM millstream_commits"), ["1"]);

    // From scratch the same rows come again, although the token speaks of a later epoch.
    let shown = script.run(&["--from-scratch", "tables.gen.rows-per-second=100000"]);
    assert_eq!(shown.code, Some(0), "{}", shown.log);
    assert_eq!(count(&database), 2 * ROWS);
}

/// What a version staged and could not write any more is written by the next one where it belongs.
#[test]
fn a_changed_version_writes_by_name_what_its_predecessor_staged() {
    let database = Database::start();
    database.query("CREATE TABLE seen (a bigint, b bigint)");
    let version = |columns: &str, select: &str| {
        format!(
            "SET 'execution.checkpointing.interval' = '100 ms';
             CREATE TABLE gen (i BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '250',
               'fields.i.kind' = 'sequence', 'fields.i.start' = '1', 'fields.i.end' = '{ROWS}');
             CREATE TABLE seen ({columns}) WITH ({WITH}, 'table-name' = 'seen');
             INSERT INTO seen SELECT {select} FROM gen;"
        )
    };
    let count = |database: &Database| -> u32 {
        let rows = database.query("SELECT count(*) FROM seen");
        rows[0].parse().expect("a count")
    };
    let script = database.script(&version("a BIGINT, b BIGINT", "i, i * 10"));
    let running = script.start(&[]);
    eventually("rows arrive", || count(&database) > 20);
    database.query("ALTER TABLE seen RENAME TO hidden");
    let (code, log) = running.end();
    assert_eq!(code, Some(1), "{log}");
    let shown = script.run(&[]);
    assert_eq!(
        shown.code,
        Some(1),
        "a table that is missing is told: {}",
        shown.log
    );
    database.query("ALTER TABLE hidden RENAME TO seen");

    script.edit(&version("b BIGINT, a BIGINT", "i * 10, i"));
    let before = count(&database);
    let running = script.start(&[]);
    eventually("rows arrive", || count(&database) > before + 20);
    assert_eq!(
        database.query("SELECT count(*) FROM seen WHERE b <> a * 10"),
        ["0"]
    );
    database.query("ALTER TABLE seen RENAME COLUMN b TO c");
    let (code, log) = running.end();
    assert_eq!(code, Some(1), "{log}");

    // Its columns are not those of the predecessor's output any more: that is refused unless it may be lost.
    script.edit(&version("a BIGINT, c BIGINT", "i, i * 10"));
    let shown = script.run(&[]);
    assert_eq!(shown.code, Some(1), "{}", shown.log);
    let expected = "holds output for columns b, a of seen, which an earlier version staged for table seen";
    assert!(shown.log.contains(expected), "{}", shown.log);
    let shown = script.run(&[
        "execution.state-recovery.ignore-unclaimed-state=true",
        "tables.gen.rows-per-second=100000",
    ]);
    assert_eq!(shown.code, Some(0), "{}", shown.log);
    assert!(shown.log.contains("it is dropped"), "{}", shown.log);
    let found = database.query("SELECT count(*) = count(DISTINCT a), max(a), bool_and(c = a * 10) FROM seen");
    assert_eq!(found, [format!("t {ROWS} t")]);
}
