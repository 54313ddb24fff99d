//! What changes are for, by name: the table, its columns, its key. And the statements that apply them.
//!
//! It is staged with the changes, so that they are applied in the words of the run that made them: a later version of
//! the application may have other columns, in another order, or write to another table.

use serde::{Deserialize, Serialize};

use super::{quoted, quoted_table};

/// Names as the user wrote them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Target {
    /// `table-name`, with the schema if that is given.
    pub(super) table: String,
    /// In the order of the values of a change that puts a row.
    pub(super) columns: Vec<String>,
    /// In the order of the values of a change that deletes one. Empty: rows are only appended.
    pub(super) key: Vec<String>,
    /// Of the columns, as the run declared them. Not told by early versions.
    #[serde(default)]
    pub(super) types: Vec<String>,
}

impl Target {
    /// The first column whose values, as text, would mean something else or nothing in the column that a later run
    /// declares under its name in the same table.
    pub(super) fn misfit(&self, later: &Target) -> Option<String> {
        let declared = |name: &String| {
            later
                .types
                .get(later.columns.iter().position(|other| other == name)?)
        };
        let mut columns = self.columns.iter().zip(&self.types);
        let is_same_table = self.table == later.table;
        let (name, before, now) = columns.find_map(|(name, before)| {
            let now = declared(name).filter(|now| is_same_table && !reads_as(before, now))?;
            Some((name, before, now))
        })?;
        Some(format!("column {name} was {before} then and is {now} now"))
    }

    pub(super) fn put_statement(&self) -> String {
        let columns: Vec<String> = self.columns.iter().map(|name| quoted(name)).collect();
        let places: Vec<String> = (1..=columns.len()).map(|i| format!("${i}")).collect();
        let insert = format!(
            "INSERT INTO {} ({}) VALUES ({})",
            quoted_table(&self.table),
            columns.join(", "),
            places.join(", ")
        );
        if self.key.is_empty() {
            return insert;
        }
        let key: Vec<String> = self.key.iter().map(|name| quoted(name)).collect();
        let sets: Vec<String> = columns
            .iter()
            .filter(|column| !key.contains(column))
            .map(|column| format!("{column} = EXCLUDED.{column}"))
            .collect();
        let action = if sets.is_empty() {
            "NOTHING".to_owned()
        } else {
            format!("UPDATE SET {}", sets.join(", "))
        };
        format!("{insert} ON CONFLICT ({}) DO {action}", key.join(", "))
    }

    /// None where there is no key.
    pub(super) fn delete_statement(&self) -> Option<String> {
        let condition = |(i, name): (usize, &String)| format!("{} = ${}", quoted(name), i + 1);
        let conditions: Vec<String> = self.key.iter().enumerate().map(condition).collect();
        let table = quoted_table(&self.table);
        (!conditions.is_empty()).then(|| format!("DELETE FROM {table} WHERE {}", conditions.join(" AND ")))
    }
}

/// Whether the text of a value of the one type is the same value of the other.
fn reads_as(before: &str, now: &str) -> bool {
    let (before, now) = (family(before), family(now));
    before == now || (now == "text" && before != "bytes")
}

/// Types whose values have the same text.
fn family(ty: &str) -> &str {
    let ty = ty.strip_suffix(" NOT NULL").unwrap_or(ty);
    match ty.split_once('(').map_or(ty, |(name, _)| name) {
        "TINYINT" | "SMALLINT" | "INT" | "BIGINT" | "FLOAT" | "DOUBLE" | "DECIMAL" => "number",
        "STRING" | "VARCHAR" | "CHAR" => "text",
        "BYTES" | "VARBINARY" | "BINARY" => "bytes",
        "TIMESTAMP" => "timestamp",
        "TIMESTAMP_LTZ" => "timestamp_ltz",
        "TIME" => "time",
        _ => ty,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_type_fits_where_the_text_means_the_same() {
        let target = |ty: &str| Target {
            table: "t".to_owned(),
            columns: vec!["a".to_owned()],
            key: Vec::new(),
            types: vec![ty.to_owned()],
        };
        for (before, now, fits) in [
            ("INT", "STRING", true),
            ("INT NOT NULL", "BIGINT", true),
            ("DECIMAL(10, 2)", "DOUBLE", true),
            ("VARCHAR(3)", "STRING NOT NULL", true),
            ("TIMESTAMP(3)", "TIMESTAMP(6)", true),
            ("TIMESTAMP(3)", "STRING", true),
            ("ARRAY<INT>", "ARRAY<INT>", true),
            ("INT", "BOOLEAN", false),
            ("STRING", "INT", false),
            ("BYTES", "STRING", false),
            ("TIMESTAMP(3)", "TIMESTAMP_LTZ(3)", false),
            ("TIMESTAMP(3)", "DATE", false),
            ("ARRAY<INT>", "ARRAY<BOOLEAN>", false),
        ] {
            let misfit = target(before).misfit(&target(now));
            assert_eq!(misfit.is_none(), fits, "{before} as {now}: {misfit:?}");
            if let Some(misfit) = misfit {
                let expected = format!("column a was {before} then and is {now} now");
                assert_eq!(misfit, expected);
            }
        }
        let untold = Target {
            types: Vec::new(),
            ..target("")
        };
        assert_eq!(untold.misfit(&target("BOOLEAN")), None);
        let elsewhere = Target {
            table: "u".to_owned(),
            ..target("INT")
        };
        assert_eq!(
            elsewhere.misfit(&target("BOOLEAN")),
            None,
            "another table has its own columns"
        );
    }

    #[test]
    fn statements_of_a_keyed_and_an_append_table() {
        for (columns, key, put, delete) in [
            (
                &["a", "b"][..],
                &[][..],
                "INSERT INTO \"s\".\"t\" (\"a\", \"b\") VALUES ($1, $2)",
                None,
            ),
            (
                &["a", "b"],
                &["a"],
                "INSERT INTO \"s\".\"t\" (\"a\", \"b\") VALUES ($1, $2) ON CONFLICT (\"a\") DO UPDATE SET \
                 \"b\" = EXCLUDED.\"b\"",
                Some("DELETE FROM \"s\".\"t\" WHERE \"a\" = $1"),
            ),
            (
                &["a"],
                &["a"],
                "INSERT INTO \"s\".\"t\" (\"a\") VALUES ($1) ON CONFLICT (\"a\") DO NOTHING",
                Some("DELETE FROM \"s\".\"t\" WHERE \"a\" = $1"),
            ),
        ] {
            let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
            let target = Target {
                table: "s.t".to_owned(),
                columns: names(columns),
                key: names(key),
                types: Vec::new(),
            };
            assert_eq!(target.put_statement(), put);
            assert_eq!(target.delete_statement().as_deref(), delete);
        }
    }
}
