//! Links, their rules, and projects.

use serde_json::{Value, json};

use super::{LISTS, NUMBERS, TEXTS, address, keyed, one, page, paged};
use xqr_http::openapi::operation::Operation;
use xqr_http::openapi::schema::{
    body, count, flag, int, like, line, list, maybe, moment, named, number, object, one_of, prose,
    some, text, up_to, url, uuid,
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
        "Rule": object([("destination", url()), ("priority", int(-1_000_000, 1_000_000)), ("conditions", named("Conditions"))]),
        "NewRule": object([
            ("destination", url()), ("priority?", maybe(int(-1_000_000, 1_000_000))), ("conditions?", maybe(named("Conditions"))),
        ]),
        "Variant": object([("name", line(40, "A")), ("url", url()), ("weight", int(1, 1000))]),
        "NewVariant": body([("name?", maybe(line(40, "A"))), ("url", url()), ("weight?", maybe(int(1, 1000)))]),
        "Link": link(),
        "NewLink": new_link(),
        "LinkChanges": body([
            ("url?", maybe(url())), ("labels?", maybe(labels())), ("routing_rules?", maybe(up_to(20, named("NewRule")))),
            ("variants?", maybe(up_to(10, named("NewVariant")))), ("sticky?", maybe(flag())), ("enabled?", maybe(flag())),
            ("archived?", maybe(flag())), ("project_id?", maybe(text("prj_9f2c"))), ("expires_at?", maybe(moment())),
        ]),
        "BulkError": object([("index", count()), ("url", json!({})), ("code", text("SLUG_TAKEN")), ("message", text("The slug is taken."))]),
        "Project": object([
            ("id", text("prj_9f2c")), ("name", text("Menus")), ("description", maybe(text("What is printed on tables"))),
            ("is_default", flag()), ("created_at", moment()), ("updated_at", moment()),
        ]),
    })
}

/// What a rule asks of a visit. Null asks nothing.
fn conditions() -> Value {
    let names = |names: &[&'static str]| maybe(some(1, 250, one_of(names.iter().copied())));
    let hours = object([("start", int(0, 23)), ("end", int(0, 24))]);
    object([
        ("countries?", maybe(some(1, 250, like("^[A-Za-z]{2}$", "AT")))),
        ("country_mode?", maybe(one_of(["include", "exclude"]))),
        ("device_types?", names(&DEVICES)),
        ("languages?", maybe(some(1, 250, like("^[A-Za-z]{2,8}$", "de")))),
        ("operating_systems?", names(&SYSTEMS)),
        ("referrers?", maybe(some(1, 250, like("^[A-Za-z0-9.-]{1,253}$", "news.example")))),
        ("hours?", maybe(hours)),
        ("weekdays?", names(&WEEKDAYS)),
        ("time_zone?", maybe(text("Europe/Vienna"))),
        ("percentage?", maybe(number(0.0, 100.0))),
        ("sticky?", maybe(flag())),
        ("starts_at?", maybe(moment())),
        ("expires_at?", maybe(moment())),
    ])
}

fn labels() -> Value {
    up_to(10, line(64, "campaign"))
}

fn link() -> Value {
    object([
        ("id", uuid()),
        ("short_url", url()),
        ("short_code", text("summer24")),
        ("destination", address()),
        ("enabled", flag()),
        ("archived?", flag()),
        ("labels", labels()),
        ("routing_rules", up_to(20, named("Rule"))),
        ("variants?", up_to(10, named("Variant"))),
        ("sticky?", flag()),
        ("passcode?", text("4821-mango")),
        ("scan_count", count()),
        ("last_scan_at", maybe(moment())),
        ("expires_at", maybe(moment())),
        ("created_at", moment()),
        ("updated_at", moment()),
    ])
}

/// `url` is required unless the slug is only reserved.
fn new_link() -> Value {
    let mut schema = body([
        ("url?", maybe(url())),
        ("custom_slug?", maybe(like("^[A-Za-z0-9-]{3,64}$", "summer24"))),
        ("labels?", maybe(labels())),
        ("routing_rules?", maybe(up_to(20, named("NewRule")))),
        ("variants?", maybe(up_to(10, named("NewVariant")))),
        ("sticky?", maybe(flag())),
        ("expires_at?", maybe(moment())),
        ("project_id?", maybe(text("prj_9f2c"))),
        ("passcode?", maybe(flag())),
        ("reserve?", maybe(flag())),
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
        ("country?", maybe(like("^[A-Za-z]{2}$", "AT"))),
        ("user_agent?", maybe(line(512, "Mozilla/5.0 (iPhone)"))),
        ("languages?", maybe(line(512, "de-AT, en;q=0.5"))),
        ("referrer?", maybe(line(512, "https://news.example/"))),
        ("at?", maybe(moment())),
        ("percentile?", maybe(number(0.0, 100.0))),
    ]);
    let tried = object([
        ("rule", count()),
        ("priority", int(-1_000_000, 1_000_000)),
        ("holds", flag()),
        ("failed_condition", maybe(text("countries"))),
    ]);
    let route = object([
        ("destination", address()),
        ("rule", maybe(count())),
        ("at", moment()),
        ("tried", list(tried)),
    ]);
    [
        paged(keyed("GET", "/api/v1/links", "listLinks", "List links, the latest first.", read))
            .query([
                ("label?", text("campaign")),
                ("enabled?", flag()),
                ("search?", text("menu")),
                ("archived?", flag()),
                ("project_id?", text("prj_9f2c")),
            ])
            .refuses("ProjectNotFound")
            .answers(200, page("Link")),
        keyed("POST", "/api/v1/links", "createLink", "Make a link.", write)
            .once()
            .takes(named("NewLink"))
            .refuses(LINK)
            .refuses(TEXTS)
            .refuses(NUMBERS)
            .refuses(LISTS)
            .refuses("SlugInvalid SlugReserved SlugTaken")
            .answers(201, one(named("Link"))),
        keyed(
            "POST",
            "/api/v1/links/bulk",
            "createLinks",
            "Make up to 100 links, each on its own.",
            write,
        )
        .once()
        .takes(body([("links", some(1, 100, json!({})))]))
        .refuses(LISTS)
        .refuses("FeatureLocked BulkLocked")
        .answers(
            201,
            one(object([("created", list(named("Link"))), ("errors", list(named("BulkError")))])),
        ),
        keyed(
            "PATCH",
            "/api/v1/links/bulk/status",
            "setStatus",
            "Enable or disable up to 200 links.",
            write,
        )
        .takes(body([
            ("ids", up_to(200, line(64, "d47f2e1a-8c3b-4a5d-9e6f-1234567890ab"))),
            ("enabled", flag()),
        ]))
        .refuses(LISTS)
        .refuses(TEXTS)
        .refuses("LinkNotFound IdInvalid LinkArchived FeatureLocked BulkLocked")
        .answers(200, one(object([("updated", count())]))),
        keyed("GET", "/api/v1/links/{link_id}", "getLink", "Read a link.", read)
            .refuses("LinkNotFound")
            .answers(200, one(named("Link"))),
        keyed(
            "PATCH",
            "/api/v1/links/{link_id}",
            "updateLink",
            "Change a link; what is left out stays.",
            write,
        )
        .takes(named("LinkChanges"))
        .refuses(LINK)
        .refuses(TEXTS)
        .refuses(NUMBERS)
        .refuses(LISTS)
        .refuses("LinkNotFound LinkArchived EditsSpent")
        .answers(200, one(named("Link"))),
        keyed("DELETE", "/api/v1/links/{link_id}", "deleteLink", "Delete a link.", write)
            .refuses("LinkNotFound")
            .answers_nothing(),
        keyed(
            "POST",
            "/api/v1/links/{link_id}/route",
            "routeVisit",
            "Tell which rule a visitor would meet. Nothing is counted.",
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
    let description = || maybe(prose(1000, "What is printed on tables"));
    [
        paged(keyed("GET", "/api/v1/projects", "listProjects", "List projects.", "links:read"))
            .answers(200, page("Project")),
        keyed("POST", "/api/v1/projects", "createProject", "Make a project.", "links:write")
            .once()
            .takes(body([("name", line(200, "Menus")), ("description?", description())]))
            .refuses(TEXTS)
            .refuses("PlanLimitReached")
            .answers(201, one(named("Project"))),
        keyed(
            "GET",
            "/api/v1/projects/{project_id}",
            "getProject",
            "Read a project.",
            "links:read",
        )
        .refuses("ProjectNotFound")
        .answers(200, one(named("Project"))),
        keyed(
            "PATCH",
            "/api/v1/projects/{project_id}",
            "updateProject",
            "Change a project.",
            "links:write",
        )
        .takes(body([("name?", maybe(line(200, "Menus"))), ("description?", description())]))
        .refuses(TEXTS)
        .refuses("ProjectNotFound")
        .answers(200, one(named("Project"))),
    ]
}
