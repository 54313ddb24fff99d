//! The part of librdkafka that rust-rdkafka has no safe call for: taking and giving whole batches of messages.
//!
//! Measured on one broker, 273-byte messages: taking batches costs half of a call per message, giving batches less
//! than half. All `unsafe` of the connector is in this file.

#![allow(unsafe_code)]

use std::cell::RefCell;
use std::ffi::{CStr, CString, c_char, c_int};
use std::time::{Duration, Instant};

use rdkafka::bindings as native;
use rdkafka::client::ClientContext;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::consumer::{BaseConsumer, Consumer as _, ConsumerContext};
use rdkafka::error::KafkaResult;
use rdkafka::producer::{BaseProducer, Producer as _, ProducerContext};

use super::complaint::{self, Complaints};
use super::missing::Missing;
use crate::log;

/// Messages taken from librdkafka per call.
const TAKEN_MAX: usize = 4_096;

/// Logs what an operator must see; the ends of partitions are events here, not errors.
#[derive(Default)]
pub(super) struct QuietContext {
    pub(super) complaints: Complaints,
}

impl ClientContext for QuietContext {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        // Failures of connections come as errors, too.
        let is_told = matches!(facility, "FAIL" | "ERROR");
        let is_serious = matches!(
            level,
            RDKafkaLogLevel::Emerg
                | RDKafkaLogLevel::Alert
                | RDKafkaLogLevel::Critical
                | RDKafkaLogLevel::Error
        );
        if is_serious && !is_told {
            log::warn(format_args!("kafka: {message}"));
        }
    }

    fn error(&self, error: rdkafka::error::KafkaError, reason: &str) {
        let is_end = error.rdkafka_error_code() == Some(rdkafka::error::RDKafkaErrorCode::PartitionEOF);
        if !is_end && self.complaints.note(&error, reason) {
            log::warn(format_args!("kafka: {error}: {reason}"));
        }
    }
}

impl ConsumerContext for QuietContext {}

/// A consumer whose messages are taken in batches and read in place.
pub(super) struct BatchConsumer {
    pub(super) consumer: BaseConsumer<QuietContext>,
    queue: *mut native::rd_kafka_queue_t,
    taken: Vec<*mut native::rd_kafka_message_t>,
    next: usize,
    pub(super) missing: Missing,
    /// The last complaint that was told.
    told: String,
}

// SAFETY: librdkafka's queues and messages may be used from any thread, one at a time; `&mut self` guards that.
unsafe impl Send for BatchConsumer {}

/// What the consumer brought.
pub(super) enum Fetched<'a> {
    Record(Record<'a>),
    /// The partition has no message at or after this offset now.
    End {
        topic: TopicHandle,
        partition: i32,
        offset: i64,
    },
    /// The partition does not exist any more.
    Gone {
        topic: String,
        partition: i32,
    },
    Error(String),
}

/// Identifies the topic of a message without comparing names.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct TopicHandle(*mut native::rd_kafka_topic_t);

// SAFETY: only compared, and dereferenced while a message keeps the topic alive.
unsafe impl Send for TopicHandle {}

impl TopicHandle {
    pub(super) fn name(self) -> String {
        // SAFETY: handles come from messages of a consumer that lives; it keeps its topics.
        unsafe { CStr::from_ptr(native::rd_kafka_topic_name(self.0)) }
            .to_string_lossy()
            .into_owned()
    }
}

/// One message, borrowed from the fetch buffer until [`BatchConsumer::advance`].
#[derive(Clone, Copy)]
pub(super) struct Record<'a> {
    message: &'a native::rd_kafka_message_t,
}

impl<'a> Record<'a> {
    pub(super) fn topic(self) -> TopicHandle {
        TopicHandle(self.message.rkt)
    }

    pub(super) fn partition(self) -> i32 {
        self.message.partition
    }

    pub(super) fn offset(self) -> i64 {
        self.message.offset
    }

    pub(super) fn payload(self) -> Option<&'a [u8]> {
        bytes(self.message.payload, self.message.len)
    }

    pub(super) fn key(self) -> Option<&'a [u8]> {
        bytes(self.message.key, self.message.key_len)
    }

    /// Milliseconds since the epoch and Flink's name of the kind of timestamp.
    pub(super) fn timestamp(self) -> (Option<i64>, &'static str) {
        let mut kind = native::rd_kafka_timestamp_type_t::RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
        // SAFETY: the message is alive, `kind` is written before it is read.
        let millis = unsafe { native::rd_kafka_message_timestamp(self.message, &mut kind) };
        let name = match kind {
            native::rd_kafka_timestamp_type_t::RD_KAFKA_TIMESTAMP_CREATE_TIME => "CreateTime",
            native::rd_kafka_timestamp_type_t::RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME => "LogAppendTime",
            _ => "NoTimestampType",
        };
        ((millis >= 0).then_some(millis), name)
    }

    pub(super) fn leader_epoch(self) -> Option<i32> {
        // SAFETY: the message is alive.
        let epoch = unsafe { native::rd_kafka_message_leader_epoch(self.message) };
        (epoch >= 0).then_some(epoch)
    }

    pub(super) fn headers(self) -> Vec<(String, Option<Vec<u8>>)> {
        let mut list = std::ptr::null_mut();
        let message: *const native::rd_kafka_message_t = self.message;
        // SAFETY: the message is alive; librdkafka parses headers lazily into the message it owns.
        let answer = unsafe { native::rd_kafka_message_headers(message, &mut list) };
        let mut headers = Vec::new();
        if answer != native::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR {
            return headers;
        }
        loop {
            let (mut name, mut value, mut length) = (std::ptr::null(), std::ptr::null(), 0);
            // SAFETY: `list` belongs to the message; name and value are read before the message is destroyed.
            unsafe {
                let answer =
                    native::rd_kafka_header_get_all(list, headers.len(), &mut name, &mut value, &mut length);
                if answer != native::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR {
                    return headers;
                }
                let name = CStr::from_ptr(name).to_string_lossy().into_owned();
                headers.push((name, bytes(value.cast_mut(), length).map(<[u8]>::to_vec)));
            }
        }
    }
}

fn bytes<'a>(start: *mut std::ffi::c_void, length: usize) -> Option<&'a [u8]> {
    if start.is_null() {
        return None;
    }
    // SAFETY: librdkafka gives pointer and length of memory that lives as long as the message.
    Some(unsafe { std::slice::from_raw_parts(start.cast::<u8>(), length) })
}

impl BatchConsumer {
    /// `config` must name a `group.id` (it is not joined).
    pub(super) fn new(config: &ClientConfig) -> KafkaResult<BatchConsumer> {
        let consumer: BaseConsumer<QuietContext> = config.create_with_context(QuietContext::default())?;
        // SAFETY: the client is alive; the reference to its queue is given back in `drop`. The logger is a function
        // that lives as long as the program.
        let queue = unsafe {
            native::rd_kafka_set_logger(consumer.client().native_ptr(), Some(keep_line));
            native::rd_kafka_queue_get_consumer(consumer.client().native_ptr())
        };
        Ok(BatchConsumer {
            consumer,
            queue,
            taken: Vec::with_capacity(TAKEN_MAX),
            next: 0,
            missing: Missing::default(),
            told: String::new(),
        })
    }

    /// The next message; takes a new batch, waiting at most `wait`, when the last one is used up.
    pub(super) fn peek(&mut self, wait: Duration) -> Option<Fetched<'_>> {
        if self.next == self.taken.len() {
            self.take(wait);
            if self.hear()
                && let Some((topic, partition)) = self.missing.finding()
            {
                return Some(Fetched::Gone { topic, partition });
            }
        }
        let message = *self.taken.get(self.next)?;
        // SAFETY: messages between `next` and the end are not destroyed yet.
        let message = unsafe { &*message };
        Some(match message.err {
            native::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR => Fetched::Record(Record { message }),
            native::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR__PARTITION_EOF => Fetched::End {
                topic: TopicHandle(message.rkt),
                partition: message.partition,
                offset: message.offset,
            },
            error => Fetched::Error(describe(error, message)),
        })
    }

    /// The message that `peek` showed is done with.
    pub(super) fn advance(&mut self) {
        // SAFETY: each message is destroyed once, when `next` passes it.
        unsafe { native::rd_kafka_message_destroy(self.taken[self.next]) };
        self.next += 1;
    }

    fn take(&mut self, wait: Duration) {
        self.taken.clear();
        self.next = 0;
        // SAFETY: the vector has room for TAKEN_MAX pointers; librdkafka says how many it wrote.
        unsafe {
            let wait_ms = i32::try_from(wait.as_millis()).unwrap_or(i32::MAX);
            let count =
                native::rd_kafka_consume_batch_queue(self.queue, wait_ms, self.taken.as_mut_ptr(), TAKEN_MAX);
            self.taken.set_len(usize::try_from(count).unwrap_or(0));
        }
    }

    /// Takes in what the library said while messages were taken: taking whole batches turns its error events into
    /// lines of its log. Answers whether there was any.
    fn hear(&mut self) -> bool {
        let lines = LINES.take();
        for line in lines.iter().map(|line| without_client(line)) {
            let is_news = complaint::without_times(line) != complaint::without_times(&self.told);
            if !self.missing.note(line, Instant::now()) && is_news {
                log::warn(format_args!("kafka: {line}"));
                line.clone_into(&mut self.told);
            }
        }
        !lines.is_empty()
    }
}

/// `[thrd:app]: rdkafka#consumer-2: …` names the thread and the client first.
fn without_client(line: &str) -> &str {
    let after = line
        .split_once("rdkafka#")
        .and_then(|(_, rest)| rest.split_once(": "));
    after.map_or(line, |(_, rest)| rest)
}

thread_local! {
    /// What consumers say on this thread, until whoever took messages from them takes that, too.
    static LINES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// A line for the log, from a consumer whose messages are taken on this thread. Failures of connections come as
/// errors, too; what is less than an error is of no use to operators.
///
/// # Safety
///
/// librdkafka calls it with texts that end with a zero.
unsafe extern "C" fn keep_line(
    _client: *const native::rd_kafka_t,
    level: c_int,
    facility: *const c_char,
    text: *const c_char,
) {
    // SAFETY: as the function demands.
    let (facility, text) = unsafe { (CStr::from_ptr(facility), CStr::from_ptr(text)) };
    if level <= RDKafkaLogLevel::Error as c_int && facility != c"FAIL" {
        // A thread that is ending has nobody left who would listen.
        let _ = LINES.try_with(|lines| lines.borrow_mut().push(text.to_string_lossy().trim().to_owned()));
    }
}

impl Drop for BatchConsumer {
    fn drop(&mut self) {
        while self.next < self.taken.len() {
            self.advance();
        }
        // SAFETY: taken in `new`, given back once, before the consumer goes.
        unsafe { native::rd_kafka_queue_destroy(self.queue) };
    }
}

fn describe(error: native::rd_kafka_resp_err_t, message: &native::rd_kafka_message_t) -> String {
    // SAFETY: librdkafka's error texts are static.
    let name = unsafe { CStr::from_ptr(native::rd_kafka_err2str(error)) }.to_string_lossy();
    let detail = bytes(message.payload, message.len)
        .map(String::from_utf8_lossy)
        .unwrap_or_default();
    if message.rkt.is_null() {
        return format!("{name}: {detail}");
    }
    let topic = TopicHandle(message.rkt).name();
    format!("topic {topic}, partition {}: {name}: {detail}", message.partition)
}

/// A topic of a producer, by librdkafka's handle.
pub(super) struct ProducerTopic {
    handle: *mut native::rd_kafka_topic_t,
}

// SAFETY: librdkafka's topic handles may be used from any thread.
unsafe impl Send for ProducerTopic {}
// SAFETY: as above; all calls through the handle are thread-safe.
unsafe impl Sync for ProducerTopic {}

/// Where a message lies in the arena it was encoded into.
#[derive(Clone, Copy, Debug)]
pub(super) struct Encoded {
    pub(super) key: Option<(usize, usize)>,
    /// None: a tombstone.
    pub(super) value: Option<(usize, usize)>,
}

impl ProducerTopic {
    pub(super) fn new<C: ProducerContext>(producer: &BaseProducer<C>, topic: &str) -> Option<ProducerTopic> {
        let name = CString::new(topic).ok()?;
        // SAFETY: the producer is alive and outlives the handle (`Delivery` drops it later); null: defaults.
        let handle = unsafe {
            native::rd_kafka_topic_new(
                producer.client().native_ptr(),
                name.as_ptr(),
                std::ptr::null_mut(),
            )
        };
        (!handle.is_null()).then_some(ProducerTopic { handle })
    }

    /// Hands messages over (librdkafka copies them); answers how many it took: fewer than all when its queue is full.
    /// An error other than a full queue is the error's text.
    pub(super) fn produce(
        &self,
        partition: i32,
        arena: &[u8],
        messages: &[Encoded],
    ) -> Result<usize, String> {
        let mut native_messages: Vec<native::rd_kafka_message_t> = messages
            .iter()
            .map(|message| native_message(arena, message))
            .collect();
        let count = i32::try_from(messages.len()).expect("batches are small");
        // SAFETY: pointers in the messages lie in `arena`, which outlives the call; with F_COPY nothing is kept.
        let taken = unsafe {
            native::rd_kafka_produce_batch(
                self.handle,
                partition,
                native::RD_KAFKA_MSG_F_COPY,
                native_messages.as_mut_ptr(),
                count,
            )
        };
        let taken = usize::try_from(taken).unwrap_or(0);
        match native_messages.iter().find(|m| {
            m.err != native::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR
                && m.err != native::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR__QUEUE_FULL
        }) {
            // SAFETY: librdkafka's error texts are static.
            Some(failed) => Err(unsafe { CStr::from_ptr(native::rd_kafka_err2str(failed.err)) }
                .to_string_lossy()
                .into_owned()),
            None => Ok(taken),
        }
    }
}

fn native_message(arena: &[u8], message: &Encoded) -> native::rd_kafka_message_t {
    // SAFETY: the struct is plain data (pointers and numbers) for which zero is the documented "not given".
    let mut native: native::rd_kafka_message_t = unsafe { std::mem::zeroed() };
    if let Some((start, end)) = message.value {
        native.payload = arena[start..end].as_ptr().cast_mut().cast();
        native.len = end - start;
    }
    if let Some((start, end)) = message.key {
        native.key = arena[start..end].as_ptr().cast_mut().cast();
        native.key_len = end - start;
    }
    native
}

impl Drop for ProducerTopic {
    fn drop(&mut self) {
        // SAFETY: made in `new`, given back once.
        unsafe { native::rd_kafka_topic_destroy(self.handle) };
    }
}
