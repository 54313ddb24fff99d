//! Whether the topics that a program's tables name are there.
//!
//! In: a program, the connections that its tables get from integrations. Out: topics that certainly do not exist, and
//! brokers that cannot be asked. Invariant: brokers are asked as the integration says, each with a short timeout; a
//! topic that the job's own first look would make is not missing.

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::admin::{AdminClient, AdminOptions, ResourceSpecifier};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::KafkaResult;
use rdkafka::types::RDKafkaRespErr;

use super::{Connection, Kind, Options, integration, kafka};
use crate::catalogue::Tables;
use crate::model::{Program, Version};
use crate::refusal::Refusal;

const TIMEOUT: Duration = Duration::from_secs(4);

/// The topics of one table.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Named {
    table: String,
    topics: Vec<String>,
    /// Readers make no topics.
    is_read: bool,
}

/// The tables behind one integration.
pub struct Asked {
    connection: Connection,
    tables: Vec<Named>,
}

/// In words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    pub missing: Vec<String>,
    pub unreachable: Vec<String>,
}

/// What there is to ask about a program. Tables with an address or credentials of their own are left to their job.
pub fn asked(records: &Tables, version: &Version, program: &Program) -> Result<Vec<Asked>, Refusal> {
    let mut by_integration: BTreeMap<&str, Asked> = BTreeMap::new();
    for table in &program.tables {
        let Some(id) = table.integration_id.as_deref() else {
            continue;
        };
        let connection = Connection::of_integration(records, integration(records, id)?)?;
        if connection.kind != Kind::Kafka || !kafka::is_as_integration(&connection, &table.options) {
            continue;
        }
        let topics = topics(&table.options);
        let is_read = version.sources.iter().any(|one| one.table_name == table.name);
        let asked = by_integration.entry(id).or_insert_with(|| Asked {
            connection,
            tables: Vec::new(),
        });
        asked.tables.push(Named {
            table: table.name.clone(),
            topics,
            is_read,
        });
    }
    Ok(by_integration.into_values().collect())
}

/// `a;b` are two; a pattern names none.
fn topics(options: &Options) -> Vec<String> {
    let named = options.get("topic").map_or("", String::as_str).split(';');
    let named = named.map(str::trim).filter(|name| !name.is_empty());
    named.map(str::to_owned).collect()
}

/// Asks all brokers at a time.
pub async fn look(asked: Vec<Asked>) -> Found {
    let looking: Vec<_> = asked
        .into_iter()
        .map(|asked| {
            let shown = asked.connection.shown.clone();
            (shown, tokio::spawn(missing(asked)))
        })
        .collect();
    let mut found = Found::default();
    for (shown, looking) in looking {
        match looking.await {
            Ok(Ok(missing)) => found.missing.extend(missing),
            Ok(Err(reason)) => found
                .unreachable
                .push(format!("{shown} cannot be asked: {reason}")),
            Err(panic) => found
                .unreachable
                .push(format!("{shown} cannot be asked: {panic}")),
        }
    }
    found
}

/// Topics of one broker that are not there; else why it cannot be asked.
async fn missing(asked: Asked) -> Result<Vec<String>, String> {
    let Asked { connection, tables } = asked;
    let shown = connection.shown.clone();
    let asking = tokio::task::spawn_blocking(move || absent(&connection, tables));
    let asked = asking.await.map_err(|panic| panic.to_string())?;
    let (absent, client) = asked.map_err(|refusal| refusal.to_string())?;
    let is_written_only = absent.iter().any(|(named, _)| !named.is_read);
    let are_made = is_written_only && makes_topics(client).await;
    let certain = absent.into_iter().filter(|(named, _)| named.is_read || !are_made);
    let told = certain.map(|(named, topic)| {
        let table = named.table;
        format!("table {table}: topic '{topic}' does not exist at {shown}")
    });
    Ok(told.collect())
}

/// Topics that the broker says it does not know, and a client for more questions.
fn absent(
    connection: &Connection,
    tables: Vec<Named>,
) -> Result<(Vec<(Named, String)>, BrokerClient), Refusal> {
    let failed = |error: rdkafka::error::KafkaError| Refusal::new(424, error.to_string());
    let config = kafka::client(connection)?;
    let consumer: BaseConsumer = config.create().map_err(failed)?;
    let (mut absent, mut broker) = (Vec::new(), None);
    for named in tables {
        for topic in &named.topics {
            // One by one: what may not be seen is told apart from what is not there.
            let metadata = consumer.fetch_metadata(Some(topic), TIMEOUT).map_err(failed)?;
            broker = metadata.brokers().first().map(|one| one.id());
            let error = metadata.topics().first().and_then(|found| found.error());
            let unknown = RDKafkaRespErr::RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
            if error == Some(unknown) {
                absent.push((named.clone(), topic.clone()));
            }
        }
    }
    let admin = config.create().map_err(failed)?;
    Ok((absent, BrokerClient { admin, broker }))
}

struct BrokerClient {
    admin: AdminClient<DefaultClientContext>,
    broker: Option<i32>,
}

/// Whether writers make topics that are not there; a broker that does not say so may.
async fn makes_topics(client: BrokerClient) -> bool {
    let Some(broker) = client.broker else {
        return true;
    };
    let options = AdminOptions::new().request_timeout(Some(TIMEOUT));
    let resource = ResourceSpecifier::Broker(broker);
    let described: KafkaResult<_> = client.admin.describe_configs([&resource], &options).await;
    let answers = described.into_iter().flatten().filter_map(Result::ok);
    let mut entries = answers.flat_map(|one| one.entries);
    let setting = entries.find(|entry| entry.name == "auto.create.topics.enable");
    setting.and_then(|entry| entry.value).as_deref() != Some("false")
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;

    fn asked_of(servers: &str) -> Asked {
        let parameters = json!({"bootstrap_servers": servers});
        let named = |table: &str, topics: &str, is_read: bool| Named {
            table: table.to_owned(),
            topics: topics_of(topics),
            is_read,
        };
        Asked {
            connection: Connection {
                kind: Kind::Kafka,
                shown: "service 'k'".to_owned(),
                parameters: parameters.as_object().expect("an object").clone(),
                user_config: Map::new(),
            },
            tables: vec![named("r", "there; ordres", true), named("w", "perhaps", false)],
        }
    }

    fn topics_of(text: &str) -> Vec<String> {
        topics(&Options::from([("topic".to_owned(), text.to_owned())]))
    }

    #[tokio::test]
    async fn only_what_is_certainly_not_there_is_missing() {
        let cluster = rdkafka::mocking::MockCluster::new(1).expect("a cluster in this process");
        cluster.create_topic("there", 1, 1).expect("a topic");
        let found = look(vec![asked_of(&cluster.bootstrap_servers())]).await;
        let expected = ["table r: topic 'ordres' does not exist at service 'k'"];
        assert_eq!(found.missing, expected, "a broker may make what is written");
        assert_eq!(found.unreachable, [""; 0]);
    }

    #[tokio::test]
    async fn a_broker_that_does_not_answer_is_told() {
        let found = look(vec![asked_of("127.0.0.1:1")]).await;
        assert_eq!(found.missing, [""; 0]);
        let [reason] = &found.unreachable[..] else {
            panic!("one broker: {found:?}");
        };
        assert!(reason.starts_with("service 'k' cannot be asked: "), "{reason}");
    }

    #[test]
    fn a_list_names_several_and_a_pattern_none() {
        assert_eq!(topics_of("a; b"), ["a", "b"]);
        let pattern = Options::from([("topic-pattern".to_owned(), "a.*".to_owned())]);
        assert_eq!(topics(&pattern), [""; 0]);
    }
}
