//! `multipart/form-data` (RFC 7578): texts become fields, `logo_file` and `bg_image_file` become
//! files.

use std::time::Duration;

use actix_multipart::{Multipart, MultipartError};
use actix_web::HttpMessage as _;
use futures_util::StreamExt as _;
use xqr_engine::errors::{Condition, Result};
use xqr_engine::pictures::render_request::{Source, Upload};

use crate::Studio;
use xqr_http::ApiRequest;
use xqr_http::forms::fields::Fields;

/// The fields that take files.
const FILES: [&str; 2] = ["logo_file", "bg_image_file"];
/// The most bytes of a file (QR Studio reference, section 10.6), of a text field, and the most
/// parts.
const FILE_BYTES: usize = 2_097_152;
const TEXT_BYTES: usize = 64 * 1024;
const PARTS: usize = 64;

/// Reading of a body that is JSON or a form.
pub(crate) trait ReadForm {
    /// Reads the body: JSON, or a form with files.
    async fn form(&mut self) -> Result<(Fields, Vec<Upload>)>;
}

impl ReadForm for ApiRequest<Studio> {
    async fn form(&mut self) -> Result<(Fields, Vec<Upload>)> {
        let is_form = self.request.content_type().eq_ignore_ascii_case("multipart/form-data");
        if !is_form {
            return Ok((self.fields_with_pictures().await?, Vec::new()));
        }
        let payload = self.take_payload();
        let parts = Multipart::new(self.request.headers(), payload);
        let patience = Duration::from_millis(self.app.settings.edge.body_ms);
        let read = read(parts, self.app.settings.edge.max_upload_bytes);
        let (texts, files) =
            tokio::time::timeout(patience, read).await.map_err(|_| Condition::BodyTooSlow)??;
        let fields = Fields::from_form(texts);
        self.mark(&fields, &files);
        Ok((fields, files))
    }
}

async fn read(mut parts: Multipart, max: usize) -> Result<(Vec<(String, String)>, Vec<Upload>)> {
    let (mut texts, mut files, mut total) = (Vec::new(), Vec::<Upload>::new(), 0);
    while let Some(part) = parts.next().await {
        let mut part = part.map_err(|error| broken(&error))?;
        let name = part.name().unwrap_or_default().to_owned();
        let is_file = FILES.contains(&name.as_str());
        let cap = if is_file { FILE_BYTES } else { TEXT_BYTES };
        let mut bytes = Vec::new();
        while let Some(chunk) = part.next().await {
            let chunk = chunk.map_err(|error| broken(&error))?;
            total += chunk.len();
            if bytes.len() + chunk.len() > cap {
                return Err(Condition::UploadTooLarge { field: name, max: cap as u64 }.into());
            }
            if total > max {
                return Err(Condition::BodyTooLarge { max: max as u64 }.into());
            }
            bytes.extend_from_slice(&chunk);
        }
        if texts.len() + files.len() == PARTS {
            return Err(Condition::FormMalformed.into());
        }
        if !is_file {
            let text = String::from_utf8(bytes).map_err(|_| Condition::FormMalformed)?;
            texts.push((name, text));
        } else if !bytes.is_empty() {
            // A form sends a file field that was left empty as a file without bytes.
            files.push(Upload { field: name, source: Source::Bytes(bytes.into()) });
        }
    }
    Ok((texts, files))
}

fn broken(_: &MultipartError) -> Condition {
    Condition::FormMalformed
}
