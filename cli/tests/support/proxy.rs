//! A way through the network that can be cut.
//!
//! In: connections. Out: the same to the other end, until it is cut. Invariant: once cut, nothing gets through in
//! either direction until it is mended.

#![allow(dead_code, reason = "each test binary uses a part")]

use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

pub(crate) struct Proxy {
    port: u16,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    is_cut: bool,
    open: Vec<TcpStream>,
}

impl Proxy {
    /// To a port of this machine.
    pub(crate) fn to(port: u16) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let state = Arc::new(Mutex::new(State::default()));
        let proxy = Proxy {
            port: listener.local_addr().expect("it is bound").port(),
            state: Arc::clone(&state),
        };
        std::thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                connect(&connection, port, &state);
            }
        });
        proxy
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn cut(&self) {
        let mut state = self.state.lock().expect("no holder panics");
        state.is_cut = true;
        for stream in state.open.drain(..) {
            // The other end may have closed it already.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    pub(crate) fn mend(&self) {
        self.state.lock().expect("no holder panics").is_cut = false;
    }
}

fn connect(near: &TcpStream, port: u16, state: &Mutex<State>) {
    let mut state = state.lock().expect("no holder panics");
    if state.is_cut {
        return;
    }
    let Ok(far) = TcpStream::connect(("127.0.0.1", port)) else {
        return;
    };
    for (from, to) in [(near, &far), (&far, near)] {
        let (mut from, mut to) = (
            from.try_clone().expect("a second handle"),
            to.try_clone().expect("a second handle"),
        );
        state.open.push(from.try_clone().expect("a second handle"));
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut from, &mut to);
            let _ = to.shutdown(Shutdown::Both);
        });
    }
}
