//! The catalogue in a real PostgreSQL: kept, waited for when the server is away, written by the lease's holder alone.

use session::catalogue::postgres::PostgresStore;
use session::catalogue::{Catalogue, NotStored, Store};
use session::model::Token;
use xtask::services::postgres;

fn token(sha256: &str) -> Token {
    Token {
        sha256: sha256.to_owned(),
        prefix: String::new(),
        user_email: String::new(),
        description: String::new(),
        created_at: session::model::now(),
        expires_at: None,
    }
}

async fn open(url: &str) -> Catalogue {
    let store = PostgresStore::open(url, || {}).await.expect("it opens");
    Catalogue::open(Store::Postgres(store)).await.expect("it loads")
}

async fn store(catalogue: &Catalogue, sha256: &str) -> anyhow::Result<()> {
    catalogue
        .change(|transaction| {
            transaction.put(token(sha256));
            Ok(())
        })
        .await
}

fn stored(catalogue: &Catalogue) -> Vec<String> {
    catalogue.read(|tables| tables.all::<Token>().map(|token| token.sha256.clone()).collect())
}

/// As a server is that was told to take no writes, or whose tablespace has no room.
async fn set_read_only(url: &str, is_read_only: bool) {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls)
        .await
        .expect("it answers");
    tokio::spawn(connection);
    let value = if is_read_only { "on" } else { "off" };
    let set = format!(
        "SET default_transaction_read_only = off; ALTER SYSTEM SET default_transaction_read_only = {value}"
    );
    for text in set.split("; ").chain(["SELECT pg_reload_conf()"]) {
        client.batch_execute(text).await.expect("an administrator may");
    }
    // The server's processes read it when they are signalled.
    for _ in 0..100 {
        let (fresh, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls)
            .await
            .expect("it answers");
        tokio::spawn(connection);
        let row = fresh
            .query_one("SHOW default_transaction_read_only", &[])
            .await
            .expect("it answers");
        if row.get::<_, &str>(0) == value {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the server does not read its configuration");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_manager_at_a_time_can_store() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let (mut daemon, address) = postgres::start(folder.path()).expect("PostgreSQL starts");
    let url = format!(
        "postgres://{}@{}:{}/{}",
        address.user, address.host, address.port, address.database
    );
    let first = open(&url).await;
    store(&first, "1").await.expect("it holds the lease");
    daemon.kill();
    let waiting = {
        let first = first.clone();
        tokio::spawn(async move { store(&first, "2").await })
    };
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    assert!(!waiting.is_finished(), "the server is waited for");
    let _daemon = postgres::start_on(folder.path(), address.port, None).expect("PostgreSQL starts again");
    waiting.await.expect("no panic").expect("it is stored in the end");
    set_read_only(&url, true).await;
    let error = store(&first, "0").await.expect_err("the server takes nothing");
    assert!(error.is::<NotStored>(), "{error:#}");
    set_read_only(&url, false).await;
    // Nobody renews the first manager's lease, as when its process hangs.
    let second = open(&url).await;
    assert_eq!(stored(&second), ["1", "2"]);
    let error = store(&first, "3").await.expect_err("the lease is lost");
    assert_eq!(error.to_string(), "another manager has taken over");
    assert_eq!(stored(&first), ["1", "2"], "what is not stored is not seen");
    store(&second, "4").await.expect("it holds the lease");
    let error = first.keep().await.to_string();
    assert_eq!(error, "another manager has taken over");
}
