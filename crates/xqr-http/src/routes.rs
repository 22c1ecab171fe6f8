//! Resources as dialects declare them: a 405 with `Allow`, a list of all resources for tests,
//! scopes below a prefix.

use std::cell::RefCell;

use actix_web::guard::fn_guard;
use actix_web::{FromRequest, Handler, HttpResponse, Resource, Responder, Scope, web};
use xqr_engine::errors::Condition;

use crate::extract::anonymous_request::AnonymousRequest;
use crate::refusal::Refusal;

thread_local! {
    /// The resources that were declared on this thread since a recording began.
    static DECLARED: RefCell<Option<Vec<(String, &'static str)>>> = const { RefCell::new(None) };
}

/// Returns the path and the methods, separated by `, `, of each resource that `configure` declares.
pub fn declared_by(configure: impl FnOnce()) -> Vec<(String, &'static str)> {
    DECLARED.set(Some(Vec::new()));
    configure();
    DECLARED.take().unwrap_or_default()
}

/// Declares a resource whose other methods are refused with `Allow` (RFC 9110, section 15.5.6).
pub fn resource(path: &str, allow: &'static str) -> Resource {
    DECLARED.with_borrow_mut(|declared| {
        declared.iter_mut().for_each(|declared| declared.push((path.to_owned(), allow)))
    });
    let refuse = move || async move {
        Err::<HttpResponse, _>(Refusal {
            error: Condition::MethodNotAllowed.into(),
            allow: Some(allow),
        })
    };
    web::resource(path).default_service(web::to(refuse))
}

/// Declares a scope below `prefix`. The guard compares the prefix first, so a redirect tries none
/// of the scope's patterns.
pub fn below(prefix: &'static str) -> Scope {
    let lies_below =
        move |path: &str| path.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/'));
    web::scope(prefix).guard(fn_guard(move |context| lies_below(context.head().uri.path())))
}

/// Refuses a path without a route.
///
/// # Errors
///
/// [`Condition::RouteNotFound`], always.
pub async fn no_route() -> Result<HttpResponse, Refusal> {
    Err(Condition::RouteNotFound.into())
}

/// Declares a public resource that is read only.
pub fn readable<F, A>(path: &str, handler: F) -> Resource
where
    F: Handler<A> + Clone,
    A: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    web::resource(path)
        .route(web::get().to(handler.clone()))
        .route(web::head().to(handler))
        .default_service(web::to(async |request: AnonymousRequest| {
            request.refuse(&Condition::MethodNotAllowed.into(), Some("GET, HEAD"))
        }))
}
