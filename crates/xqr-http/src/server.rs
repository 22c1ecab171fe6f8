//! The server: sockets, workers, limits.

mod connection;

use std::io;
use std::net::TcpListener;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_http::HttpService;
use actix_server::Server;
use actix_service::{
    IntoServiceFactory as _, Service as _, ServiceFactoryExt as _, apply_fn_factory, fn_service,
    map_config,
};
use actix_web::body::BoxBody;
use actix_web::dev::{AppConfig, ServiceResponse};
use actix_web::http::KeepAlive;
use actix_web::http::header::{HeaderValue, X_CONTENT_TYPE_OPTIONS};
use actix_web::{App as Web, Error, web};
use xqr_engine::App;
use xqr_engine::settings::Edge;

use self::connection::{Ending, GuardedStream, Patience, Phase, last};
use crate::dialect::Registry;
use crate::metrics;
use crate::request::request_id::{RequestId, X_REQUEST_ID};

/// Serves the routes of the dialects, and then those of `public`, on `listener`, until a stop
/// through [`Server::handle`]. The caller handles signals.
///
/// # Errors
///
/// When the socket cannot be used.
pub fn serve(
    app: &Arc<App>,
    listener: TcpListener,
    dialects: Registry,
    public: fn(&mut web::ServiceConfig),
) -> io::Result<Server> {
    metrics::install();
    let edge = app.settings.edge.clone();
    let workers = match edge.workers {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        n => n,
    };
    let address = listener.local_addr()?;
    let builder = Server::build()
        .workers(workers)
        .max_concurrent_connections(max_connections(&edge).div_ceil(workers))
        .shutdown_timeout(edge.drain_seconds)
        .disable_signals();
    let draining = builder.graceful_shutdown_signal();
    let (app, dialects) = (web::Data::from(Arc::clone(app)), web::Data::new(dialects));
    let server = builder.listen("xqr", listener, move || {
        let (app, dialects, draining) = (app.clone(), dialects.clone(), draining.clone());
        let patience = Patience::new(&edge);
        let routes = Web::new()
            .app_data(app.clone())
            .app_data(dialects.clone())
            .configure(|config| dialects.all().iter().for_each(|it| (it.routes)(config)))
            .configure(public);
        let routes = map_config(
            routes.into_factory().map_err(|error: Error| error.error_response()),
            |()| AppConfig::default(),
        );
        // Between connection and routes: the stream learns when a request begins and ends, and no
        // answer leaves without an id.
        let app = Rc::new(app);
        let routes = apply_fn_factory(routes, move |request: actix_http::Request, routes| {
            let app = Rc::clone(&app);
            let phase = request.conn_data::<Rc<Phase>>().cloned();
            phase.iter().for_each(|phase| phase.begin_request());
            let answer = routes.call(request);
            async move {
                let answer = answer.await;
                let ends = phase.map(Ending);
                answer.map(|answer: ServiceResponse<BoxBody>| {
                    let mut answer = answer.map_body(|_, body| last(body, ends));
                    let headers = answer.headers_mut();
                    if !headers.contains_key(&X_REQUEST_ID) {
                        headers.insert(X_REQUEST_ID, RequestId::fresh(app.now()).header());
                        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
                    }
                    answer
                })
            }
        });
        let http = HttpService::build()
            .keep_alive(KeepAlive::Timeout(Duration::from_millis(edge.idle_ms)))
            .client_request_timeout(Duration::from_millis(edge.first_head_ms))
            .client_disconnect_timeout(Duration::from_secs(1))
            .local_addr(address)
            .graceful_shutdown_signal({
                let draining = draining.clone();
                move || {
                    let draining = draining.clone();
                    async move { draining.notified().await }
                }
            })
            .on_connect_ext(|io: &GuardedStream, data| {
                data.insert(Rc::clone(&io.phase));
            })
            .h1(routes);
        fn_service(move |io: actix_rt::net::TcpStream| async move {
            io.set_nodelay(true).ok();
            let peer = io.peer_addr().ok();
            Ok::<_, actix_http::error::DispatchError>((GuardedStream::new(io, patience), peer))
        })
        .and_then(http)
    })?;
    Ok(server.run())
}

/// A cap below the descriptor limit, so that the journal, the database and accept itself always
/// find a descriptor.
fn max_connections(edge: &Edge) -> usize {
    if edge.max_connections > 0 {
        return edge.max_connections;
    }
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    let limit = limit.map_or(65_536, |limit| usize::try_from(limit).unwrap_or(65_536));
    (limit.min(65_536) * 3 / 4).max(64)
}
