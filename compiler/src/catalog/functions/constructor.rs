//! The types of ARRAY[…], MAP[…] and ROW(…). In: the types of the parts. Out: the type they are cast to and built as.
//!
//! Invariant: a constructed value is never NULL itself; its parts keep their nullability.

use sql::{DataType, Field, TypeKind};

use super::signature::common;

/// The type of `ARRAY[…]`; every element is cast to the element type.
pub fn array(elements: &[DataType]) -> Result<DataType, String> {
    let element = together(elements, "ARRAY")?;
    Ok(DataType::not_null(TypeKind::Array(Box::new(element))))
}

/// The type of `MAP[key, value, …]`, given the keys and values in turn. A later value of a key replaces an earlier
/// one (`sql::function::collection::map::from_pairs`).
pub fn map(parts: &[DataType]) -> Result<DataType, String> {
    if !parts.len().is_multiple_of(2) {
        return Err("MAP needs a value for every key".to_owned());
    }
    let every_other = |from: usize| parts.iter().skip(from).step_by(2).cloned().collect::<Vec<_>>();
    let key = together(&every_other(0), "MAP")?;
    let value = together(&every_other(1), "MAP")?;
    Ok(DataType::not_null(TypeKind::Map(Box::new(key), Box::new(value))))
}

/// The type of `ROW(…)` or `(…, …)`.
pub fn row(fields: &[DataType]) -> Result<DataType, String> {
    if fields.iter().any(|ty| ty.kind == TypeKind::Null) {
        return Err("a NULL in ROW needs a type: CAST(NULL AS …)".to_owned());
    }
    let field = |(i, ty): (usize, &DataType)| Field {
        name: format!("EXPR${i}"),
        ty: ty.clone(),
    };
    let fields = fields.iter().enumerate().map(field).collect();
    Ok(DataType::not_null(TypeKind::Row(fields)))
}

fn together(parts: &[DataType], constructor: &str) -> Result<DataType, String> {
    let (first, rest) = parts
        .split_first()
        .ok_or_else(|| format!("{constructor} needs at least one part"))?;
    let mut ty = first.clone();
    for next in rest {
        ty = common(&ty, next).ok_or_else(|| format!("{constructor} has parts of {ty} and {next}"))?;
    }
    match ty.kind {
        TypeKind::Null => Err(format!(
            "{constructor} of NULL alone needs a type: CAST(NULL AS …)"
        )),
        _ => Ok(ty),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_constructed_values() {
        let int = DataType::not_null(TypeKind::Int);
        let null = DataType::nullable(TypeKind::Null);
        let text = DataType::not_null(TypeKind::Char { length: 1 });
        let shown = |ty: Result<DataType, String>| ty.map(|ty| ty.to_string()).ok();
        let found = shown(array(&[int.clone(), null.clone()]));
        assert_eq!(found.as_deref(), Some("ARRAY<INT> NOT NULL"));
        let found = shown(map(&[text.clone(), int.clone(), text.clone(), null.clone()]));
        assert_eq!(found.as_deref(), Some("MAP<CHAR(1) NOT NULL, INT> NOT NULL"));
        let found = shown(row(&[int.clone(), text.clone()]));
        let expected = "ROW<`EXPR$0` INT NOT NULL, `EXPR$1` CHAR(1) NOT NULL> NOT NULL";
        assert_eq!(found.as_deref(), Some(expected));
        for refused in [
            array(std::slice::from_ref(&null)),
            array(&[int.clone(), text.clone()]),
            map(&[text.clone(), text.clone(), text.clone(), int.clone()]),
            map(std::slice::from_ref(&text)),
            row(&[null]),
        ] {
            assert!(refused.is_err(), "{refused:?}");
        }
    }
}
