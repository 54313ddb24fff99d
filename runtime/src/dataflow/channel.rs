//! One direction between two threads through one exchange.
//!
//! In: messages of one sender. Out: the same, in order, to one receiver. Invariant: the bytes in flight are
//! known to both sides; the sender stops producing (it is never blocked) while they exceed the budget.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::Thread;

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::limits::CHANNEL_BYTES_MAX;
use super::message::Message;

/// The threads of a job, to wake one another.
#[derive(Clone)]
pub(crate) struct Wakers(Arc<Vec<OnceLock<Thread>>>);

impl Wakers {
    pub(crate) fn new(threads: usize) -> Self {
        Wakers(Arc::new((0..threads).map(|_| OnceLock::new()).collect()))
    }

    /// The calling thread is worker `thread` from now on.
    pub(crate) fn register(&self, thread: usize) {
        self.0[thread].get_or_init(std::thread::current);
    }

    pub(crate) fn wake(&self, thread: usize) {
        if let Some(sleeper) = self.0[thread].get() {
            sleeper.unpark();
        }
    }
}

pub(crate) struct ChannelSender {
    sender: Sender<Message>,
    in_flight_bytes: Arc<AtomicUsize>,
    receiving_thread: usize,
    wakers: Wakers,
}

pub(crate) struct ChannelReceiver {
    receiver: Receiver<Message>,
    in_flight_bytes: Arc<AtomicUsize>,
    sending_thread: usize,
    wakers: Wakers,
}

pub(crate) fn channel(from: usize, to: usize, wakers: &Wakers) -> (ChannelSender, ChannelReceiver) {
    let (sender, receiver) = unbounded();
    let in_flight_bytes = Arc::new(AtomicUsize::new(0));
    let sending = ChannelSender {
        sender,
        in_flight_bytes: Arc::clone(&in_flight_bytes),
        receiving_thread: to,
        wakers: wakers.clone(),
    };
    let receiving = ChannelReceiver {
        receiver,
        in_flight_bytes,
        sending_thread: from,
        wakers: wakers.clone(),
    };
    (sending, receiving)
}

impl ChannelSender {
    /// Never blocks. When the receiver has gone the job is ending and the message does not matter any more.
    pub(crate) fn send(&self, message: Message) {
        self.in_flight_bytes
            .fetch_add(message.size_bytes(), Ordering::AcqRel);
        if self.sender.send(message).is_ok() {
            self.wakers.wake(self.receiving_thread);
        }
    }

    pub(crate) fn is_over_budget(&self) -> bool {
        self.in_flight_bytes.load(Ordering::Acquire) > CHANNEL_BYTES_MAX
    }
}

impl ChannelReceiver {
    pub(crate) fn receive(&self) -> Option<Message> {
        let message = self.receiver.try_recv().ok()?;
        let bytes = message.size_bytes();
        let before = self.in_flight_bytes.fetch_sub(bytes, Ordering::AcqRel);
        if before > CHANNEL_BYTES_MAX && before - bytes <= CHANNEL_BYTES_MAX {
            self.wakers.wake(self.sending_thread);
        }
        Some(message)
    }
}
