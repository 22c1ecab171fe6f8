//! Bio pages: a public page of links (xQR reference, section 15).

mod counts;
mod page_view;

use serde_json::{Map, Value};
use url::Url;
use xqr_errors::{Amount, Condition, Error, Resource, Result};
use xqr_plans::Capped;
use xqr_store::Conn;
use xqr_store::bio::{self, BioPage};

use crate::destinations::destination::Destination;
use crate::destinations::slug::{page_slug, random_tail};
use crate::limits::plan_caps;
use crate::limits::text_limits::{check_description, check_name};
use crate::runtime::ids;
use crate::{App, Caller, Tx, events};

pub(crate) use counts::BioCounts;
pub use page_view::Visit;

/// Links of a page.
pub const LINKS: usize = 100;

/// What a page is made of besides its title, as clients send and see it.
pub type PageData = Map<String, Value>;

/// A page's data with the addresses in it that lead out.
#[derive(Debug, Clone, Default)]
pub struct Content {
    /// The data, with each address in its normal form; null takes a key away.
    pub data: PageData,
    /// The addresses in it that are http or https, to be admitted.
    pub destinations: Vec<Destination>,
}

/// A page to make.
#[derive(Debug, Clone)]
pub struct NewBioPage {
    /// Its heading.
    pub title: String,
    /// A longer text.
    pub description: Option<String>,
    /// Links and the like.
    pub content: Content,
}

/// What to change of a page; `None` leaves it as it is.
#[derive(Debug, Clone, Default)]
pub struct Edit {
    /// Its heading. Its slug stays.
    pub title: Option<String>,
    /// A longer text; `Some(None)` takes it away.
    pub description: Option<Option<String>>,
    /// Keys of the data to set, or to take away.
    pub content: Option<Content>,
}

/// Returns the data of a page.
pub fn data(page: &BioPage) -> PageData {
    serde_json::from_str(&page.page_data).unwrap_or_default()
}

/// Returns the id that clients see.
pub fn id(page: &BioPage) -> String {
    ids::bio_page(page)
}

/// Makes a page, which is not published yet. Its slug comes from its title, with a number where
/// that is taken.
///
/// # Errors
///
/// [`Condition::FeatureLocked`] where the plan has no pages, [`Condition::PlanLimitReached`];
/// [`Condition::DestinationBlocked`] and [`Condition::DestinationLoops`];
/// [`Condition::DataTooComplex`].
pub fn create(tx: &mut Tx<'_>, caller: &Caller, draft: NewBioPage, base: &str) -> Result<BioPage> {
    check_name("title", &draft.title)?;
    check_description(draft.description.as_deref().unwrap_or_default())?;
    let cap = caller.terms.limits.bio_pages;
    caller.terms.check_feature("Bio pages", cap != Some(0))?;
    let mut page_data = PageData::new();
    merge(tx, &mut page_data, draft.content, base)?;
    let mut new = bio::NewBioPage {
        uid: tx.fresh_uuid(),
        workspace_id: caller.workspace,
        slug: String::new(),
        title: draft.title,
        description: draft.description,
        page_data: text(&page_data)?,
        is_published: false,
        view_count: 0,
        click_count: 0,
        created_at: tx.now,
        updated_at: tx.now,
    };
    let stem = page_slug(&new.title);
    for n in 1.. {
        new.slug = match n {
            1 if !crate::destinations::slug::is_reserved(&stem) => stem.clone(),
            1 => continue,
            2..=5 => format!("{stem}-{n}"),
            // A title with so many namesakes gets a random tail.
            _ => format!("{stem}-{}", random_tail(tx)),
        };
        if let Some(page) = bio::insert(tx.conn, &new)? {
            // Last, because a delete takes the two rows in this order, too.
            plan_caps::begin(tx, caller.workspace, Capped::BioPages)?;
            plan_caps::take(tx, caller.workspace, &caller.terms, Capped::BioPages, 1)?;
            return Ok(page);
        }
    }
    unreachable!("a random slug is free sooner or later")
}

/// Returns the caller's pages, oldest first.
pub fn list(conn: &mut Conn, caller: &Caller) -> Result<Vec<BioPage>> {
    bio::list(conn, caller.workspace)
}

/// Returns the caller's page.
///
/// # Errors
///
/// [`Condition::ResourceNotFound`], also for another workspace's.
pub fn get(conn: &mut Conn, caller: &Caller, uid: &str) -> Result<BioPage> {
    bio::find(conn, caller.workspace, uid)?.ok_or_else(missing)
}

/// Changes the caller's page.
///
/// # Errors
///
/// [`Condition::ResourceNotFound`]; those of [`create`] about its data.
pub fn edit(
    tx: &mut Tx<'_>,
    caller: &Caller,
    uid: &str,
    edit: Edit,
    base: &str,
) -> Result<BioPage> {
    if let Some(title) = &edit.title {
        check_name("title", title)?;
    }
    check_description(edit.description.iter().flatten().next().map_or("", String::as_str))?;
    let mut page = bio::lock(tx.conn, caller.workspace, uid)?.ok_or_else(missing)?;
    page.title = edit.title.unwrap_or(page.title);
    page.description = edit.description.unwrap_or(page.description);
    if let Some(content) = edit.content {
        let mut known = data(&page);
        merge(tx, &mut known, content, base)?;
        page.page_data = text(&known)?;
    }
    page.updated_at = tx.now;
    bio::update(tx.conn, &page)?;
    Ok(page)
}

/// Publishes the caller's page. Idempotent.
///
/// # Errors
///
/// [`Condition::ResourceNotFound`].
pub fn publish(tx: &mut Tx<'_>, caller: &Caller, uid: &str, base: &str) -> Result<BioPage> {
    let mut page = bio::lock(tx.conn, caller.workspace, uid)?.ok_or_else(missing)?;
    if page.is_published {
        return Ok(page);
    }
    page.is_published = true;
    page.published_at = Some(tx.now);
    page.updated_at = tx.now;
    bio::update(tx.conn, &page)?;
    events::bio_published(tx, &page, &html_url(base, &page))?;
    Ok(page)
}

/// Hides the caller's page; data and counts stay. Again, it does nothing.
///
/// # Errors
///
/// [`Condition::ResourceNotFound`].
pub fn unpublish(tx: &mut Tx<'_>, caller: &Caller, uid: &str) -> Result<BioPage> {
    let mut page = bio::lock(tx.conn, caller.workspace, uid)?.ok_or_else(missing)?;
    if !page.is_published {
        return Ok(page);
    }
    page.is_published = false;
    page.updated_at = tx.now;
    bio::update(tx.conn, &page)?;
    events::bio_unpublished(tx, &page)?;
    Ok(page)
}

/// Deletes the caller's page. Its slug is free again at once.
///
/// # Errors
///
/// [`Condition::ResourceNotFound`].
pub fn delete(tx: &mut Tx<'_>, caller: &Caller, uid: &str) -> Result<()> {
    if !bio::delete(tx.conn, caller.workspace, uid)? {
        return Err(missing());
    }
    plan_caps::give_back(tx, caller.workspace, Capped::BioPages, 1)
}

/// Returns the address of a page below `base`.
pub fn html_url(base: &str, page: &BioPage) -> String {
    format!("{base}/{}", page.slug)
}

impl App {
    /// Returns what the addresses of bio pages begin with, without a trailing slash.
    pub fn bio_base(&self) -> String {
        match self.settings.bio.public_url.as_str() {
            "" => format!("{}/b", self.public_url),
            own => own.to_owned(),
        }
    }
}

/// Lays what was sent over what is known.
fn merge(tx: &mut Tx<'_>, known: &mut PageData, content: Content, base: &str) -> Result<()> {
    /// Bytes of a page's data, as JSON.
    const BYTES: usize = 65_536;
    let own = tx.home.and_then(|home| home.join("/b").ok());
    let bases: Vec<Url> = Url::parse(base).ok().into_iter().chain(own).collect();
    for destination in content.destinations {
        // What a page counts clicks with leads on: to lead there could lead in a circle.
        if bases.iter().any(|base| is_click_of(base, destination.as_str())) {
            return Err(
                Condition::DestinationLoops { field: destination.field().to_owned() }.into()
            );
        }
        tx.admit(destination)?;
    }
    for (key, value) in content.data {
        if value.is_null() {
            known.shift_remove(&key);
        } else {
            known.insert(key, value);
        }
    }
    if text(known)?.len() > BYTES {
        let max = Amount::Bytes(BYTES);
        return Err(Condition::DataTooComplex { field: "page_data".to_owned(), max }.into());
    }
    Ok(())
}

/// Whether an address counts a click of a bio page below `base`.
fn is_click_of(base: &Url, address: &str) -> bool {
    let Ok(address) = Url::parse(address) else { return false };
    let below = address
        .path()
        .strip_prefix(base.path().trim_end_matches('/'))
        .and_then(|rest| rest.strip_prefix('/'));
    let same = (address.host(), address.port_or_known_default())
        == (base.host(), base.port_or_known_default());
    same && below.is_some_and(|rest| rest.contains('/'))
}

fn missing() -> Error {
    Condition::ResourceNotFound { what: Resource::BioPage }.into()
}

fn text(data: &PageData) -> Result<String> {
    serde_json::to_string(data).map_err(Error::internal)
}

/// Returns whether a string has the form of a language tag (RFC 5646).
pub fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let first = parts.next().unwrap_or_default();
    (2..=8).contains(&first.len())
        && first.bytes().all(|b| b.is_ascii_alphabetic())
        && tag.len() <= 35
        && parts.all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        })
}
