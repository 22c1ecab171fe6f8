//! The black-box suite: a real server on a port of its own, real HTTP, SQLite by default,
//! PostgreSQL when `XQR_TEST_POSTGRES_URL` names one. `cargo xtask test` runs it on both.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod architecture;

mod dialects {
    mod blocklist;
    mod check_order;
    mod json_bodies;
    mod openapi_documents;
    mod panics;
    mod shared_links;
}

mod forge {
    mod qr_codes_and_projects;
}

mod hub {
    mod codes;
}

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
    mod asset_files;
    mod bio_page_html;
    mod cors_and_caching;
    mod documented_examples;
    mod health_and_maintenance;
    mod redirects;
}

mod reliability {
    mod crashes;
    mod load;
    mod logs;
    mod object_storage;
    mod slow_receivers;
}

mod security {
    mod hostile_destinations;
    mod keys_and_limits;
    mod raw_http;
    mod sign_in_attacks;
}

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
    pub(crate) mod studio;
    pub(crate) mod test_app;
    pub(crate) mod webhooks;
}

mod webhooks {
    mod concurrent_delivery;
    mod payloads;
    mod restarts;
    mod retries;
    mod subscriptions;
}
