//! The description of the API, complete enough for generators of clients.
//!
//! In: what the macros collect. Out: OpenAPI. Invariant: every operation has an id of its own, every part of a path is
//! a parameter, and a body is required where one without any field is refused.

use std::collections::BTreeSet;

use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::request_body::RequestBody;
use utoipa::openapi::schema::{Schema, Type};
use utoipa::openapi::{Components, ObjectBuilder, OpenApi, RefOr, Required};

pub(super) fn completed(mut description: OpenApi) -> OpenApi {
    let optional = description.components.as_ref().map(without_required_fields);
    let optional = optional.unwrap_or_default();
    for (path, item) in &mut description.paths.paths {
        for (method, operation) in operations(item) {
            if let Some(body) = &mut operation.request_body {
                body.required = Some(match is_one_of(body, &optional) {
                    true => Required::False,
                    false => Required::True,
                });
            }
            operation.operation_id = Some(id(method, path));
            let parameters = operation.parameters.get_or_insert_default();
            for part in parts(path) {
                let is_there = parameters.iter().any(|parameter| parameter.name == part);
                if !is_there {
                    parameters.push(parameter(part));
                }
            }
        }
    }
    description
}

/// Names of schemas that an empty object fits, as no body at all then does.
fn without_required_fields(components: &Components) -> BTreeSet<String> {
    let schemas = components.schemas.iter();
    let optional = schemas.filter(|(_, schema)| !has_required(components, schema));
    optional.map(|(name, _)| name.clone()).collect()
}

fn has_required(components: &Components, schema: &RefOr<Schema>) -> bool {
    match schema {
        RefOr::Ref(reference) => {
            let schema = components.schemas.get(name(&reference.ref_location));
            schema.is_some_and(|schema| has_required(components, schema))
        }
        RefOr::T(Schema::Object(object)) => !object.required.is_empty(),
        RefOr::T(Schema::AllOf(all)) => all.items.iter().any(|one| has_required(components, one)),
        RefOr::T(_) => true,
    }
}

/// `#/components/schemas/NewTopic` → `NewTopic`
fn name(location: &str) -> &str {
    location.rsplit_once('/').map_or(location, |(_, name)| name)
}

fn is_one_of(body: &RequestBody, names: &BTreeSet<String>) -> bool {
    body.content.values().any(|content| match &content.schema {
        Some(RefOr::Ref(reference)) => names.contains(name(&reference.ref_location)),
        _ => false,
    })
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let all = [
        ("get", item.get.as_mut()),
        ("post", item.post.as_mut()),
        ("put", item.put.as_mut()),
        ("patch", item.patch.as_mut()),
        ("delete", item.delete.as_mut()),
    ];
    all.into_iter()
        .filter_map(|(method, operation)| Some((method, operation?)))
}

/// `get_v1_project_by_project`
fn id(method: &str, path: &str) -> String {
    let words = path.split('/').filter(|part| !part.is_empty());
    let words = words.map(|part| match part.strip_prefix('{') {
        Some(name) => format!("by_{}", name.trim_end_matches('}')),
        None => part.replace('-', "_"),
    });
    let words: Vec<String> = words.collect();
    format!("{method}_{}", words.join("_"))
}

fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn parameter(name: &str) -> Parameter {
    let text = ObjectBuilder::new().schema_type(Type::String).build();
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .schema(Some(text))
        .build()
}
