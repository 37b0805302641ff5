//! Facts from literal rows.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::sync::Mutex;

use super::log::Log;
use super::measure::CountsLoads;
use crate::fact::{FactError, LoadedFact, shown};
use crate::observe::counts::{Load, locked};
use crate::source::{FactSource, Loaded};

/// A set of sources that answers every fact from literal rows.
///
/// It stands in for a whole `#[derive(Sources)]` struct, and a gate needs nothing else: a fact that
/// it has no row of is missing. In a derived set it is an ordinary source, of any fact.
///
/// ```
/// use gatehouse::prelude::*;
/// use gatehouse::testing::{FactTable, assert_allow, assert_deny};
/// # struct User { id: u64 }
/// # struct Document { org: u64 }
/// # struct Documents;
/// # impl Domain for Documents {
/// #     type Subject = User; type Action = (); type Resource = Document; type Context = ();
/// # }
///
/// fact! {
///     pub Member(user: u64, org: u64) -> bool = false;
///     pub Suspended(user: u64) -> bool = false;
/// }
///
/// #[policy(forbid)]
/// async fn suspended(user: &User) -> bool { Suspended(user.id).await }
///
/// #[policy]
/// async fn member(user: &User, doc: &Document) -> bool { Member(user.id, doc.org).await }
///
/// static GATE: Gate<Documents, (suspended, member)> = Gate::new();
///
/// let facts = FactTable::new()
///     .rows([(Member(7, 3), true), (Member(9, 3), true)])
///     .with(Suspended(9), true);
/// let session = Session::new(facts);
/// let doc = Document { org: 3 };
/// assert_allow!(GATE.bind(&session, &User { id: 7 }, &()), &doc, by = member);
/// assert_deny!(GATE.bind(&session, &User { id: 9 }, &()), &doc, by = suspended);
/// ```
///
/// Derived facts are computed, as always, from the rows of those that they need.
///
/// Rows can be changed later through a shared reference ([`set`](Self::set)), for tests of what is
/// cached: a session that has loaded a key keeps to what it was told until
/// [`Session::refresh`](crate::Session::refresh).
#[derive(Default)]
pub struct FactTable {
    /// In the order in which facts were first mentioned.
    facts: Mutex<Vec<(TypeId, Box<dyn AnyRows>)>>,
    strict: bool,
    log: Log,
}

/// The rows of one fact.
struct Rows<K: LoadedFact> {
    /// `Ok(None)`: said to be missing.
    answers: HashMap<K, Result<Option<K::Value>, FactError>>,
    /// Fails every key.
    failing: Option<FactError>,
}

impl<K: LoadedFact> Default for Rows<K> {
    fn default() -> Self {
        Self { answers: HashMap::new(), failing: None }
    }
}

/// The rows of a fact, whatever it is.
trait AnyRows: Any + Send {
    /// Each row as text.
    fn lines(&self) -> Vec<String>;
}

impl<K: LoadedFact> AnyRows for Rows<K> {
    fn lines(&self) -> Vec<String> {
        let line = |(key, answer): (&K, &Result<Option<K::Value>, FactError>)| match answer {
            Ok(Some(value)) => format!("{key:?} = {:?}", shown::<K>(value)),
            Ok(None) => format!("{key:?} is missing"),
            Err(error) => format!("{key:?} fails: {error}"),
        };
        let mut lines: Vec<String> = self.answers.iter().map(line).collect();
        lines.sort();
        lines.extend(self.failing.iter().map(|error| format!("every {} fails: {error}", K::NAME)));
        lines
    }
}

impl FactTable {
    /// No rows: every fact is missing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// `key` has `value`.
    #[must_use]
    pub fn with<K: LoadedFact>(self, key: K, value: K::Value) -> Self {
        self.set(key, value);
        self
    }

    /// Each key has its value: from an array, a vector or any iterator.
    ///
    /// ```
    /// use gatehouse::{prelude::*, testing::FactTable};
    /// # fact! { pub Member(user: u64, org: u64) -> bool = false; }
    /// let everybody = FactTable::new().rows((1..=9).map(|user| (Member(user, 3), true)));
    /// # assert!(everybody.to_string().contains("Member { user: 9, org: 3 } = true"));
    /// ```
    #[must_use]
    pub fn rows<K: LoadedFact>(self, rows: impl IntoIterator<Item = (K, K::Value)>) -> Self {
        for (key, value) in rows {
            self.set(key, value);
        }
        self
    }

    /// `key` has no value. What no row mentions has none either, unless the table is
    /// [`strict`](Self::strict).
    #[must_use]
    pub fn missing<K: LoadedFact>(self, key: K) -> Self {
        self.unset(key);
        self
    }

    /// `key` fails to load, others of its fact do not.
    #[must_use]
    pub fn failing<K: LoadedFact>(self, key: K, error: FactError) -> Self {
        self.of(|rows: &mut Rows<K>| rows.answers.insert(key, Err(error)));
        self
    }

    /// Every key of the fact `K` fails to load, rows or not: its source is down.
    ///
    /// ```
    /// use gatehouse::{prelude::*, testing::FactTable};
    /// # fact! { pub Member(user: u64, org: u64) -> bool = false; }
    /// let outage = FactTable::new().failing_fact::<Member>(FactError::safe("no connection"));
    /// # assert_eq!(outage.to_string(), "every Member fails: no connection\n");
    /// ```
    #[must_use]
    pub fn failing_fact<K: LoadedFact>(self, error: FactError) -> Self {
        self.of(|rows: &mut Rows<K>| rows.failing = Some(error));
        self
    }

    /// A key that no row mentions fails, in place of being missing: so that a row which was
    /// forgotten does not pass for a denial.
    ///
    /// ```
    /// use gatehouse::testing::{FactTable, assert_indeterminate, block_on};
    /// use gatehouse::prelude::*;
    /// # struct User { id: u64 }
    /// # struct Users;
    /// # impl Domain for Users {
    /// #     type Subject = User; type Action = (); type Resource = (); type Context = ();
    /// # }
    /// # fact! { pub Member(user: u64, org: u64) -> bool = false; }
    /// # #[policy] async fn member(user: &User) -> bool { Member(user.id, 3).await }
    /// # static GATE: Gate<Users, member> = Gate::new();
    /// let session = Session::new(FactTable::new().missing(Member(7, 3)).strict());
    /// assert!(block_on(GATE.bind(&session, &User { id: 7 }, &()).check(&())).is_deny());
    /// assert_indeterminate!(GATE.bind(&session, &User { id: 8 }, &()), (), failed = Member);
    /// ```
    #[must_use]
    pub fn strict(self) -> Self {
        Self { strict: true, ..self }
    }

    /// `key` has `value` from now on.
    pub fn set<K: LoadedFact>(&self, key: K, value: K::Value) {
        self.of(|rows: &mut Rows<K>| rows.answers.insert(key, Ok(Some(value))));
    }

    /// `key` has no value from now on.
    pub fn unset<K: LoadedFact>(&self, key: K) {
        self.of(|rows: &mut Rows<K>| rows.answers.insert(key, Ok(None)));
    }

    /// The calls for the fact `K` so far, each with its keys.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use gatehouse::prelude::*;
    /// use gatehouse::testing::{FactTable, block_on};
    /// # struct User { id: u64 }
    /// # struct Users;
    /// # impl Domain for Users {
    /// #     type Subject = User; type Action = (); type Resource = (); type Context = ();
    /// # }
    /// # fact! { pub Suspended(user: u64) -> bool = false; }
    /// # #[policy] async fn active(user: &User) -> bool { !Suspended(user.id).await }
    /// # static GATE: Gate<Users, active> = Gate::new();
    /// let facts = Arc::new(FactTable::new());
    /// let session = Session::new(facts.clone());
    /// let _ = block_on(GATE.bind(&session, &User { id: 7 }, &()).check(&()));
    /// assert_eq!(facts.calls::<Suspended>(), [[Suspended(7)]]);
    /// ```
    pub fn calls<K: LoadedFact>(&self) -> Vec<Vec<K>> {
        self.log.calls()
    }

    /// Forgets the calls so far.
    pub fn forget_calls(&self) {
        self.log.clear();
    }

    pub(super) fn log(&self) -> &Log {
        &self.log
    }

    /// Each row as text.
    pub(super) fn lines(&self) -> Vec<String> {
        locked(&self.facts).iter().flat_map(|(_, rows)| rows.lines()).collect()
    }

    /// Runs `run` on the rows of the fact `K`.
    fn of<K: LoadedFact, T>(&self, run: impl FnOnce(&mut Rows<K>) -> T) -> Option<T> {
        let mut facts = locked(&self.facts);
        let id = TypeId::of::<K>();
        let at = facts.iter().position(|(fact, _)| *fact == id).unwrap_or_else(|| {
            facts.push((id, Box::new(Rows::<K>::default())));
            facts.len() - 1
        });
        let rows: &mut dyn Any = &mut *facts[at].1;
        rows.downcast_mut().map(run)
    }

    fn answer<K: LoadedFact>(
        &self,
        rows: &Rows<K>,
        key: &K,
    ) -> Result<Option<K::Value>, FactError> {
        match (&rows.failing, rows.answers.get(key)) {
            (Some(error), _) => Err(error.clone()),
            (None, Some(answer)) => answer.clone(),
            (None, None) if self.strict => {
                Err(FactError::safe("the strict FactTable of this test has no row for it"))
            }
            (None, None) => Ok(None),
        }
    }
}

#[diagnostic::do_not_recommend]
impl<K: LoadedFact> FactSource<K> for FactTable {
    async fn load(&self, keys: &[K]) -> Result<Loaded<K>, FactError> {
        self.log.note(keys);
        let mut loaded = Loaded::new();
        self.of(|rows: &mut Rows<K>| {
            for key in keys {
                match self.answer(rows, key) {
                    Ok(Some(value)) => loaded.insert(key.clone(), value),
                    Ok(None) => {}
                    Err(error) => loaded.fail(key.clone(), error),
                }
            }
        });
        Ok(loaded)
    }
}

/// One row a line, facts in the order in which they were first mentioned.
impl fmt::Display for FactTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines().iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl fmt::Debug for FactTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FactTable")
            .field("rows", &self.lines())
            .field("strict", &self.strict)
            .field("calls", &self.log)
            .finish_non_exhaustive()
    }
}

impl CountsLoads for FactTable {
    fn loads(&self) -> Vec<Load> {
        self.log().loads()
    }
}
