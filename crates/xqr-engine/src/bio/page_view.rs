//! What a visitor of a bio page sees, and the destinations of its links.

use serde_json::Value;
use xqr_errors::{Condition, Error, Result};
use xqr_store::bio::{self, BioPage};

use super::data;
use crate::App;
use crate::destinations::blocklist;

/// A published page that is being visited.
#[derive(Debug)]
pub struct Visit {
    /// The page.
    pub page: BioPage,
    /// Its data.
    pub data: super::PageData,
}

impl Visit {
    /// Returns label and address of each link. A click is counted by the position.
    pub fn links(&self) -> impl Iterator<Item = (&str, &str)> {
        let links = self.data.get("links").and_then(Value::as_array).into_iter().flatten();
        links.map(|link| {
            let text = |key: &str| link.get(key).and_then(Value::as_str).unwrap_or_default();
            (text("label"), text("url"))
        })
    }
}

impl App {
    /// Returns the published page with this slug, and counts the view where `counts` is set.
    ///
    /// # Errors
    ///
    /// [`Condition::RouteNotFound`] where there is none.
    pub async fn visit(&self, slug: &str, counts: bool) -> Result<Visit> {
        let visit = self.published_page(slug).await?;
        if counts {
            self.bio_counts.add(visit.page.id, 1, 0);
        }
        Ok(visit)
    }

    /// Returns where the link at `place`, from 1, of a published page leads, and counts the click
    /// where `counts` is set. Links to e-mail addresses and phone numbers have no such place.
    ///
    /// # Errors
    ///
    /// [`Condition::RouteNotFound`] where there is none; [`Condition::LinkGone`] where its host is
    /// blocked by now, if the settings ask for that.
    pub async fn follow(&self, slug: &str, place: usize, counts: bool) -> Result<String> {
        let visit = self.published_page(slug).await?;
        let url = place
            .checked_sub(1)
            .and_then(|index| visit.links().nth(index))
            .map(|(_, url)| url.to_owned());
        let url = url
            .filter(|url| url.starts_with("https://") || url.starts_with("http://"))
            .ok_or(Condition::RouteNotFound)?;
        if self.settings.blocklist.at_redirect {
            let (files, wanted) = (self.data.files(), url.clone());
            if self
                .data
                .read_brief(move |conn| blocklist::is_blocked(conn, &*files, wanted.as_bytes()))
                .await?
            {
                return Err(Condition::LinkGone.into());
            }
        }
        if counts {
            self.bio_counts.add(visit.page.id, 0, 1);
        }
        Ok(url)
    }

    async fn published_page(&self, slug: &str) -> Result<Visit> {
        let absent = || Error::from(Condition::RouteNotFound);
        // Slugs have no other characters, and PostgreSQL takes not all.
        if slug.is_empty()
            || slug.len() > 100
            || !slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        {
            return Err(absent());
        }
        let slug = slug.to_owned();
        let page = self
            .data
            .read_brief(move |conn| bio::find_published(conn, &slug))
            .await?
            .ok_or_else(absent)?;
        Ok(Visit { data: data(&page), page })
    }
}
