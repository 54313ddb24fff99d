//! The bounds of the dataflow, each with its reason. In: nothing. Out: constants. Invariant: whatever can
//! grow while a job runs is bounded by one of these or by a configuration key.

use std::time::Duration;

/// Rows a source may append in one poll: enough to amortise kernels, few enough that a barrier waits well
/// below a millisecond for the batch to run to completion.
pub(crate) const POLL_ROWS_MAX: usize = 4_096;

/// Bytes in flight from one thread to another through one exchange. Two batches of large rows fit, so that
/// sender and receiver overlap; P² × exchanges of these bound the memory of a job's shuffle.
pub(crate) const CHANNEL_BYTES_MAX: usize = 1 << 20;

/// Bytes taken out of one channel before the thread looks at other work, so that no channel starves the
/// others.
pub(crate) const DRAIN_BYTES_MAX: usize = 1 << 20;

/// Bytes that may wait at an input that is held back by barrier alignment; beyond them what feeds it is not
/// read.
pub(crate) const ALIGNMENT_BYTES_MAX: usize = 4 << 20;

/// Entries of changed state written to a checkpoint between two batches: about a millisecond of work.
pub(crate) const SNAPSHOT_ENTRIES_STEP: usize = 4_096;

/// Bytes of state gathered before they become one object in checkpoint storage: large enough that requests do
/// not cost more than bytes, small enough to be held in memory several times over.
pub(crate) const PART_BYTES: usize = 16 << 20;

/// Objects of one checkpoint that one thread may have waiting for upload; the writing of state pauses beyond
/// them.
pub(crate) const PARTS_IN_FLIGHT_MAX: usize = 4;

/// How long a thread without work sleeps at most when nobody wakes it. Sources that wait do so in their own
/// poll.
pub(crate) const IDLE_SLEEP: Duration = Duration::from_millis(2);

/// The same after so many rounds without work (about a second, about ten, about a minute), so that a job that waits
/// costs next to nothing: nobody notices the delay of the first row after a silence. What asks for a checkpoint wakes.
pub(crate) const IDLE_SLEEPS_LONG: [(u32, Duration); 3] = [
    (500, Duration::from_millis(10)),
    (1_500, Duration::from_millis(50)),
    (2_500, Duration::from_millis(100)),
];

/// How often a thread reads the wall clock for periodic duties when it is busy.
pub(crate) const DUTIES_INTERVAL: Duration = Duration::from_millis(1);

/// How often a thread publishes the figures of its operators; they are reported once a second.
pub(crate) const FIGURES_INTERVAL: Duration = Duration::from_millis(200);

/// How often the coordinator looks for timeouts, and whether the figures of the second are due, when nothing else is
/// and nobody wakes it.
pub(crate) const COORDINATOR_TICK: Duration = Duration::from_millis(250);

/// How long a job that commits nothing goes on before it looks whether it has been replaced: sinks without transactions
/// show what it writes until then.
pub(crate) const SUCCESSOR_LOOK: Duration = Duration::from_secs(5);

/// The least time between two looks for what is due.
pub(crate) const COORDINATOR_TICK_MIN: Duration = Duration::from_millis(1);

/// Threads that wait for uploads on behalf of all worker threads.
pub(crate) const UPLOAD_THREADS: usize = 2;
