//! Functions of dates, times and timestamps, by what they do.
//!
//! TIMESTAMP_LTZ is an instant: functions that look at its parts take the session and work on the wall-clock time
//! in the session's zone.

pub mod clock;
pub mod convert;
pub mod difference;
pub mod extract;
pub mod interval;
pub mod pattern;
pub mod round;
pub mod unit;

pub use unit::Unit;
