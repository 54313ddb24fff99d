//! Bodies of requests, as fast as they must arrive.
//!
//! In: a body. Out: the same bytes, or an error when they come too slowly. Invariant: the time for a body depends on
//! what has arrived of it, never on how it is cut into pieces.

use std::error::Error;
use std::io;
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes, HttpBody as _};
use futures_util::StreamExt as _;
use futures_util::stream::unfold;
use tokio::time::{Instant, timeout_at};

/// How slowly a body may arrive.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// Without regard to its size.
    pub(super) first: Duration,
    /// What has arrived at this pace has used none of the time.
    pub(super) bytes_per_second: u32,
}

struct Arrival {
    pieces: BodyDataStream,
    pace: Pace,
    /// From the first moment that somebody reads.
    deadline: Option<Instant>,
}

type Piece = Result<Bytes, Box<dyn Error + Send + Sync>>;

pub(super) fn bounded(body: Body, pace: Pace) -> Body {
    if body.is_end_stream() {
        return body;
    }
    let arrival = Arrival {
        pieces: body.into_data_stream(),
        pace,
        deadline: None,
    };
    Body::from_stream(unfold(Some(arrival), next))
}

/// The next piece, and what comes after it: nothing after an error.
async fn next(arrival: Option<Arrival>) -> Option<(Piece, Option<Arrival>)> {
    let mut arrival = arrival?;
    let deadline = arrival
        .deadline
        .unwrap_or_else(|| Instant::now() + arrival.pace.first);
    match timeout_at(deadline, arrival.pieces.next()).await {
        Ok(None) => None,
        Ok(Some(Ok(bytes))) => {
            let seconds = bytes.len() as f64 / f64::from(arrival.pace.bytes_per_second);
            arrival.deadline = Some(deadline + Duration::from_secs_f64(seconds));
            Some((Ok(bytes), Some(arrival)))
        }
        Ok(Some(Err(error))) => Some((Err(error.into()), None)),
        Err(_) => Some((Err(io::Error::from(io::ErrorKind::TimedOut).into()), None)),
    }
}

/// Whether reading a body has failed because it came too slowly.
pub(in super::super) fn came_too_slowly(error: &(dyn Error + 'static)) -> bool {
    let mut causes = std::iter::successors(Some(error), |error| (*error).source());
    causes.any(|cause| {
        let cause = cause.downcast_ref::<io::Error>();
        cause.is_some_and(|cause| cause.kind() == io::ErrorKind::TimedOut)
    })
}
