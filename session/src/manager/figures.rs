//! Figures over time: what the jobs of each service use.
//!
//! In: samples. Out: points of a period. Invariant: each period keeps as many points as a chart shows, each the mean of
//! its stretch of time; memory is bounded by the number of services.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Period {
    Hour,
    Day,
    Week,
    Month,
    Year,
}

impl Period {
    pub const ALL: [Period; 5] = [
        Period::Hour,
        Period::Day,
        Period::Week,
        Period::Month,
        Period::Year,
    ];

    /// Time between two points.
    pub fn step(self) -> Duration {
        let seconds = match self {
            Period::Hour => 30,
            Period::Day => 5 * 60,
            Period::Week => 30 * 60,
            Period::Month => 3 * 3_600,
            Period::Year => 24 * 3_600,
        };
        Duration::from_secs(seconds)
    }

    fn points_max(self) -> usize {
        let seconds = match self {
            Period::Hour => 3_600,
            Period::Day => 86_400,
            Period::Week => 7 * 86_400,
            Period::Month => 31 * 86_400,
            Period::Year => 366 * 86_400,
        };
        (seconds / self.step().as_secs()) as usize
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FigureKind {
    /// Cores in use, in percent of one.
    CpuPercent,
    /// Memory of the jobs, in percent of the workers' memory.
    MemoryPercent,
    /// Rows per second.
    RowsRead,
    RowsWritten,
}

impl FigureKind {
    pub const ALL: [FigureKind; 4] = [
        FigureKind::CpuPercent,
        FigureKind::MemoryPercent,
        FigureKind::RowsRead,
        FigureKind::RowsWritten,
    ];
}

/// One line of a chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    pub kind: FigureKind,
    /// Seconds since 1970, and the value.
    pub points: Vec<(i64, f64)>,
}

/// One moment of one service, in the order of `FigureKind::ALL`.
pub(super) type Sample = [f64; FigureKind::ALL.len()];

#[derive(Default)]
pub(super) struct Figures {
    services: BTreeMap<(String, Period), Series>,
}

#[derive(Default)]
struct Series {
    points: VecDeque<Point>,
}

struct Point {
    /// Start of the stretch, seconds since 1970.
    at: i64,
    sum: Sample,
    samples: u32,
}

impl Figures {
    pub(super) fn add(&mut self, service: &str, at: i64, sample: Sample) {
        for period in Period::ALL {
            let series = self.services.entry((service.to_owned(), period)).or_default();
            let step = period.step().as_secs() as i64;
            let start = at.div_euclid(step) * step;
            if series.points.back().is_none_or(|point| point.at < start) {
                let point = Point {
                    at: start,
                    sum: Sample::default(),
                    samples: 0,
                };
                series.points.push_back(point);
            }
            if series.points.len() > period.points_max() {
                series.points.pop_front();
            }
            let point = series.points.back_mut().expect("one was added");
            point.samples += 1;
            for (sum, value) in point.sum.iter_mut().zip(sample) {
                *sum += value;
            }
        }
    }

    pub(super) fn of(&self, service: &str, period: Period) -> Vec<Figure> {
        let series = self.services.get(&(service.to_owned(), period));
        let points = |at: usize| {
            let points = series.into_iter().flat_map(|series| &series.points);
            points
                .map(|point| (point.at, point.sum[at] / f64::from(point.samples)))
                .collect()
        };
        let kinds = FigureKind::ALL.into_iter().enumerate();
        kinds
            .map(|(at, kind)| Figure {
                kind,
                points: points(at),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_means_and_old_ones_go() {
        let mut figures = Figures::default();
        for at in [0, 10, 29, 30] {
            figures.add("s", at, [at as f64, 0.0, 0.0, 0.0]);
        }
        let cpu = |figures: &Figures, period| figures.of("s", period)[0].points.clone();
        assert_eq!(cpu(&figures, Period::Hour), [(0, 13.0), (30, 30.0)]);
        assert_eq!(cpu(&figures, Period::Day), [(0, 17.25)]);
        assert!(figures.of("another", Period::Hour)[0].points.is_empty());
        for at in 0..1_000 {
            figures.add("s", at * 30, [1.0; 4]);
        }
        assert_eq!(cpu(&figures, Period::Hour).len(), 120);
    }
}
