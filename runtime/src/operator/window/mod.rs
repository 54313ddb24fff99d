//! Windows as arithmetic on wall-clock milliseconds: which slice a time falls into, which windows a slice
//! belongs to.
//!
//! In: times, slice ends, window ends; out: the same. A slice is the greatest span that no window of the
//! kind divides; slices and windows are named by their ends. Times may be negative: all divisions round
//! down.

pub(super) mod clock;
pub(super) mod output;

use crate::error::JobError;
use crate::job::WindowKind;

/// Windows of one kind, checked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    kind: WindowKind,
}

/// Start of the span of length `size_ms` that holds `time_ms`.
fn start_of(time_ms: i64, offset_ms: i64, size_ms: i64) -> i64 {
    time_ms - (time_ms - offset_ms).rem_euclid(size_ms)
}

impl Frame {
    /// `sliced`: the windows are to be put together from slices, so that the size is a multiple of the step.
    pub(super) fn new(operator: &str, kind: WindowKind, sliced: bool) -> Result<Self, JobError> {
        let (step_ms, size_ms) = match kind {
            WindowKind::Tumble { size_ms, .. } => (size_ms, size_ms),
            WindowKind::Hop {
                slide_ms, size_ms, ..
            } => (slide_ms, size_ms),
            WindowKind::Cumulate { step_ms, size_ms, .. } => (step_ms, size_ms),
        };
        let hop = matches!(kind, WindowKind::Hop { .. });
        if step_ms <= 0 || size_ms <= 0 {
            let message = format!("operator {operator}: a window's size and step must be positive");
            return Err(JobError::Configuration(message));
        }
        if (sliced || !hop) && size_ms % step_ms != 0 {
            let message = format!(
                "operator {operator}: the window size ({size_ms} ms) must be a multiple of the step ({step_ms} ms)"
            );
            return Err(JobError::Configuration(message));
        }
        Ok(Frame { kind })
    }

    /// True if a window may have more than one slice.
    pub(super) fn is_shared(self) -> bool {
        !matches!(self.kind, WindowKind::Tumble { .. })
    }

    /// The order in which the parts of a window are added, which Flink's lists and sums of floats depend on.
    pub(super) fn adds_newest_first(self) -> bool {
        matches!(self.kind, WindowKind::Hop { .. })
    }

    /// Start and end of the slice that holds a time.
    #[inline]
    pub(super) fn slice(self, time_ms: i64) -> (i64, i64) {
        let (WindowKind::Tumble { offset_ms, .. }
        | WindowKind::Hop { offset_ms, .. }
        | WindowKind::Cumulate { offset_ms, .. }) = self.kind;
        let size_ms = self.step_ms();
        let start = start_of(time_ms, offset_ms, size_ms);
        (start, start + size_ms)
    }

    /// From the end of one window to the end of the next; the length of a slice.
    pub(super) fn step_ms(self) -> i64 {
        match self.kind {
            WindowKind::Tumble { size_ms, .. } => size_ms,
            WindowKind::Hop { slide_ms, .. } => slide_ms,
            WindowKind::Cumulate { step_ms, .. } => step_ms,
        }
    }

    pub(super) fn last_window_end(self, slice_end: i64) -> i64 {
        match self.kind {
            WindowKind::Tumble { .. } => slice_end,
            WindowKind::Hop {
                slide_ms, size_ms, ..
            } => slice_end - slide_ms + size_ms,
            WindowKind::Cumulate { size_ms, .. } => self.window_start(slice_end) + size_ms,
        }
    }

    pub(super) fn window_start(self, window_end: i64) -> i64 {
        match self.kind {
            WindowKind::Tumble { size_ms, .. } | WindowKind::Hop { size_ms, .. } => window_end - size_ms,
            WindowKind::Cumulate {
                size_ms, offset_ms, ..
            } => start_of(window_end - 1, offset_ms, size_ms),
        }
    }

    /// Start and end of the windows that hold a time, in the order in which Flink's table function names
    /// them.
    pub(super) fn windows_of_time(self, time_ms: i64, windows: &mut Vec<(i64, i64)>) {
        windows.clear();
        let (first_start, slice_end) = self.slice(time_ms);
        match self.kind {
            WindowKind::Tumble { .. } => windows.push((first_start, slice_end)),
            WindowKind::Hop {
                slide_ms, size_ms, ..
            } => {
                let mut start = first_start;
                while start > time_ms - size_ms {
                    windows.push((start, start + size_ms));
                    start -= slide_ms;
                }
            }
            WindowKind::Cumulate { .. } => {
                let start = self.window_start(slice_end);
                let ends = (slice_end..=self.last_window_end(slice_end)).step_by(self.step_ms() as usize);
                windows.extend(ends.map(|end| (start, end)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOP: WindowKind = WindowKind::Hop {
        slide_ms: 5,
        size_ms: 10,
        offset_ms: 0,
    };
    const CUMULATE: WindowKind = WindowKind::Cumulate {
        step_ms: 5,
        size_ms: 15,
        offset_ms: 0,
    };

    #[test]
    fn times_fall_into_windows() {
        let tumble = |offset_ms| WindowKind::Tumble {
            size_ms: 10,
            offset_ms,
        };
        let cases: [(WindowKind, i64, &[(i64, i64)]); 10] = [
            (tumble(0), 0, &[(0, 10)]),
            (tumble(0), -1, &[(-10, 0)]),
            (tumble(3), 2, &[(-7, 3)]),
            (tumble(-3), 7, &[(7, 17)]),
            (tumble(23), 3, &[(3, 13)]),
            (HOP, 7, &[(5, 15), (0, 10)]),
            (HOP, -1, &[(-5, 5), (-10, 0)]),
            (
                WindowKind::Hop {
                    slide_ms: 10,
                    size_ms: 4,
                    offset_ms: 0,
                },
                5,
                &[],
            ),
            (CUMULATE, 7, &[(0, 10), (0, 15)]),
            (CUMULATE, -1, &[(-15, 0)]),
        ];
        for (kind, time_ms, expected) in cases {
            let mut windows = Vec::new();
            Frame::new("w", kind, false)
                .expect("the kind is right")
                .windows_of_time(time_ms, &mut windows);
            assert_eq!(windows, expected, "{kind:?} {time_ms}");
        }
    }

    #[test]
    fn slices_make_up_the_windows() {
        for kind in [
            HOP,
            CUMULATE,
            WindowKind::Tumble {
                size_ms: 10,
                offset_ms: 4,
            },
        ] {
            let frame = Frame::new("w", kind, true).expect("the kind is right");
            for time_ms in -40..40 {
                let (start, end) = frame.slice(time_ms);
                assert!(start <= time_ms && time_ms < end);
                let mut windows = Vec::new();
                frame.windows_of_time(time_ms, &mut windows);
                windows.sort_unstable();
                let ends: Vec<i64> = windows.iter().map(|window| window.1).collect();
                let last = frame.last_window_end(end);
                let expected: Vec<i64> = (end..=last).step_by(frame.step_ms() as usize).collect();
                assert_eq!(ends, expected, "{kind:?} {time_ms}");
                for (window_start, window_end) in windows {
                    assert_eq!(frame.window_start(window_end), window_start);
                    assert!(window_start < end && end <= window_end);
                }
            }
        }
    }

    #[test]
    fn odd_sizes_are_errors() {
        let odd = WindowKind::Hop {
            slide_ms: 3,
            size_ms: 10,
            offset_ms: 0,
        };
        assert!(Frame::new("w", odd, true).is_err());
        assert!(Frame::new("w", odd, false).is_ok());
        let none = WindowKind::Tumble {
            size_ms: 0,
            offset_ms: 0,
        };
        assert!(Frame::new("w", none, false).is_err());
    }
}
