//! How a domain names its parts in what is written down about a decision.

use std::borrow::Cow;
use std::fmt;

/// What the audit log says of a subject, an action, a resource or a context: nothing, unless the
/// [`Domain`](crate::Domain) says it.
///
/// Made from a text, or of anything that can be displayed.
///
/// ```
/// use gatehouse::Described;
///
/// assert_eq!(Described::from("edit").as_str(), Some("edit"));
/// assert_eq!(Described::of(7).as_str(), Some("7"));
/// assert_eq!(Described::nothing().as_str(), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Described(Option<Cow<'static, str>>);

impl Described {
    /// Says nothing: what a domain says unless it says more.
    #[must_use]
    pub const fn nothing() -> Self {
        Self(None)
    }

    /// Says what `what` displays.
    #[must_use]
    pub fn of(what: impl fmt::Display) -> Self {
        what.to_string().into()
    }

    /// The text, if there is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl From<&'static str> for Described {
    fn from(text: &'static str) -> Self {
        Self(Some(text.into()))
    }
}

impl From<String> for Described {
    fn from(mut text: String) -> Self {
        // What is kept in a queue is counted by its length.
        text.shrink_to_fit();
        Self(Some(text.into()))
    }
}
