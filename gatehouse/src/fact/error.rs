//! Errors of loads.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::text::FactText;
use crate::unwind::Quiet;

/// Why a fact could not be loaded.
///
/// It keeps the source's own error for logs ([`FactError::source`]) and shows its text nowhere else:
/// `Display` and `Debug` are safe to send to a client.
///
/// It does not implement [`std::error::Error`], so that every error converts into it: `?` works in
/// [`FactSource::load`](crate::FactSource::load) on the errors of any database driver.
///
/// ```
/// use gatehouse::FactError;
///
/// let broken = std::io::Error::other("password=hunter2 refused");
/// let error = FactError::new(broken);
/// assert_eq!(error.to_string(), "its source failed");
/// assert_eq!(error.source().unwrap().to_string(), "password=hunter2 refused");
/// ```
#[derive(Clone)]
pub struct FactError(Arc<Reason>);

#[derive(Debug)]
enum Reason {
    Source(Quiet<Box<dyn Error + Send + Sync>>),
    Safe(FactText),
    Panicked,
    Missing,
    Unasked,
    Impure,
    Overdue,
    NotRun,
    Late(Duration),
    TooDeep,
    Circular(FactText),
}

/// The greatest depth of a derived fact; [`FactError::too_deep`] names it.
pub(crate) const MAX_DEPTH: u32 = 64;

/// How many loads of a cycle an error shows.
const MAX_LINKS_SHOWN: usize = 8;

impl FactError {
    /// The source failed with `error`. The error is dropped with its last owner, on any thread. A panic of
    /// its destructor is caught.
    pub fn new(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(Arc::new(Reason::Source(Quiet::new(error.into()))))
    }

    /// The source failed for the reason in `text`, which is shown to everybody: write only what is safe to
    /// show.
    ///
    /// ```
    /// # use gatehouse::FactError;
    /// let error = FactError::safe("the directory is down for maintenance");
    /// assert_eq!(error.to_string(), "the directory is down for maintenance");
    /// ```
    pub fn safe(text: impl Into<String>) -> Self {
        Self(Arc::new(Reason::Safe(text.into().into())))
    }

    pub(crate) fn panicked() -> Self {
        Self(Arc::new(Reason::Panicked))
    }

    pub(crate) fn missing() -> Self {
        Self(Arc::new(Reason::Missing))
    }

    /// The source left this key out, and answered keys that it was not asked for.
    pub(crate) fn unasked() -> Self {
        Self(Arc::new(Reason::Unasked))
    }

    pub(crate) fn overdue() -> Self {
        Self(Arc::new(Reason::Overdue))
    }

    /// The policy was not run, so nothing is known of the facts that it would have read.
    pub(crate) fn not_run() -> Self {
        Self(Arc::new(Reason::NotRun))
    }

    pub(crate) fn is_not_run(&self) -> bool {
        matches!(*self.0, Reason::NotRun)
    }

    pub(crate) fn late(limit: Duration) -> Self {
        Self(Arc::new(Reason::Late(limit)))
    }

    pub(crate) fn too_deep() -> Self {
        Self(Arc::new(Reason::TooDeep))
    }

    pub(crate) fn impure() -> Self {
        Self(Arc::new(Reason::Impure))
    }

    /// The loads of these facts wait for each other: each for the next, and the last for the first.
    pub(crate) fn circular<'f>(facts: impl Iterator<Item = &'f str> + Clone) -> Self {
        let next = facts.clone().cycle().skip(1);
        let mut links = facts.zip(next).map(|(fact, next)| format!("`{fact}` asks for `{next}`"));
        let mut shown: Vec<_> = links.by_ref().take(MAX_LINKS_SHOWN).collect();
        shown.extend(links.next().map(|_| "…".to_owned()));
        let text = format!(
            "its load waits for itself, through a source that asks its own session ({}): ask for other \
             facts only (keys of one call are one load), or write it as a derived fact, which may be \
             recursive",
            shown.join(", ")
        );
        Self(Arc::new(Reason::Circular(text.into())))
    }

    /// Whether both have the same text.
    pub(crate) fn has_same_text(&self, other: &Self) -> bool {
        match (&*self.0, &*other.0) {
            _ if Arc::ptr_eq(&self.0, &other.0) => true,
            (Reason::Late(one), Reason::Late(other)) => one == other,
            (Reason::Late(_), _) | (_, Reason::Late(_)) => false,
            // No other text is formatted here.
            _ => *self.text() == *other.text(),
        }
    }

    /// The kind of the error, one word for telemetry. There are few kinds, and they do not change.
    #[cfg(any(feature = "tracing", feature = "metrics"))]
    pub(crate) fn kind(&self) -> &'static str {
        match &*self.0 {
            Reason::Source(_) | Reason::Safe(_) => "source",
            Reason::Panicked => "panic",
            Reason::Missing => "missing",
            Reason::Unasked => "unasked",
            Reason::Impure => "impure",
            Reason::Overdue | Reason::NotRun => "deadline",
            Reason::Late(_) => "timeout",
            Reason::TooDeep => "too_deep",
            Reason::Circular(_) => "circle",
        }
    }

    /// The text of `Display`. A text that was formatted for this error is shared.
    pub(crate) fn text(&self) -> FactText {
        FactText::from(match &*self.0 {
            Reason::Source(_) => "its source failed",
            Reason::Safe(text) | Reason::Circular(text) => return text.clone(),
            Reason::Panicked => "its source panicked",
            Reason::Missing => "it is required, and its source has no value for it",
            Reason::Unasked => {
                "its source left it out, and answered a key that nobody asked for: perhaps this one, \
                 spelt otherwise; answer with the key that was asked (send its number along, or map \
                 the row back to it), or declare with `Loaded::more_than_asked()` that the source \
                 answers more than it is asked"
            }
            Reason::Impure => "the rule asks for another key each time it runs",
            Reason::Overdue => "the session's deadline passed",
            Reason::NotRun => "the session's deadline passed before it was run",
            Reason::TooDeep => {
                "it is more than 64 links of derived facts deep (in a circle, each key is a link)"
            }
            Reason::Late(limit) => {
                return format!("its source took longer than {limit:?}").into();
            }
        })
    }

    /// The source's own error, for logs.
    #[must_use]
    pub fn source(&self) -> Option<&(dyn Error + Send + Sync + 'static)> {
        match &*self.0 {
            Reason::Source(error) => error.get().map(|error| &**error),
            _ => None,
        }
    }
}

impl fmt::Display for FactError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl fmt::Debug for FactError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FactError({:?})", self.to_string())
    }
}

/// An error that `?` converts into a [`FactError`]: every [`std::error::Error`] that threads can share.
///
/// Texts and boxed errors are not `std::error::Error`; [`FactError::new`] takes them.
#[diagnostic::on_unimplemented(
    message = "`?` cannot make a `FactError` from `{Self}`",
    label = "does not become a `FactError` by itself",
    note = "for a text or a boxed error write `.map_err(FactError::new)?`",
    note = "for a type of your own write `impl std::error::Error`, with `Send + Sync + 'static`"
)]
pub trait SourceError: Error + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<E: Error + Send + Sync + 'static> SourceError for E {}

impl<E: SourceError> From<E> for FactError {
    fn from(error: E) -> Self {
        Self::new(error)
    }
}

/// The result of a load: a value, a missing value, or a failure.
pub(crate) type FactResult<V> = Result<Option<V>, FactError>;

/// A fact that a decision needed and that failed to load. It has the name of the fact, and never its key.
///
/// The decision about a resource that was not evaluated before the session's deadline has one, too: with the
/// name of the policy that was not run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FailedFact {
    /// The fact's name, as declared; or the name of a policy that was not run.
    pub fact: &'static str,
    /// Why it failed.
    pub error: FactError,
}

impl Error for FailedFact {
    /// The source's own error.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.error.source().map(|error| error as _)
    }
}

impl fmt::Display for FailedFact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.fact, self.error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_names_the_greatest_depth() {
        let text = FactError::too_deep().to_string();
        assert!(text.starts_with(&format!("it is more than {MAX_DEPTH} links ")), "{text}");
    }
}
