//! Logic of three values: NOT, IS NULL, IS TRUE, IS UNKNOWN. AND and OR are part of expressions.

use sql::{DataType, TypeKind};

use crate::catalog::function::{Argument, Call, FunctionDef, Resolved, mismatch};

pub const FUNCTIONS: &[FunctionDef] = &[
    FunctionDef {
        name: "NOT",
        resolve: |given| boolean(Call::strict("NOT", "logic::not"), given),
        doc: "NOT boolean: the opposite; UNKNOWN stays UNKNOWN",
    },
    FunctionDef {
        name: "IS NULL",
        resolve: |given| any(Call::strict("IS NULL", "logic::is_null"), given),
        doc: "value IS NULL: TRUE when the value is NULL",
    },
    FunctionDef {
        name: "IS NOT NULL",
        resolve: |given| any(Call::strict("IS NOT NULL", "logic::is_not_null"), given),
        doc: "value IS NOT NULL: TRUE when the value is not NULL",
    },
    FunctionDef {
        name: "IS TRUE",
        resolve: |given| test(Call::strict("IS TRUE", "logic::is_true"), given),
        doc: "boolean IS TRUE: FALSE for UNKNOWN",
    },
    FunctionDef {
        name: "IS NOT TRUE",
        resolve: |given| test(Call::strict("IS NOT TRUE", "logic::is_not_true"), given),
        doc: "boolean IS NOT TRUE: TRUE for UNKNOWN",
    },
    FunctionDef {
        name: "IS FALSE",
        resolve: |given| test(Call::strict("IS FALSE", "logic::is_false"), given),
        doc: "boolean IS FALSE: FALSE for UNKNOWN",
    },
    FunctionDef {
        name: "IS NOT FALSE",
        resolve: |given| test(Call::strict("IS NOT FALSE", "logic::is_not_false"), given),
        doc: "boolean IS NOT FALSE: TRUE for UNKNOWN",
    },
    FunctionDef {
        name: "IS UNKNOWN",
        resolve: |given| test(Call::strict("IS UNKNOWN", "logic::is_null"), given),
        doc: "boolean IS UNKNOWN: TRUE for UNKNOWN",
    },
    FunctionDef {
        name: "IS NOT UNKNOWN",
        resolve: |given| test(Call::strict("IS NOT UNKNOWN", "logic::is_not_null"), given),
        doc: "boolean IS NOT UNKNOWN: FALSE for UNKNOWN",
    },
];

fn boolean(call: Call, given: &[Argument]) -> Result<Resolved, String> {
    match given {
        [a] if matches!(a.ty.kind, TypeKind::Boolean | TypeKind::Null) || a.ty.kind.is_text() => {
            let argument = DataType {
                kind: TypeKind::Boolean,
                nullable: a.ty.nullable,
            };
            Ok(Resolved::new(call, given, vec![argument], TypeKind::Boolean))
        }
        _ => Err(mismatch("(BOOLEAN)", given)),
    }
}

fn test(call: Call, given: &[Argument]) -> Result<Resolved, String> {
    boolean(call.sees_nulls(), given)
}

fn any(call: Call, given: &[Argument]) -> Result<Resolved, String> {
    if given.len() != 1 {
        return Err(mismatch("one value", given));
    }
    Ok(Resolved::as_given(call.sees_nulls(), given, TypeKind::Boolean))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::function::lookup;

    #[test]
    fn tests_are_never_null() {
        let given = [Argument {
            ty: DataType::nullable(TypeKind::Boolean),
            literal: None,
        }];
        for (name, nullable) in [("NOT", true), ("IS NULL", false), ("IS NOT TRUE", false)] {
            let resolved = (lookup(name).expect(name).resolve)(&given).expect(name);
            assert_eq!(resolved.result.nullable, nullable, "{name}");
        }
        let int = [Argument {
            ty: DataType::not_null(TypeKind::Int),
            literal: None,
        }];
        let not = (lookup("NOT").expect("NOT").resolve)(&int);
        assert_eq!(not, Err("expects (BOOLEAN), found (INT)".to_owned()));
    }
}
