//! The catalogue in a real PostgreSQL: kept, waited for when the server is away, written by the lease's holder alone.

use session::catalogue::postgres::PostgresStore;
use session::catalogue::{Catalogue, Store};
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
