//! Which function casts one type to another.

use sql::DataType;

use crate::catalog::function::Call;

/// See [`resolve_cast`](crate::catalog::function::resolve_cast).
pub fn resolve(from: &DataType, to: &DataType, _safe: bool) -> Result<Option<Call>, String> {
    if from.kind == to.kind {
        return Ok(None);
    }
    Err(format!("cannot cast {from} to {to}"))
}
