//! Kafka and PostgreSQL over TLS, with passwords and certificates. In: an authority made here, real services that show
//! its certificates. Out: rows, or one clear error. Invariant: no output ever holds a password or a key.

mod support;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use support::broker::WAIT_MAX;
use support::certificates::Authority;
use support::script::Script;
use xtask::services::kafka::{self, Secured};
use xtask::services::postgres::{self, Address};
use xtask::services::process::{Daemon, free_port};

const PASSWORD: &str = "right-hunter2";
/// A refusal must not take as long as an outage is waited for.
const REFUSED_MAX: Duration = Duration::from_secs(20);

struct SecuredBroker {
    plain: String,
    ssl: String,
    sasl: String,
    authority: Authority,
    _daemon: Daemon,
    _folder: tempfile::TempDir,
}

impl SecuredBroker {
    fn start() -> SecuredBroker {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let [port, controller_port, ssl_port, sasl_ssl_port] =
            std::array::from_fn(|_| free_port().expect("there are free ports"));
        let authority = Authority::new("test authority");
        let secured = Secured {
            ssl_port,
            sasl_ssl_port,
            identity: authority.server(),
            user: "alice".to_owned(),
            password: PASSWORD.to_owned(),
        };
        let daemon = kafka::start_on(folder.path(), port, controller_port, Some(&secured));
        SecuredBroker {
            plain: format!("127.0.0.1:{port}"),
            ssl: format!("localhost:{ssl_port}"),
            sasl: format!("localhost:{sasl_ssl_port}"),
            authority,
            _daemon: daemon.expect("Kafka starts"),
            _folder: folder,
        }
    }

    /// Messages, each thrice in one batch so that there is something to compress.
    fn send_compressed(&self, topic: &str, codecs: &[&str]) {
        for codec in codecs {
            let mut config = support::kafka(&self.plain);
            config.set("compression.codec", *codec).set("linger.ms", "200");
            let producer: BaseProducer = config.create().expect("a producer");
            for i in 0..3 {
                let value = format!("{codec}-{i}-{}", "x".repeat(500));
                let record = BaseRecord::<(), str>::to(topic).payload(&value).partition(0);
                producer.send(record).expect("the queue has room");
            }
            producer.flush(WAIT_MAX).expect("messages are delivered");
        }
    }
}

/// Source: as Flink users write it. Sink: in librdkafka's names.
const COPY: &str = "
CREATE TABLE src (v STRING) WITH ('connector' = 'kafka', 'topic' = 'src', 'format' = 'raw',
  'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset',
  'properties.bootstrap.servers' = '${env:SASL}', 'properties.security.protocol' = 'SASL_SSL',
  'properties.sasl.mechanism' = 'SCRAM-SHA-256', 'properties.sasl.jaas.config' =
  'org.apache.flink.kafka.shaded.org.apache.kafka.common.security.scram.ScramLoginModule required username=\"alice\" password=\"${env:PASSWORD}\";',
  'properties.ssl.truststore.type' = 'PEM', 'properties.ssl.truststore.certificates' = '${env:CA}');
CREATE TABLE copy (v STRING) WITH ('connector' = 'kafka', 'topic' = 'copy', 'format' = 'raw',
  'properties.bootstrap.servers' = '${env:SASL}', 'properties.security.protocol' = 'sasl_ssl',
  'properties.sasl.mechanisms' = 'PLAIN', 'properties.sasl.username' = 'alice',
  'properties.sasl.password' = '${env:PASSWORD}', 'properties.ssl.ca.pem' = '${env:CA}',
  'sink.delivery-guarantee' = 'exactly-once');
INSERT INTO copy SELECT SUBSTRING(v FROM 1 FOR CHAR_LENGTH(v) - 501) FROM src;";

const SHOW: &str = "
CREATE TABLE src (v STRING) WITH ('connector' = 'kafka', 'topic' = 'copy', 'format' = 'raw',
  'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset',
  'properties.bootstrap.servers' = '${env:SSL}', 'properties.security.protocol' = 'SSL');
CREATE TABLE shown (n BIGINT) WITH ('connector' = 'print');
INSERT INTO shown SELECT COUNT(*) FROM src;";

#[test]
fn kafka_with_passwords_certificates_and_compression() {
    let broker = SecuredBroker::start();
    support::create_topics(&broker.plain, &[("src", 1), ("copy", 2)]);
    let authority = broker.authority.pem();
    let stranger = Authority::new("stranger").pem();
    let environment = [
        ("SASL", broker.sasl.as_str()),
        ("SSL", broker.ssl.as_str()),
        ("PASSWORD", PASSWORD),
        ("CA", authority.as_str()),
        ("STRANGER", stranger.as_str()),
    ];
    let copy = Script::new(COPY, &environment);
    broker.send_compressed("src", &["none", "gzip", "snappy"]);
    let shown = copy.run(&[]);
    assert_eq!(shown.code, Some(0), "{}", shown.log);
    broker.send_compressed("src", &["lz4", "zstd"]);
    let shown = copy.run(&[]);
    assert_eq!(shown.code, Some(0), "{}", shown.log);
    assert!(shown.log.contains("restored checkpoint"), "{}", shown.log);
    assert!(!shown.log.contains("hunter2"), "{}", shown.log);
    let copied = support::read_committed(&broker.plain, "copy");
    let values: BTreeSet<String> = copied.iter().filter_map(|(_, value)| value.clone()).collect();
    let codecs = ["gzip", "lz4", "none", "snappy", "zstd"];
    let expected: BTreeSet<String> = codecs
        .iter()
        .flat_map(|codec| (0..3).map(move |i| format!("{codec}-{i}")))
        .collect();
    assert_eq!((copied.len(), values), (15, expected));
    password_refusals(&copy, &broker);
    own_certificates(&broker, &environment);
}

/// Each is over soon and says why.
fn password_refusals(copy: &Script, broker: &SecuredBroker) {
    let by_address = format!(
        "tables.src.properties.bootstrap.servers={}",
        broker.sasl.replace("localhost", "127.0.0.1")
    );
    let jaas = "tables.src.properties.sasl.jaas.config=x.ScramLoginModule required username=alice password=\"wrong-hunter2\";";
    for (set, expected) in [
        (jaas, "SASL authentication error: Authentication failed"),
        (
            "tables.copy.properties.sasl.password=wrong-hunter2",
            "SASL authentication error: Authentication failed",
        ),
        (
            "tables.src.properties.ssl.truststore.certificates=${env:STRANGER}",
            "certificate verify failed",
        ),
        (
            "tables.copy.properties.ssl.ca.pem=${env:STRANGER}",
            "certificate verify failed",
        ),
        (by_address.as_str(), "certificate verify failed"),
        (
            "tables.src.properties.security.protocol=SASL_TLS",
            "expected one of PLAINTEXT, SSL",
        ),
    ] {
        let started = Instant::now();
        let shown = copy.run(&["--from-scratch", set]);
        let log = &shown.log;
        assert_eq!(shown.code, Some(1), "{set}:\n{log}");
        assert!(
            started.elapsed() < REFUSED_MAX,
            "{set}: {:?}\n{log}",
            started.elapsed()
        );
        let error = log
            .lines()
            .find(|line| line.starts_with("error: "))
            .unwrap_or_default();
        assert!(error.contains(expected), "{set}:\n{log}");
        assert!(!log.contains("hunter2"), "{set}:\n{log}");
    }
    let any_host = "tables.src.properties.ssl.endpoint.identification.algorithm=";
    let shown = copy.run(&[by_address.as_str(), any_host]);
    assert_eq!(shown.code, Some(0), "{}", shown.log);
}

/// Clients with a certificate: inline PEM, a PEM file, a PKCS#12 store; trust by the system's store.
fn own_certificates(broker: &SecuredBroker, environment: &[(&str, &str)]) {
    let own = broker.authority.sign("client", None);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).expect("written");
        path.to_str().expect("UTF-8").to_owned()
    };
    let authority_file = write("ca.pem", broker.authority.pem().as_bytes());
    let one_line = own.key_pem().replace('\n', " ");
    let chain = own.certificate_pem();
    let environment = [
        environment,
        &[
            ("SSL_CERT_FILE", authority_file.as_str()),
            ("KEY", one_line.as_str()),
            ("CHAIN", chain.as_str()),
        ],
    ]
    .concat();
    let show = Script::new(SHOW, &environment);
    let pem = write(
        "own.pem",
        format!("{}{}", own.key_pem(), own.certificate_pem()).as_bytes(),
    );
    let p12 = write("own.p12", &own.pkcs12(PASSWORD));
    let jks = write("own.jks", &[0xFE, 0xED, 0xFE, 0xED, 0, 0, 0, 2]);
    let option = |key: &str, value: &str| format!("tables.src.properties.ssl.{key}={value}");
    let inline = [
        option("keystore.type", "PEM"),
        option("keystore.key", "${env:KEY}"),
        option("keystore.certificate.chain", "${env:CHAIN}"),
    ];
    let of_pem = [
        option("keystore.location", &pem),
        option("truststore.location", &authority_file),
    ];
    let of_p12 = [
        option("keystore.location", &p12),
        option("keystore.password", PASSWORD),
    ];
    for options in [inline.as_slice(), &of_pem, &of_p12] {
        let set: Vec<&str> = options.iter().map(String::as_str).collect();
        let rows = show.rows(&set);
        // All were copied once more, from scratch, by the run that did not compare the host's name.
        assert!(rows.contains(&"+U[30]".to_owned()), "{set:?}: {rows:?}");
    }
    let error = show.failure(&[&option("keystore.location", &jks)]);
    assert!(error.contains("keytool -importkeystore"), "{error}");
    let wrong = [
        option("keystore.location", &p12),
        option("keystore.password", "wrong-hunter2"),
    ];
    let error = show.failure(&[&wrong[0], &wrong[1]]);
    assert!(
        error.contains("ssl.keystore.location") && !error.contains("hunter2"),
        "{error}"
    );
}

struct SecuredDatabase {
    address: Address,
    authority: Authority,
    _daemon: Daemon,
    folder: tempfile::TempDir,
}

impl SecuredDatabase {
    fn start() -> SecuredDatabase {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let authority = Authority::new("test authority");
        let data = folder.path().join("postgres");
        let port = free_port().expect("there are free ports");
        let daemon = postgres::start_on(&data, port, Some(&authority.server())).expect("PostgreSQL starts");
        let address = Address {
            host: "127.0.0.1".to_owned(),
            port,
            user: "postgres".to_owned(),
            database: "postgres".to_owned(),
            jdbc_url: String::new(),
        };
        let database = SecuredDatabase {
            address,
            authority,
            _daemon: daemon,
            folder,
        };
        database.admit();
        database
    }

    /// Users who come in over TLS only, by password or by certificate.
    fn admit(&self) {
        let hba = self.folder.path().join("postgres/data/pg_hba.conf");
        let rules = std::fs::read_to_string(&hba).expect("there are rules");
        let first =
            "hostssl all alice all scram-sha-256\nhostssl all bob all cert\nhost all alice,bob all reject\n";
        std::fs::write(&hba, format!("{first}{rules}")).expect("written");
        self.query(&format!(
            "CREATE ROLE alice LOGIN PASSWORD '{PASSWORD}'; CREATE ROLE bob LOGIN"
        ));
        self.query("GRANT ALL ON SCHEMA public TO alice, bob; SELECT pg_reload_conf()");
        self.query("CREATE TABLE src AS SELECT i AS id FROM generate_series(1, 100) i");
        self.query("CREATE TABLE dst (id int PRIMARY KEY)");
        self.query("CREATE TABLE millstream_commits (job_id text NOT NULL, sink text NOT NULL, checkpoint_id text NOT NULL,
            committed_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (job_id, sink))");
        self.query("GRANT ALL ON ALL TABLES IN SCHEMA public TO alice, bob");
    }

    fn query(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        support::postgres(&self.address, sql)
    }

    fn write(&self, name: &str, content: &[u8]) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).expect("written");
        path.to_str().expect("UTF-8").to_owned()
    }
}

#[test]
fn postgresql_with_verified_certificates() {
    let database = SecuredDatabase::start();
    let port = database.address.port;
    let ca = database.write("ca.pem", database.authority.pem().as_bytes());
    let bob = database.authority.sign("bob", None);
    let bob_cert = database.write("bob.pem", bob.certificate_pem().as_bytes());
    let bob_key = database.write("bob.pk8", &bob.key_der());
    let jdbc = |host: &str, more: &str| format!("jdbc:postgresql://{host}:{port}/postgres?{more}");
    let alice = format!("user=alice&password={PASSWORD}");
    let verified = format!("sslmode=verify-full&sslrootcert={ca}");
    let url = jdbc("localhost", &format!("{alice}&stringtype=unspecified&{verified}"));
    let script = Script::new(
        "CREATE TABLE src (id INT) WITH ('connector' = 'jdbc', 'url' = '${env:URL}', 'table-name' = 'src');
         CREATE TABLE dst (id INT, PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'jdbc', 'url' = '${env:URL}',
           'table-name' = 'dst');
         INSERT INTO dst SELECT id FROM src;",
        &[("URL", &url)],
    );
    let by_certificate = format!("user=bob&ssl=true&sslrootcert={ca}&sslcert={bob_cert}&sslkey={bob_key}");
    for url in [
        "${env:URL}".to_owned(),
        jdbc(
            "127.0.0.1",
            &format!("{alice}&sslmode=verify-ca&sslrootcert={ca}"),
        ),
        jdbc("127.0.0.1", &format!("{alice}&sslmode=require")),
        jdbc("127.0.0.1", &alice),
        jdbc("localhost", &by_certificate),
        format!("postgres://alice:{PASSWORD}@localhost:{port}/postgres?{verified}"),
    ] {
        database.query("DELETE FROM dst");
        let (code, log) = run_with(&script, &url);
        assert_eq!(code, Some(0), "{url}:\n{log}");
        let count = database.query("SELECT count(*) FROM dst");
        assert_eq!(count[0][0].as_deref(), Some("100"), "{url}");
    }
    let stranger = database.write("stranger.pem", Authority::new("stranger").pem().as_bytes());
    let stranger = format!("{alice}&sslmode=verify-full&sslrootcert={stranger}");
    let missing = format!("{alice}&sslmode=verify-full&sslrootcert=/nowhere.pem");
    let wrong = format!("user=alice&password=wrong-hunter2&{verified}");
    for (host, more, expected) in [
        ("localhost", wrong, "password authentication failed"),
        (
            "localhost",
            stranger,
            "the server's certificate is not accepted: ",
        ),
        (
            "127.0.0.1",
            format!("{alice}&{verified}"),
            "not accepted: IP address mismatch",
        ),
        (
            "localhost",
            format!("{alice}&sslmode=disable"),
            "pg_hba.conf rejects connection",
        ),
        ("localhost", missing, "/nowhere.pem cannot be read"),
        ("localhost", format!("user=bob&{verified}"), "certificate"),
    ] {
        check_refusal(&script, &jdbc(host, &more), expected);
    }
}

/// One error that says why, and no secret.
fn check_refusal(script: &Script, url: &str, expected: &str) {
    let (code, log) = run_with(script, url);
    assert_eq!(code, Some(1), "{url}:\n{log}");
    let error = log
        .lines()
        .find(|line| line.starts_with("error: "))
        .unwrap_or_default();
    assert!(error.contains(expected), "{url}:\n{log}");
    assert!(!log.contains("hunter2"), "{url}:\n{log}");
}

fn run_with(script: &Script, url: &str) -> (Option<i32>, String) {
    let [src, dst] = ["src", "dst"].map(|table| format!("tables.{table}.url={url}"));
    let shown = script.run(&["--from-scratch", &src, &dst]);
    (shown.code, shown.log)
}
