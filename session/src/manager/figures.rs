//! Figures over time: what the jobs of each service use.
//!
//! In: samples. Out: points of a period. Invariant: each period keeps as many points as a chart shows, each the mean of
//! its stretch of time; memory is bounded by the number of services, and so is the file that outlives the process.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
    /// What was added since it was last written: the file has it after the next time.
    unwritten: u32,
    file: Option<PathBuf>,
}

/// Samples of all services between two times that the file is written: a minute.
const UNWRITTEN_MAX: u32 = 2;

#[derive(Default, Serialize, Deserialize)]
struct Series {
    points: VecDeque<Point>,
}

/// The file: one entry for each service and period.
#[derive(Serialize, Deserialize)]
struct Entry<S> {
    service: String,
    period: Period,
    series: S,
}

#[derive(Clone, Serialize, Deserialize)]
struct Point {
    /// Start of the stretch, seconds since 1970.
    at: i64,
    sum: Sample,
    samples: u32,
}

/// Bytes and where they go.
pub(super) struct Page {
    file: PathBuf,
    text: Vec<u8>,
}

impl Page {
    /// The file is whole at every moment. Figures are no reason not to run.
    pub(super) fn write(&self) {
        let fresh = self.file.with_extension("json.part");
        let written = std::fs::write(&fresh, &self.text).and_then(|()| std::fs::rename(&fresh, &self.file));
        if let Err(error) = written {
            eprintln!("writing {}: {error}", self.file.display());
        }
    }
}

impl Figures {
    /// With what an earlier process has left in the file, and what it can be read of.
    pub(super) fn open(file: &Path) -> Figures {
        let text = std::fs::read(file).unwrap_or_default();
        let entries: Vec<Entry<Series>> = match serde_json::from_slice(&text) {
            Ok(entries) => entries,
            Err(_) if text.is_empty() => Vec::new(),
            Err(error) => {
                eprintln!("{}: figures from before are lost: {error}", file.display());
                Vec::new()
            }
        };
        let entries = entries.into_iter();
        Figures {
            services: entries
                .map(|one| ((one.service, one.period), one.series))
                .collect(),
            unwritten: 0,
            file: Some(file.to_owned()),
        }
    }

    /// After a round of samples: the page that is to be written now, if it is time.
    pub(super) fn page(&mut self, services: impl Fn(&str) -> bool) -> Option<Page> {
        self.unwritten += 1;
        if self.unwritten < UNWRITTEN_MAX {
            return None;
        }
        self.unwritten = 0;
        self.services.retain(|(service, _), _| services(service));
        let entries = self.services.iter().map(|((service, period), series)| Entry {
            service: service.clone(),
            period: *period,
            series,
        });
        let entries: Vec<Entry<&Series>> = entries.collect();
        Some(Page {
            file: self.file.clone()?,
            text: serde_json::to_vec(&entries).expect("figures are plain data"),
        })
    }

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

    #[test]
    fn figures_outlive_the_process() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("figures.json");
        let mut figures = Figures::open(&file);
        figures.add("p/s", 30, [1.5, 0.0, 3.0, 0.1]);
        figures.add("p/gone", 30, [1.0; 4]);
        assert!(figures.page(|_| true).is_none(), "not after every round");
        figures.add("p/s", 31, [2.5, 0.0, 3.0, 0.2]);
        figures
            .page(|service| service == "p/s")
            .expect("it is time")
            .write();
        let mut again = Figures::open(&file);
        assert_eq!(again.of("p/s", Period::Hour), figures.of("p/s", Period::Hour));
        assert!(again.of("p/gone", Period::Hour)[0].points.is_empty());
        again.add("p/s", 32, [5.0, 0.0, 3.0, 0.3]);
        assert_eq!(
            again.of("p/s", Period::Hour)[0].points,
            [(30, 3.0)],
            "means go on"
        );
        std::fs::write(&file, "[{").expect("it is written");
        assert!(Figures::open(&file).of("p/s", Period::Hour)[0].points.is_empty());
    }
}
