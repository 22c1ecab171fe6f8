//! The macro that turns the table of `catalogue.rs` into types, and the default sentences of the
//! dialects.

/// Generates [`Condition`](crate::Condition), [`Code`](crate::Code) and the rows from the table.
macro_rules! catalogue {
    ($(
        $(#[doc = $meaning:literal])+
        $name:ident $({ $($fact:ident: $ty:ty),* $(,)? })? => {
            causes: $causes:literal,
            fix: $fix:literal,
            retry: $retry:ident,
            xqr: $xs:tt $xc:literal $xm:literal $($xo:ident)?,
            studio: $ss:tt $(in $sp:tt)? $($sm:literal $($so:ident)?)?,
            forge: $fs:tt $(in $fp:tt)? $($fc:literal $fm:literal $($fo:ident)?)?,
            hub: $hs:tt $(in $hp:tt)? $($hm:literal $($ho:ident)?)?,
        }
    )+) => {
        /// One thing that can be wrong, with the facts that describe it.
        ///
        /// `Display` is the native sentence and the code: `width: Must be at least 45.
        /// (NumberTooSmall)`.
        ///
        /// ```
        /// use xqr_errors::{Code, Condition, Dialect};
        ///
        /// let taken = Condition::SlugTaken { slug: "summer24".to_owned() };
        /// assert_eq!(taken.code(), Code::SlugTaken);
        /// assert_eq!(taken.reply(Dialect::Hub).message, "Code already in use: summer24");
        /// assert_eq!(taken.to_string(), "The slug 'summer24' is already taken. (SlugTaken)");
        /// ```
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Condition {
            $(
                $(#[doc = $meaning])+
                $name $({
                    $(
                        #[doc = concat!("The fact `", stringify!($fact), "` of the sentence.")]
                        $fact: $ty,
                    )*
                })?,
            )+
        }

        /// The name of a [`Condition`], without its facts.
        ///
        /// ```
        /// use xqr_errors::{Code, Dialect};
        ///
        /// let code: Code = "SlugTaken".parse()?;
        /// assert_eq!(code.row().cell(Dialect::Hub).status, 409);
        /// # Ok::<(), xqr_errors::UnknownName>(())
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code {
            $(
                $(#[doc = $meaning])+
                $name,
            )+
        }

        impl Code {
            /// Every code, in the order of the catalogue.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Returns the name, such as `SlugTaken`.
            pub fn name(self) -> &'static str {
                self.row().name
            }

            /// Returns the row of the catalogue.
            pub fn row(self) -> &'static crate::Row {
                &ROWS[self as usize]
            }
        }

        static ROWS: [crate::Row; Code::ALL.len()] = [$(
            crate::Row {
                code: Code::$name,
                name: stringify!($name),
                meaning: concat!($($meaning),+).trim_ascii_start(),
                causes: $causes,
                fix: $fix,
                retry: crate::Retry::$retry,
                cells: [
                    $crate::catalogue::macros::cell!(xqr $xs $xc $xm $($xo)?),
                    $crate::catalogue::macros::cell!(studio $ss $(in $sp)? $($sm $($so)?)?),
                    $crate::catalogue::macros::cell!(forge $fs $(in $fp)? $($fc $fm $($fo)?)?),
                    $crate::catalogue::macros::cell!(hub $hs $(in $hp)? $($hm $($ho)?)?),
                ],
            },
        )+];

        /// Returns every row of the catalogue, in its order.
        pub fn rows() -> &'static [crate::Row] {
            &ROWS
        }

        #[expect(unused_variables, reason = "not every cell uses every fact of its row")]
        impl Condition {
            /// Returns the name of the condition, without its facts.
            pub fn code(&self) -> Code {
                match self {
                    $(Self::$name { .. } => Code::$name,)+
                }
            }

            /// Returns the place and the sentence in `dialect`.
            pub(crate) fn sentence(&self, dialect: crate::Dialect) -> (crate::Place, String) {
                use crate::{Dialect, Place};
                match self {
                    $(
                        Self::$name $({ $($fact),* })? => match dialect {
                            Dialect::Xqr => (Place::Top, format!($xm)),
                            Dialect::Studio => (
                                $crate::catalogue::macros::place!($($sp)?),
                                $crate::catalogue::macros::message!(studio $ss $($sm)?),
                            ),
                            Dialect::Forge => (
                                Place::Top,
                                $crate::catalogue::macros::message!(forge $fs $(in $fp)? $($fm)?),
                            ),
                            Dialect::Hub => (
                                Place::Top,
                                $crate::catalogue::macros::message!(hub $hs $(in $hp)? $($hm)?),
                            ),
                        },
                    )+
                }
            }
        }
    };
}

/// The default sentence of a dialect for a status, as a literal.
macro_rules! default {
    (studio 404) => {
        "Not found."
    };
    (forge 401) => {
        "Invalid or missing API key."
    };
    (forge 403) => {
        "Access to this resource is not allowed."
    };
    (forge 404) => {
        "Resource not found."
    };
    (forge 500) => {
        "Internal server error. Please try again later."
    };
    (forge 503) => {
        "Internal server error. Please try again later."
    };
    (hub 401) => {
        "Invalid or missing API key"
    };
    (forge 400 in) => {
        "Invalid value for field: "
    };
    (hub 400 in) => {
        "Invalid parameter: "
    };
}

/// The code that a default sentence of the forge dialect goes with.
macro_rules! default_code {
    (400) => {
        "invalid_payload"
    };
    (401) => {
        "unauthorized"
    };
    (403) => {
        "forbidden"
    };
    (404) => {
        "not_found"
    };
    (500) => {
        "internal_error"
    };
    (503) => {
        "internal_error"
    };
}

/// A cell of the documentation.
macro_rules! cell {
    (xqr $status:tt $code:literal $message:literal $($ours:ident)?) => {
        $crate::catalogue::macros::cell!(@ $status Some($code), None, $message, $($ours)?)
    };
    (studio $status:tt in $place:tt $message:literal $($ours:ident)?) => {
        $crate::catalogue::macros::cell!(@ $status None, Some(stringify!($place)), $message, $($ours)?)
    };
    (forge $status:tt $code:literal $message:literal $($ours:ident)?) => {
        $crate::catalogue::macros::cell!(@ $status Some($code), None, $message, $($ours)?)
    };
    (forge $status:tt $(in $place:tt)?) => {
        $crate::catalogue::macros::cell!(
            @ $status
            Some($crate::catalogue::macros::default_code!($status)),
            None,
            $crate::catalogue::macros::template!(forge $status $(in $place)?),
            ours
        )
    };
    ($dialect:ident $status:tt $message:literal $($ours:ident)?) => {
        $crate::catalogue::macros::cell!(@ $status None, None, $message, $($ours)?)
    };
    ($dialect:ident $status:tt $(in $place:tt)?) => {
        $crate::catalogue::macros::cell!(
            @ $status None, None, $crate::catalogue::macros::template!($dialect $status $(in $place)?), ours
        )
    };
    (@ $status:tt $code:expr, $filed:expr, $template:expr, ours) => {
        crate::Cell { status: $status, code: $code, filed: $filed, template: $template, ours: true }
    };
    (@ $status:tt $code:expr, $filed:expr, $template:expr,) => {
        crate::Cell { status: $status, code: $code, filed: $filed, template: $template, ours: false }
    };
}

/// A default sentence with its fact in braces.
macro_rules! template {
    ($dialect:ident $status:tt in $name:literal) => {
        concat!($crate::catalogue::macros::default!($dialect $status in), $name)
    };
    ($dialect:ident $status:tt in $fact:ident) => {
        concat!($crate::catalogue::macros::default!($dialect $status in), "{", stringify!($fact), "}")
    };
    ($dialect:ident $status:tt) => { $crate::catalogue::macros::default!($dialect $status) };
}

/// A sentence with its facts filled in.
macro_rules! message {
    ($dialect:ident $status:tt $message:literal) => { format!($message) };
    ($dialect:ident $status:tt in $place:tt) => {
        format!(concat!($crate::catalogue::macros::default!($dialect $status in), "{}"), $place)
    };
    ($dialect:ident $status:tt) => { $crate::catalogue::macros::default!($dialect $status).to_owned() };
}

/// The place of a sentence in the studio dialect.
macro_rules! place {
    () => {
        Place::Top
    };
    ([$field:tt]) => {
        Place::List($field.to_string())
    };
    ($field:tt) => {
        Place::Field($field.to_string())
    };
}

pub(crate) use {catalogue, cell, default, default_code, message, place, template};
