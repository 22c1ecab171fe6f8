//! Files of users: `PUT /assets/{id}` takes one through a signed link, `GET|HEAD
//! /assets/{id}/{filename}` serves one that is published.
//!
//! The type of an answer is that of the content, never what a user made up; what could act in a
//! browser is saved and not shown, and SVG is shown on a stage of its own (reliability note, F-3).
//! What is in a file never changes, so its ETag is its digest.

use std::ops::Range;
use std::time::Duration;

use actix_web::body::SizedStream;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, Charset, ContentDisposition, DispositionParam,
    DispositionType, ETAG, EntityTag, ExtendedValue, Header as _, HeaderMap, HeaderValue, HttpDate,
    IF_RANGE, IfModifiedSince, IfNoneMatch, LAST_MODIFIED, RANGE, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use xqr_engine::assets::media::Shown;
use xqr_engine::assets::{self, Announced, UploadSignature, media};
use xqr_engine::errors::{Condition, Error, Result};
use xqr_engine::rows::Asset;
use xqr_http::middleware::{Cors, check_head};
use xqr_http::request::client_ip;
use xqr_http::response::csp;
use xqr_http::routes::below;
use xqr_http::{AnonymousRequest, Query, RequestId, X_REQUEST_ID};

/// How long any file may take to arrive, and bytes that have to come in a second beyond that:
/// slower ones hold a place for nothing.
const UPLOAD: Duration = Duration::from_secs(30);
const UPLOAD_RATE: u64 = 48 * 1024;
const MOST: u64 = assets::MAX_BYTES.unsigned_abs();

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    let upload = web::resource("/{asset_id}")
        .route(web::put().to(put))
        .default_service(web::to(async |call: AnonymousRequest| no_method(&call, "PUT")));
    let file = web::resource("/{asset_id}/{filename}")
        .route(web::get().to(get))
        .route(web::head().to(get))
        .default_service(web::to(async |call: AnonymousRequest| no_method(&call, "GET, HEAD")));
    config.service(below("/assets").service(upload).service(file));
}

/// Answers what is no method of the resource, and browsers that ask whether a page of another
/// origin may send one.
fn no_method(call: &AnonymousRequest, allow: &'static str) -> HttpResponse {
    let (error, id) = (Condition::MethodNotAllowed.into(), RequestId::fresh(call.app.now()));
    let settings = &call.app.settings.cors;
    let asked =
        Cors::of(settings, call.request.headers()).preflight(settings, call.request.head(), id);
    asked.unwrap_or_else(|| shared(call, call.refuse_as(&error, id, Some(allow))))
}

/// Lets pages of the origins that the settings name read an answer.
fn shared(call: &AnonymousRequest, mut answer: HttpResponse) -> HttpResponse {
    Cors::of(&call.app.settings.cors, call.request.headers()).add_headers(answer.headers_mut());
    answer
}

/// Puts an answer, or a refusal in native words, on its way.
fn answer(call: &AnonymousRequest, result: Result<HttpResponse>) -> HttpResponse {
    let id = RequestId::fresh(call.app.now());
    let answer = match result {
        Ok(mut answer) => {
            answer.headers_mut().insert(X_REQUEST_ID, id.header());
            answer
                .headers_mut()
                .insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
            answer
        }
        Err(error) => {
            if error.cause().is_some() {
                tracing::warn!(request_id = %id, error = %error.report(), at = %error.location(), "a file was refused");
            }
            call.refuse_as(&error, id, None)
        }
    };
    shared(call, answer)
}

/// `PUT /assets/{asset_id}?expires=…&signature=…`
async fn put(mut call: AnonymousRequest) -> HttpResponse {
    let payload = call.take_payload();
    let result = match check_head(call.request.head(), &call.app.settings.edge) {
        Ok(()) => receive(&call, payload).await,
        Err(error) => Err(error),
    };
    answer(&call, result)
}

async fn receive(call: &AnonymousRequest, payload: Payload) -> Result<HttpResponse> {
    let edge = &call.app.settings.edge;
    if edge.require_https
        && !client_ip::is_https(edge, call.request.peer_addr(), call.request.headers())
    {
        return Err(Condition::HttpsRequired.into());
    }
    call.app.check_maintenance().await?;
    let query = Query::parse(call.request.query_string());
    let text = |name| query.text(name).ok().flatten().unwrap_or_default().to_owned();
    let signature = UploadSignature {
        expires: text("expires").parse().unwrap_or_default(),
        signature: text("signature"),
    };
    let header = |name| {
        call.request.headers().get(name).map(|value| value.to_str().unwrap_or("?").to_owned())
    };
    let announced = Announced {
        size: header(CONTENT_LENGTH).and_then(|value| value.parse().ok()),
        media_type: header(CONTENT_TYPE),
    };
    let (app, uid) = (call.app.clone(), call.request.match_info().query("asset_id").to_owned());
    let whole = UPLOAD
        + Duration::from_secs(announced.size.map_or(MOST, |size| size.min(MOST)) / UPLOAD_RATE);
    let body = in_time(payload, Duration::from_millis(app.settings.edge.body_ms), whole);
    // A task of its own, so that what was begun is ended also when the client goes away.
    let upload = actix_rt::spawn(async move {
        let received = app.receive(&uid, &signature, &announced, body);
        received.await
    });
    let asset = upload.await.map_err(Error::internal)??;
    let mut answer = HttpResponse::Ok();
    answer.insert_header((CACHE_CONTROL, "no-store")).insert_header((ETAG, etag(&asset)));
    Ok(answer.finish())
}

/// A body whose every piece comes within `patience`, and all of it within `whole`.
fn in_time(
    payload: Payload,
    patience: Duration,
    whole: Duration,
) -> impl Stream<Item = Result<Bytes>> {
    let end = actix_rt::time::Instant::now() + whole;
    stream::unfold(Some(payload), move |payload| async move {
        let mut payload = payload?;
        let until = end.min(actix_rt::time::Instant::now() + patience);
        match tokio::time::timeout_at(until, payload.next()).await {
            Ok(None) => None,
            Ok(Some(Ok(bytes))) => Some((Ok(bytes), Some(payload))),
            // A client that broke off does not read the answer.
            Ok(Some(Err(_))) | Err(_) => Some((Err(Condition::BodyTooSlow.into()), None)),
        }
    })
}

/// `GET|HEAD /assets/{asset_id}/{filename}`
async fn get(call: AnonymousRequest) -> HttpResponse {
    let result = match check_head(call.request.head(), &call.app.settings.edge) {
        Ok(()) => serve(&call).await,
        Err(error) => Err(error),
    };
    match result {
        Err(error) => {
            let size = match error.condition() {
                Condition::RangeUnsatisfiable { size } => Some(*size),
                _ => None,
            };
            let mut refused = answer(&call, Err(error));
            // RFC 9110, section 15.5.17.
            if let Some(Ok(value)) = size.map(|size| format!("bytes */{size}").try_into()) {
                refused.headers_mut().insert(CONTENT_RANGE, value);
            }
            refused
        }
        served => answer(&call, served),
    }
}

async fn serve(call: &AnonymousRequest) -> Result<HttpResponse> {
    let request = &call.request;
    // The name as it was sent: the router leaves some escapes as they are.
    let filename = request.uri().path().rsplit('/').next().unwrap_or_default();
    let asset = call.app.published(request.match_info().query("asset_id"), filename).await?;
    let size = asset.size.unsigned_abs();
    let mut answer = HttpResponse::Ok();
    answer.insert_header((ETAG, etag(&asset))).insert_header((LAST_MODIFIED, modified(&asset)));
    // Not longer, because it may be deleted.
    answer.insert_header((CACHE_CONTROL, "public, max-age=3600"));
    if is_known(request, &asset) {
        return Ok(answer.status(StatusCode::NOT_MODIFIED).finish());
    }
    dress(&mut answer, &asset);
    let range = match range(request.headers(), &asset)? {
        Some(range) => {
            answer.status(StatusCode::PARTIAL_CONTENT);
            answer.insert_header((
                CONTENT_RANGE,
                format!("bytes {}-{}/{size}", range.start, range.end - 1),
            ));
            range
        }
        None => 0..size,
    };
    let length = range.end - range.start;
    if request.method() == actix_web::http::Method::HEAD {
        return Ok(
            answer.body(SizedStream::new(length, stream::empty::<Result<Bytes, std::io::Error>>()))
        );
    }
    let chunks = call.app.read_asset(&asset, range).await?;
    let chunks = chunks.map(|chunk| {
        chunk.map_err(|error| {
            tracing::warn!(error = %error.report(), "a file broke off");
            std::io::Error::other(error.to_string())
        })
    });
    Ok(answer.body(SizedStream::new(length, chunks)))
}

/// Says what the file is, and what a browser may do with it.
fn dress(answer: &mut actix_web::HttpResponseBuilder, asset: &Asset) {
    let shown = media::shown(asset.content_type());
    let disposition = if shown == Shown::Attachment {
        DispositionType::Attachment
    } else {
        DispositionType::Inline
    };
    let mut plain = String::new();
    // The old form of the name, for programs that do not know the new one.
    plain.extend(
        asset
            .filename
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || "-_. ()".contains(c) { c } else { '_' }),
    );
    let mut parameters = vec![DispositionParam::Filename(plain.clone())];
    if plain != asset.filename {
        let value = asset.filename.clone().into_bytes();
        parameters.push(DispositionParam::FilenameExt(ExtendedValue {
            charset: Charset::Ext("UTF-8".to_owned()),
            language_tag: None,
            value,
        }));
    }
    let policy = match shown {
        Shown::Sandboxed | Shown::Attachment => csp::FILE,
        Shown::Inline => {
            "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"
        }
        // A browser's viewer of PDFs does not work in a sandbox.
        Shown::Viewer => {
            "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
        }
    };
    answer
        .insert_header((CONTENT_TYPE, asset.content_type()))
        .insert_header((CONTENT_DISPOSITION, ContentDisposition { disposition, parameters }))
        .insert_header((CONTENT_SECURITY_POLICY, policy))
        .insert_header(("referrer-policy", "no-referrer"))
        .insert_header((ACCEPT_RANGES, "bytes"));
}

fn etag(asset: &Asset) -> EntityTag {
    EntityTag::new_strong(asset.digest.as_deref().unwrap_or_default().chars().take(32).collect())
}

/// When the file came to be what it is, in whole seconds.
fn modified(asset: &Asset) -> HttpDate {
    HttpDate::from(
        std::time::UNIX_EPOCH + Duration::from_secs(asset.created_at.max(0).unsigned_abs() / 1000),
    )
}

/// Returns whether the client has the file already (RFC 9110, section 13.2.2).
fn is_known(request: &HttpRequest, asset: &Asset) -> bool {
    let tag = etag(asset);
    if request.headers().contains_key("if-none-match") {
        return match IfNoneMatch::parse(request) {
            Ok(IfNoneMatch::Any) => true,
            Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|other| other.weak_eq(&tag)),
            Err(_) => false,
        };
    }
    let since = request
        .headers()
        .get("if-modified-since")
        .and_then(|_| IfModifiedSince::parse(request).ok());
    since.is_some_and(|IfModifiedSince(since)| modified(asset) <= since)
}

/// Returns the one range that is asked for; `None` for the whole file, also where several are asked
/// for (RFC 9110, section 14.2).
fn range(headers: &HeaderMap, asset: &Asset) -> Result<Option<Range<u64>>> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(spec) = text(RANGE).and_then(|value| value.trim().strip_prefix("bytes=")) else {
        return Ok(None);
    };
    // A range of another file is of no use to a client that has the beginning of this one.
    if headers.contains_key(IF_RANGE) {
        let wanted = text(IF_RANGE).unwrap_or_default();
        let same = if wanted.starts_with('"') {
            wanted == etag(asset).to_string()
        } else {
            wanted == modified(asset).to_string()
        };
        if !same {
            return Ok(None);
        }
    }
    let size = asset.size.unsigned_abs();
    let beyond = || Error::from(Condition::RangeUnsatisfiable { size });
    let number = |text: &str| {
        if text.bytes().all(|b| b.is_ascii_digit()) { text.parse::<u64>().ok() } else { None }
    };
    Ok(match spec.trim().split_once('-') {
        // The last so many bytes.
        Some(("", last)) => match number(last) {
            Some(0) => return Err(beyond()),
            Some(last) => Some(size.saturating_sub(last)..size),
            None => None,
        },
        Some((first, last)) => match (number(first), last.is_empty(), number(last)) {
            (Some(first), ..) if first >= size && (last.is_empty() || number(last).is_some()) => {
                return Err(beyond());
            }
            (Some(first), true, _) => Some(first..size),
            (Some(first), false, Some(last)) if last >= first => {
                Some(first..size.min(last.saturating_add(1)))
            }
            _ => None,
        },
        None => None,
    })
}
