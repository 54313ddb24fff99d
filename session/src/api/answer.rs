//! Answers: JSON, or a refusal as Aiven's clients read it.
//!
//! In: values, refusals. Out: responses. Invariant: every body is a JSON object, that of an error has `message` and
//! `errors`.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::refusal::Refusal;

/// After which whoever was sent away may come again.
const RETRY_AFTER_SECONDS: &str = "5";

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
        let mut response = (status, Json(body)).into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_SECONDS));
        }
        response
    }
}

pub(super) fn done() -> Answer<Done> {
    Ok(Json(Done {}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_sent_away_is_told_when_to_come_again() {
        let again = |refusal: Refusal| {
            refusal
                .into_response()
                .headers()
                .get(header::RETRY_AFTER)
                .cloned()
        };
        let now_full = anyhow::Error::from(crate::catalogue::NotStored("full".to_owned()));
        assert_eq!(
            again(now_full.into()),
            Some(HeaderValue::from_static(RETRY_AFTER_SECONDS))
        );
        assert_eq!(again(Refusal::not_found("no")), None);
    }
}
