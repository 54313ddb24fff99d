//! Tables that deliver updates without the rows before.
//!
//! In: a table. Out: whether its changes are upserts by its primary key, which must then be read with it.

use super::table::Table;

/// A new row of a key takes the place of the one before, which the source does not tell.
pub fn delivers_upserts(table: &Table) -> bool {
    let option = |key: &str| table.options.get(key).map(|option| option.value.as_str());
    match option("connector") {
        Some("upsert-kafka") => true,
        Some("values") => {
            let listed = option("changelog-mode").unwrap_or_default();
            let has = |kind: &str| listed.split(',').any(|listed| listed.trim() == kind);
            has("UA") && !has("UB")
        }
        _ => false,
    }
}
