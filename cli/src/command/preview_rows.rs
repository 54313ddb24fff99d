//! Rows of a query as people and programs read them.
//!
//! In: rows with their changelog kind, columns with their types. Out: a table that grows, lines with tabs, JSON lines.
//! Invariant: a batch of rows is visible when `write` returns.

use std::io::{Result, Write};

use compiler::compile::AnswerColumn;
use serde_json::Value;
use session::protocol::job::Row;

/// Wider values are cut off in a table.
const WIDTH_MAX: usize = 30;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// For people: a table whose columns are as wide as their types ask for.
    Table,
    /// `op`, then the values, tabs between; `\N` is NULL, `\t`, `\n`, `\r`, `\\` stand for such characters.
    Tabs,
    /// `{"op":"+I","row":{"a":1}}`
    Json,
}

pub(crate) struct RowWriter<W> {
    output: W,
    format: Format,
    /// Names and widths.
    columns: Vec<(String, usize)>,
    has_head: bool,
}

impl<W: Write> RowWriter<W> {
    pub(crate) fn new(output: W, format: Format, columns: &[AnswerColumn]) -> Self {
        let column = |column: &AnswerColumn| {
            let width = type_width(&column.data_type).max(column.name.chars().count());
            (column.name.clone(), width.min(WIDTH_MAX))
        };
        RowWriter {
            output,
            format,
            columns: columns.iter().map(column).collect(),
            has_head: false,
        }
    }

    pub(crate) fn write(&mut self, rows: &[Row]) -> Result<()> {
        self.head()?;
        for row in rows {
            let line = match self.format {
                Format::Table => self.table_line(&row.kind, row.data.iter().map(shown)),
                Format::Tabs => tabs_line(row),
                Format::Json => self.json_line(row),
            };
            self.output.write_all(line.as_bytes())?;
        }
        self.output.flush()
    }

    /// Closes the table.
    pub(crate) fn end(mut self) -> Result<()> {
        if self.format == Format::Table {
            self.head()?;
            let rule = self.rule();
            self.output.write_all(rule.as_bytes())?;
        }
        self.output.flush()
    }

    fn head(&mut self) -> Result<()> {
        if self.format != Format::Table || self.has_head {
            return Ok(());
        }
        self.has_head = true;
        let names = self.columns.iter().map(|(name, _)| name.clone());
        let rule = self.rule();
        let head = format!("{rule}{}{rule}", self.table_line("op", names));
        self.output.write_all(head.as_bytes())
    }

    fn rule(&self) -> String {
        let cells = self.columns.iter().map(|(_, width)| "-".repeat(width + 2) + "+");
        format!("+----+{}\n", cells.collect::<String>())
    }

    fn table_line(&self, kind: &str, values: impl Iterator<Item = String>) -> String {
        let cells = values
            .zip(&self.columns)
            .map(|(value, (_, width))| format!(" {:<width$} |", fitted(&value, *width)));
        format!("| {kind:<2} |{}\n", cells.collect::<String>())
    }

    fn json_line(&self, row: &Row) -> String {
        let text = |text: &str| Value::from(text).to_string();
        let fields = self
            .columns
            .iter()
            .zip(&row.data)
            .map(|((name, _), value)| format!("{}:{value}", text(name)));
        let fields: Vec<String> = fields.collect();
        format!(
            "{{\"op\":{},\"row\":{{{}}}}}\n",
            text(&row.kind),
            fields.join(",")
        )
    }
}

/// What values of a type take at most, as far as that is known.
fn type_width(data_type: &str) -> usize {
    let (name, arguments) = data_type.split_once('(').unwrap_or((data_type, ""));
    let first: usize = arguments
        .split([',', ')'])
        .next()
        .and_then(|number| number.parse().ok())
        .unwrap_or(0);
    match name {
        "BOOLEAN" => 7,
        "TINYINT" => 4,
        "SMALLINT" => 6,
        "INT" => 11,
        "BIGINT" => 20,
        "DATE" => 10,
        "TIME" => 8 + first + usize::from(first > 0),
        "TIMESTAMP" | "TIMESTAMP_LTZ" => 20 + first + usize::from(first > 0),
        "DECIMAL" => first + 2,
        "CHAR" => first,
        _ => WIDTH_MAX,
    }
}

/// A value in a table or between tabs: text as it is, the rest as JSON.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "<NULL>".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// One line, cut off where the column ends.
fn fitted(text: &str, width: usize) -> String {
    let mut characters = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut fitted: String = characters.by_ref().take(width).collect();
    if characters.next().is_some() {
        fitted.pop();
        fitted.push('…');
    }
    fitted
}

fn tabs_line(row: &Row) -> String {
    let mut line = row.kind.clone();
    for value in &row.data {
        line.push('\t');
        match value {
            Value::Null => line.push_str("\\N"),
            value => shown(value).chars().for_each(|c| match c {
                '\t' => line.push_str("\\t"),
                '\n' => line.push_str("\\n"),
                '\r' => line.push_str("\\r"),
                '\\' => line.push_str("\\\\"),
                c => line.push(c),
            }),
        }
    }
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(format: Format, batches: &[Vec<Row>]) -> String {
        let column = |name: &str, data_type: &str| AnswerColumn {
            name: name.to_owned(),
            data_type: data_type.to_owned(),
            nullable: true,
        };
        let columns = [column("id", "INT"), column("a \"note\"", "STRING")];
        let mut output = Vec::new();
        let mut writer = RowWriter::new(&mut output, format, &columns);
        for rows in batches {
            writer.write(rows).expect("memory takes all");
        }
        writer.end().expect("memory takes all");
        String::from_utf8(output).expect("text")
    }

    fn rows() -> Vec<Vec<Row>> {
        let row = |kind: &str, data: Value| Row {
            kind: kind.to_owned(),
            data: data.as_array().expect("an array").clone(),
        };
        let long = "é".repeat(40);
        vec![
            vec![row("+I", json!([1, "a\tb\\"])), row("-U", json!([null, null]))],
            vec![row("+U", json!([-7, long]))],
        ]
    }

    #[test]
    fn a_table_has_one_head_and_cuts_long_values() {
        let cut = format!("{}…", "é".repeat(29));
        let expected = format!(
            "\
+----+-------------+--------------------------------+
| op | id          | a \"note\"                       |
+----+-------------+--------------------------------+
| +I | 1           | a b\\                           |
| -U | <NULL>      | <NULL>                         |
| +U | -7          | {cut} |
+----+-------------+--------------------------------+
"
        );
        assert_eq!(written(Format::Table, &rows()), expected);
        assert_eq!(written(Format::Table, &[]).lines().count(), 4);
    }

    #[test]
    fn programs_get_one_row_a_line() {
        let long = "é".repeat(40);
        let expected = format!("+I\t1\ta\\tb\\\\\n-U\t\\N\t\\N\n+U\t-7\t{long}\n");
        assert_eq!(written(Format::Tabs, &rows()), expected);
        let expected = format!(
            "{{\"op\":\"+I\",\"row\":{{\"id\":1,\"a \\\"note\\\"\":\"a\\tb\\\\\"}}}}\n\
             {{\"op\":\"-U\",\"row\":{{\"id\":null,\"a \\\"note\\\"\":null}}}}\n\
             {{\"op\":\"+U\",\"row\":{{\"id\":-7,\"a \\\"note\\\"\":\"{long}\"}}}}\n"
        );
        assert_eq!(written(Format::Json, &rows()), expected);
        assert_eq!(written(Format::Json, &[]), "");
    }

    #[test]
    fn columns_are_as_wide_as_their_types() {
        for (data_type, width) in [
            ("DECIMAL(10, 2)", 12),
            ("TIMESTAMP(3)", 24),
            ("TIMESTAMP_LTZ(0)", 20),
            ("ROW<`a` INT>", WIDTH_MAX),
        ] {
            assert_eq!(type_width(data_type), width, "{data_type}");
        }
    }
}
