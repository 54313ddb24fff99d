//! `datagen`: rows made up from options, at a rate. Bounded by `number-of-rows` or by the shortest sequence.
//!
//! Rows have numbers 0, 1, 2, …; a row's values depend on its number alone (but for "now" in timestamps), so
//! a restored job goes on with exactly the rows it would have made. Numbers are dealt to a fixed count of
//! splits in blocks, whatever the parallelism, and a thread makes the lowest of its numbers first.

mod generator;

use std::time::Instant;

use self::generator::Generator;
use super::options::{JobEnvironment, Known, Options};
use super::{Polled, Split, SplitReader, SplitSource};
use crate::error::JobError;
use crate::job::{ReadFrom, SourceSpec};
use crate::row::{BatchWriter, RowKind};

/// Splits of every table, and rows that stand together in one split.
const SPLITS: u64 = 16;
const BLOCK_ROWS: u64 = 1_024;

struct Datagen {
    generators: Vec<Generator>,
    rows_per_second: u64,
    /// None: it never ends.
    rows: Option<u64>,
}

pub(super) fn open_source(
    spec: &SourceSpec,
    options: &Options,
    _environment: &JobEnvironment,
) -> Result<Box<dyn SplitSource>, JobError> {
    let optional = ["rows-per-second", "number-of-rows", "fields.*"];
    options.check(&optional.map(Known::optional))?;
    let non_negative = |key: &str| -> Result<Option<u64>, JobError> {
        options.parsed(key, "a number that is not negative", |text| text.parse().ok())
    };
    let physical = spec
        .physical
        .iter()
        .map(|c| generator::of_column(options, c.name, &c.ty));
    let physical: Vec<Generator> = physical.collect::<Result<_, _>>()?;
    generator::check_names(options, spec.physical.iter().map(|c| (c.name, &c.ty)))?;
    let shortest_sequence = physical.iter().filter_map(Generator::rows).min();
    let rows = [non_negative("number-of-rows")?, shortest_sequence]
        .into_iter()
        .flatten()
        .min();
    let read = spec.read.iter().map(|read| match read.from {
        ReadFrom::Physical(position) => Ok(physical[position].clone()),
        ReadFrom::Partition(_) => Err(options.no_partitions()),
        ReadFrom::Metadata(key) => {
            Err(options.error("connector", format!("'datagen' has no metadata column '{key}'")))
        }
    });
    let rows_per_second = non_negative("rows-per-second")?.unwrap_or(10_000);
    if rows_per_second == 0 {
        return Err(options.error("rows-per-second", "must be greater than 0"));
    }
    Ok(Box::new(Datagen {
        generators: read.collect::<Result<_, JobError>>()?,
        rows_per_second,
        rows,
    }))
}

impl SplitSource for Datagen {
    fn discover(&mut self) -> Result<Vec<Split>, JobError> {
        let split = |i: u64| Split {
            id: format!("{i:02}"),
            position: serde_json::Value::Null,
        };
        Ok((0..SPLITS).map(split).collect())
    }

    fn is_bounded(&self) -> bool {
        self.rows.is_some()
    }

    fn reader(&self) -> Result<Box<dyn SplitReader>, JobError> {
        Ok(Box::new(DatagenReader {
            generators: self.generators.clone(),
            rows_per_second: self.rows_per_second,
            rows: self.rows.unwrap_or(u64::MAX),
            splits: Vec::new(),
            started: None,
            made: 0,
        }))
    }
}

struct DatagenSplit {
    id: String,
    /// Which of the splits it is.
    index: u64,
    /// Number of its next row.
    next: u64,
    ended: bool,
}

struct DatagenReader {
    generators: Vec<Generator>,
    rows_per_second: u64,
    rows: u64,
    splits: Vec<DatagenSplit>,
    /// When the first row was made, for the rate.
    started: Option<Instant>,
    /// Rows made since.
    made: u64,
}

impl DatagenReader {
    /// Rows that may be made now without exceeding this reader's share of the rate.
    fn allowance(&mut self) -> u64 {
        let started = *self.started.get_or_insert_with(Instant::now);
        let share = self.rows_per_second as f64 * self.splits.len() as f64 / SPLITS as f64;
        // At the start one row is due already.
        let due = (started.elapsed().as_secs_f64() * share) as u64 + 1;
        due.saturating_sub(self.made)
    }
}

/// The number behind `row` in the same split.
fn following(row: u64) -> u64 {
    let next = row + 1;
    if next.is_multiple_of(BLOCK_ROWS) {
        next + (SPLITS - 1) * BLOCK_ROWS
    } else {
        next
    }
}

impl SplitReader for DatagenReader {
    fn assign(&mut self, split: Split) -> Result<(), JobError> {
        let index: u64 = split
            .id
            .parse()
            .map_err(|_| JobError::external("datagen", format!("unknown split '{}'", split.id)))?;
        self.splits.push(DatagenSplit {
            next: split.position.as_u64().unwrap_or(index * BLOCK_ROWS),
            id: split.id,
            index,
            ended: false,
        });
        Ok(())
    }

    fn poll(&mut self, rows_max: usize, output: &mut BatchWriter) -> Result<Polled, JobError> {
        let live = self
            .splits
            .iter_mut()
            .enumerate()
            .filter(|(_, split)| !split.ended);
        let Some((index, split)) = live.min_by_key(|(_, split)| split.next) else {
            return Ok(Polled::Idle);
        };
        if split.next >= self.rows {
            split.ended = true;
            return Ok(Polled::SplitEnd { split: index });
        }
        let block_end = (split.next / BLOCK_ROWS + 1) * BLOCK_ROWS;
        let in_block = block_end.min(self.rows) - split.next;
        let count = in_block.min(self.allowance()).min(rows_max as u64);
        if count == 0 {
            return Ok(Polled::Idle);
        }
        let split = &mut self.splits[index];
        debug_assert_eq!(
            split.next / BLOCK_ROWS % SPLITS,
            split.index,
            "a split has its own blocks"
        );
        for _ in 0..count {
            output.begin(RowKind::Insert);
            for (column, generator) in self.generators.iter().enumerate() {
                let value = generator.value(split.next);
                output.put_value(column, &value, generator.ty());
            }
            output.finish();
            split.next = following(split.next);
        }
        self.made += count;
        Ok(Polled::Rows { split: index })
    }

    fn positions(&self) -> Vec<Split> {
        let split = |split: &DatagenSplit| Split {
            id: split.id.clone(),
            position: split.next.into(),
        };
        self.splits.iter().map(split).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::{Column, ReadColumn};
    use sql::{DataType, TypeKind, Value};

    fn spec(kinds: &[TypeKind]) -> SourceSpec {
        let names = ["a", "b", "c"];
        let column = |i: usize| Column {
            name: names[i],
            ty: DataType::nullable(kinds[i].clone()),
        };
        SourceSpec {
            table: "t",
            read: (0..kinds.len())
                .map(|i| ReadColumn {
                    column: column(i),
                    from: ReadFrom::Physical(i),
                })
                .collect(),
            compute: None,
            watermark: None,
            physical: (0..kinds.len()).map(column).collect(),
            primary_key: vec![],
        }
    }

    fn open(kinds: &[TypeKind], options: &[(&str, &str)]) -> Result<Box<dyn SplitSource>, JobError> {
        let environment = JobEnvironment {
            job_id: "j".into(),
            time_zone: "UTC".into(),
            parallelism: 1,
            config: Default::default(),
            ..JobEnvironment::default()
        };
        open_source(
            &spec(kinds),
            &Options::new("t", options.iter().copied()),
            &environment,
        )
    }

    /// Rows of a reader with all splits, starting at these positions.
    fn rows(
        source: &dyn SplitSource,
        kinds: &[TypeKind],
        splits: Vec<Split>,
        rows_max: usize,
    ) -> (Vec<Vec<Value>>, Vec<Split>) {
        let types: Vec<DataType> = kinds.iter().cloned().map(DataType::nullable).collect();
        let mut reader = source.reader().expect("a reader");
        splits
            .into_iter()
            .for_each(|split| reader.assign(split).expect("assigned"));
        let mut output = BatchWriter::new(kinds.len());
        let mut ended = 0;
        while output.len() < rows_max && ended < SPLITS {
            match reader.poll(rows_max - output.len(), &mut output).expect("polled") {
                Polled::SplitEnd { .. } => ended += 1,
                Polled::Rows { .. } | Polled::Idle => {}
                other => panic!("{other:?}"),
            }
        }
        let batch = output.take();
        let values = batch.rows().map(|(_, row)| row.values(types.iter())).collect();
        (values, reader.positions())
    }

    const FAST: (&str, &str) = ("rows-per-second", "1000000000");

    #[test]
    fn a_sequence_comes_in_order_and_ends() {
        let options = [
            FAST,
            ("fields.a.kind", "sequence"),
            ("fields.a.start", "5"),
            ("fields.a.end", "3004"),
        ];
        let kinds = [TypeKind::BigInt];
        let mut source = open(&kinds, &options).expect("opens");
        assert!(source.is_bounded());
        let splits = source.discover().expect("splits");
        let (found, _) = rows(source.as_ref(), &kinds, splits, usize::MAX);
        let expected: Vec<_> = (5..=3004).map(|v| vec![Value::BigInt(v)]).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn positions_go_on_with_the_same_rows() {
        let kinds = [TypeKind::Int, TypeKind::STRING, TypeKind::Double];
        let options = [
            FAST,
            ("number-of-rows", "3000"),
            ("fields.a.min", "1"),
            ("fields.a.max", "9"),
            ("fields.b.length", "7"),
            ("fields.c.null-rate", "0.5"),
        ];
        let mut source = open(&kinds, &options).expect("opens");
        let splits = source.discover().expect("splits");
        let (all, _) = rows(source.as_ref(), &kinds, splits.clone(), usize::MAX);
        assert_eq!(all.len(), 3000);
        let (first, positions) = rows(source.as_ref(), &kinds, splits, 1500);
        let (second, _) = rows(source.as_ref(), &kinds, positions, usize::MAX);
        assert_eq!([first, second].concat(), all);
        let nulls = all.iter().filter(|row| row[2].is_null()).count();
        assert!((1000..2000).contains(&nulls), "{nulls}");
        for row in &all {
            assert!(matches!(&row[0], Value::Int(1..=9)), "{row:?}");
            assert!(matches!(&row[1], Value::Text(text) if text.len() == 7), "{row:?}");
        }
    }

    #[test]
    fn the_rate_is_kept() {
        let kinds = [TypeKind::Int];
        let mut source = open(&kinds, &[("rows-per-second", "1000")]).expect("opens");
        assert!(!source.is_bounded());
        let splits = source.discover().expect("splits");
        let started = Instant::now();
        rows(source.as_ref(), &kinds, splits, 31);
        assert!(started.elapsed().as_millis() >= 29);
    }

    #[test]
    fn wrong_options_are_refused() {
        for options in [
            &[("fields.z.min", "1")][..],
            &[("fields.a.minn", "1")],
            &[("fields.a.min", "x")],
            &[("fields.a.min", "5"), ("fields.a.max", "4")],
            &[("fields.a.kind", "sequence")],
            &[("rows-per-second", "0")],
            &[("row-per-second", "1")],
        ] {
            assert!(open(&[TypeKind::Int], options).is_err(), "{options:?}");
        }
        assert!(open(&[TypeKind::Boolean], &[("fields.a.kind", "sequence")]).is_err());
    }
}
