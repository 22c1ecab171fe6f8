//! The parts of a catalogue row: cells, places, retry advice.

use crate::{Code, Dialect, Reply};

/// Whether and when a client may send the same request again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
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
    /// Returns the advice as a sentence for documentation.
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

/// Where in a body a sentence is filed. Only the studio dialect files sentences under fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// At the top of the body.
    Top,
    /// Under this field, as a string.
    Field(String),
    /// Under this field, in a list of strings.
    List(String),
}

/// One cell of the catalogue as it is documented: the sentence still has its facts in braces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Row {
    /// The condition.
    pub code: Code,
    /// The condition's name.
    pub name: &'static str,
    /// The meaning, as one sentence.
    pub meaning: &'static str,
    /// The usual causes.
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

    /// Returns the row's code in the native API, such as `SLUG_TAKEN`. Several rows can share one.
    pub fn native_code(&self) -> &'static str {
        self.cell(Dialect::Xqr).code.expect("the macro requires a code in the native column")
    }

    /// Returns the row's reply with its facts in braces, an example for documentation.
    pub fn example(&self, dialect: Dialect) -> Reply {
        let cell = self.cell(dialect);
        let place = match cell.filed {
            None => Place::Top,
            Some(filed) => match filed.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
                Some(field) => Place::List(field.trim_matches('"').to_owned()),
                None => Place::Field(filed.trim_matches('"').to_owned()),
            },
        };
        Reply::of(self.code, dialect, place, cell.template.to_owned())
    }
}
