//! What a client says when it cannot connect, and when that is final.
//!
//! In: librdkafka's error events. Out: the reason why the job ends. Invariant: a wrong password and a certificate that
//! is not trusted end the job at once; librdkafka itself would try for ever.

use std::sync::{Mutex, MutexGuard};

use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use super::external;
use crate::error::JobError;

/// What one client has complained of so far.
#[derive(Default)]
pub(super) struct Complaints {
    /// A refusal that no waiting changes.
    refusal: Mutex<Option<String>>,
    last: Mutex<Option<String>>,
}

impl Complaints {
    /// Keeps the complaint; true: it is another one than the last, so it is worth telling. That all brokers are down
    /// only sums up what was said of each.
    pub(super) fn note(&self, error: &KafkaError, reason: &str) -> bool {
        let mut last = lock(&self.last);
        let sums_up = error.rdkafka_error_code() == Some(RDKafkaErrorCode::AllBrokersDown);
        if sums_up && last.is_some() {
            return false;
        }
        let is_new = last.as_deref().map(without_times) != Some(without_times(reason));
        *last = Some(reason.to_owned());
        if is_final(error.rdkafka_error_code(), reason) {
            lock(&self.refusal).get_or_insert_with(|| reason.to_owned());
        }
        is_new
    }

    /// Fails once the brokers have refused this client, or it them.
    pub(super) fn check(&self) -> Result<(), JobError> {
        match lock(&self.refusal).as_deref() {
            Some(reason) => Err(external(reason)),
            None => Ok(()),
        }
    }

    /// The error with what the client said last, which usually tells more.
    pub(super) fn explain(&self, error: &KafkaError) -> JobError {
        match lock(&self.last).as_deref() {
            Some(reason) => external(format!("{error} ({reason})")),
            None => external(error),
        }
    }
}

/// A handshake that broke off may be a broker that goes down; one that speaks of certificates is not.
fn is_final(code: Option<RDKafkaErrorCode>, reason: &str) -> bool {
    const OF_CERTIFICATES: [&str; 4] = ["certificate", "alert", "hostname", "verify"];
    match code {
        Some(RDKafkaErrorCode::Authentication) => true,
        Some(RDKafkaErrorCode::SSL) => {
            let reason = reason.to_ascii_lowercase();
            OF_CERTIFICATES.iter().any(|word| reason.contains(word))
        }
        _ => false,
    }
}

/// `… (after 12ms in state CONNECT, 3 identical error(s) suppressed)` says the same each time but for this.
pub(super) fn without_times(reason: &str) -> &str {
    reason.split(" (after ").next().unwrap_or(reason)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no holder of the lock panics")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_final_and_outages_are_not() {
        use RDKafkaErrorCode as Code;
        for (code, reason, expected) in [
            (
                Code::Authentication,
                "SASL authentication error: invalid credentials",
                true,
            ),
            (Code::SSL, "SSL handshake failed: certificate verify failed", true),
            (Code::SSL, "SSL handshake failed: tlsv1 alert unknown ca", true),
            (Code::SSL, "SSL handshake failed: Disconnected", false),
            (
                Code::BrokerTransportFailure,
                "Connect to b:1 failed: Connection refused",
                false,
            ),
        ] {
            let complaints = Complaints::default();
            let error = KafkaError::Global(code);
            assert!(complaints.note(&error, &format!("{reason} (after 1ms in state CONNECT)")));
            assert!(!complaints.note(&error, &format!("{reason} (after 2ms in state CONNECT)")));
            assert!(!complaints.note(&KafkaError::Global(Code::AllBrokersDown), "1/1 brokers are down"));
            assert_eq!(complaints.check().is_err(), expected, "{reason}");
            let explained = complaints
                .explain(&KafkaError::Global(Code::AllBrokersDown))
                .to_string();
            assert!(explained.contains(reason), "{explained}");
        }
    }
}
