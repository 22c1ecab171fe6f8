//! The black-box suite: a real server on a port of its own, real HTTP, SQLite by default,
//! PostgreSQL when `XQR_TEST_POSTGRES_URL` names one. `cargo xtask test` runs it on both.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod architecture;

mod dialects {
    pub(crate) mod blocklist;
    pub(crate) mod check_order;
    pub(crate) mod json_bodies;
    pub(crate) mod panics;
    pub(crate) mod shared_links;
}

mod forge {
    pub(crate) mod qr_codes_and_projects;
}

mod hub {
    pub(crate) mod codes;
}

mod native {
    pub(crate) mod analytics;
    pub(crate) mod api_keys;
    pub(crate) mod assets;
    pub(crate) mod bio_pages;
    pub(crate) mod idempotent_requests;
    pub(crate) mod links;
    pub(crate) mod qr_codes;
    pub(crate) mod rate_limits;
    pub(crate) mod refusals;
    pub(crate) mod routing;
    pub(crate) mod templates;
    pub(crate) mod webhooks;
}

mod public {
    pub(crate) mod asset_files;
    pub(crate) mod bio_page_html;
    pub(crate) mod cors_and_caching;
    pub(crate) mod documented_examples;
    pub(crate) mod health_and_maintenance;
    pub(crate) mod redirects;
}

mod reliability {
    pub(crate) mod crashes;
    pub(crate) mod load;
    pub(crate) mod logs;
    pub(crate) mod object_storage;
    pub(crate) mod slow_receivers;
}

mod security {
    pub(crate) mod hostile_destinations;
    pub(crate) mod keys_and_limits;
    pub(crate) mod raw_http;
    pub(crate) mod sign_in_attacks;
}

mod studio {
    pub(crate) mod accounts;
    pub(crate) mod designs;
    pub(crate) mod generate;
    pub(crate) mod hostile_uploads;
    pub(crate) mod idempotency;
    pub(crate) mod plain_clients;
    pub(crate) mod published_refusals;
    pub(crate) mod render_quota;
    pub(crate) mod variants;
}

mod support {
    pub(crate) mod contract;
    pub(crate) mod test_app;
}

mod webhooks {
    pub(crate) mod delivery;
}
