//! The shapes a catalogue row is made of: dialect, cell, reply, retry advice.

/// One of the four wire forms that the service speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// The native API.
    Xqr,
    /// Compatible with QR Studio.
    Studio,
    /// Compatible with QRForge.
    Forge,
    /// Compatible with QuickResponseHub.
    Hub,
}

impl Dialect {
    /// All dialects, in the order of the catalogue's columns.
    pub const ALL: [Self; 4] = [Self::Xqr, Self::Studio, Self::Forge, Self::Hub];

    /// Returns the dialect's name in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Xqr => "xqr",
            Self::Studio => "studio",
            Self::Forge => "forge",
            Self::Hub => "hub",
        }
    }
}

/// Whether and when a client may send the same request again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// The same request fails again until something else changes.
    Never,
    /// Wait the seconds of the `Retry-After` header.
    AfterWait,
    /// Wait until the next period of the quota begins.
    NextPeriod,
    /// Repeat with exponential backoff: 1, 2, 4 seconds and jitter, three times at most.
    Backoff,
}

impl Retry {
    /// Returns the advice as a sentence for the reader.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Never => {
                "Do not retry: the same request fails again until something else changes."
            }
            Self::AfterWait => "Retry after the seconds given in the `Retry-After` header.",
            Self::NextPeriod => {
                "Retry when the next period of the quota begins, or raise the quota."
            }
            Self::Backoff => {
                "Retry with exponential backoff (1, 2, 4 seconds, with jitter), three times at most."
            }
        }
    }

    /// Returns the machine-readable name used in `GET /api/v1/errors`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::AfterWait => "after_wait",
            Self::NextPeriod => "next_period",
            Self::Backoff => "backoff",
        }
    }
}

/// Where in a body the sentence is filed. Only the studio dialect files sentences under fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// At the top of the body.
    Top,
    /// Under this field, as text.
    Field(String),
    /// Under this field, in a list of texts.
    List(String),
}

/// A condition in the words of one dialect, ready to be put into its envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The machine-readable code, in dialects that have one.
    pub code: Option<&'static str>,
    /// Where the sentence is filed.
    pub place: Place,
    /// The sentence for the client.
    pub message: String,
}

/// One cell of the catalogue as it is documented: the sentence still has its facts in braces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// The HTTP status.
    pub status: u16,
    /// The machine-readable code, in dialects that have one.
    pub code: Option<&'static str>,
    /// The field that the sentence is filed under, as the table has it: `field` and `[field]` are
    /// facts, `"items"` is a name.
    pub filed: Option<&'static str>,
    /// The sentence, with facts in braces.
    pub template: &'static str,
    /// Whether the original service publishes nothing here and the cell is our choice.
    pub ours: bool,
}

/// One row of the catalogue: a condition, its explanation, and its cell in each dialect.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// The condition's name.
    pub name: &'static str,
    /// What is so when the condition holds.
    pub meaning: &'static str,
    /// What usually leads to it.
    pub causes: &'static str,
    /// What the client can do.
    pub fix: &'static str,
    /// Whether to send the request again.
    pub retry: Retry,
    /// The cells in the order of [`Dialect::ALL`].
    pub cells: [Cell; 4],
}

impl Row {
    /// Returns the row's cell in `dialect`.
    pub fn cell(&self, dialect: Dialect) -> Cell {
        self.cells[dialect as usize]
    }

    /// Returns the row's code in the native API. Every row has one.
    pub fn code(&self) -> &'static str {
        self.cell(Dialect::Xqr).code.expect("the native column demands a code")
    }
}
