//! `/api/auth/`: accounts and sign-ins. Of these the reference shows the path of signing up; the
//! bodies are ours.

use actix_web::http::StatusCode;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, web};
use serde_json::{Value, json};
use xqr_engine::auth::{Password, token};
use xqr_engine::callers::users::{self, SignUp, SignedIn};
use xqr_engine::errors::Result;

use crate::StudioUser;
use xqr_http::ApiRequest;
use xqr_http::extract::anonymous_request::{self, AnonymousRequest};
use xqr_http::forms::fields::Fields;
use xqr_http::refusal::Refusal;
use xqr_http::request::authenticate::bearer_token;
use xqr_http::routes::resource;

/// Characters of a name.
const NAME_CHARS: usize = 100;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(resource("/auth/signup/", "POST").route(web::post().to(sign_up)))
        .service(resource("/auth/login/", "POST").route(web::post().to(sign_in)))
        .service(resource("/auth/refresh/", "POST").route(web::post().to(refresh)))
        .service(resource("/auth/logout/", "POST").route(web::post().to(sign_out)))
        .service(resource("/auth/password/", "POST").route(web::post().to(change_password)));
}

/// `POST /api/auth/signup/`
async fn sign_up(mut call: AnonymousRequest) -> Result<HttpResponse, Refusal> {
    let mut fields = call.fields().await?;
    let [email, password] = ["email", "password"].map(|field| demanded(&mut fields, field));
    let (name, workspace) =
        (fields.line("name", NAME_CHARS), fields.line("workspace_name", NAME_CHARS));
    fields.end()?;
    let draft = SignUp { email, password: Password::new(&password), name, workspace };
    let session = users::sign_up(&call.app, call.address(), draft).await?;
    Ok(answer(StatusCode::CREATED, &session))
}

/// `POST /api/auth/login/`
async fn sign_in(mut call: AnonymousRequest) -> Result<HttpResponse, Refusal> {
    let mut fields = call.fields().await?;
    let [email, password] = ["email", "password"].map(|field| demanded(&mut fields, field));
    fields.end()?;
    let session =
        users::sign_in(&call.app, call.address(), &email, Password::new(&password)).await?;
    Ok(answer(StatusCode::OK, &session))
}

/// `POST /api/auth/refresh/`
async fn refresh(mut call: AnonymousRequest) -> Result<HttpResponse, Refusal> {
    let mut fields = call.fields().await?;
    let token = demanded(&mut fields, "refresh");
    fields.end()?;
    Ok(answer(StatusCode::OK, &users::refresh(&call.app, &token).await?))
}

/// `POST /api/auth/logout/`
async fn sign_out(mut call: AnonymousRequest) -> Result<HttpResponse, Refusal> {
    let mut fields = call.fields().await?;
    let token = demanded(&mut fields, "refresh");
    fields.end()?;
    users::sign_out(&call.app, &token).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /api/auth/password/`: every other sign-in ends.
async fn change_password(mut call: ApiRequest<StudioUser>) -> Result<HttpResponse, Refusal> {
    let mut fields = call.fields().await?;
    let [current, new] =
        ["current_password", "new_password"].map(|field| demanded(&mut fields, field));
    fields.end()?;
    let person = call.app.authenticate_user(&bearer_token(call.request.headers())?).await?;
    let from = anonymous_request::address(&call.app, &call.request);
    let session = users::change_password(
        &call.app,
        from,
        &person,
        Password::new(&current),
        Password::new(&new),
    )
    .await?;
    Ok(answer(StatusCode::OK, &session))
}

/// Reads a string that must be there; what is wrong stays in `fields`.
fn demanded(fields: &mut Fields, field: &str) -> String {
    fields.demand(field);
    fields.text(field).unwrap_or_default()
}

fn answer(status: StatusCode, session: &SignedIn) -> HttpResponse {
    let SignedIn { user, workspace, access, refresh } = session;
    let user: Value =
        json!({ "id": user.uid, "email": user.email, "name": user.name, "role": user.role });
    HttpResponse::build(status).insert_header((CACHE_CONTROL, "no-store")).json(json!({
        "access": access.expose(),
        "refresh": refresh.expose(),
        "token_type": "Bearer",
        "expires_in": token::ACCESS_SECONDS,
        "user": user,
        "workspace": { "id": workspace.uid, "name": workspace.name, "plan": workspace.plan },
    }))
}
