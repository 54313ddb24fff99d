//! The description of the API, complete enough for generators of clients.
//!
//! In: what the macros collect. Out: OpenAPI. Invariant: every operation has an id of its own, and every part of a path
//! is a parameter.

use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::Type;
use utoipa::openapi::{ObjectBuilder, OpenApi, Required};

pub(super) fn completed(mut description: OpenApi) -> OpenApi {
    for (path, item) in &mut description.paths.paths {
        for (method, operation) in operations(item) {
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
