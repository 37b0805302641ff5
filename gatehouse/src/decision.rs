//! What a gate answers.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::fact::FailedFact;
use crate::fact::Failures;
use crate::plan::PolicyInfo;

/// What a gate decided about one resource.
///
/// A function of the facts alone: not of timing, of batch size, of order, or of what was cached.
/// It names a policy that decided it; where several would do, the first in the gate's order among
/// those known.
#[derive(Clone, Debug)]
#[must_use = "a decision that nobody looks at protects nothing"]
pub enum Decision {
    /// A permit applies, and no forbid does.
    #[non_exhaustive]
    Allow {
        /// The permit.
        by: &'static PolicyInfo,
    },
    /// A forbid applies, or no permit does.
    #[non_exhaustive]
    Deny {
        /// The forbid; `None` if no permit applies.
        by: Option<&'static PolicyInfo>,
    },
    /// What is unknown could change the outcome. To be treated as a refusal, and as an outage.
    #[non_exhaustive]
    Indeterminate {
        /// A policy that could not be decided.
        by: &'static PolicyInfo,
        /// The facts that failed to load.
        failed: FailedFacts,
    },
}

impl Decision {
    /// Whether access is granted. The only way in.
    #[must_use]
    pub fn is_allow(&self) -> bool {
        matches!(self, Self::Allow { .. })
    }

    /// Whether the rules refuse access.
    #[must_use]
    pub fn is_deny(&self) -> bool {
        matches!(self, Self::Deny { .. })
    }

    /// Whether the decision could not be made.
    #[must_use]
    pub fn is_indeterminate(&self) -> bool {
        matches!(self, Self::Indeterminate { .. })
    }

    /// The policy that decided, or that could not be decided; `None` if no permit applies.
    #[must_use]
    pub fn by(&self) -> Option<&'static PolicyInfo> {
        match self {
            Self::Allow { by } | Self::Indeterminate { by, .. } => Some(by),
            Self::Deny { by } => *by,
        }
    }

    /// Whether no policy was run for it: its session's deadline had passed.
    pub(super) fn is_not_run(&self) -> bool {
        matches!(self, Self::Indeterminate { failed, .. } if failed.is_not_run())
    }

    /// One word, for logs and metrics: `allow`, `deny` or `indeterminate`.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Allow { .. } => "allow",
            Self::Deny { .. } => "deny",
            Self::Indeterminate { .. } => "indeterminate",
        }
    }

    /// The decision as a result, for `?`.
    ///
    /// # Errors
    /// [`AccessError`] unless the decision is `Allow`.
    pub fn into_result(self) -> Result<Allowed, AccessError> {
        match self {
            Self::Allow { by } => Ok(Allowed { by }),
            Self::Deny { by } => Err(AccessError::Denied(Denied { by })),
            Self::Indeterminate { by, failed } => {
                Err(AccessError::Indeterminate(Indeterminate { by, failed }))
            }
        }
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Allow { by } => write!(f, "allowed by `{by}`"),
            Self::Deny { by: Some(by) } => write!(f, "denied by `{by}`"),
            Self::Deny { by: None } => f.write_str("denied: no permit applies"),
            Self::Indeterminate { by, failed } => {
                write!(f, "indeterminate: `{by}` could not be decided")?;
                for (i, failed) in failed.iter().enumerate() {
                    write!(f, "{} {failed}", if i == 0 { ":" } else { ";" })?;
                }
                match failed.more() {
                    0 => Ok(()),
                    more => write!(f, "; and {more} more"),
                }
            }
        }
    }
}

/// The facts whose loading failed, each fact and error once, in the order in which they were read.
///
/// There are at most 16, beside the first failure of each further fact: a decision that read a thousand
/// keys does not carry a thousand texts. How many reads are left out, [`more`](Self::more) says.
#[derive(Clone)]
pub struct FailedFacts(Arc<Failed>);

struct Failed {
    shown: Vec<FailedFact>,
    more: usize,
}

impl FailedFacts {
    pub(super) fn new(met: &Failures) -> Self {
        Self(Arc::new(Failed { shown: met.kept().to_vec(), more: met.more() }))
    }

    /// Whether the resource was not run: its session's deadline had passed.
    pub(super) fn is_not_run(&self) -> bool {
        self.first().is_some_and(|failed| failed.error.is_not_run())
    }

    /// How many more reads failed, otherwise than those that are listed.
    #[must_use]
    pub fn more(&self) -> usize {
        self.0.more
    }
}

impl Deref for FailedFacts {
    type Target = [FailedFact];

    fn deref(&self) -> &[FailedFact] {
        &self.0.shown
    }
}

impl fmt::Debug for FailedFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Failed { shown, more } = &*self.0;
        let mut tuple = f.debug_tuple("FailedFacts");
        tuple.field(shown);
        if *more > 0 {
            tuple.field(&format_args!("and {more} more"));
        }
        tuple.finish()
    }
}

/// Access was granted.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Allowed {
    /// The permit.
    pub by: &'static PolicyInfo,
}

/// The rules refuse access: in HTTP, 403.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Denied {
    /// The forbid; `None` if no permit applies.
    pub by: Option<&'static PolicyInfo>,
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Decision::Deny { by: self.by }.fmt(f)
    }
}

impl std::error::Error for Denied {}

/// Whether access may be granted is not known: in HTTP, 503.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Indeterminate {
    /// A policy that could not be decided.
    pub by: &'static PolicyInfo,
    /// The facts that failed to load.
    pub failed: FailedFacts,
}

impl fmt::Display for Indeterminate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Decision::Indeterminate { by: self.by, failed: self.failed.clone() }.fmt(f)
    }
}

impl std::error::Error for Indeterminate {
    /// The first failed source's own error, for logs.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.failed.iter().find_map(|failed| failed.error.source()).map(|error| error as _)
    }
}

/// Access was not granted.
///
/// ```
/// use gatehouse::AccessError;
///
/// fn status(error: &AccessError) -> u16 {
///     match error {
///         AccessError::Denied(_) => 403,
///         AccessError::Indeterminate(_) => 503,
///     }
/// }
/// # let _ = status;
/// ```
#[derive(Clone, Debug)]
pub enum AccessError {
    /// The rules refuse.
    Denied(Denied),
    /// The rules could not be decided.
    Indeterminate(Indeterminate),
}

impl fmt::Display for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Denied(denied) => denied.fmt(f),
            Self::Indeterminate(indeterminate) => indeterminate.fmt(f),
        }
    }
}

impl std::error::Error for AccessError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Denied(_) => None,
            Self::Indeterminate(indeterminate) => indeterminate.source(),
        }
    }
}

/// Some items of a filter could not be decided. Nothing is lost: it keeps every item, with its
/// decision.
pub struct FilterError<T> {
    items: Vec<T>,
    decisions: Vec<Decision>,
}

impl<T> FilterError<T> {
    pub(super) fn new(items: Vec<T>, decisions: Vec<Decision>) -> Self {
        Self { items, decisions }
    }

    /// Each item, in input order, with its decision.
    pub fn decisions(&self) -> impl Iterator<Item = (&T, &Decision)> {
        self.items.iter().zip(&self.decisions)
    }

    /// The items, in input order: those that are allowed, those that are denied and those that
    /// could not be decided.
    #[must_use]
    pub fn into_items(self) -> Vec<T> {
        self.items
    }

    /// The error without the items: for `?`, where the items are borrowed and the error must not be.
    ///
    /// ```
    /// # use gatehouse::error::{FilterError, Undecided};
    /// # type Page<'a> = Result<Vec<&'a u8>, FilterError<&'a u8>>;
    /// fn show(page: Page<'_>) -> Result<usize, Box<dyn std::error::Error>> {
    ///     Ok(page.map_err(FilterError::into_undecided)?.len())
    /// }
    /// # let _ = show;
    /// ```
    #[must_use]
    pub fn into_undecided(self) -> Undecided {
        let undecided = |decision: Decision| match decision {
            Decision::Indeterminate { by, failed } => Some(Indeterminate { by, failed }),
            _ => None,
        };
        let items = self.items.len();
        Undecided { items, decisions: self.decisions.into_iter().filter_map(undecided).collect() }
    }

    fn undecided(&self) -> impl Iterator<Item = &Decision> {
        self.decisions.iter().filter(|decision| decision.is_indeterminate())
    }
}

impl<T> fmt::Debug for FilterError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FilterError")
            .field("items", &self.items.len())
            .field("undecided", &self.undecided().count())
            .finish_non_exhaustive()
    }
}

impl<T> fmt::Display for FilterError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.undecided().next().map(|first| first as &dyn fmt::Display);
        summary(f, self.undecided().count(), self.items.len(), first)
    }
}

impl<T> std::error::Error for FilterError<T> {}

/// Some items of a filter could not be decided; which, is with [`FilterError`].
#[derive(Clone)]
pub struct Undecided {
    items: usize,
    decisions: Vec<Indeterminate>,
}

/// Short: `main` prints it, and there may be a decision for each of a thousand items.
impl fmt::Debug for Undecided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Undecided {
    /// Why, for each item that could not be decided, in input order.
    #[must_use]
    pub fn decisions(&self) -> &[Indeterminate] {
        &self.decisions
    }
}

impl fmt::Display for Undecided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.decisions.first().map(|first| first as &dyn fmt::Display);
        summary(f, self.decisions.len(), self.items, first)
    }
}

impl std::error::Error for Undecided {
    /// The first failed source's own error, for logs.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(self.decisions.first()?)
    }
}

fn summary(
    f: &mut fmt::Formatter<'_>,
    undecided: usize,
    items: usize,
    first: Option<&dyn fmt::Display>,
) -> fmt::Result {
    write!(f, "{undecided} of {items} items could not be decided")?;
    match first {
        Some(first) => write!(f, ", the first: {first}"),
        None => Ok(()),
    }
}
