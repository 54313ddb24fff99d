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
}

impl Target {
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

#[cfg(test)]
mod tests {
    use super::*;

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
            };
            assert_eq!(target.put_statement(), put);
            assert_eq!(target.delete_statement().as_deref(), delete);
        }
    }
}
