//! The tables as Diesel sees them; migrations/ is what the databases see.

diesel::table! {
    workspaces (id) {
        id -> BigInt,
        uid -> Text,
        name -> Text,
        description -> Nullable<Text>,
        plan -> Text,
        created_at -> BigInt,
        overrides -> Nullable<Text>,
    }
}

diesel::table! {
    api_keys (id) {
        id -> BigInt,
        uid -> Text,
        workspace_id -> BigInt,
        name -> Text,
        look -> Text,
        prefix -> Text,
        digest -> Binary,
        scopes -> Text,
        plan -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
        overlap_until -> Nullable<BigInt>,
        last_used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    projects (id) {
        id -> BigInt,
        uid -> Text,
        workspace_id -> BigInt,
        name -> Text,
        description -> Nullable<Text>,
        is_default -> Bool,
        created_via -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    links (id) {
        id -> BigInt,
        uid -> Text,
        workspace_id -> BigInt,
        project_id -> Nullable<BigInt>,
        host -> Text,
        code -> Text,
        code_key -> Text,
        destination -> Nullable<Text>,
        name -> Nullable<Text>,
        enabled -> Bool,
        archived -> Bool,
        labels -> Text,
        routing_rules -> Text,
        variants -> Text,
        passcode_digest -> Nullable<Binary>,
        edit_count -> BigInt,
        scan_count -> BigInt,
        last_scan_at -> Nullable<BigInt>,
        expires_at -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
        sticky -> Bool,
    }
}

diesel::table! {
    link_labels (workspace_id, label, link_id) {
        workspace_id -> BigInt,
        label -> Text,
        link_id -> BigInt,
    }
}

diesel::table! {
    scans (id) {
        id -> BigInt,
        link_id -> BigInt,
        workspace_id -> BigInt,
        at -> BigInt,
        country -> Nullable<Text>,
        device -> Text,
        agent -> Text,
        referrer -> Nullable<Text>,
        bot -> Bool,
        variant -> Nullable<Text>,
        system -> Text,
    }
}

diesel::table! {
    scan_days (workspace_id, link_id, day) {
        workspace_id -> BigInt,
        link_id -> BigInt,
        day -> BigInt,
        scans -> BigInt,
        bots -> BigInt,
        visitors -> BigInt,
        tally -> Text,
    }
}

diesel::table! {
    scan_purges (link_id) {
        link_id -> BigInt,
        workspace_id -> BigInt,
    }
}

diesel::table! {
    journal_positions (node) {
        node -> Text,
        segment -> BigInt,
        position -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    credit_entries (id) {
        id -> BigInt,
        workspace_id -> BigInt,
        amount -> BigInt,
        balance -> BigInt,
        reason -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    service_state (name) {
        name -> Text,
        value -> Text,
    }
}

diesel::table! {
    idempotency (id) {
        id -> Binary,
        fingerprint -> Binary,
        status -> Integer,
        answer -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    outbox (id) {
        id -> BigInt,
        uid -> Text,
        workspace_id -> BigInt,
        event -> Text,
        payload -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    usage (workspace_id, metric, period) {
        workspace_id -> BigInt,
        metric -> Text,
        period -> Text,
        value -> BigInt,
    }
}

diesel::table! {
    webhooks (id) {
        id -> BigInt,
        uid -> Text,
        workspace_id -> BigInt,
        look -> Text,
        url -> Text,
        description -> Text,
        events -> Text,
        status -> Text,
        secret -> Binary,
        previous_secret -> Nullable<Binary>,
        previous_until -> Nullable<BigInt>,
        consecutive_failures -> BigInt,
        not_before -> Nullable<BigInt>,
        disabled_at -> Nullable<BigInt>,
        last_delivery_at -> Nullable<BigInt>,
        last_response_status -> Nullable<Integer>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    webhook_deliveries (id) {
        id -> BigInt,
        uid -> Text,
        webhook_id -> BigInt,
        workspace_id -> BigInt,
        subject -> Nullable<BigInt>,
        event -> Text,
        payload -> Text,
        status -> Text,
        attempts -> Integer,
        due_at -> BigInt,
        leased_until -> Nullable<BigInt>,
        leased_by -> Nullable<Text>,
        response_status -> Nullable<Integer>,
        duration_ms -> Nullable<BigInt>,
        created_at -> BigInt,
        settled_at -> Nullable<BigInt>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(webhooks, webhook_deliveries);

diesel::table! {
    blocklist (host) {
        host -> Text,
        reason -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    qr_templates (id) {
        id -> BigInt,
        uid -> Text,
        workspace_id -> BigInt,
        name -> Text,
        description -> Nullable<Text>,
        design -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    assets (id) {
        id -> BigInt,
        uid -> Text,
        workspace_id -> BigInt,
        filename -> Text,
        media_type -> Text,
        size -> BigInt,
        status -> Text,
        is_public -> Bool,
        tags -> Text,
        object -> Nullable<Text>,
        digest -> Nullable<Text>,
        found_type -> Nullable<Text>,
        upload -> Nullable<Text>,
        upload_until -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    asset_trash (object) {
        object -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    bio_pages (id) {
        id -> BigInt,
        uid -> Text,
        workspace_id -> BigInt,
        slug -> Text,
        title -> Text,
        description -> Nullable<Text>,
        page_data -> Text,
        is_published -> Bool,
        published_at -> Nullable<BigInt>,
        view_count -> BigInt,
        click_count -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    users (id) {
        id -> BigInt,
        uid -> Text,
        workspace_id -> BigInt,
        email -> Text,
        email_key -> Text,
        name -> Text,
        password -> Text,
        role -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
        password_changed_at -> BigInt,
        disabled -> Bool,
    }
}

diesel::table! {
    refresh_tokens (id) {
        id -> BigInt,
        user_id -> BigInt,
        family -> Text,
        digest -> Binary,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    links,
    link_labels,
    scan_days,
    api_keys,
    workspaces,
    users,
    refresh_tokens
);
