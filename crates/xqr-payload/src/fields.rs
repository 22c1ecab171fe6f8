//! What several kinds of payload share: checks of fields, and lines of fields as vCard and
//! iCalendar write them.

mod complaints;
mod lines;

pub(crate) use complaints::{Complaints, is_break};
pub(crate) use lines::{Lines, escape};
