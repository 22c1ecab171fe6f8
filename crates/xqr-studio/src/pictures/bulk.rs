//! `POST /api/v1/generate/bulk/` (QR Studio reference, section 8.2): all items or none, in a ZIP
//! that is drawn while it is sent.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::http::header::{CONTENT_DISPOSITION, HeaderValue};
use actix_web::{HttpResponse, web};
use bytes::Bytes;
use serde::Serialize;
use serde_json::{Map, Value, json};
use tokio::sync::mpsc;
use xqr_engine::App;
use xqr_engine::auth::Scope;
use xqr_engine::errors::{Condition, Dialect, Error, Place, Result};
use xqr_engine::pictures::render_request::PlanCaps;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, StreamWriter, ZipWriter};

use super::generate::{PictureCaps as _, allow, check};
use super::render_spec::{RenderSpec, read_spec};
use super::reservation::{charge_headers, commit, refund, reserve};
use super::usage::whole;
use crate::Studio;
use crate::addresses::public_url;
use xqr_http::ApiRequest;
use xqr_http::forms::fields::Fields;
use xqr_http::refusal::Refusal;
use xqr_http::routes::resource;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(resource("/v1/generate/bulk/", "POST").route(web::post().to(bulk)));
}

/// `POST /api/v1/generate/bulk/`
async fn bulk(mut call: ApiRequest<Studio>) -> Result<HttpResponse, Refusal> {
    call.allow(Scope::QrRender)?;
    let mut fields = call.fields_with_pictures().await?;
    let terms = call.caller.terms.clone();
    terms.check_bulk("items", 0)?;
    fields.demand("items");
    let items = fields.list("items", 1, usize::MAX);
    fields.end()?;
    let items = items.unwrap_or_default();
    terms.check_bulk("items", items.len() as u64)?;
    let caps = call.caps();
    let mut specs = match read(&call.app, items, &caps) {
        Ok(specs) => specs,
        Err(errors) => return Ok(unprocessable(&errors)),
    };
    allow(&call, &specs)?;
    let blocked = blocked(&call.app, &specs).await?;
    if !blocked.is_empty() {
        return Ok(unprocessable(&blocked));
    }
    let dynamics = specs.iter_mut().map(|spec| spec.dynamic.take()).collect();
    let reserved = reserve(&call, dynamics).await?;
    // All that can fail for a reason of the client's comes before the first byte.
    let failed = match fetch(&call.app, &mut specs, &caps).await {
        Ok(failed) if failed.is_empty() => None,
        Ok(failed) => Some(Ok(unprocessable(&failed))),
        Err(error) => Some(Err(error.into())),
    };
    if let Some(refusal) = failed {
        refund(&call.app, &call.caller, reserved).await;
        return refusal;
    }
    let mut headers = charge_headers(&call, &reserved);
    headers.push((CONTENT_DISPOSITION, disposition(specs.len())));
    let mut answer = HttpResponse::Ok();
    answer.content_type("application/zip");
    for header in headers {
        answer.insert_header(header);
    }
    let short_ids = reserved.codes.clone();
    let (send, mut received) = mpsc::channel::<Result<Bytes, io::Error>>(4);
    let (app, plan, caller) = (Arc::clone(&call.app), terms.plan.name(), call.caller.clone());
    // The task outlives the handler: it ends when all is sent, when a picture fails, or when the
    // client has gone.
    actix_web::rt::spawn(async move {
        let archive = Archive::new(Arc::clone(&app), plan, caps, send.clone());
        let drawn = match archive.fill(specs, short_ids).await {
            Ok(_) => commit(&app, &reserved).await,
            Err(error) => Err(error),
        };
        if let Err(error) = drawn {
            tracing::error!(error = %error.report(), "a batch of pictures broke off");
            refund(&app, &caller, reserved).await;
            send.send(Err(io::Error::other("a picture could not be drawn"))).await.ok();
        }
    });
    let stream = futures_util::stream::poll_fn(move |context| received.poll_recv(context));
    Ok(answer.streaming(stream))
}

/// Reads and checks all items, or returns what is wrong with each that is.
fn read(
    app: &App,
    items: Vec<Value>,
    caps: &PlanCaps,
) -> Result<Vec<RenderSpec>, Vec<(usize, String)>> {
    let (mut specs, mut errors) = (Vec::with_capacity(items.len()), Vec::new());
    for (index, item) in items.into_iter().enumerate() {
        match read_item(app, item, caps) {
            Ok(spec) => specs.push(spec),
            Err(error) => errors.push((index, sentence(&error))),
        }
    }
    if errors.is_empty() { Ok(specs) } else { Err(errors) }
}

/// Fetches the pictures of all items and tries whether they can be drawn; returns what is wrong
/// with those that cannot.
async fn fetch(
    app: &App,
    specs: &mut [RenderSpec],
    caps: &PlanCaps,
) -> Result<Vec<(usize, String)>> {
    let mut failed = Vec::new();
    let mut note =
        |index: usize, error: Error| match error.condition().reply(Dialect::Studio).status {
            400..=499 => {
                failed.push((index, sentence(&error)));
                Ok(())
            }
            _ => Err(error),
        };
    let orders = specs.iter_mut().map(|spec| &mut spec.order).collect();
    app.gather_all(orders).await.into_iter().try_for_each(|(index, error)| note(index, error))?;
    for (index, spec) in specs.iter().enumerate() {
        // What has no pictures was checked whole.
        if spec.order.has_pictures() && !spec.order.is_missing_files() {
            let (order, caps) = (spec.order.clone(), caps.clone());
            if let Err(error) = app.draw(move || order.prove(&caps)).await {
                note(index, error)?;
            }
        }
    }
    failed.sort_by_key(|(index, _)| *index);
    failed.dedup_by_key(|(index, _)| *index);
    Ok(failed)
}

/// Returns what is wrong with the items whose destination is blocked.
async fn blocked(app: &App, specs: &[RenderSpec]) -> Result<Vec<(usize, String)>> {
    let mut errors = Vec::new();
    for (index, spec) in specs.iter().enumerate() {
        let Some(draft) = &spec.dynamic else { continue };
        match app.check_destinations(draft).await {
            Err(error) if error.cause().is_none() => errors.push((index, sentence(&error))),
            other => other?,
        }
    }
    Ok(errors)
}

fn read_item(app: &App, item: Value, caps: &PlanCaps) -> Result<RenderSpec> {
    let mut fields = Fields::from_value(item)?;
    let spec = read_spec(&mut fields, &mut Vec::new());
    fields.end()?;
    let spec = spec.ok_or_else(|| Error::internal("an item without complaints is a spec"))?;
    check(app, &spec, caps)?;
    Ok(spec)
}

/// Says in one sentence what is wrong with an item: some conditions are worded apart there, the
/// others are named by their field.
fn sentence(error: &Error) -> String {
    let condition = match error.condition() {
        Condition::ColorInvalid { value, .. } => {
            &Condition::BulkItemColorInvalid { value: value.clone() }
        }
        Condition::SizeOverPlan { cap, .. } => &Condition::BulkItemOverPlan { cap: cap.clone() },
        other => other,
    };
    let reply = condition.reply(Dialect::Studio);
    match reply.place {
        Place::Top => reply.message,
        Place::Field(field) | Place::List(field) => format!("{field}: {}", reply.message),
    }
}

/// The shape and the odd figure are those of the reference (section 16, C3): the highest failing
/// index.
fn unprocessable(errors: &[(usize, String)]) -> HttpResponse {
    let last = errors.last().map_or(0, |(index, _)| *index);
    let listed: Map<String, Value> =
        errors.iter().map(|(index, text)| (index.to_string(), json!(text))).collect();
    let mut answer = HttpResponse::UnprocessableEntity();
    // As every refusal has it.
    answer
        .insert_header(("cache-control", "no-store"))
        .json(json!({ "errors": listed, "rendered_before_failure": last }))
}

fn disposition(count: usize) -> HeaderValue {
    HeaderValue::from_str(&format!("attachment; filename=\"qrstudio-bulk-{count}.zip\""))
        .expect("digits and a constant")
}

/// A ZIP that leaves as it grows: what lies in `written` is sent after each item.
struct Archive {
    app: Arc<App>,
    plan: &'static str,
    caps: PlanCaps,
    send: mpsc::Sender<Result<Bytes, io::Error>>,
    written: Written,
    zip: ZipWriter<StreamWriter<Written>>,
    manifest: Vec<Item>,
}

/// An item of `manifest.json`.
#[derive(Serialize)]
struct Item {
    index: usize,
    filename: String,
    data_type: &'static str,
    format: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    short_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    public_url: Option<String>,
    size_inches: Value,
    dpi: u32,
    bytes: usize,
    cache: &'static str,
    duration_ms: u64,
    has_logo: bool,
}

/// How an archive ended.
#[derive(PartialEq, Eq)]
enum Sent {
    Whole,
    /// The client has gone.
    Broken,
}

impl Archive {
    fn new(
        app: Arc<App>,
        plan: &'static str,
        caps: PlanCaps,
        send: mpsc::Sender<Result<Bytes, io::Error>>,
    ) -> Self {
        let written = Written::default();
        let zip = ZipWriter::new_stream(written.clone());
        Self { app, plan, caps, send, written, zip, manifest: Vec::new() }
    }

    /// Draws and sends each item, and the manifest last.
    async fn fill(
        mut self,
        specs: Vec<RenderSpec>,
        short_ids: Vec<Option<String>>,
    ) -> Result<Sent> {
        for (index, (mut spec, short_id)) in specs.into_iter().zip(short_ids).enumerate() {
            let has_logo = spec.order.logo.is_some();
            let public_url = short_id.as_ref().map(|code| public_url(&self.app, code));
            if let Some(url) = &public_url {
                spec.order.text.clone_from(url);
            }
            let served = self.app.picture(spec.order, self.caps.clone()).await?;
            let filename = format!("qr-{:04}.{}", index + 1, spec.format);
            // A PNG does not get smaller.
            let method = if spec.format == "png" {
                CompressionMethod::Stored
            } else {
                CompressionMethod::Deflated
            };
            self.add(&filename, &served.bytes, method)?;
            self.manifest.push(Item {
                index,
                filename,
                data_type: spec.data_type,
                format: spec.format,
                short_id,
                public_url,
                size_inches: whole(spec.inches),
                dpi: spec.dpi,
                bytes: served.bytes.len(),
                cache: if served.hit { "HIT" } else { "MISS" },
                duration_ms: served.ms,
                has_logo,
            });
            if self.flush().await == Sent::Broken {
                return Ok(Sent::Broken);
            }
        }
        let manifest =
            json!({ "count": self.manifest.len(), "plan": self.plan, "items": self.manifest })
                .to_string();
        self.add("manifest.json", manifest.as_bytes(), CompressionMethod::Stored)?;
        let Self { zip, written, send, .. } = self;
        zip.finish().map_err(Error::internal)?;
        Ok(written.leave(&send).await)
    }

    fn add(&mut self, name: &str, bytes: &[u8], method: CompressionMethod) -> Result<()> {
        let options = SimpleFileOptions::default().compression_method(method);
        self.zip.start_file(name, options).map_err(Error::internal)?;
        self.zip.write_all(bytes).map_err(Error::internal)
    }

    async fn flush(&mut self) -> Sent {
        self.written.leave(&self.send).await
    }
}

/// What the ZIP's writer has written and is not sent yet.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    async fn leave(&self, send: &mpsc::Sender<Result<Bytes, io::Error>>) -> Sent {
        let bytes = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if send.send(Ok(bytes.into())).await.is_ok() { Sent::Whole } else { Sent::Broken }
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
