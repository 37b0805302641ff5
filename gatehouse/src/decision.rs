//! Decisions, and the errors that they become.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::fact::{FailedFact, Failures};
use crate::plan::PolicyInfo;

/// The decision of a gate about one resource.
///
/// The outcome depends on the facts alone: not on timing, batch size, order, or cached facts. The decision
/// names a policy that is decisive. If several are, it is the first in the gate's order among those that
/// are known.
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
    /// The outcome depends on facts that are unknown. Treat it as a denial, and as an outage.
    #[non_exhaustive]
    Indeterminate {
        /// A policy that could not be decided.
        by: &'static PolicyInfo,
        /// The facts that failed to load.
        failed: FailedFacts,
    },
}

impl Decision {
    /// Whether access is granted. Grant access in no other case.
    #[must_use]
    pub fn is_allow(&self) -> bool {
        matches!(self, Self::Allow { .. })
    }

    /// Whether the rules deny access.
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

    /// Whether no policy was run, because the session's deadline had passed.
    pub(super) fn is_not_run(&self) -> bool {
        matches!(self, Self::Indeterminate { failed, .. } if failed.is_not_run())
    }

    /// The decision in one word, for logs and metrics: `allow`, `deny` or `indeterminate`.
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

/// The facts that failed to load, in the order of their reads, without duplicates of fact and error.
///
/// The list has at most 16 failures, and in addition the first failure of each further fact, so that a
/// decision that read a thousand keys does not carry a thousand texts. [`more`](Self::more) is the number of
/// failed reads that are left out.
#[derive(Clone)]
pub struct FailedFacts(Arc<Failed>);

struct Failed {
    shown: Vec<FailedFact>,
    more: usize,
}

impl FailedFacts {
    pub(super) fn new(failures: &Failures) -> Self {
        Self(Arc::new(Failed { shown: failures.kept().to_vec(), more: failures.more() }))
    }

    /// Whether no policy was run for the resource, because the session's deadline had passed.
    pub(super) fn is_not_run(&self) -> bool {
        self.first().is_some_and(|failed| failed.error.is_not_run())
    }

    /// The number of further failed reads, which differ from those in the list.
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

/// The rules deny access: in HTTP, 403.
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

/// It is unknown whether access may be granted: in HTTP, 503.
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
    /// The rules deny access.
    Denied(Denied),
    /// It is unknown whether access may be granted.
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

/// Some resources of a filter could not be decided.
///
/// It keeps all items that were to be filtered (the resources, or the rows that they belong to), each with its
/// decision.
pub struct FilterError<T> {
    items: Vec<T>,
    decisions: Vec<Decision>,
}

impl<T> FilterError<T> {
    pub(super) fn new(items: Vec<T>, decisions: Vec<Decision>) -> Self {
        Self { items, decisions }
    }

    /// The items in input order, each with its decision.
    pub fn decisions(&self) -> impl Iterator<Item = (&T, &Decision)> {
        self.items.iter().zip(&self.decisions)
    }

    /// All items in input order, whatever their decisions are.
    #[must_use]
    pub fn into_items(self) -> Vec<T> {
        self.items
    }

    /// The error without the items, for `?`: items may be borrowed, and the error of a function must not be.
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

/// Some resources of a filter could not be decided. [`FilterError`] has the resources as well.
#[derive(Clone)]
pub struct Undecided {
    items: usize,
    decisions: Vec<Indeterminate>,
}

/// The same as `Display`, because `main` prints it, and it may have thousands of decisions.
impl fmt::Debug for Undecided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Undecided {
    /// The decisions that are indeterminate, in input order.
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
