//! A bounded scan: `COPY (SELECT …) TO STDOUT` read in the background, one split or one per range of
//! `scan.partition.column`.

use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded};
use futures_util::StreamExt as _;
use sql::{DataType, Value};

use super::client::Database;
use super::progress::{Changed, Progress};
use super::{check, client, external, quoted, quoted_table, text};
use crate::connector::options::Options;
use crate::connector::{Polled, Split, SplitReader, SplitSource};
use crate::error::JobError;
use crate::job::{ReadFrom, SourceSpec};
use crate::row::{BatchWriter, RowKind};

/// Rows without a key come in the order in which they lie in the table: not from several processes at once, not from
/// where another scan of the table happens to be, not in the order of an index. The same rows then come in the same
/// order again. A server that does not know these settings keeps its own order.
const ORDER_OF_TABLE: &str = "SELECT set_config(name, CASE setting WHEN 'on' THEN 'off' ELSE '0' END, false) \
    FROM pg_settings WHERE name IN ('synchronize_seqscans', 'enable_indexscan', 'enable_indexonlyscan', \
    'max_parallel_workers_per_gather') AND setting NOT IN ('off', '0')";

/// Chunks of the server's answer that wait to be decoded.
const CHUNKS_MAX: usize = 16;

struct JdbcSource {
    plan: Arc<ScanPlan>,
    splits: Vec<Split>,
}

struct ScanPlan {
    database: Database,
    table: String,
    /// `SELECT … FROM …` without condition.
    select: String,
    order: String,
    types: Vec<DataType>,
}

/// Opens the source side of a table.
pub(crate) fn open_source(spec: &SourceSpec, options: &Options) -> Result<Box<dyn SplitSource>, JobError> {
    check(options)?;
    let mut columns = Vec::new();
    for read in &spec.read {
        match read.from {
            ReadFrom::Physical(i) => columns.push(quoted(spec.physical[i].name)),
            ReadFrom::Partition(_) => return Err(options.no_partitions()),
            ReadFrom::Metadata(key) => {
                return Err(options.error("connector", format!("'jdbc' has no metadata column '{key}'")));
            }
        }
    }
    let table = quoted_table(options.required("table-name")?);
    // A restart reads the split again and skips what was read: the order must be the same.
    let key: Vec<String> = spec
        .primary_key
        .iter()
        .map(|i| quoted(spec.physical[*i].name))
        .collect();
    let order = if key.is_empty() {
        String::new()
    } else {
        format!(" ORDER BY {}", key.join(", "))
    };
    // A row without columns still counts.
    let list = if columns.is_empty() {
        "NULL".to_owned()
    } else {
        columns.join(", ")
    };
    let plan = ScanPlan {
        database: Database::new(options)?,
        select: format!("SELECT {list} FROM {table}"),
        table: options.table.clone(),
        order,
        types: spec.read.iter().map(|read| read.column.ty.clone()).collect(),
    };
    Ok(Box::new(JdbcSource {
        plan: Arc::new(plan),
        splits: splits(options)?,
    }))
}

/// The conditions of the splits, by `scan.partition.*`; the id of a split is its condition.
fn splits(options: &Options) -> Result<Vec<Split>, JobError> {
    let all = |id: &str| Split {
        id: id.to_owned(),
        position: serde_json::json!(0),
    };
    let Some(column) = options.get("scan.partition.column") else {
        return Ok(vec![all("true")]);
    };
    let number = |key: &str| {
        options
            .integer(key)?
            .ok_or_else(|| options.error(key, "is required with 'scan.partition.column'"))
    };
    let count = number("scan.partition.num")?;
    let (lower, upper) = (
        number("scan.partition.lower-bound")?,
        number("scan.partition.upper-bound")?,
    );
    if count < 1 || lower > upper {
        return Err(options.error(
            "scan.partition.num",
            "expected at least one partition and lower ≤ upper bound",
        ));
    }
    let size = (i128::from(upper) - i128::from(lower) + 1) / i128::from(count);
    let start = |i: i64| i128::from(lower) + size * i128::from(i);
    let column = quoted(column);
    let condition = |i: i64| match i + 1 == count {
        true => format!("{column} BETWEEN {} AND {upper}", start(i)),
        false => format!("{column} BETWEEN {} AND {}", start(i), start(i + 1) - 1),
    };
    Ok((0..count).map(|i| all(&condition(i))).collect())
}

impl SplitSource for JdbcSource {
    fn discover(&mut self) -> Result<Vec<Split>, JobError> {
        Ok(self.splits.clone())
    }

    fn is_bounded(&self) -> bool {
        true
    }

    fn reader(&self) -> Result<Box<dyn SplitReader>, JobError> {
        Ok(Box::new(JdbcReader {
            plan: self.plan.clone(),
            scans: Vec::new(),
            next: 0,
        }))
    }
}

impl ScanPlan {
    fn failed(&self, message: &str) -> JobError {
        external(format!("table {}: {message}", self.table))
    }

    /// The query, where no key gives its rows an order.
    fn unordered(&self) -> Option<&str> {
        self.order.is_empty().then_some(self.select.as_str())
    }

    fn changed(&self, what: Changed) -> JobError {
        self.failed(match what {
            Changed::Rows => {
                "the scan was interrupted, and the rows read before do not come again as they were: the table has \
                 changed, or has been rewritten. Begin anew with --from-scratch; a PRIMARY KEY of the table would \
                 give the rows an order"
            }
            Changed::Query => {
                "the scan was interrupted, and this version reads other columns of the table or has another PRIMARY \
                 KEY for it: nothing tells which rows were read before. Let the version before come to the end of \
                 the scan, or begin anew with --from-scratch"
            }
        })
    }
}

/// Hands over what the query brings until nobody wants more.
async fn read(
    database: &Database,
    is_ordered: bool,
    query: &str,
    chunks: &Sender<Chunk>,
) -> Result<(), tokio_postgres::Error> {
    let client = database.connect().await?;
    if !is_ordered {
        client.batch_execute(ORDER_OF_TABLE).await?;
    }
    let mut stream = std::pin::pin!(client.copy_out(query).await?);
    while let Some(chunk) = stream.next().await {
        if chunks.send(Chunk::Rows(chunk?.to_vec())).is_err() {
            break;
        }
    }
    Ok(())
}

struct JdbcReader {
    plan: Arc<ScanPlan>,
    scans: Vec<Scan>,
    next: usize,
}

/// What the thread of a scan brings. One that goes without having said `End` has broken down.
enum Chunk {
    Rows(Vec<u8>),
    End,
    Failed(String),
}

struct Scan {
    id: String,
    chunks: Receiver<Chunk>,
    /// Bytes of rows not decoded yet.
    rest: Vec<u8>,
    progress: Progress,
    /// All of it has been read, maybe before the restart.
    is_complete: bool,
    /// That has been told.
    ended: bool,
}

/// Position of a scan that has been read to its end: nothing of it is read again, whatever the table holds by then.
const END: &str = "end";

/// What a scan brings that was read before.
fn complete() -> Receiver<Chunk> {
    let (sender, chunks) = bounded(1);
    sender.send(Chunk::End).expect("the receiver is there");
    chunks
}

impl JdbcReader {
    /// Starts to read the rows of a split.
    fn start(&self, condition: &str) -> Result<Receiver<Chunk>, JobError> {
        let query = format!(
            "COPY ({} WHERE {condition}{}) TO STDOUT",
            self.plan.select, self.plan.order
        );
        let (sender, chunks) = bounded(CHUNKS_MAX);
        let database = self.plan.database.clone();
        let is_ordered = !self.plan.order.is_empty();
        let runtime = client::runtime()?;
        std::thread::Builder::new()
            .name("jdbc-scan".to_owned())
            .spawn(move || {
                let result = runtime.block_on(read(&database, is_ordered, &query, &sender));
                // Nobody listens when the job has ended already.
                let _ = sender.send(match result {
                    Ok(()) => Chunk::End,
                    Err(error) => Chunk::Failed(database.describe(&error)),
                });
            })
            .map_err(external)?;
        Ok(chunks)
    }
}

impl SplitReader for JdbcReader {
    fn assign(&mut self, split: Split) -> Result<(), JobError> {
        let is_complete = split.position == END;
        let chunks = match is_complete {
            true => complete(),
            false => self.start(&split.id)?,
        };
        self.scans.push(Scan {
            id: split.id,
            chunks,
            rest: Vec::new(),
            progress: Progress::new(&split.position, self.plan.unordered()),
            is_complete,
            ended: false,
        });
        Ok(())
    }

    fn poll(&mut self, rows_max: usize, output: &mut BatchWriter) -> Result<Polled, JobError> {
        for _ in 0..self.scans.len() {
            self.next = (self.next + 1) % self.scans.len();
            let scan = &mut self.scans[self.next];
            if scan.ended {
                continue;
            }
            let rows_before = scan.progress.rows();
            scan.decode(rows_max, &self.plan, output)?;
            if scan.progress.rows() > rows_before {
                return Ok(Polled::Rows { split: self.next });
            }
            match scan.chunks.try_recv() {
                Ok(Chunk::Rows(chunk)) => {
                    scan.rest.extend_from_slice(&chunk);
                    scan.decode(rows_max, &self.plan, output)?;
                    return Ok(Polled::Rows { split: self.next });
                }
                Ok(Chunk::Failed(message)) => return Err(self.plan.failed(&message)),
                Ok(Chunk::End) => {
                    scan.end(&self.plan)?;
                    (scan.is_complete, scan.ended) = (true, true);
                    return Ok(Polled::SplitEnd { split: self.next });
                }
                Err(TryRecvError::Disconnected) => {
                    return Err(self.plan.failed("the thread of the scan broke down"));
                }
                Err(TryRecvError::Empty) => {}
            }
        }
        Ok(Polled::Idle)
    }

    fn positions(&self) -> Vec<Split> {
        let position = |scan: &Scan| Split {
            id: scan.id.clone(),
            position: match scan.is_complete {
                true => END.into(),
                false => scan.progress.position(),
            },
        };
        self.scans.iter().map(position).collect()
    }
}

impl Scan {
    fn decode(&mut self, rows_max: usize, plan: &ScanPlan, output: &mut BatchWriter) -> Result<(), JobError> {
        let mut start = 0;
        for _ in 0..rows_max {
            let Some(length) = memchr::memchr(b'\n', &self.rest[start..]) else {
                break;
            };
            let row = &self.rest[start..start + length];
            if self.progress.pass(row).map_err(|what| plan.changed(what))? {
                append(row, plan, self.progress.rows(), output)?;
            }
            start += length + 1;
        }
        self.rest.drain(..start);
        Ok(())
    }

    fn end(&self, plan: &ScanPlan) -> Result<(), JobError> {
        match self.is_complete {
            true => Ok(()),
            false => self.progress.end().map_err(|what| plan.changed(what)),
        }
    }
}

/// One line of COPY's text format.
fn append(line: &[u8], plan: &ScanPlan, row: u64, output: &mut BatchWriter) -> Result<(), JobError> {
    let malformed = |message: String| JobError::Malformed {
        table: plan.table.clone(),
        place: format!("row {row} of the scan"),
        message,
    };
    let line = std::str::from_utf8(line).map_err(|_| malformed("not UTF-8".to_owned()))?;
    output.begin(RowKind::Insert);
    for (column, (field, ty)) in line.split('\t').zip(&plan.types).enumerate() {
        let value = match unescape(field) {
            None => Value::Null,
            Some(text) => text::to_value(&text, ty).map_err(&malformed)?,
        };
        output.put_value(column, &value, ty);
    }
    output.finish();
    Ok(())
}

/// `\N` is NULL; backslash sequences stand for themselves or control characters.
fn unescape(field: &str) -> Option<String> {
    if field == "\\N" {
        return None;
    }
    let mut text = String::with_capacity(field.len());
    let mut characters = field.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => text.push(match characters.next().unwrap_or('\\') {
                'b' => '\u{8}',
                'f' => '\u{c}',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'v' => '\u{b}',
                other => other,
            }),
            c => text.push(c),
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_cover_the_bounds() {
        let options = Options::new(
            "t",
            [
                ("scan.partition.column", "id"),
                ("scan.partition.num", "3"),
                ("scan.partition.lower-bound", "0"),
                ("scan.partition.upper-bound", "10"),
            ],
        );
        let ids: Vec<String> = splits(&options)
            .expect("valid")
            .into_iter()
            .map(|split| split.id)
            .collect();
        assert_eq!(
            ids,
            [
                "\"id\" BETWEEN 0 AND 2",
                "\"id\" BETWEEN 3 AND 5",
                "\"id\" BETWEEN 6 AND 10"
            ]
        );
    }

    /// Of a table that no server has.
    fn reader(scans: Vec<Scan>) -> JdbcReader {
        let options = Options::new("t", [("url", "jdbc:postgresql://127.0.0.1:1/nowhere")]);
        let plan = ScanPlan {
            database: Database::new(&options).expect("valid"),
            table: "t".to_owned(),
            select: String::new(),
            order: String::new(),
            types: vec![DataType::string()],
        };
        JdbcReader {
            plan: Arc::new(plan),
            scans,
            next: 0,
        }
    }

    #[test]
    fn a_scan_without_key_that_brings_other_rows_after_a_restart_is_an_error() {
        let poll = |position: &serde_json::Value, rows: &[&str]| {
            let (sender, chunks) = bounded(CHUNKS_MAX);
            for row in rows {
                let chunk = Chunk::Rows(format!("{row}\n").into_bytes());
                sender.send(chunk).expect("there is a reader");
            }
            sender.send(Chunk::End).expect("there is a reader");
            let mut reader = reader(Vec::new());
            let progress = Progress::new(position, reader.plan.unordered());
            reader.scans.push(Scan {
                id: "true".to_owned(),
                chunks,
                rest: Vec::new(),
                progress,
                is_complete: false,
                ended: false,
            });
            let mut output = BatchWriter::new(1);
            let mut position = serde_json::Value::Null;
            while !matches!(reader.poll(10, &mut output)?, Polled::SplitEnd { .. }) {
                position = reader.positions().remove(0).position;
            }
            Ok::<_, JobError>((output.len(), position))
        };
        let (rows, position) = poll(&0.into(), &["a", "b"]).expect("two rows");
        assert_eq!(rows, 2);
        assert_eq!(poll(&position, &["a", "b", "c"]).expect("one more").0, 1);
        for changed in [&["b", "a", "c"][..], &["a"]] {
            let error = poll(&position, changed).expect_err("changed").to_string();
            assert!(
                error.starts_with("postgresql: table t: the scan was interrupted"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_scan_that_breaks_down_is_no_end_of_data() {
        let (sender, chunks) = bounded(CHUNKS_MAX);
        let scan = Scan {
            id: "true".to_owned(),
            chunks,
            rest: Vec::new(),
            progress: Progress::new(&0.into(), None),
            is_complete: false,
            ended: false,
        };
        let mut reader = reader(vec![scan]);
        let mut output = BatchWriter::new(1);
        sender
            .send(Chunk::Rows(b"a\n".to_vec()))
            .expect("there is a reader");
        assert_eq!(
            reader.poll(10, &mut output).expect("a row"),
            Polled::Rows { split: 0 }
        );
        drop(sender);
        let error = reader.poll(10, &mut output).expect_err("no end").to_string();
        assert_eq!(error, "postgresql: table t: the thread of the scan broke down");
    }

    #[test]
    fn a_scan_that_was_read_to_its_end_is_not_read_again() {
        let mut reader = reader(Vec::new());
        let split = Split {
            id: "true".to_owned(),
            position: END.into(),
        };
        reader.assign(split.clone()).expect("no server is asked");
        assert_eq!(reader.positions(), std::slice::from_ref(&split));
        let mut output = BatchWriter::new(1);
        assert_eq!(
            reader.poll(10, &mut output).expect("its end"),
            Polled::SplitEnd { split: 0 }
        );
        assert_eq!(reader.positions(), [split]);
    }

    #[test]
    fn copy_text_is_unescaped() {
        assert_eq!(unescape("\\N"), None);
        assert_eq!(unescape("a\\tb\\\\c"), Some("a\tb\\c".to_owned()));
    }
}
