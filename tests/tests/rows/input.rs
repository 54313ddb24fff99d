//! The fence `input`: what a source delivers.
//!
//! A line is a row (`+I 7 | null | 00:00:05`; kinds `+I`, `-U`, `+U`, `-D`), `watermark 2020-01-01 00:00:05`, or
//! `checkpoint`. Cells stand in the order of the table's physical columns, then of the metadata columns that the
//! job reads, and are what CAST makes of their text in UTC; a time alone is that time of 2020-01-01. Arrays are written
//! `[a, b]`, maps `{k=v}`, rows `(a, b)`. Text after ` -- ` is a remark.

use runtime::job::{Column, ReadFrom, SourceSpec};
use runtime::row::RowKind;
use sql::function::cast::{self, from_text};
use sql::{DataType, Session, Timestamp, TypeKind, Value};

/// What a source delivers, in order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Item {
    Row(RowKind, Vec<Value>),
    Watermark(Timestamp),
    /// The source asks for a checkpoint and waits until it is committed.
    Checkpoint,
}

/// Columns in the order of cells, and for each column read its position among them.
pub(crate) fn cells(spec: &SourceSpec) -> (Vec<Column>, Vec<usize>) {
    let mut columns = spec.physical.clone();
    let mut positions = Vec::new();
    for read in &spec.read {
        match read.from {
            ReadFrom::Physical(position) => positions.push(position),
            ReadFrom::Metadata(_) | ReadFrom::Partition(_) => {
                positions.push(columns.len());
                columns.push(read.column.clone());
            }
        }
    }
    (columns, positions)
}

pub(crate) fn parse(text: &str, columns: &[Column]) -> Result<Vec<Item>, String> {
    let lines = text
        .lines()
        .map(|line| line.split(" -- ").next().unwrap_or_default().trim());
    let items = lines.filter(|line| !line.is_empty());
    items
        .map(|line| item(line, columns).map_err(|problem| format!("input '{line}': {problem}")))
        .collect()
}

fn item(line: &str, columns: &[Column]) -> Result<Item, String> {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    let kind = match word {
        "+I" => RowKind::Insert,
        "-U" => RowKind::UpdateBefore,
        "+U" => RowKind::UpdateAfter,
        "-D" => RowKind::Delete,
        "checkpoint" => return Ok(Item::Checkpoint),
        "watermark" => return Ok(Item::Watermark(timestamp(rest)?)),
        _ => return Err("expected a kind of row, 'watermark' or 'checkpoint'".to_owned()),
    };
    let cells: Vec<&str> = rest.split('|').map(str::trim).collect();
    if cells.len() != columns.len() {
        return Err(format!("{} cells for {} columns", cells.len(), columns.len()));
    }
    let values = cells
        .iter()
        .zip(columns)
        .map(|(cell, column)| value(cell, &column.ty));
    Ok(Item::Row(kind, values.collect::<Result<_, _>>()?))
}

fn timestamp(cell: &str) -> Result<Timestamp, String> {
    let is_time_alone = cell.contains(':') && !cell.contains('-');
    let cell = if is_time_alone {
        format!("2020-01-01 {cell}")
    } else {
        cell.to_owned()
    };
    from_text::timestamp(&cell, 9).map_err(|error| error.to_string())
}

fn value(cell: &str, ty: &DataType) -> Result<Value, String> {
    if cell == "null" {
        return Ok(Value::Null);
    }
    match &ty.kind {
        kind if kind.is_timestamp() => timestamp(cell).map(Value::Timestamp),
        TypeKind::Array(element) => {
            let parts = parts(cell, '[', ']')?;
            let values = parts.iter().map(|part| value(part, element));
            Ok(Value::Array(values.collect::<Result<_, _>>()?))
        }
        TypeKind::Row(fields) => {
            let parts = parts(cell, '(', ')')?;
            let values = parts
                .iter()
                .zip(fields)
                .map(|(part, field)| value(part, &field.ty));
            Ok(Value::Row(values.collect::<Result<_, _>>()?))
        }
        TypeKind::Map(key, of) => {
            let parts = parts(cell, '{', '}')?;
            let entries = parts.iter().map(|part| {
                let (k, v) = part.split_once('=').ok_or("an entry is written k=v")?;
                Ok((value(k, key)?, value(v, of)?))
            });
            Ok(Value::Map(entries.collect::<Result<_, String>>()?))
        }
        _ => {
            let text = Value::Text(cell.to_owned());
            let string = DataType::string();
            cast::value::cast(&Session::utc(), &text, &string, ty).map_err(|error| error.to_string())
        }
    }
}

/// What stands between the brackets, parted at the commas that stand in no inner brackets.
fn parts(cell: &str, open: char, close: char) -> Result<Vec<String>, String> {
    let inner = cell.strip_prefix(open).and_then(|cell| cell.strip_suffix(close));
    let inner = inner.ok_or_else(|| format!("'{cell}' does not stand in {open}{close}"))?;
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut depth = 0;
    for c in inner.chars() {
        match c {
            '[' | '(' | '{' => depth += 1,
            ']' | ')' | '}' => depth -= 1,
            _ => {}
        }
        if c == ',' && depth == 0 {
            parts.push(std::mem::take(&mut part).trim().to_owned());
        } else {
            part.push(c);
        }
    }
    if !part.trim().is_empty() {
        parts.push(part.trim().to_owned());
    }
    Ok(parts)
}
