//! The extractor of API handlers: the client is authenticated and admitted before the body is read.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse};
use futures_util::future::LocalBoxFuture;
use sha2::{Digest as _, Sha256};
use xqr_engine::auth::{Scope, SealingKey};
use xqr_engine::errors::{Condition, Result};
use xqr_engine::limits::idempotency::{Answer, Attempt, Outcome, RequestDigest};
use xqr_engine::pictures::render_request::{Source, Upload};
use xqr_engine::{App, Caller, LimitStatus, QuotaReservation, Tx};

use crate::dialect::Dialect;
use crate::forms::fields::Fields;
use crate::forms::json_body;
use crate::forms::query::Query;
use crate::refusal::Refusal;
use crate::request;
use crate::request::authenticate::Bearer;
use crate::request::request_id::RequestId;

/// An admitted request in dialect `D`: its key is valid and its plan includes the API. The body is
/// still unread.
pub struct ApiRequest<D> {
    /// The running service.
    pub app: Arc<App>,
    /// The authenticated client.
    pub caller: Caller,
    /// The request as actix has it.
    pub request: HttpRequest,
    payload: Payload,
    sealing: SealingKey,
    /// SHA-256 of the body in canonical form, once it has been read.
    fingerprint: [u8; 32],
    dialect: PhantomData<D>,
}

impl<D> fmt::Debug for ApiRequest<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Headers may hold secrets.
        f.debug_struct("ApiRequest")
            .field("caller", &self.caller)
            .field("path", &self.request.path())
            .finish_non_exhaustive()
    }
}

impl<D: Dialect> FromRequest for ApiRequest<D> {
    type Error = Refusal;
    type Future = LocalBoxFuture<'static, Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let app = request::app(&request);
            let Bearer { caller, sealing } =
                D::authenticate(Arc::clone(&app), request.clone()).await?;
            caller.terms.check_api(D::COLUMN.name())?;
            let (figures, admission) = app.admit(&caller, D::RATES).await;
            request.extensions_mut().insert(figures);
            match admission {
                Ok(admission) => drop(request.extensions_mut().insert(admission)),
                // An answer that is stored was paid for; how fast it is asked for is another
                // matter.
                Err(error)
                    if matches!(error.condition(), Condition::RateExceeded { .. })
                        || !is_answered(&app, &caller, &request).await? =>
                {
                    return Err(error.into());
                }
                Err(_) => {}
            }
            Ok(Self {
                app,
                caller,
                request,
                payload,
                sealing,
                fingerprint: [0; 32],
                dialect: PhantomData,
            })
        })
    }
}

impl<D: Dialect> ApiRequest<D> {
    /// Refuses a key without the scope.
    pub fn allow(&self, scope: Scope) -> Result<()> {
        self.caller.allow(scope)
    }

    /// Returns a part of the path; nothing where it holds control characters, which no name has and
    /// PostgreSQL does not take.
    pub fn path(&self, name: &str) -> String {
        let part = self.request.match_info().query(name);
        if part.chars().any(char::is_control) { String::new() } else { part.to_owned() }
    }

    /// Returns the query, to be read in the order of lines.
    pub fn query(&self) -> Query {
        Query::parse(self.request.query_string())
    }

    /// Returns what the caller may still do.
    pub fn figures(&self) -> LimitStatus {
        *self.request.extensions().get::<LimitStatus>().expect("every admitted call has them")
    }

    /// Returns the id of this request.
    pub fn id(&self) -> RequestId {
        *self
            .request
            .extensions()
            .get::<RequestId>()
            .expect("the middleware gives every request an id")
    }

    /// Reads the body, a JSON object, within the limits of the edge.
    pub async fn fields(&mut self) -> Result<Fields> {
        self.fields_within(self.app.settings.edge.max_body_bytes).await
    }

    /// Reads the body, a JSON object that may carry pictures.
    pub async fn fields_with_pictures(&mut self) -> Result<Fields> {
        self.fields_within(self.app.settings.edge.max_upload_bytes).await
    }

    async fn fields_within(&mut self, max: usize) -> Result<Fields> {
        let fields =
            json_body::read(&self.request, &mut self.payload, max, self.app.settings.edge.body_ms)
                .await?;
        self.fingerprint = fields.fingerprint();
        Ok(fields)
    }

    /// Returns the unread body, for a reader of another form than JSON, who then
    /// [marks](Self::mark) what was in it.
    pub fn take_payload(&mut self) -> Payload {
        std::mem::replace(&mut self.payload, Payload::None)
    }

    /// Notes what was in the body, for its Idempotency-Key.
    pub fn mark(&mut self, fields: &Fields, files: &[Upload]) {
        let mut hash = Sha256::new();
        hash.update(fields.fingerprint());
        for file in files {
            hash.update(Sha256::digest(&file.field));
            if let Source::Bytes(bytes) = &file.source {
                hash.update(Sha256::digest(bytes));
            }
        }
        self.fingerprint = hash.finalize().into();
    }

    /// Gives the unit of the quota back: what was asked for had no effect.
    fn cost_nothing(&self) {
        let mut extensions = self.request.extensions_mut();
        if extensions.remove::<QuotaReservation>().is_some()
            && let Some(figures) = extensions.get_mut::<LimitStatus>()
        {
            figures.give_back();
        }
    }

    /// Returns the attempt that an Idempotency-Key makes of this request, once its body has been
    /// read.
    pub fn attempt(&self) -> Result<Option<Attempt>> {
        let attempt = |key: &str| {
            Attempt::new(
                digest(&self.caller, &self.request, key),
                self.fingerprint,
                self.sealing.clone(),
            )
        };
        Ok(idempotency_key(&self.request)?.map(attempt))
    }

    /// Runs a use case that makes something, once for each Idempotency-Key. `answer` makes the body
    /// of what `job` returns.
    pub async fn make<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
        answer: impl FnOnce(T) -> Vec<u8> + Send + 'static,
    ) -> Result<HttpResponse> {
        let status = StatusCode::CREATED.as_u16();
        self.try_make(job, move |made| Outcome { status, body: answer(made), had_effect: true })
            .await
    }

    /// As [`make`](Self::make), for what may turn out to make nothing: that costs nothing, and is
    /// not kept.
    pub async fn try_make<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
        answer: impl FnOnce(T) -> Outcome + Send + 'static,
    ) -> Result<HttpResponse> {
        let answered = match self.attempt()? {
            Some(attempt) => self.app.write_once(attempt, job, answer).await?,
            None => {
                let Outcome { status, body, had_effect } = answer(self.app.write(job).await?);
                Answer { status, body, replayed: false, had_effect }
            }
        };
        if !answered.had_effect {
            self.cost_nothing();
        }
        let mut response = HttpResponse::build(
            StatusCode::from_u16(answered.status).unwrap_or(StatusCode::CREATED),
        );
        // What was made may be a secret.
        response
            .content_type("application/json")
            .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")));
        if answered.replayed {
            response.insert_header(("idempotent-replayed", "true"));
        }
        Ok(response.body(answered.body))
    }
}

/// Reads the `Idempotency-Key` header: a bare token, or a quoted string as the IETF's draft has it.
fn idempotency_key(request: &HttpRequest) -> Result<Option<&str>> {
    let mut values = request.headers().get_all("idempotency-key");
    let Some(value) = values.next() else { return Ok(None) };
    let text = value.to_str().ok().filter(|_| values.next().is_none());
    let bare = text
        .map(|text| text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text));
    let printable = |text: &&str| {
        (1..=255).contains(&text.len()) && text.bytes().all(|byte| (0x20..0x7f).contains(&byte))
    };
    bare.filter(printable)
        .filter(|text| !text.trim().is_empty())
        .map(Some)
        .ok_or_else(|| Condition::IdempotencyKeyInvalid.into())
}

/// Names a caller's request with an Idempotency-Key.
fn digest(caller: &Caller, request: &HttpRequest, key: &str) -> RequestDigest {
    RequestDigest::new(caller.principal, request.method().as_str(), request.path(), key)
}

/// Returns whether an answer to this very request is stored.
async fn is_answered(app: &App, caller: &Caller, request: &HttpRequest) -> Result<bool> {
    let Some(key) = idempotency_key(request)? else { return Ok(false) };
    let (digest, now) = (digest(caller, request, key), app.now());
    app.read(move |conn| digest.is_answered(conn, now)).await
}
