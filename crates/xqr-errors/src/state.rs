//! Resources, their states, and advice, as sentences name them.

use std::fmt;

/// The state of a resource that does not allow an operation.
///
/// `Display` completes the sentence "The resource is …".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum State {
    /// The file of an asset is missing.
    NotUploaded,
    /// The upload of an asset is not confirmed.
    NotConfirmed,
    /// The upload of an asset is confirmed.
    Confirmed,
    /// Another request is uploading the file.
    BeingUploaded,
    /// Another request has uploaded the file.
    UploadedElsewhere,
    /// The key is revoked.
    Revoked,
    /// The key has expired.
    Expired,
    /// The key was rotated and is in its overlap time.
    JustRotated,
    /// The webhook sends nothing because its owner paused it.
    Paused,
    /// The webhook sends nothing because its deliveries failed.
    Disabled,
    /// The delivery has attempts left.
    Pending,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotUploaded => "not uploaded yet",
            Self::NotConfirmed => "not confirmed yet",
            Self::Confirmed => "confirmed already",
            Self::BeingUploaded => "being uploaded",
            Self::UploadedElsewhere => "uploaded by another request",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::JustRotated => "just rotated",
            Self::Paused => "paused",
            Self::Disabled => "disabled",
            Self::Pending => "pending",
        })
    }
}

/// The advice of a [`ContentTooLong`](crate::Condition::ContentTooLong): the highest error
/// correction level at which the content fits.
///
/// `Display` completes the sentence "it …".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Advice {
    /// The content fits at this level: `L`, `M`, `Q` or `H`.
    FitsAt(char),
    /// The content is too long for every level.
    FitsNowhere,
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FitsAt(level) => write!(f, "fits at level {level}"),
            Self::FitsNowhere => f.write_str("fits at no level"),
        }
    }
}

/// A kind of resource, as a [`ResourceNotFound`](crate::Condition::ResourceNotFound) names it.
///
/// `Display` is the subject of the sentence "… not found."
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Resource {
    /// A stored file.
    Asset,
    /// A bio page.
    BioPage,
    /// A delivery of a webhook.
    Delivery,
    /// An API key.
    Key,
    /// A page of a list.
    Page,
    /// A stored design.
    Template,
    /// A user.
    User,
    /// A webhook.
    Webhook,
    /// A workspace.
    Workspace,
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Asset => "Asset",
            Self::BioPage => "Bio page",
            Self::Delivery => "Delivery",
            Self::Key => "Key",
            Self::Page => "Page",
            Self::Template => "Template",
            Self::User => "User",
            Self::Webhook => "Webhook",
            Self::Workspace => "Workspace",
        })
    }
}

/// The most of something that a field may ask for or hold, with its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Amount {
    /// Bytes of a JSON value.
    Bytes(usize),
    /// Levels of a nested JSON value.
    Levels(usize),
    /// Points of a time series.
    Points(usize),
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(n) => write!(f, "{n} bytes"),
            Self::Levels(n) => write!(f, "{n} levels"),
            Self::Points(n) => write!(f, "{n} points"),
        }
    }
}

/// The substitute for a field, as a [`FieldUnsupported`](crate::Condition::FieldUnsupported) names
/// it.
///
/// `Display` completes the sentence "send … instead."
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Instead {
    /// Another field.
    Field(String),
    /// A field of a design.
    DesignField,
    /// A condition of routing rules.
    RuleCondition,
    /// A member of a routing rule.
    RuleMember,
    /// A bound of the hours of a routing rule.
    HoursBound,
}

impl fmt::Display for Instead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Field(name) => name,
            Self::DesignField => "a field of a design",
            Self::RuleCondition => "a condition of routing rules",
            Self::RuleMember => "destination, priority or conditions",
            Self::HoursBound => "start or end",
        })
    }
}
