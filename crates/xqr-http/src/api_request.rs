//! The one extractor: who calls, checked before the body is read.

use std::marker::PhantomData;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, HeaderMap, HeaderValue};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse, web};
use futures_util::future::LocalBoxFuture;
use sha2::{Digest as _, Sha256};
use xqr_engine::auth::{Scope, SealingKey, SecretKey};
use xqr_engine::errors::{Condition, Result};
use xqr_engine::idempotency::{Answer, Attempt, Outcome, Place};
use xqr_engine::pictures::{Source, Upload};
use xqr_engine::{Admission, App, Caller, Figures, Tx, keys};

use crate::body;
use crate::fault::Fault;
use crate::fields::Fields;
use crate::peer;
use crate::query::Query;
use crate::request_id::RequestId;
use crate::wire::Wire;

/// An admitted request in dialect `D`: its key is valid and its plan includes the API. The body is
/// still unread.
pub(crate) struct Call<D> {
    pub(crate) app: Arc<App>,
    pub(crate) caller: Caller,
    pub(crate) request: HttpRequest,
    payload: Payload,
    sealing: SealingKey,
    /// SHA-256 of the body in canonical form, once it has been read.
    fingerprint: [u8; 32],
    dialect: PhantomData<D>,
}

/// Who calls, and the key that what is stored for them is sealed with.
pub(crate) struct Bearer {
    pub(crate) caller: Caller,
    pub(crate) sealing: SealingKey,
}

/// The public part of the caller's key, for the log.
pub(crate) struct KeyPrefix(pub(crate) String);

/// Returns the application that every request carries.
pub(crate) fn app(request: &HttpRequest) -> Arc<App> {
    Arc::clone(request.app_data::<web::Data<App>>().expect("the server registers it"))
}

impl<D: Wire> FromRequest for Call<D> {
    type Error = Fault;
    type Future = LocalBoxFuture<'static, Result<Self, Fault>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let app = app(&request);
            let Bearer { caller, sealing } = D::who(Arc::clone(&app), request.clone()).await?;
            caller.terms.check_api(D::is_included(&caller.terms.limits))?;
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

impl<D: Wire> Call<D> {
    /// Refuses a key without the scope.
    pub(crate) fn allow(&self, scope: Scope) -> Result<()> {
        self.caller.allow(scope)
    }

    /// Returns a part of the path; nothing where it holds control characters, which no name has and
    /// PostgreSQL does not take.
    pub(crate) fn path(&self, name: &str) -> String {
        let part = self.request.match_info().query(name);
        if part.chars().any(char::is_control) { String::new() } else { part.to_owned() }
    }

    /// Returns the query, to be read in the order of lines.
    pub(crate) fn query(&self) -> Query {
        Query::parse(self.request.query_string())
    }

    /// Returns what the caller may still do.
    pub(crate) fn figures(&self) -> Figures {
        *self.request.extensions().get::<Figures>().expect("every admitted call has them")
    }

    /// Returns the id of this request.
    pub(crate) fn id(&self) -> RequestId {
        *self.request.extensions().get::<RequestId>().expect("speak gives every request an id")
    }

    /// Reads the body, a JSON object, within the limits of the edge.
    pub(crate) async fn fields(&mut self) -> Result<Fields> {
        self.fields_within(self.app.settings.edge.max_body_bytes).await
    }

    /// Reads the body, a JSON object that may carry pictures.
    pub(crate) async fn fields_with_pictures(&mut self) -> Result<Fields> {
        self.fields_within(self.app.settings.edge.max_upload_bytes).await
    }

    async fn fields_within(&mut self, max: usize) -> Result<Fields> {
        let fields =
            body::read(&self.request, &mut self.payload, max, self.app.settings.edge.body_ms)
                .await?;
        self.fingerprint = fields.fingerprint();
        Ok(fields)
    }

    /// Returns the unread body, for a reader of another form than JSON, who then
    /// [marks](Self::mark) what was in it.
    pub(crate) fn take_payload(&mut self) -> Payload {
        std::mem::replace(&mut self.payload, Payload::None)
    }

    /// Notes what was in the body, for its Idempotency-Key.
    pub(crate) fn mark(&mut self, fields: &Fields, files: &[Upload]) {
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
        if extensions.remove::<Admission>().is_some()
            && let Some(figures) = extensions.get_mut::<Figures>()
        {
            figures.give_back();
        }
    }

    /// Returns the attempt that an Idempotency-Key makes of this request, once its body has been
    /// read.
    pub(crate) fn attempt(&self) -> Result<Option<Attempt>> {
        let attempt = |key: &str| {
            Attempt::new(
                place(&self.caller, &self.request, key),
                self.fingerprint,
                self.sealing.clone(),
            )
        };
        Ok(idempotency_key(&self.request)?.map(attempt))
    }

    /// Runs a use case that makes something, once for each Idempotency-Key. `answer` makes the body
    /// of what `job` returns.
    pub(crate) async fn make<T: Send + 'static>(
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
    pub(crate) async fn try_make<T: Send + 'static>(
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

/// Finds out who calls with a key that `credential` reads.
pub(crate) async fn by_key(
    app: Arc<App>,
    request: HttpRequest,
    credential: fn(&HeaderMap) -> Result<SecretKey>,
) -> Result<Bearer> {
    let address = peer::address(&app.settings.edge, request.peer_addr(), request.headers());
    peer::warn_of_unknown_proxy(&app.settings.edge, request.peer_addr(), request.headers());
    let known = match credential(request.headers()) {
        Ok(secret) => {
            address.map_or(Ok(()), |address| app.strangers.check_key_tries(address, &secret))?;
            app.authenticate(secret.clone()).await.map(|caller| (secret, caller))
        }
        Err(error) => Err(error),
    };
    if let (Some(address), Err(error)) = (address, &known)
        && matches!(error.condition(), Condition::KeyInvalid)
    {
        app.strangers.note_bad_key(address);
    }
    let (secret, caller) = known?;
    app.strangers.note_good_key(&secret);
    request.extensions_mut().insert(KeyPrefix(caller.key_prefix.clone()));
    note_use(&app, &caller);
    Ok(Bearer { caller, sealing: secret.sealing_key() })
}

/// Reads the token of `Authorization: Bearer`.
pub(crate) fn bearer_token(headers: &HeaderMap) -> Result<String> {
    let mut values = headers.get_all(AUTHORIZATION);
    let (Some(value), None) = (values.next().and_then(|value| value.to_str().ok()), values.next())
    else {
        return Err(Condition::TokenInvalid.into());
    };
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
            Ok(token.trim().to_owned())
        }
        _ => Err(Condition::TokenInvalid.into()),
    }
}

/// Finds out who calls with an access token.
pub(crate) async fn by_token(app: Arc<App>, request: HttpRequest) -> Result<Bearer> {
    let person = app.authenticate_person(&bearer_token(request.headers())?).await?;
    Ok(Bearer { caller: person.caller, sealing: person.sealing })
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
fn place(caller: &Caller, request: &HttpRequest, key: &str) -> Place {
    Place::new(caller.key, request.method().as_str(), request.path(), key)
}

/// Returns whether an answer to this very request is stored.
async fn is_answered(app: &App, caller: &Caller, request: &HttpRequest) -> Result<bool> {
    let Some(key) = idempotency_key(request)? else { return Ok(false) };
    let (place, now) = (place(caller, request, key), app.now());
    app.read(move |conn| place.is_answered(conn, now)).await
}

/// Writes down that a key was used; nobody waits for it.
fn note_use(app: &App, caller: &Caller) {
    if keys::is_stale(caller, app.now()) {
        let (workspace, key) = (caller.workspace, caller.key);
        app.data.submit(false, move |tx| keys::touch(tx, workspace, key), |_| ());
    }
}
