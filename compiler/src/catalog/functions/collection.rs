//! Functions of ARRAY, MAP and MULTISET, and the subscript `[]`.

use sql::{DataType, Field, TypeKind, Value};

use super::signature::Shape::{Array, Boolean, Int, Map, Text};
use super::signature::{cast_all, fixed, same_shape, with_nullable};
use crate::catalog::function::{Argument, Call, FunctionDef, Passing, Resolved, Returns, mismatch};
use crate::catalog::wider_type::common;

type Answer = Result<Resolved, String>;

pub const FUNCTIONS: &[FunctionDef] = &[
    FunctionDef {
        name: "[]",
        resolve: subscript,
        doc: "array[position] from 1, or map[key]; NULL when there is none.",
    },
    FunctionDef {
        name: "CARDINALITY",
        resolve: cardinality,
        doc: "CARDINALITY(collection): number of elements or entries.",
    },
    FunctionDef {
        name: "ELEMENT",
        resolve: element,
        doc: "ELEMENT(array): its only element; NULL of an empty array.",
    },
    FunctionDef {
        name: "ARRAY_APPEND",
        resolve: |given| add(given, Call::strict("ARRAY_APPEND", "collection::array::append")),
        doc: "ARRAY_APPEND(array, element): with the element at its end.",
    },
    FunctionDef {
        name: "ARRAY_PREPEND",
        resolve: |given| add(given, Call::strict("ARRAY_PREPEND", "collection::array::prepend")),
        doc: "ARRAY_PREPEND(array, element): with the element at its start.",
    },
    FunctionDef {
        name: "ARRAY_CONTAINS",
        resolve: contains,
        doc: "ARRAY_CONTAINS(array, element): whether the array has it; NULL is found like any element.",
    },
    FunctionDef {
        name: "ARRAY_POSITION",
        resolve: position,
        doc: "ARRAY_POSITION(array, element): where it is first, from 1, or 0.",
    },
    FunctionDef {
        name: "ARRAY_REMOVE",
        resolve: remove,
        doc: "ARRAY_REMOVE(array, element): without all elements equal to it.",
    },
    FunctionDef {
        name: "ARRAY_DISTINCT",
        resolve: |given| same_array(given, "ARRAY_DISTINCT", "collection::set::distinct"),
        doc: "ARRAY_DISTINCT(array): without repetitions.",
    },
    FunctionDef {
        name: "ARRAY_REVERSE",
        resolve: |given| same_array(given, "ARRAY_REVERSE", "collection::array::reverse"),
        doc: "ARRAY_REVERSE(array): in reverse order.",
    },
    FunctionDef {
        name: "ARRAY_SLICE",
        resolve: slice,
        doc: "ARRAY_SLICE(array, start[, end]): elements from start to end, counted from 1 or, negative, from the end.",
    },
    FunctionDef {
        name: "ARRAY_SORT",
        resolve: sort,
        doc: "ARRAY_SORT(array[, ascending[, nulls_first]]): in order; NULL first, or last when descending.",
    },
    FunctionDef {
        name: "ARRAY_UNION",
        resolve: |given| two_arrays(given, "ARRAY_UNION", "collection::set::union"),
        doc: "ARRAY_UNION(a, b): elements of either, without repetitions.",
    },
    FunctionDef {
        name: "ARRAY_EXCEPT",
        resolve: |given| two_arrays(given, "ARRAY_EXCEPT", "collection::set::except"),
        doc: "ARRAY_EXCEPT(a, b): elements of the first that the second does not have, without repetitions.",
    },
    FunctionDef {
        name: "ARRAY_INTERSECT",
        resolve: |given| two_arrays(given, "ARRAY_INTERSECT", "collection::set::intersect"),
        doc: "ARRAY_INTERSECT(a, b): elements of both, without repetitions.",
    },
    FunctionDef {
        name: "ARRAY_CONCAT",
        resolve: |given| all_alike(given, "ARRAY_CONCAT", "collection::array::concat", Array),
        doc: "ARRAY_CONCAT(array, …): one after the other.",
    },
    FunctionDef {
        name: "ARRAY_MAX",
        resolve: |given| extreme(given, Call::strict("ARRAY_MAX", "collection::array::max")),
        doc: "ARRAY_MAX(array): its greatest element.",
    },
    FunctionDef {
        name: "ARRAY_MIN",
        resolve: |given| extreme(given, Call::strict("ARRAY_MIN", "collection::array::min")),
        doc: "ARRAY_MIN(array): its least element.",
    },
    FunctionDef {
        name: "ARRAY_JOIN",
        resolve: join,
        doc: "ARRAY_JOIN(array, delimiter[, null_replacement]): its texts joined.",
    },
    FunctionDef {
        name: "SPLIT",
        resolve: |given| {
            let call = Call::strict("SPLIT", "collection::array::split");
            let result = array_of(DataType::string());
            fixed(call, &[Text, Text], "(STRING, STRING)", given, result)
        },
        doc: "SPLIT(text, delimiter): an array of its parts.",
    },
    FunctionDef {
        name: "MAP_KEYS",
        resolve: |given| of_map(given, "MAP_KEYS", "collection::map::keys", |key, _| key.clone()),
        doc: "MAP_KEYS(map): an array of its keys.",
    },
    FunctionDef {
        name: "MAP_VALUES",
        resolve: |given| {
            of_map(given, "MAP_VALUES", "collection::map::values", |_, value| {
                value.clone()
            })
        },
        doc: "MAP_VALUES(map): an array of its values.",
    },
    FunctionDef {
        name: "MAP_ENTRIES",
        resolve: |given| of_map(given, "MAP_ENTRIES", "collection::map::map_entries", entry),
        doc: "MAP_ENTRIES(map): an array of rows of key and value.",
    },
    FunctionDef {
        name: "MAP_FROM_ARRAYS",
        resolve: map_from_arrays,
        doc: "MAP_FROM_ARRAYS(keys, values): a map of the keys to the values at the same places.",
    },
    FunctionDef {
        name: "MAP_UNION",
        resolve: |given| all_alike(given, "MAP_UNION", "collection::map::union", Map),
        doc: "MAP_UNION(map, …): all entries; later maps win.",
    },
];

fn array_of(element: DataType) -> TypeKind {
    TypeKind::Array(Box::new(element))
}

/// A call of values that answers a value, of these argument types.
fn of_values(name: &'static str, path: &'static str) -> Call {
    Call::strict(name, path)
        .passing(Passing::EachValue)
        .returns(Returns::Value)
}

fn subscript(given: &[Argument]) -> Answer {
    let expected = "(ARRAY, INT) or (MAP, key)";
    let [collection, index] = given else {
        return Err(mismatch(expected, given));
    };
    let (path, index_type, item) = match &collection.ty.kind {
        TypeKind::Array(element) if index.ty.kind.is_integer() => {
            check_position(index)?;
            (
                "collection::item_array",
                DataType::nullable(TypeKind::Int),
                element,
            )
        }
        TypeKind::Map(key, value) => {
            let key = fitting(key, &index.ty).ok_or_else(|| mismatch(expected, given))?;
            ("collection::item_map", key, value)
        }
        _ => return Err(mismatch(expected, given)),
    };
    let arguments = vec![collection.ty.clone(), index_type];
    Ok(Resolved::new(
        of_values("[]", path),
        given,
        arguments,
        item.kind.clone(),
    ))
}

fn check_position(index: &Argument) -> Result<(), String> {
    match index.literal {
        Some(Value::Int(at @ i32::MIN..=0)) => Err(format!("counts elements from 1, found {at}")),
        _ => Ok(()),
    }
}

fn cardinality(given: &[Argument]) -> Answer {
    let path = match given {
        [one] if matches!(one.ty.kind, TypeKind::Array(_) | TypeKind::Map(..)) => "collection::cardinality",
        [one] if matches!(one.ty.kind, TypeKind::Multiset(_)) => "collection::cardinality_multiset",
        _ => return Err(mismatch("(ARRAY), (MAP) or (MULTISET)", given)),
    };
    Ok(Resolved::as_given(
        Call::strict("CARDINALITY", path),
        given,
        TypeKind::Int,
    ))
}

fn element(given: &[Argument]) -> Answer {
    let (_, element) = array_and_rest(given, 0, "(ARRAY)")?;
    let call = Call::strict("ELEMENT", "collection::element").returns(Returns::FallibleValue);
    Ok(Resolved::as_given(call, given, element.kind))
}

/// The array's type and its element's type, when exactly `more` arguments follow it.
fn array_and_rest(given: &[Argument], more: usize, expected: &str) -> Result<(DataType, DataType), String> {
    match given.split_first() {
        Some((first, rest)) if rest.len() == more => match &first.ty.kind {
            TypeKind::Array(element) => Ok((first.ty.clone(), element.as_ref().clone())),
            _ => Err(mismatch(expected, given)),
        },
        _ => Err(mismatch(expected, given)),
    }
}

/// The type that a value is cast to when it is looked for among, or put among, elements: the element's. Values that
/// only differ in nullability or lengths stay as they are.
fn fitting(element: &DataType, value: &DataType) -> Option<DataType> {
    if same_shape(&element.kind, &value.kind) {
        return Some(value.clone());
    }
    let wider = common(element, value)?;
    let decimal = matches!(element.kind, TypeKind::Decimal { .. }) && value.kind.is_integer();
    (same_shape(&wider.kind, &element.kind) || decimal).then(|| element.with_nullable(value.nullable))
}

/// The array's type with its element's and the casts of both arguments of an (array, element) function.
fn with_element(given: &[Argument]) -> Result<(DataType, DataType, Vec<DataType>), String> {
    let expected = "(ARRAY, ARRAY ELEMENT)";
    let (array, element) = array_and_rest(given, 1, expected)?;
    let value = fitting(&element, &given[1].ty).ok_or_else(|| mismatch(expected, given))?;
    Ok((array.clone(), element, vec![array, value]))
}

fn add(given: &[Argument], call: Call) -> Answer {
    let (array, element, arguments) = with_element(given)?;
    let call = call
        .passing(Passing::EachValue)
        .sees_nulls()
        .returns(Returns::Value);
    let kept = common(&element, &arguments[1]).map_or(element.kind, |wider| wider.kind);
    let nullable = array_element_nullable(&array) || given[1].ty.nullable;
    let result = array_of(DataType { kind: kept, nullable });
    with_nullable(Ok(Resolved::new(call, given, arguments, result)), array.nullable)
}

fn array_element_nullable(array: &DataType) -> bool {
    matches!(&array.kind, TypeKind::Array(element) if element.nullable)
}

fn contains(given: &[Argument]) -> Answer {
    let (array, _, arguments) = with_element(given)?;
    let call = if array.nullable {
        Call::strict("ARRAY_CONTAINS", "collection::array::contains").returns(Returns::Nullable)
    } else {
        Call::strict("ARRAY_CONTAINS", "collection::array::contains_not_null")
    };
    let call = call.passing(Passing::EachValue).sees_nulls();
    Ok(Resolved::new(call, given, arguments, TypeKind::Boolean))
}

fn position(given: &[Argument]) -> Answer {
    let (_, _, arguments) = with_element(given)?;
    let call = Call::strict("ARRAY_POSITION", "collection::array::position").passing(Passing::EachValue);
    Ok(Resolved::new(call, given, arguments, TypeKind::Int))
}

fn remove(given: &[Argument]) -> Answer {
    let (array, _, arguments) = with_element(given)?;
    let call = of_values("ARRAY_REMOVE", "collection::array::remove").sees_nulls();
    let nullable = array.nullable;
    with_nullable(Ok(Resolved::new(call, given, arguments, array.kind)), nullable)
}

/// A function of one array that answers one of the same type.
fn same_array(given: &[Argument], name: &'static str, path: &'static str) -> Answer {
    let (array, _) = array_and_rest(given, 0, "(ARRAY)")?;
    Ok(Resolved::as_given(Call::strict(name, path), given, array.kind))
}

fn slice(given: &[Argument]) -> Answer {
    let expected = "(ARRAY, INT[, INT])";
    let result = given.first().map_or(TypeKind::Null, |a| a.ty.kind.clone());
    if given.len() == 3 {
        let call = Call::strict("ARRAY_SLICE", "collection::array::slice");
        return fixed(call, &[Array, Int, Int], expected, given, result);
    }
    let call = Call::strict("ARRAY_SLICE", "collection::array::slice_from");
    fixed(call, &[Array, Int], expected, given, result)
}

fn sort(given: &[Argument]) -> Answer {
    let expected = "(ARRAY[, BOOLEAN[, BOOLEAN]])";
    let result = given.first().map_or(TypeKind::Null, |a| a.ty.kind.clone());
    let path = match given.len() {
        1 => "collection::array::sort",
        2 => "collection::array::sort_direction",
        _ => "collection::array::sort_nulls",
    };
    let shapes = &[Array, Boolean, Boolean][..given.len().clamp(1, 3)];
    fixed(Call::strict("ARRAY_SORT", path), shapes, expected, given, result)
}

/// A function of two arrays that have a common type.
fn two_arrays(given: &[Argument], name: &'static str, path: &'static str) -> Answer {
    let expected = "(ARRAY, ARRAY) of a common type";
    let arguments = cast_all(&[Array, Array], given).ok_or_else(|| mismatch(expected, given))?;
    let result = common(&arguments[0], &arguments[1]).ok_or_else(|| mismatch(expected, given))?;
    let arguments = arguments.into_iter().map(|ty| widened(ty, &result)).collect();
    Ok(Resolved::new(
        Call::strict(name, path),
        given,
        arguments,
        result.kind,
    ))
}

/// A function of any number of arrays or maps that have a common type.
fn all_alike(
    given: &[Argument],
    name: &'static str,
    path: &'static str,
    shape: super::signature::Shape,
) -> Answer {
    let expected = "collections of a common type";
    let shapes = vec![shape; given.len().max(1)];
    let arguments = cast_all(&shapes, given).ok_or_else(|| mismatch(expected, given))?;
    let result = arguments[1..]
        .iter()
        .try_fold(arguments[0].clone(), |ty: DataType, next| common(&ty, next))
        .ok_or_else(|| mismatch(expected, given))?;
    let call = Call::strict(name, path).passing(Passing::ValueSlice);
    let arguments = arguments.into_iter().map(|ty| widened(ty, &result)).collect();
    Ok(Resolved::new(call, given, arguments, result.kind))
}

/// The wider type, or the type itself when its values already have that form.
fn widened(ty: DataType, wider: &DataType) -> DataType {
    if same_shape(&ty.kind, &wider.kind) {
        return ty;
    }
    wider.with_nullable(ty.nullable)
}

fn extreme(given: &[Argument], call: Call) -> Answer {
    let expected = "(ARRAY) of values that have an order";
    let (_, element) = array_and_rest(given, 0, expected)?;
    if element.kind.is_constructed() || element.kind == TypeKind::Boolean {
        return Err(mismatch(expected, given));
    }
    Ok(Resolved::as_given(
        call.returns(Returns::Value),
        given,
        element.kind,
    ))
}

fn join(given: &[Argument]) -> Answer {
    let expected = "(ARRAY<STRING>, STRING[, STRING])";
    let of_text = |a: &Argument| matches!(&a.ty.kind, TypeKind::Array(element) if element.kind.is_text());
    if !given.first().is_some_and(of_text) {
        return Err(mismatch(expected, given));
    }
    if given.len() == 3 {
        let call = Call::strict("ARRAY_JOIN", "collection::array::join_replacing");
        return fixed(call, &[Array, Text, Text], expected, given, TypeKind::STRING);
    }
    let call = Call::strict("ARRAY_JOIN", "collection::array::join");
    fixed(call, &[Array, Text], expected, given, TypeKind::STRING)
}

/// A function of a map that answers an array.
fn of_map(
    given: &[Argument],
    name: &'static str,
    path: &'static str,
    element: fn(&DataType, &DataType) -> DataType,
) -> Answer {
    match given {
        [one] if matches!(one.ty.kind, TypeKind::Map(..)) => {
            let TypeKind::Map(key, value) = &one.ty.kind else {
                unreachable!("looked at just now");
            };
            let result = array_of(element(key, value));
            Ok(Resolved::as_given(Call::strict(name, path), given, result))
        }
        _ => Err(mismatch("(MAP)", given)),
    }
}

fn entry(key: &DataType, value: &DataType) -> DataType {
    let field = |name: &str, ty: &DataType| Field {
        name: name.to_owned(),
        ty: ty.clone(),
    };
    DataType::nullable(TypeKind::Row(vec![field("key", key), field("value", value)]))
}

fn map_from_arrays(given: &[Argument]) -> Answer {
    let [keys, values] = given else {
        return Err(mismatch("(ARRAY, ARRAY)", given));
    };
    let (TypeKind::Array(key), TypeKind::Array(value)) = (&keys.ty.kind, &values.ty.kind) else {
        return Err(mismatch("(ARRAY, ARRAY)", given));
    };
    let call = Call::strict("MAP_FROM_ARRAYS", "collection::array::into_map").returns(Returns::Fallible);
    let result = TypeKind::Map(key.clone(), value.clone());
    Ok(Resolved::as_given(call, given, result))
}

#[cfg(test)]
mod tests {
    use super::super::signature::tests::{found, literal, of};
    use super::*;

    fn array(element: DataType) -> DataType {
        DataType::nullable(array_of(element))
    }

    #[test]
    fn result_types() {
        let int = DataType::not_null(TypeKind::Int);
        let null = DataType::nullable(TypeKind::Null);
        let text = DataType::not_null(TypeKind::STRING);
        let letter = DataType::not_null(TypeKind::Char { length: 1 });
        let ints = array(DataType::nullable(TypeKind::Int));
        let texts = array(text.clone());
        let map = DataType::nullable(TypeKind::Map(Box::new(text.clone()), Box::new(int.clone())));
        for (name, given, expected) in [
            (
                "ARRAY_APPEND",
                vec![texts.clone(), letter.clone()],
                Ok("ARRAY<STRING NOT NULL>"),
            ),
            (
                "ARRAY_APPEND",
                vec![texts.clone(), null.clone()],
                Ok("ARRAY<STRING>"),
            ),
            ("ARRAY_APPEND", vec![texts.clone(), int.clone()], Err(())),
            ("ARRAY_PREPEND", vec![int.clone(), texts.clone()], Err(())),
            ("ARRAY_CONTAINS", vec![ints.clone(), int.clone()], Ok("BOOLEAN")),
            (
                "ARRAY_CONTAINS",
                vec![ints.with_nullable(false), null.clone()],
                Ok("BOOLEAN NOT NULL"),
            ),
            (
                "ARRAY_CONTAINS",
                vec![ints.clone(), DataType::not_null(TypeKind::Boolean)],
                Err(()),
            ),
            (
                "ARRAY_POSITION",
                vec![ints.with_nullable(false), int.clone()],
                Ok("INT NOT NULL"),
            ),
            (
                "ARRAY_EXCEPT",
                vec![ints.clone(), array(int.clone())],
                Ok("ARRAY<INT>"),
            ),
            ("ARRAY_EXCEPT", vec![ints.clone(), texts.clone()], Err(())),
            ("ARRAY_SLICE", vec![ints.clone(), int.clone()], Ok("ARRAY<INT>")),
            ("ARRAY_SLICE", vec![ints.clone(), letter.clone()], Err(())),
            ("ARRAY_MIN", vec![ints.clone()], Ok("INT")),
            (
                "ARRAY_MIN",
                vec![array(DataType::nullable(TypeKind::Boolean))],
                Err(()),
            ),
            ("ARRAY_MIN", vec![], Err(())),
            ("ELEMENT", vec![ints.clone()], Ok("INT")),
            ("[]", vec![ints.with_nullable(false), int.clone()], Ok("INT")),
            ("[]", vec![map.clone(), letter], Ok("INT")),
            ("[]", vec![map.clone(), int.clone()], Err(())),
            ("MAP_VALUES", vec![map.clone()], Ok("ARRAY<INT NOT NULL>")),
            ("CARDINALITY", vec![map.clone()], Ok("INT")),
            ("CARDINALITY", vec![int.clone()], Err(())),
            (
                "MAP_FROM_ARRAYS",
                vec![texts.clone(), ints.clone()],
                Ok("MAP<STRING NOT NULL, INT>"),
            ),
            ("ARRAY_JOIN", vec![ints.clone(), text.clone()], Err(())),
            (
                "MAP_UNION",
                vec![map.clone(), map],
                Ok("MAP<STRING NOT NULL, INT NOT NULL>"),
            ),
        ] {
            assert_eq!(
                found(name, &of(&given)).as_deref(),
                expected.as_ref().copied(),
                "{name} {given:?}"
            );
        }
    }

    #[test]
    fn positions_start_at_one() {
        let int = DataType::not_null(TypeKind::Int);
        let mut given = of(&[array(int.clone())]);
        given.push(literal(int, Value::Int(0)));
        assert!(found("[]", &given).is_err());
    }
}
