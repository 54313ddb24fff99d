//! What manager, worker and job say to each other, as JSON.
//!
//! Manager ↔ worker (`worker`): the worker calls; each call carries what it has and brings what it should have, so
//! either side may restart at any time. Worker ↔ job (`job`): lines over a Unix socket that the job connects to; when
//! the socket closes the other side has died.

pub mod job;
mod level;
pub mod worker;

pub use level::Level;
