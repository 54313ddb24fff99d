//! Apache Kafka, one broker in KRaft mode, from Maven Central.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use super::process::{Daemon, free_port, port_is_open};
use super::{Identity, fetch};

const KAFKA_VERSION: &str = "4.1.0";
const LOG4J_VERSION: &str = "2.24.3";
/// Any 16 bytes in base64url; a cluster of one needs no other.
const CLUSTER_ID: &str = "bWlsbHN0cmVhbS10ZXN0cw";

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Address {
    pub bootstrap_servers: String,
}

/// Encrypted listeners of a broker, beside the plain one. Their host is `localhost`.
#[derive(Clone, Debug)]
pub struct Secured {
    /// For clients with a certificate.
    pub ssl_port: u16,
    /// For clients with a password: PLAIN or SCRAM-SHA-256.
    pub sasl_ssl_port: u16,
    pub identity: Identity,
    pub user: String,
    pub password: String,
}

/// Starts a broker that keeps its log in `folder`.
pub fn start(folder: &Path) -> Result<(Daemon, Address)> {
    let port = free_port()?;
    let controller_port = free_port()?;
    let daemon = start_on(folder, port, controller_port, None)?;
    Ok((
        daemon,
        Address {
            bootstrap_servers: format!("127.0.0.1:{port}"),
        },
    ))
}

/// Starts a broker on given ports; on the same folder again after it was killed.
pub fn start_on(folder: &Path, port: u16, controller_port: u16, secured: Option<&Secured>) -> Result<Daemon> {
    let java = fetch::program("java", "default-jre-headless")?;
    let libraries = libraries()?;
    std::fs::create_dir_all(folder)?;
    let properties = folder.join("server.properties");
    let text = server_properties(folder, port, controller_port, secured);
    std::fs::write(&properties, text)?;
    if let Some(Secured { identity, .. }) = secured {
        let own = format!("{}{}", identity.key_pem, identity.certificate_pem);
        std::fs::write(folder.join(OWN_PEM), own)?;
        std::fs::write(folder.join(TRUSTED_PEM), &identity.authority_pem)?;
    }
    let class_path = format!("{}/*", libraries.display());
    if !folder.join("log/meta.properties").is_file() {
        let mut format = Command::new(&java);
        format
            .args([
                "-cp",
                &class_path,
                "kafka.tools.StorageTool",
                "format",
                "-t",
                CLUSTER_ID,
                "-c",
            ])
            .arg(&properties);
        if let Some(Secured { user, password, .. }) = secured {
            let scram = format!("SCRAM-SHA-256=[name={user},password={password}]");
            format.args(["--add-scram", &scram]);
        }
        fetch::run("formatting Kafka's log folder", &mut format)?;
    }
    let mut command = Command::new(&java);
    command
        .args([
            "-Xms256m",
            "-Xmx512m",
            "-XX:+UseSerialGC",
            "-cp",
            &class_path,
            "kafka.Kafka",
        ])
        .arg(&properties);
    Daemon::start("kafka", command, &folder.join("kafka.out"), || port_is_open(port))
}

/// Key and certificates of the broker, and whom it trusts.
const OWN_PEM: &str = "own.pem";
const TRUSTED_PEM: &str = "trusted.pem";

fn server_properties(folder: &Path, port: u16, controller_port: u16, secured: Option<&Secured>) -> String {
    let log = folder.join("log");
    let (listeners, security) = match secured {
        Some(secured) => (
            format!(
                ",SSL://localhost:{},SASL_SSL://localhost:{}",
                secured.ssl_port, secured.sasl_ssl_port
            ),
            security_properties(folder, secured),
        ),
        None => Default::default(),
    };
    format!(
        "process.roles=broker,controller\n\
         node.id=1\n\
         controller.quorum.voters=1@127.0.0.1:{controller_port}\n\
         listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}{listeners}\n\
         advertised.listeners=PLAINTEXT://127.0.0.1:{port}{listeners}\n\
         controller.listener.names=CONTROLLER\n\
         listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_SSL:SASL_SSL\n\
         log.dirs={}\n\
         offsets.topic.replication.factor=1\n\
         transaction.state.log.replication.factor=1\n\
         transaction.state.log.min.isr=1\n\
         offsets.topic.num.partitions=4\n\
         transaction.state.log.num.partitions=4\n\
         group.initial.rebalance.delay.ms=0\n\
         log.retention.hours=-1\n\
         auto.create.topics.enable=false\n\
         {security}",
        log.display()
    )
}

fn security_properties(folder: &Path, secured: &Secured) -> String {
    let Secured { user, password, .. } = secured;
    let modules = "org.apache.kafka.common.security";
    format!(
        "ssl.keystore.type=PEM\n\
         ssl.keystore.location={}\n\
         ssl.truststore.type=PEM\n\
         ssl.truststore.location={}\n\
         listener.name.ssl.ssl.client.auth=required\n\
         sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256\n\
         listener.name.sasl_ssl.plain.sasl.jaas.config={modules}.plain.PlainLoginModule required \
         user_{user}=\"{password}\";\n\
         listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config={modules}.scram.ScramLoginModule required;\n",
        folder.join(OWN_PEM).display(),
        folder.join(TRUSTED_PEM).display()
    )
}

/// The folder with Kafka's jars, fetched on first use.
fn libraries() -> Result<PathBuf> {
    let folder = fetch::cache("services")?.join(format!("kafka-{KAFKA_VERSION}"));
    session::build::cache::once(&folder, |target| {
        let maven = fetch::program("mvn", "maven")?;
        std::fs::write(target.join("pom.xml"), pom())?;
        let mut command = Command::new(maven);
        command.args(["-q", "-B", "-f"]).arg(target.join("pom.xml"));
        command.args(["dependency:copy-dependencies", "-DincludeScope=runtime"]);
        command.arg(format!("-DoutputDirectory={}", target.canonicalize()?.display()));
        fetch::run(
            &format!("fetching Apache Kafka {KAFKA_VERSION} (43 MB)"),
            &mut command,
        )
    })
    .context("Apache Kafka could not be fetched")?;
    Ok(folder)
}

fn pom() -> String {
    format!(
        "<project xmlns=\"http://maven.apache.org/POM/4.0.0\"><modelVersion>4.0.0</modelVersion>\
         <groupId>millstream</groupId><artifactId>kafka</artifactId><version>1</version><dependencies>\
         <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId>\
         <version>{KAFKA_VERSION}</version></dependency>\
         <dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-slf4j-impl</artifactId>\
         <version>{LOG4J_VERSION}</version></dependency></dependencies></project>\n"
    )
}
