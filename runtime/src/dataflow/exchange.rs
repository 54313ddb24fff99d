//! The sending half of an exchange.
//!
//! In: batches. Out: every row on the channel to the thread that owns the row's key group. Invariant: rows
//! with equal keys take the same channel in their order; watermarks and barriers go to all threads, after the
//! rows before them.

use std::sync::Arc;

use super::channel::ChannelSender;
use super::message::Message;
use crate::operator::Partitioner;
use crate::row::Batch;

pub(crate) struct ExchangeSender {
    pub(crate) partitioner: Partitioner,
    /// To each thread.
    pub(crate) channels: Vec<ChannelSender>,
}

impl ExchangeSender {
    pub(crate) fn send_rows(&mut self, batch: &Batch) {
        let channels = &self.channels;
        let send = |thread: usize, rows| channels[thread].send(Message::Batch(Arc::new(rows)));
        self.partitioner.split(batch, send);
    }

    pub(crate) fn send_to_all(&self, message: &Message) {
        for channel in &self.channels {
            channel.send(message.clone());
        }
    }

    pub(crate) fn is_over_budget(&self) -> bool {
        self.channels.iter().any(ChannelSender::is_over_budget)
    }
}
