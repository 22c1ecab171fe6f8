//! Links, their rules, and projects.

use serde_json::{Value, json};

use super::{LISTS, NUMBERS, TEXTS, address, keyed, one, page, paged};
use xqr_http::openapi::operation::Operation;
use xqr_http::openapi::schema::{
    body, boolean, bounded_list, count, enumeration, int, line, list, matching, nullable, number,
    object, prose, reference, string, timestamp, up_to, url, uuid,
};

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const DEVICES: [&str; 3] = ["mobile", "tablet", "desktop"];
const SYSTEMS: [&str; 6] = ["Android", "iOS", "Windows", "macOS", "Linux", "ChromeOS"];
/// What is refused of the body of a link.
const LINK: &str = "UrlInvalid DestinationBlocked DestinationLoops MomentInvalid ChoiceUnknown FieldConflict FieldUnsupported \
                    ProjectNotFound FeatureLocked PlanLimitReached";

pub(super) fn schemas() -> Value {
    json!({
        "Conditions": conditions(),
        "Rule": object([("destination", url()), ("priority", int(-1_000_000, 1_000_000)), ("conditions", reference("Conditions"))]),
        "NewRule": object([
            ("destination", url()), ("priority?", nullable(int(-1_000_000, 1_000_000))), ("conditions?", nullable(reference("Conditions"))),
        ]),
        "Variant": object([("name", line(40, "A")), ("url", url()), ("weight", int(1, 1000))]),
        "NewVariant": body([("name?", nullable(line(40, "A"))), ("url", url()), ("weight?", nullable(int(1, 1000)))]),
        "Link": link(),
        "NewLink": new_link(),
        "LinkChanges": body([
            ("url?", nullable(url())), ("labels?", nullable(labels())), ("routing_rules?", nullable(up_to(20, reference("NewRule")))),
            ("variants?", nullable(up_to(10, reference("NewVariant")))), ("sticky?", nullable(boolean())), ("enabled?", nullable(boolean())),
            ("archived?", nullable(boolean())), ("project_id?", nullable(string("prj_9f2c"))), ("expires_at?", nullable(timestamp())),
        ]),
        "BulkError": object([("index", count()), ("url", json!({})), ("code", string("SLUG_TAKEN")), ("message", string("The slug is taken."))]),
        "Project": object([
            ("id", string("prj_9f2c")), ("name", string("Menus")), ("description", nullable(string("What is printed on tables"))),
            ("is_default", boolean()), ("created_at", timestamp()), ("updated_at", timestamp()),
        ]),
    })
}

/// What a rule asks of a visit. Null asks nothing.
fn conditions() -> Value {
    let names =
        |names: &[&'static str]| nullable(bounded_list(1, 250, enumeration(names.iter().copied())));
    let hours = object([("start", int(0, 23)), ("end", int(0, 24))]);
    object([
        ("countries?", nullable(bounded_list(1, 250, matching("^[A-Za-z]{2}$", "AT")))),
        ("country_mode?", nullable(enumeration(["include", "exclude"]))),
        ("device_types?", names(&DEVICES)),
        ("languages?", nullable(bounded_list(1, 250, matching("^[A-Za-z]{2,8}$", "de")))),
        ("operating_systems?", names(&SYSTEMS)),
        (
            "referrers?",
            nullable(bounded_list(1, 250, matching("^[A-Za-z0-9.-]{1,253}$", "news.example"))),
        ),
        ("hours?", nullable(hours)),
        ("weekdays?", names(&WEEKDAYS)),
        ("time_zone?", nullable(string("Europe/Vienna"))),
        ("percentage?", nullable(number(0.0, 100.0))),
        ("sticky?", nullable(boolean())),
        ("starts_at?", nullable(timestamp())),
        ("expires_at?", nullable(timestamp())),
    ])
}

fn labels() -> Value {
    up_to(10, line(64, "campaign"))
}

fn link() -> Value {
    object([
        ("id", uuid()),
        ("short_url", url()),
        ("short_code", string("summer24")),
        ("destination", address()),
        ("enabled", boolean()),
        ("archived?", boolean()),
        ("labels", labels()),
        ("routing_rules", up_to(20, reference("Rule"))),
        ("variants?", up_to(10, reference("Variant"))),
        ("sticky?", boolean()),
        ("passcode?", string("4821-mango")),
        ("scan_count", count()),
        ("last_scan_at", nullable(timestamp())),
        ("expires_at", nullable(timestamp())),
        ("created_at", timestamp()),
        ("updated_at", timestamp()),
    ])
}

/// `url` is required unless the slug is only reserved.
fn new_link() -> Value {
    let mut schema = body([
        ("url?", nullable(url())),
        ("custom_slug?", nullable(matching("^[A-Za-z0-9-]{3,64}$", "summer24"))),
        ("labels?", nullable(labels())),
        ("routing_rules?", nullable(up_to(20, reference("NewRule")))),
        ("variants?", nullable(up_to(10, reference("NewVariant")))),
        ("sticky?", nullable(boolean())),
        ("expires_at?", nullable(timestamp())),
        ("project_id?", nullable(string("prj_9f2c"))),
        ("passcode?", nullable(boolean())),
        ("reserve?", nullable(boolean())),
    ]);
    schema["anyOf"] = json!([
        { "required": ["url"], "properties": { "url": { "type": "string" } } },
        { "required": ["reserve", "custom_slug"], "properties": { "reserve": { "const": true } } },
    ]);
    schema["examples"] = json!([{ "url": "https://example.com/menu", "custom_slug": "summer24", "labels": ["campaign"] }]);
    schema
}

pub(super) fn operations() -> Vec<Operation> {
    let mut operations: Vec<Operation> =
        links().into_iter().map(|operation| operation.tag("Links")).collect();
    operations.extend(projects().into_iter().map(|operation| operation.tag("Projects")));
    operations
}

fn links() -> [Operation; 8] {
    let (read, write) = ("links:read", "links:write");
    let visit = body([
        ("country?", nullable(matching("^[A-Za-z]{2}$", "AT"))),
        ("user_agent?", nullable(line(512, "Mozilla/5.0 (iPhone)"))),
        ("languages?", nullable(line(512, "de-AT, en;q=0.5"))),
        ("referrer?", nullable(line(512, "https://news.example/"))),
        ("at?", nullable(timestamp())),
        ("percentile?", nullable(number(0.0, 100.0))),
    ]);
    let tried = object([
        ("rule", count()),
        ("priority", int(-1_000_000, 1_000_000)),
        ("holds", boolean()),
        ("failed_condition", nullable(string("countries"))),
    ]);
    let route = object([
        ("destination", address()),
        ("rule", nullable(count())),
        ("at", timestamp()),
        ("tried", list(tried)),
    ]);
    [
        paged(keyed("GET", "/api/v1/links", "listLinks", "List links, newest first.", read))
            .query([
                ("label?", string("campaign")),
                ("enabled?", boolean()),
                ("search?", string("menu")),
                ("archived?", boolean()),
                ("project_id?", string("prj_9f2c")),
            ])
            .refuses("ProjectNotFound")
            .answers(200, page("Link")),
        keyed("POST", "/api/v1/links", "createLink", "Create a link.", write)
            .once()
            .takes(reference("NewLink"))
            .refuses(LINK)
            .refuses(TEXTS)
            .refuses(NUMBERS)
            .refuses(LISTS)
            .refuses("SlugInvalid SlugReserved SlugTaken")
            .answers(201, one(reference("Link"))),
        keyed(
            "POST",
            "/api/v1/links/bulk",
            "createLinks",
            "Create up to 100 links. Each succeeds or fails alone.",
            write,
        )
        .once()
        .takes(body([("links", bounded_list(1, 100, json!({})))]))
        .refuses(LISTS)
        .refuses("FeatureLocked BulkLocked")
        .answers(
            201,
            one(object([
                ("created", list(reference("Link"))),
                ("errors", list(reference("BulkError"))),
            ])),
        ),
        keyed(
            "PATCH",
            "/api/v1/links/bulk/status",
            "setLinksEnabled",
            "Enable or disable up to 200 links.",
            write,
        )
        .takes(body([
            ("ids", up_to(200, line(64, "d47f2e1a-8c3b-4a5d-9e6f-1234567890ab"))),
            ("enabled", boolean()),
        ]))
        .refuses(LISTS)
        .refuses(TEXTS)
        .refuses("LinkNotFound IdInvalid LinkArchived FeatureLocked BulkLocked")
        .answers(200, one(object([("updated", count())]))),
        keyed("GET", "/api/v1/links/{link_id}", "getLink", "Get a link.", read)
            .refuses("LinkNotFound")
            .answers(200, one(reference("Link"))),
        keyed(
            "PATCH",
            "/api/v1/links/{link_id}",
            "updateLink",
            "Update a link. Omitted fields stay.",
            write,
        )
        .takes(reference("LinkChanges"))
        .refuses(LINK)
        .refuses(TEXTS)
        .refuses(NUMBERS)
        .refuses(LISTS)
        .refuses("LinkNotFound LinkArchived EditsSpent")
        .answers(200, one(reference("Link"))),
        keyed("DELETE", "/api/v1/links/{link_id}", "deleteLink", "Delete a link.", write)
            .refuses("LinkNotFound")
            .answers_nothing(),
        keyed(
            "POST",
            "/api/v1/links/{link_id}/route",
            "previewRoute",
            "Preview which routing rule a visitor would meet. Nothing is counted.",
            read,
        )
        .takes(visit)
        .refuses(TEXTS)
        .refuses(NUMBERS)
        .refuses("LinkNotFound MomentInvalid")
        .answers(200, one(route)),
    ]
}

fn projects() -> [Operation; 4] {
    let description = || nullable(prose(1000, "What is printed on tables"));
    [
        paged(keyed("GET", "/api/v1/projects", "listProjects", "List projects.", "links:read"))
            .answers(200, page("Project")),
        keyed("POST", "/api/v1/projects", "createProject", "Create a project.", "links:write")
            .once()
            .takes(body([("name", line(200, "Menus")), ("description?", description())]))
            .refuses(TEXTS)
            .refuses("PlanLimitReached")
            .answers(201, one(reference("Project"))),
        keyed("GET", "/api/v1/projects/{project_id}", "getProject", "Get a project.", "links:read")
            .refuses("ProjectNotFound")
            .answers(200, one(reference("Project"))),
        keyed(
            "PATCH",
            "/api/v1/projects/{project_id}",
            "updateProject",
            "Update a project.",
            "links:write",
        )
        .takes(body([("name?", nullable(line(200, "Menus"))), ("description?", description())]))
        .refuses(TEXTS)
        .refuses("ProjectNotFound")
        .answers(200, one(reference("Project"))),
    ]
}
