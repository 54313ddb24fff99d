//! GREATEST, LEAST, the tests of characters, and TYPEOF. CASE, IF, COALESCE and NULLIF are expressions, not functions.

use sql::{DataType, TypeKind};

use super::signature::Shape::{Any, Text};
use super::signature::{fixed, with_nullable};
use crate::catalog::function::{Argument, Call, FunctionDef, Param, Passing, Resolved, Returns, mismatch};
use crate::catalog::wider_type::common;

type Answer = Result<Resolved, String>;

pub const FUNCTIONS: &[FunctionDef] = &[
    FunctionDef {
        name: "GREATEST",
        resolve: |given| extreme(Call::strict("GREATEST", "conditional::greatest"), given),
        doc: "GREATEST(value, …): the greatest; NULL when one is NULL.",
    },
    FunctionDef {
        name: "LEAST",
        resolve: |given| extreme(Call::strict("LEAST", "conditional::least"), given),
        doc: "LEAST(value, …): the least; NULL when one is NULL.",
    },
    FunctionDef {
        name: "IS_ALPHA",
        resolve: |given| characters(Call::strict("IS_ALPHA", "conditional::is_alpha"), given),
        doc: "IS_ALPHA(text): whether all characters are letters.",
    },
    FunctionDef {
        name: "IS_DIGIT",
        resolve: |given| characters(Call::strict("IS_DIGIT", "conditional::is_digit"), given),
        doc: "IS_DIGIT(text): whether all characters are digits.",
    },
    FunctionDef {
        name: "IS_DECIMAL",
        resolve: |given| characters(Call::strict("IS_DECIMAL", "conditional::is_decimal"), given),
        doc: "IS_DECIMAL(text): whether the text is a number.",
    },
    FunctionDef {
        name: "TYPEOF",
        resolve: type_of,
        doc: "TYPEOF(value): the type of the value.",
    },
];

fn extreme(call: Call, given: &[Argument]) -> Answer {
    let expected = "values that can be compared";
    let (first, rest) = given.split_first().ok_or_else(|| mismatch(expected, given))?;
    let ty = rest
        .iter()
        .try_fold(first.ty.clone(), |ty: DataType, next| common(&ty, &next.ty))
        .filter(|ty| !ty.kind.is_constructed())
        .ok_or_else(|| mismatch(expected, given))?;
    let call = call.passing(Passing::ValueSlice).returns(Returns::Value);
    let nullable = given.iter().any(|a| a.ty.nullable);
    let resolved = Resolved::new(call, given, vec![ty.clone(); given.len()], ty.kind);
    with_nullable(Ok(resolved), nullable)
}

/// A test of text; a number is tested as its text.
fn characters(call: Call, given: &[Argument]) -> Answer {
    let call = call.sees_nulls();
    match given {
        [number] if number.ty.kind.is_numeric() => {
            let text = DataType::string().with_nullable(number.ty.nullable);
            Ok(Resolved::new(call, given, vec![text], TypeKind::Boolean))
        }
        _ => fixed(call, &[Text], "(STRING) or (NUMERIC)", given, TypeKind::Boolean),
    }
}

fn type_of(given: &[Argument]) -> Answer {
    let ty = given
        .first()
        .map_or(DataType::nullable(TypeKind::Null), |a| a.ty.clone());
    let call = Call::strict("TYPEOF", "conditional::type_of")
        .passing(Passing::EachValue)
        .sees_nulls()
        .with(Param::Type(ty));
    fixed(call, &[Any], "(value)", given, TypeKind::STRING)
}

#[cfg(test)]
mod tests {
    use super::super::signature::tests::{found, of};
    use super::*;

    #[test]
    fn result_types() {
        let int = DataType::not_null(TypeKind::Int);
        for (name, given, expected) in [
            (
                "GREATEST",
                vec![int.clone(), DataType::nullable(TypeKind::BigInt)],
                Ok("BIGINT"),
            ),
            ("LEAST", vec![int.clone(), int.clone()], Ok("INT NOT NULL")),
            ("LEAST", vec![int.clone(), DataType::string()], Err(())),
            ("IS_DIGIT", vec![int.clone()], Ok("BOOLEAN NOT NULL")),
            ("IS_ALPHA", vec![DataType::string()], Ok("BOOLEAN NOT NULL")),
            ("TYPEOF", vec![DataType::string()], Ok("STRING NOT NULL")),
        ] {
            assert_eq!(
                found(name, &of(&given)).as_deref(),
                expected.as_ref().copied(),
                "{name}"
            );
        }
    }
}
