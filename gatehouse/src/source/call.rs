//! One call of a source.

#[cfg(any(feature = "postgres", feature = "sqlite"))]
use std::any::{Any, TypeId};
use std::fmt;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
use std::sync::Arc;
use std::time::{Duration, Instant};

#[cfg(any(feature = "postgres", feature = "sqlite"))]
use crate::fact::FactError;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
use crate::sync::Mutex;

/// What a source may know of the request for which it is called, beside the keys: the deadline.
///
/// A session gives it to [`FactSource::load_within`](crate::FactSource::load_within). A source around another
/// one passes it on.
///
/// ```
/// use std::time::{Duration, Instant};
/// use gatehouse::Call;
///
/// let (soon, later) = (Instant::now(), Instant::now() + Duration::from_secs(1));
/// let call = Call::new().with_deadline(later).with_deadline(soon);
/// assert_eq!(call.deadline(), Some(soon));
/// ```
#[derive(Clone, Default)]
pub struct Call {
    deadline: Option<Instant>,
    #[cfg(any(feature = "postgres", feature = "sqlite"))]
    lent: Option<Arc<Lent>>,
    #[cfg(any(feature = "postgres", feature = "sqlite"))]
    together: Option<Arc<BegunTogether>>,
}

#[cfg(any(feature = "postgres", feature = "sqlite"))]
/// Something that a request lends to its sources in place of a field, such as a connection.
pub(crate) struct Lent {
    /// The type and the address of the field; `None` if it is no field of the sources.
    pub(crate) place: Option<(TypeId, usize)>,
    /// What is lent.
    pub(crate) resource: Arc<dyn Any + Send + Sync>,
    /// The sources that have the field, which keep its address.
    #[expect(dead_code, reason = "it is kept, and not read")]
    pub(crate) sources: Arc<dyn Any + Send + Sync>,
    /// What else is lent.
    pub(crate) others: Option<Arc<Lent>>,
}

#[cfg(any(feature = "postgres", feature = "sqlite"))]
/// What the loads that begin together put down for each other.
#[derive(Default)]
pub(crate) struct BegunTogether(Mutex<Vec<Arc<dyn Any + Send + Sync>>>);

#[cfg(any(feature = "postgres", feature = "sqlite"))]
impl BegunTogether {
    /// The value that is the `same` as `new`, which is put down if there is none.
    pub(crate) fn find_or_insert<T: Send + Sync + 'static>(
        &self,
        new: T,
        same: impl Fn(&T, &T) -> bool,
    ) -> Option<Arc<T>> {
        let mut values = self.0.lock();
        let is_it = |value: &&Arc<dyn Any + Send + Sync>| {
            value.downcast_ref().is_some_and(|value| same(value, &new))
        };
        let found = values.iter().find(is_it).cloned();
        let value = found.unwrap_or_else(|| {
            let new: Arc<dyn Any + Send + Sync> = Arc::new(new);
            values.push(Arc::clone(&new));
            new
        });
        drop(values);
        value.downcast().ok()
    }
}

impl Call {
    /// A call without a deadline.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The time at which the request gives up. Nobody waits for an answer that is later.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// The time until the [deadline](Self::deadline), zero if it has passed.
    #[must_use]
    pub fn time_left(&self) -> Option<Duration> {
        self.deadline.map(|at| at.saturating_duration_since(Instant::now()))
    }

    /// The same call with this deadline, unless it has an earlier one.
    #[must_use]
    pub fn with_deadline(mut self, at: Instant) -> Self {
        self.deadline = Some(self.deadline.map_or(at, |deadline| deadline.min(at)));
        self
    }

    /// Replaces the deadline.
    pub(crate) fn set_deadline(&mut self, at: Option<Instant>) {
        self.deadline = at;
    }

    #[cfg(any(feature = "postgres", feature = "sqlite"))]
    /// Calls that begin together from now on.
    pub(crate) fn beginning_together(self) -> Self {
        Self { together: Some(Arc::default()), ..self }
    }

    #[cfg(any(feature = "postgres", feature = "sqlite"))]
    /// What is shared with the loads that began together with this one, if there are others.
    pub(crate) fn begun_together(&self) -> Option<&BegunTogether> {
        self.together.as_deref()
    }

    #[cfg(any(feature = "postgres", feature = "sqlite"))]
    /// Lends something more.
    pub(crate) fn lend(&mut self, lent: Lent) {
        let others = self.lent.take();
        self.lent = Some(Arc::new(Lent { others, ..lent }));
    }

    #[cfg(any(feature = "postgres", feature = "sqlite"))]
    /// What the request lends in place of this field of its sources; the last that was lent, if several
    /// were.
    ///
    /// # Errors
    /// Something is lent in place of what is no field, so it cannot be said of which loads it is.
    pub(crate) fn lent<F: 'static>(
        &self,
        field: &F,
    ) -> Result<Option<&Arc<dyn Any + Send + Sync>>, FactError> {
        let place = (TypeId::of::<F>(), std::ptr::from_ref(field).addr());
        let mut found = None;
        let mut next = self.lent.as_deref();
        while let Some(lent) = next {
            let lent_for = lent.place.ok_or_else(|| {
                FactError::safe(
                    "what was lent to the session is not in place of a field of its sources",
                )
            })?;
            if lent_for == place && found.is_none() {
                found = Some(&lent.resource);
            }
            next = lent.others.as_deref();
        }
        Ok(found)
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("deadline", &self.deadline).finish_non_exhaustive()
    }
}
