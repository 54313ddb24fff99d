//! SQL's JSON functions. In: text and paths. Out: text, scalars, arrays of text, or what the ON EMPTY and ON ERROR
//! clauses say.
//!
//! Invariant: text is JSON when it starts with a JSON value; what follows the value is not looked at, as in Flink.
//! Objects are written with their keys in order.

pub mod build;
mod filter;
mod path;
pub mod predicate;
pub mod query;
pub mod quote;
mod read;
mod write;

use std::borrow::Cow;

/// A JSON value. Text that needs no unescaping is borrowed; numbers keep the digits they are written with.
#[derive(Clone, Debug, PartialEq)]
enum Json<'t> {
    Null,
    Boolean(bool),
    Number(Cow<'t, str>),
    Text(Cow<'t, str>),
    Array(Vec<Json<'t>>),
    /// Members in the order of the text; a repeated key keeps its first place and its last value.
    Object(Vec<(Cow<'t, str>, Json<'t>)>),
}

impl<'t> Json<'t> {
    fn is_scalar(&self) -> bool {
        !matches!(self, Json::Array(_) | Json::Object(_))
    }

    /// The member of that name, when this is an object that has it.
    fn member(&self, name: &str) -> Option<&Json<'t>> {
        match self {
            Json::Object(members) => members
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value),
            _ => None,
        }
    }
}

/// Puts a member into an object, in the place of one with the same key.
fn put<'t>(members: &mut Vec<(Cow<'t, str>, Json<'t>)>, key: Cow<'t, str>, value: Json<'t>) {
    match members.iter_mut().find(|(known, _)| *known == key) {
        Some(member) => member.1 = value,
        None => members.push((key, value)),
    }
}
