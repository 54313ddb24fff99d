//! Peers of all kinds, on real sockets.

use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::Bytes;
use axum::routing::{get, post};
use futures_util::StreamExt as _;
use futures_util::stream::{iter, repeat_with};
use rustls::server::ResolvesServerCertUsingSni;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::super::Input;
use super::*;

/// Long enough for whatever should happen on a machine with much to do.
const ENOUGH: Duration = Duration::from_secs(30);
const SHORT: Duration = Duration::from_millis(300);
/// Of which none is reached.
const WIDE: Limits = Limits {
    connections: 100,
    handshake: ENOUGH,
    head: ENOUGH,
    body: Pace {
        first: ENOUGH,
        bytes_per_second: 1,
    },
    taking: ENOUGH,
};
const GET: &str = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
const LAST_GET: &str = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

struct Running {
    address: SocketAddr,
    end: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

async fn start(limits: Limits, router: Router, acceptor: Option<TlsAcceptor>) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let server = Server {
        router,
        acceptor,
        limits,
    };
    let (end, ended) = oneshot::channel();
    let server = tokio::spawn(server.run(listener, async move { drop(ended.await) }));
    Running { address, end, server }
}

fn greeting() -> Router {
    Router::new().route("/", get(async || "hello"))
}

async fn connect(running: &Running, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(running.address)
        .await
        .expect("the server listens");
    stream.write_all(text.as_bytes()).await.expect("sent");
    stream
}

/// All that comes until the server closes the connection.
async fn rest(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let read = timeout(ENOUGH, stream.read_to_string(&mut text)).await;
    let _ = read.expect("the server closes the connection");
    text
}

/// Until the answer has this end.
async fn read_to(stream: &mut TcpStream, end: &str) -> String {
    let mut text = Vec::new();
    while !text.ends_with(end.as_bytes()) {
        let byte = timeout(ENOUGH, stream.read_u8()).await.expect("in time");
        text.push(byte.expect("more comes"));
    }
    String::from_utf8(text).expect("text")
}

#[tokio::test]
async fn a_head_that_comes_slowly_and_a_silent_connection_are_dropped_and_a_long_answer_is_not() {
    let stream = async || {
        Body::from_stream(iter(0..6).then(async |number| {
            sleep(SHORT / 2).await;
            Ok::<_, std::convert::Infallible>(format!("data: {number}\n\n"))
        }))
    };
    let router = greeting().route("/events", get(stream));
    let running = start(Limits { head: SHORT, ..WIDE }, router, None).await;
    let mut slow = connect(&running, "GET / HTTP/1.1\r\nX-a: 1\r\n").await;
    let mut kept = connect(&running, GET).await;
    let request = "GET /events HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let mut follower = connect(&running, request).await;
    assert_eq!(rest(&mut slow).await, "");
    let answer = rest(&mut kept).await;
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with("hello"),
        "{answer}"
    );
    let events = rest(&mut follower).await;
    assert!(
        events.contains("data: 5") && events.ends_with("0\r\n\r\n"),
        "{events}"
    );
}

#[tokio::test]
async fn a_body_that_comes_slowly_or_is_too_large_is_refused() {
    let router = Router::new().route("/", post(async |Input(body): Input<Value>| body["n"].to_string()));
    let pace = Pace {
        first: SHORT,
        bytes_per_second: 1 << 20,
    };
    let running = start(Limits { body: pace, ..WIDE }, router, None).await;
    let head = |length: usize| format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n");
    let mut slow = connect(&running, &(head(100) + "{")).await;
    let answer = rest(&mut slow).await;
    assert!(
        answer.starts_with("HTTP/1.1 408") && answer.contains("came too slowly"),
        "{answer}"
    );
    let mut right = connect(&running, &(head(8) + "{\"n\": 5}")).await;
    let answer = read_to(&mut right, "\r\n\r\n5").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let large = " ".repeat((2 << 20) + 1);
    let mut large = connect(&running, &(head(large.len()) + &large)).await;
    let answer = read_to(&mut large, "}").await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

/// What has come gives time for what is to come.
#[tokio::test]
async fn a_large_body_may_take_longer_than_a_small_one() {
    let pace = Pace {
        first: SHORT,
        bytes_per_second: 10,
    };
    let pieces = iter(["a".repeat(20), "b".to_owned()]).then(async |piece| {
        sleep(if piece == "b" { SHORT * 2 } else { Duration::ZERO }).await;
        Ok::<_, std::convert::Infallible>(piece)
    });
    let body = bounded(Body::from_stream(pieces), pace);
    let read = axum::body::to_bytes(body, 100).await.expect("in time");
    assert_eq!(read.len(), 21);
}

#[tokio::test]
async fn who_asks_for_nothing_gives_up_its_place_and_who_waits_for_an_answer_gets_it() {
    let (begun, mut begins) = tokio::sync::mpsc::channel(1);
    let slow = async move || {
        begun.send(()).await.expect("the test waits");
        sleep(SHORT).await;
        "done"
    };
    let limits = Limits {
        connections: 2,
        ..WIDE
    };
    let running = start(limits, greeting().route("/slow", get(slow)), None).await;
    let mut busy = connect(&running, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await;
    timeout(ENOUGH, begins.recv()).await.expect("it begins");
    let mut idle = connect(&running, GET).await;
    read_to(&mut idle, "hello").await;
    let mut next = connect(&running, LAST_GET).await;
    assert!(rest(&mut next).await.ends_with("hello"));
    assert!(rest(&mut busy).await.ends_with("done"));
    assert_eq!(rest(&mut idle).await, "", "it has had its answer");
}

#[tokio::test]
async fn silent_peers_keep_nobody_out() {
    let limits = Limits {
        connections: 2,
        ..WIDE
    };
    let running = start(limits, greeting(), None).await;
    let mut silent = Vec::new();
    for _ in 0..6 {
        silent.push(connect(&running, "GET / HTTP/1.1\r\n").await);
    }
    let mut asking = connect(&running, LAST_GET).await;
    assert!(rest(&mut asking).await.ends_with("hello"));
    assert_eq!(rest(&mut silent[0]).await, "");
}

#[tokio::test]
async fn a_peer_that_does_not_begin_its_handshake_is_dropped() {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("there are such")
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(ResolvesServerCertUsingSni::new()));
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let limits = Limits {
        connections: 1,
        handshake: SHORT,
        ..WIDE
    };
    let running = start(limits, greeting(), Some(acceptor)).await;
    let mut silent = connect(&running, "").await;
    let mut next = connect(&running, "").await;
    assert_eq!(rest(&mut silent).await, "");
    assert_eq!(rest(&mut next).await, "", "it has got the place of the first");
}

/// Says when it is thrown away.
struct Guard(Arc<AtomicBool>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn an_answer_that_nobody_takes_ends() {
    let has_ended = Arc::new(AtomicBool::new(false));
    let guard = Arc::clone(&has_ended);
    let endless = async move || {
        let guard = Guard(Arc::clone(&guard));
        Body::from_stream(repeat_with(move || {
            let _held = &guard;
            Ok::<_, std::convert::Infallible>(Bytes::from_static(&[b'x'; 1 << 16]))
        }))
    };
    let router = Router::new().route("/", get(endless));
    let running = start(
        Limits {
            taking: SHORT,
            ..WIDE
        },
        router,
        None,
    )
    .await;
    let _peer = connect(&running, GET).await;
    timeout(ENOUGH, async {
        while !has_ended.load(Ordering::SeqCst) {
            sleep(Duration::from_millis(10)).await;
        }
    })
    .await
    .expect("the answer ends");
}

#[tokio::test]
async fn at_the_end_what_has_begun_is_answered() {
    let (begun, mut begins) = tokio::sync::mpsc::channel(1);
    let slow = async move || {
        begun.send(()).await.expect("the test waits");
        sleep(SHORT).await;
        "done"
    };
    let running = start(WIDE, greeting().route("/slow", get(slow)), None).await;
    let mut idle = connect(&running, GET).await;
    read_to(&mut idle, "hello").await;
    let mut busy = connect(&running, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await;
    timeout(ENOUGH, begins.recv()).await.expect("it begins");
    running.end.send(()).expect("the server runs");
    assert_eq!(rest(&mut idle).await, "");
    assert!(rest(&mut busy).await.ends_with("done"));
    let ended = timeout(ENOUGH, running.server).await;
    ended.expect("nobody is left").expect("it does not panic");
}
