//! Answers: JSON, or a refusal as Aiven's clients read it.
//!
//! In: values, refusals. Out: responses. Invariant: every body is a JSON object, that of an error has `message` and
//! `errors`.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::refusal::Refusal;

pub type Answer<T> = Result<Json<T>, Refusal>;

/// The body of an error.
#[derive(Serialize, ToSchema)]
pub(super) struct ErrorBody {
    message: String,
    errors: Vec<ErrorEntry>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct ErrorEntry {
    message: String,
    status: u16,
}

/// An answer without content: clients expect a JSON body nevertheless.
#[derive(Serialize, ToSchema)]
pub(super) struct Done {}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = self.status;
        let entry = |message: String| ErrorEntry { message, status };
        let body = ErrorBody {
            message: self.message,
            errors: self.errors.into_iter().map(entry).collect(),
        };
        let status = StatusCode::from_u16(status).expect("refusals have a status of HTTP");
        (status, Json(body)).into_response()
    }
}

pub(super) fn done() -> Answer<Done> {
    Ok(Json(Done {}))
}
