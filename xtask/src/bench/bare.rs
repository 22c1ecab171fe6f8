//! The ceiling: actix with one route that answers a constant 302.

use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use actix_web::{App, HttpResponse, HttpServer, web};

/// Serves on a free port, prints it, and runs until killed.
pub(crate) fn run() -> anyhow::Result<()> {
    actix_web::rt::System::new().block_on(async {
        let server = HttpServer::new(|| {
            App::new().route(
                "/{code}",
                web::get().to(|| async {
                    HttpResponse::Found()
                        .insert_header((LOCATION, "https://example.com/landing?campaign=print"))
                        .insert_header((CACHE_CONTROL, "no-store"))
                        .finish()
                }),
            )
        })
        .workers(std::thread::available_parallelism().map_or(1, usize::from))
        .bind("127.0.0.1:0")?;
        println!("xqr listens on http://{}", server.addrs()[0]);
        server.run().await?;
        Ok(())
    })
}
