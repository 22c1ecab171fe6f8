//! Bio pages.

use serde_json::{Value, json};
use xqr_engine::bio::LINKS;

use super::{LISTS, TEXTS, all, keyed, one};
use xqr_http::openapi::operation::Operation;
use xqr_http::openapi::schema::{
    body, boolean, count, described, enumeration, line, matching, nullable, object, prose,
    reference, string, timestamp, up_to, url,
};

const TITLE: &str = "Acme Inc";
const DESCRIPTION: &str = "Tools for people";

pub(super) fn schemas() -> Value {
    // What else a client puts there is kept and shown as it is.
    let open = "Further keys are kept as they are.";
    let link = || body([("label", line(100, "Website")), ("url", target())]);
    let lang = || matching("^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", "de");
    let theme = || enumeration(["light", "dark"]);
    json!({
        "BioPage": object([
            ("id", string("bio_d47f2e1a-8c3b-4a5d-9e6f-1234567890ab")), ("title", line(100, TITLE)),
            ("description", nullable(prose(1000, DESCRIPTION))), ("slug", matching("^[a-z0-9-]+$", "acme-inc")), ("page_data", reference("PageData")),
            ("is_published", boolean()), ("published_at", nullable(timestamp())), ("view_count", count()), ("click_count", count()),
            ("html_url", url()), ("created_at", timestamp()), ("updated_at", timestamp()),
        ]),
        "PageData": described(
            body([("theme?", theme()), ("lang?", lang()), ("avatar_url?", url()), ("links?", up_to(LINKS, link()))]),
            open,
        ),
        "NewPageData": described(
            body([
                ("theme?", nullable(theme())), ("lang?", nullable(lang())), ("avatar_url?", nullable(url())), ("links?", nullable(up_to(LINKS, link()))),
            ]),
            "Is laid over what is there key by key; null takes a key away. Further keys are kept as they are.",
        ),
    })
}

/// Where a link of a page leads.
fn target() -> Value {
    let schemes = "^([Hh][Tt][Tt][Pp][Ss]?://|[Mm][Aa][Ii][Ll][Tt][Oo]:|[Tt][Ee][Ll]:)";
    json!({ "type": "string", "pattern": schemes, "maxLength": 2048, "examples": ["https://acme.example/"] })
}

pub(super) fn operations() -> Vec<Operation> {
    let (read, write) = ("bio:read", "bio:write");
    let absent = "ResourceNotFound";
    let content =
        "ChoiceUnknown UrlInvalid LinkInvalid DataTooComplex DestinationLoops DestinationBlocked";
    let description = || nullable(prose(1000, DESCRIPTION));
    let data = || nullable(reference("NewPageData"));
    let at =
        |method, path, id, summary, scope| keyed(method, path, id, summary, scope).refuses(absent);
    let page = "/api/v1/bio/pages/{page_id}";
    [
        keyed("GET", "/api/v1/bio/pages", "listBioPages", "List bio pages, oldest first.", read)
            .answers(200, all("BioPage")),
        keyed(
            "POST",
            "/api/v1/bio/pages",
            "createBioPage",
            "Create a bio page. It is not published yet.",
            write,
        )
        .once()
        .takes(body([
            ("title", line(100, TITLE)),
            ("description?", description()),
            ("page_data?", data()),
        ]))
        .refuses(TEXTS)
        .refuses(LISTS)
        .refuses(content)
        .refuses("FeatureLocked PlanLimitReached")
        .answers(201, one(reference("BioPage"))),
        at("GET", page, "getBioPage", "Get a bio page.", read)
            .answers(200, one(reference("BioPage"))),
        at(
            "PATCH",
            page,
            "updateBioPage",
            "Update a bio page. Omitted fields stay, and so does the slug.",
            write,
        )
        .takes(body([
            ("title?", nullable(line(100, TITLE))),
            ("description?", description()),
            ("page_data?", data()),
        ]))
        .refuses(TEXTS)
        .refuses(LISTS)
        .refuses(content)
        .answers(200, one(reference("BioPage"))),
        at("DELETE", page, "deleteBioPage", "Delete a bio page. Its slug is free again.", write)
            .answers_nothing(),
        at(
            "POST",
            "/api/v1/bio/pages/{page_id}/publish",
            "publishBioPage",
            "Publish a bio page.",
            write,
        )
        .answers(200, one(reference("BioPage"))),
        at(
            "POST",
            "/api/v1/bio/pages/{page_id}/unpublish",
            "unpublishBioPage",
            "Unpublish a bio page. Its counts stay.",
            write,
        )
        .answers(200, one(reference("BioPage"))),
    ]
    .map(|operation| operation.tag("Bio pages"))
    .into()
}
