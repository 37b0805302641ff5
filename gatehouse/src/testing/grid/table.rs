//! The table of decisions, and its comparison with a grid.

use std::fmt;

use super::drawing::Drawing;
use super::text::{Cell, Grid, Place};
use crate::decision::Decision;
use crate::domain::Domain;
use crate::gate::{Bound, Rules, SuppliesContext};
use crate::session::Sources;
use crate::testing::assertion::Outcome;
use crate::testing::measure::block_on;
use crate::testing::report::report;

/// Subjects × actions × resources, and what a gate decides about each.
///
/// The expected decisions are a grid of text: `A` for allow, `D` for deny, `I` for indeterminate
/// (or the whole words). Its first line names the columns; every other line names a row, and then
/// has a cell for each column. A name says by itself whether it is of a subject, an action or a
/// resource, so the columns can be whichever reads best:
///
/// ```
/// use gatehouse::prelude::*;
/// use gatehouse::testing::{DecisionTable, FactTable};
/// # struct User { name: &'static str, id: u64 }
/// # #[derive(Debug)] enum Action { Read, Edit }
/// # struct Document { owner: u64 }
/// # struct Documents;
/// # impl Domain for Documents {
/// #     type Subject = User; type Action = Action; type Resource = Document; type Context = ();
/// # }
/// # fact! { pub Suspended(user: u64) -> bool = false; }
/// # #[policy(forbid)] async fn suspended(user: &User) -> bool { Suspended(user.id).await }
/// # #[policy] fn owner(user: &User, doc: &Document) -> bool { doc.owner == user.id }
/// # #[policy] fn reader(_: _, Action::Read: &Action, _: &Document) -> bool { true }
/// static GATE: Gate<Documents, (suspended, owner, reader)> = Gate::new();
///
/// let users = ["ann", "bob", "eve"].iter().zip(1..).map(|(name, id)| User { name, id });
/// let users: Vec<User> = users.collect();
/// let session = Session::new(FactTable::new().with(Suspended(3), true));
///
/// DecisionTable::new(|user, action| GATE.bind(&session, user, action))
///     .subjects(users.iter().map(|user| (user.name, user)))
///     .actions([("read", &Action::Read), ("edit", &Action::Edit)])
///     .resources([("anns", &Document { owner: 1 }), ("eves", &Document { owner: 3 })])
///     .assert(
///         "
///                      ann  bob  eve
///         read  anns   A    A    D
///         read  eves   A    A    D
///         edit  anns   A    D    D
///         edit  eves   D    D    D
///         ",
///     );
/// ```
///
/// Why text, and not arrays: a cell stands under its name and beside it, and no formatter pulls the
/// columns apart; what is printed on a mismatch has the same form, and can be pasted back.
///
/// A grid must have every combination once: whoever adds a user must say what it may do. With a
/// context, or a gate composed at run time, the closure says so:
/// `|user, action| GATE.bind(&session, user, action).with_context(&now)`.
pub struct DecisionTable<'a, D: Domain, B> {
    bind: B,
    subjects: Axis<'a, D::Subject>,
    actions: Axis<'a, D::Action>,
    resources: Axis<'a, D::Resource>,
}

/// Things with names. One that has no name, the empty one, is not mentioned in the grid.
struct Axis<'a, T: ?Sized>(Vec<(String, &'a T)>);

impl<'a, T: ?Sized> Axis<'a, T> {
    fn named(named: impl IntoIterator<Item = (impl fmt::Display, &'a T)>) -> Self {
        Self(named.into_iter().map(|(name, thing)| (name.to_string(), thing)).collect())
    }

    fn names(&self) -> Vec<&str> {
        self.0.iter().map(|(name, _)| name.as_str()).collect()
    }
}

impl<'a, D, P, R, C, B> DecisionTable<'a, D, B>
where
    D: Domain,
    P: Sources,
    R: Rules<D, P>,
    C: SuppliesContext<D::Context>,
    B: Fn(&'a D::Subject, &'a D::Action) -> Bound<'a, D, P, R, C>,
{
    /// A table of what the gates decide that `bind` binds.
    #[must_use]
    pub fn new(bind: B) -> Self {
        let (subjects, actions, resources) = (Axis(vec![]), Axis(vec![]), Axis(vec![]));
        Self { bind, subjects, actions, resources }
    }

    /// The subjects, each with a name of one word.
    #[must_use]
    pub fn subjects(
        self,
        subjects: impl IntoIterator<Item = (impl fmt::Display, &'a D::Subject)>,
    ) -> Self {
        Self { subjects: Axis::named(subjects), ..self }
    }

    /// The only subject, which the grid does not name.
    #[must_use]
    pub fn subject(self, subject: &'a D::Subject) -> Self {
        self.subjects([("", subject)])
    }

    /// The actions, each with a name of one word.
    #[must_use]
    pub fn actions(
        self,
        actions: impl IntoIterator<Item = (impl fmt::Display, &'a D::Action)>,
    ) -> Self {
        Self { actions: Axis::named(actions), ..self }
    }

    /// The only action, which the grid does not name: `&()`, where there are none.
    #[must_use]
    pub fn action(self, action: &'a D::Action) -> Self {
        self.actions([("", action)])
    }

    /// The resources, each with a name of one word.
    #[must_use]
    pub fn resources(
        self,
        resources: impl IntoIterator<Item = (impl fmt::Display, &'a D::Resource)>,
    ) -> Self {
        Self { resources: Axis::named(resources), ..self }
    }

    /// The only resource, which the grid does not name.
    #[must_use]
    pub fn resource(self, resource: &'a D::Resource) -> Self {
        self.resources([("", resource)])
    }

    /// Asserts that every decision is as in `grid`. It waits on this thread, without a runtime, as
    /// [`block_on`] does; in an `async fn` with sources that need one, use
    /// [`compare`](Self::compare).
    ///
    /// # Panics
    /// Once, with all decisions that are not as expected; or if the grid cannot be read.
    #[track_caller]
    pub fn assert(&self, grid: &str) {
        if let Err(mismatches) = block_on(self.compare(grid)) {
            panic!("{mismatches}");
        }
    }

    /// Compares every decision with `grid`.
    ///
    /// # Errors
    /// [`Mismatches`], if a decision is not as expected, or the grid cannot be read.
    pub async fn compare(&self, grid: &str) -> Result<(), Mismatches> {
        let names = [self.subjects.names(), self.actions.names(), self.resources.names()];
        let grid = Grid::read(grid, &names).map_err(Mismatches)?;
        let decisions = self.decisions().await;
        let decided = |cell: &Cell| &decisions[self.index(cell.place)];
        let wrong: Vec<&Cell> =
            grid.cells().filter(|cell| Outcome::of(decided(cell)) != cell.expected).collect();
        let Some(first) = wrong.first() else { return Ok(()) };
        let [subject, action, resource] = first.place;
        let access = (self.bind)(self.subjects.0[subject].1, self.actions.0[action].1);
        let report = report(&access, self.resources.0[resource].1).await;
        Err(Mismatches(
            Drawing { grid: &grid, decided: &decided, wrong: &wrong, report }.to_string(),
        ))
    }

    /// Every decision, resources changing fastest.
    async fn decisions(&self) -> Vec<Decision> {
        let mut decisions = Vec::new();
        for (_, subject) in &self.subjects.0 {
            for (_, action) in &self.actions.0 {
                let access = (self.bind)(subject, action);
                let resources = self.resources.0.iter().map(|(_, resource)| *resource);
                decisions.extend(access.check_all(resources).await);
            }
        }
        decisions
    }

    /// Where [`decisions`](Self::decisions) has the decision about `place`.
    fn index(&self, [subject, action, resource]: Place) -> usize {
        (subject * self.actions.0.len() + action) * self.resources.0.len() + resource
    }
}

impl<D: Domain, B> fmt::Debug for DecisionTable<'_, D, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecisionTable")
            .field("subjects", &self.subjects.names())
            .field("actions", &self.actions.names())
            .field("resources", &self.resources.names())
            .finish_non_exhaustive()
    }
}

/// Decisions that are not as a grid expects, drawn; or why the grid cannot be read.
#[derive(Clone, PartialEq, Eq)]
pub struct Mismatches(String);

impl fmt::Display for Mismatches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// As drawn: `unwrap` prints it.
impl fmt::Debug for Mismatches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Mismatches {}
