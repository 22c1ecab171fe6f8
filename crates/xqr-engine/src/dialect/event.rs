//! Events as neutral facts, stored until each subscriber's dialect has turned them into a payload.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use xqr_routing::{Variant, parse_variants};
use xqr_store::counters::QuotaMetric;
use xqr_store::links::Link;
use xqr_store::scans::NewScan;
use xqr_store::webhooks::SubjectId;
use xqr_store::{BioPageId, LinkId, WebhookId};

/// An event of a workspace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// A link was created.
    LinkCreated {
        /// The link.
        link: LinkFacts,
    },
    /// A link was changed.
    LinkUpdated {
        /// The link after the change.
        link: LinkFacts,
        /// The changed fields and their new values.
        changes: Map<String, Value>,
    },
    /// A link was deleted.
    LinkDeleted {
        /// The link as it was.
        link: LinkFacts,
    },
    /// A link was scanned.
    Scanned {
        /// The scan.
        scan: ScanFacts,
    },
    /// The scans of a link reached a milestone.
    ScansReached {
        /// The row of the link.
        link: LinkId,
        /// The id of the link.
        link_uid: String,
        /// The code of the link.
        code: String,
        /// The number of scans.
        scan_count: i64,
        /// The milestone.
        threshold: i64,
    },
    /// A workspace moved to another plan.
    PlanChanged {
        /// The former plan.
        old_plan: String,
        /// The new plan.
        new_plan: String,
    },
    /// A monthly quota reached a percentage.
    QuotaReached {
        /// The percentage.
        percent: u8,
        /// What is counted.
        metric: QuotaMetric,
        /// The quota of the month.
        quota: Option<u64>,
        /// What is used of it.
        used: u64,
    },
    /// A file was uploaded and confirmed.
    AssetUploaded {
        /// The id of the asset.
        asset_uid: String,
        /// The name of the file.
        filename: String,
        /// The media type of its content.
        media_type: String,
        /// Its size in bytes.
        size: i64,
    },
    /// A bio page was published.
    BioPublished {
        /// The page.
        page: PageFacts,
        /// Its public URL.
        html_url: String,
    },
    /// A bio page was unpublished.
    BioUnpublished {
        /// The page.
        page: PageFacts,
    },
    /// The owner of a webhook tests it.
    Ping {
        /// The row of the webhook.
        webhook: WebhookId,
    },
}

/// A link at the time of an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the row")]
pub struct LinkFacts {
    pub id: LinkId,
    pub uid: String,
    pub code: String,
    pub name: Option<String>,
    pub destination: Option<String>,
    pub variants: Vec<Variant>,
    pub enabled: bool,
    pub archived: bool,
    pub scan_count: i64,
    pub created_at: i64,
    pub updated_at: i64,
}

impl From<&Link> for LinkFacts {
    fn from(link: &Link) -> Self {
        Self {
            id: link.id,
            uid: link.uid.clone(),
            code: link.code.clone(),
            name: link.name.clone(),
            destination: link.destination.clone(),
            variants: parse_variants(&link.variants).unwrap_or_default(),
            enabled: link.enabled,
            archived: link.archived,
            scan_count: link.scan_count,
            created_at: link.created_at,
            updated_at: link.updated_at,
        }
    }
}

/// A counted scan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the row")]
pub struct ScanFacts {
    pub link_uid: String,
    pub code: String,
    pub at: i64,
    pub country: Option<String>,
    pub device: String,
    pub browser: String,
    pub referrer: Option<String>,
    pub variant: Option<String>,
}

impl ScanFacts {
    /// Describes a scan of the link with this id and code.
    pub(crate) fn new(scan: &NewScan, (link_uid, code): &(String, String)) -> Self {
        Self {
            link_uid: link_uid.clone(),
            code: code.clone(),
            at: scan.at,
            country: scan.country.clone(),
            device: scan.device.to_owned(),
            browser: scan.agent.to_owned(),
            referrer: scan.referrer.clone(),
            variant: scan.variant.clone(),
        }
    }
}

/// A bio page at the time of an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the row")]
pub struct PageFacts {
    pub id: BioPageId,
    pub page_id: String,
    pub title: String,
    pub slug: String,
}

impl Event {
    /// Returns the row of the link or page that the event is about: its events are delivered in
    /// order. The order of scans does not matter, and a link may have thousands.
    pub fn subject(&self) -> Option<Subject> {
        match self {
            Self::LinkCreated { link }
            | Self::LinkUpdated { link, .. }
            | Self::LinkDeleted { link } => Some(Subject::Link(link.id)),
            Self::ScansReached { link, .. } => Some(Subject::Link(*link)),
            Self::BioPublished { page, .. } | Self::BioUnpublished { page } => {
                Some(Subject::BioPage(page.id))
            }
            Self::Scanned { .. }
            | Self::AssetUploaded { .. }
            | Self::PlanChanged { .. }
            | Self::QuotaReached { .. }
            | Self::Ping { .. } => None,
        }
    }
}

/// The subject of an event, by its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Subject {
    /// A link.
    Link(LinkId),
    /// A bio page.
    BioPage(BioPageId),
}

impl Subject {
    /// Returns the id that deliveries are stored under.
    pub(crate) fn id(self) -> SubjectId {
        match self {
            Self::Link(id) => id.into(),
            Self::BioPage(id) => id.into(),
        }
    }
}
