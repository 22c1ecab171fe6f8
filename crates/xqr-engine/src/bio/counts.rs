//! Views and clicks of bio pages, counted in memory, so a view costs no database write. A flush
//! every two seconds stores the counts. A killed process loses the counts since the last flush; an
//! orderly shutdown loses none.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use xqr_errors::Result;
use xqr_store::BioPageId;
use xqr_store::bio;

use crate::App;

/// Views and clicks by page.
#[derive(Default)]
pub(crate) struct BioCounts(Mutex<HashMap<BioPageId, (i64, i64)>>);

impl BioCounts {
    pub(super) fn add(&self, page: BioPageId, views: i64, clicks: i64) {
        let mut pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = pages.entry(page).or_default();
        counts.0 += views;
        counts.1 += clicks;
    }

    fn take(&self) -> Vec<(BioPageId, (i64, i64))> {
        let mut all: Vec<_> =
            std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
                .into_iter()
                .collect();
        // In the order of their rows, so that two nodes do not wait for each other.
        all.sort_unstable();
        all
    }
}

impl App {
    /// Writes down what was gathered, and returns of how many pages.
    ///
    /// # Errors
    ///
    /// Those of the database; then it is kept for the next time.
    pub async fn flush_bio_counts(&self) -> Result<usize> {
        let counts = self.bio_counts.take();
        if counts.is_empty() {
            return Ok(0);
        }
        let pages = counts.clone();
        let written = self.write(move |tx| {
            pages
                .iter()
                .try_for_each(|(page, (views, clicks))| bio::add(tx.conn, *page, *views, *clicks))
        });
        if let Err(error) = written.await {
            counts
                .iter()
                .for_each(|(page, (views, clicks))| self.bio_counts.add(*page, *views, *clicks));
            return Err(error);
        }
        Ok(counts.len())
    }
}
