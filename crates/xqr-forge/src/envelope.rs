//! The success envelopes, and pages by token (QRForge reference, sections 4.2 and 4.3).

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};
use xqr_engine::errors::{Condition, Error, Expected, FORGE_VERSION, Result};
use xqr_engine::rows::Page;
use xqr_engine::runtime::cursor;

use super::Forge;
use xqr_http::ApiRequest;

/// Items of a page, unless asked otherwise, and at most.
const PAGE: i64 = 50;
const MAX_PAGE: i64 = 100;

#[derive(Serialize)]
struct Envelope<'a, T> {
    ok: bool,
    version: &'a str,
    request_id: &'a str,
    #[serde(flatten)]
    resource: T,
}

/// What an envelope says besides the resource, taken before the work begins.
pub(crate) struct Cover(String);

impl Cover {
    /// Puts one resource into its envelope.
    pub(super) fn close(&self, resource: impl Serialize) -> Vec<u8> {
        let envelope = Envelope { ok: true, version: FORGE_VERSION, request_id: &self.0, resource };
        // Views are made of texts and numbers, which always have a JSON form.
        serde_json::to_vec(&envelope).unwrap_or_default()
    }
}

/// Success envelopes and pages of a request.
pub(crate) trait Answers {
    fn cover(&self) -> Cover;

    /// Answers with one resource.
    fn answer(&self, resource: impl Serialize) -> HttpResponse;

    /// Returns the page of `list` that the query asks for, with one row more than it shows. Invalid
    /// page sizes fall back to the default.
    fn page<I: From<i64>>(&self, list: &str) -> Result<(Page<I>, usize)>;

    /// Answers with a page: what of `rows` it shows, and where the next one begins.
    fn items<T, I: Into<i64>>(
        &self,
        list: &str,
        rows: Vec<T>,
        size: usize,
        id: impl Fn(&T) -> I,
        view: impl Fn(&T) -> Value,
    ) -> Result<HttpResponse>;
}

impl Answers for ApiRequest<Forge> {
    fn cover(&self) -> Cover {
        Cover(self.id().to_string())
    }

    fn answer(&self, resource: impl Serialize) -> HttpResponse {
        HttpResponse::build(StatusCode::OK)
            .content_type("application/json")
            .body(self.cover().close(resource))
    }

    fn page<I: From<i64>>(&self, list: &str) -> Result<(Page<I>, usize)> {
        let query = self.query();
        let size = query.int("page_size", 1..=MAX_PAGE, PAGE).unwrap_or(PAGE);
        let id = match query.text("next_page_token")?.filter(|token| !token.is_empty()) {
            Some(token) => {
                let malformed = || Condition::QueryMalformed {
                    field: "next_page_token".into(),
                    expected: Expected::PageToken,
                };
                Some(
                    cursor::open(&self.app.data, &self.caller, list, token)
                        .ok_or_else(|| Error::from(malformed()))?,
                )
            }
            None => None,
        };
        Ok((Page::Before { limit: size + 1, id }, size as usize))
    }

    fn items<T, I: Into<i64>>(
        &self,
        list: &str,
        mut rows: Vec<T>,
        size: usize,
        id: impl Fn(&T) -> I,
        view: impl Fn(&T) -> Value,
    ) -> Result<HttpResponse> {
        let more = rows.len() > size;
        rows.truncate(size);
        let last = rows.last().filter(|_| more).map(id);
        let token =
            last.map(|id| cursor::seal(&self.app.data, &self.caller, list, id)).transpose()?;
        let items: Vec<Value> = rows.iter().map(view).collect();
        Ok(self.answer(json!({ "items": items, "next_page_token": token })))
    }
}
