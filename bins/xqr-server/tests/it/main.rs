//! The black-box suite: a real server on a port of its own, real HTTP, SQLite by default,
//! PostgreSQL when `XQR_TEST_POSTGRES_URL` names one. `cargo xtask test` runs it on both.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg_attr(
    not(all(feature = "native", feature = "studio", feature = "forge", feature = "hub")),
    expect(dead_code, unused_imports, reason = "helpers of tests that need a dialect left out")
)]

mod architecture;

mod dialects {
    mod blocklist;
    mod check_order;
    mod json_bodies;
    mod openapi_documents;
    mod panics;
    mod shared_links;
}

#[cfg(feature = "forge")]
mod forge {
    mod qr_codes_and_projects;
}

#[cfg(feature = "hub")]
mod hub {
    mod codes;
}

#[cfg(feature = "native")]
mod native {
    mod analytics;
    mod api_keys;
    mod assets;
    mod bio_pages;
    mod idempotent_requests;
    mod links;
    mod qr_codes;
    mod rate_limits;
    mod refusals;
    mod routing;
    mod templates;
    mod webhooks;
}

mod public {
    #[cfg(feature = "native")]
    mod asset_files;
    mod bio_page_html;
    #[cfg(feature = "native")]
    mod cors_and_caching;
    mod documented_examples;
    mod health_and_maintenance;
    #[cfg(feature = "native")]
    mod redirects;
}

mod reliability {
    #[cfg(feature = "native")]
    mod crashes;
    #[cfg(feature = "native")]
    mod load;
    #[cfg(all(feature = "native", feature = "hub"))]
    mod logs;
    #[cfg(feature = "native")]
    mod object_storage;
    #[cfg(feature = "studio")]
    mod slow_receivers;
}

mod security {
    #[cfg(feature = "native")]
    mod hostile_destinations;
    mod keys_and_limits;
    #[cfg(feature = "native")]
    mod raw_http;
    #[cfg(feature = "studio")]
    mod sign_in_attacks;
}

#[cfg(feature = "studio")]
mod studio {
    mod accounts;
    mod designs;
    mod generate;
    mod hostile_uploads;
    mod idempotency;
    mod plain_clients;
    mod published_refusals;
    mod render_quota;
    mod variants;
}

mod support {
    pub(crate) mod actors;
    pub(crate) mod contract;
    pub(crate) mod envelopes;
    pub(crate) mod pictures;
    pub(crate) mod program;
    pub(crate) mod receiver;
    pub(crate) mod resources;
    pub(crate) mod servers;
    pub(crate) mod snapshots;
    pub(crate) mod studio;
    pub(crate) mod test_app;
    pub(crate) mod webhooks;
}

mod webhooks {
    #[cfg(feature = "native")]
    mod concurrent_delivery;
    #[cfg(feature = "native")]
    mod payloads;
    #[cfg(feature = "native")]
    mod restarts;
    #[cfg(feature = "native")]
    mod retries;
    #[cfg(feature = "native")]
    mod subscriptions;
}
