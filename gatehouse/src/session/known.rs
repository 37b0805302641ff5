//! Facts that a session is told, and facts that it is asked for beside its rules.

use std::fmt;

use super::batches::Told;
use super::handle::Session;
use super::round::Round;
use super::storage::{Sources, Stored};
use crate::fact::{FactError, FailedFact};
use crate::sync::Arc;

/// A session is told the value of a fact that it knows already, or that is being loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlreadyKnown;

impl fmt::Display for AlreadyKnown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the session knows the fact already, or is loading it")
    }
}

impl std::error::Error for AlreadyKnown {}

impl<P: Sources> Session<P> {
    /// Tells the session the value of a fact that a source loads: what the request has just read or written.
    /// The rules then see this value, and no source is asked for it. The session forgets it with everything
    /// else when it is refreshed.
    ///
    /// ```
    /// use gatehouse::prelude::*;
    /// use gatehouse::testing::FactTable;
    /// # fact! { pub Suspended(user: u64) -> bool = false; }
    ///
    /// let session = Session::new(FactTable::new());
    /// session.know(Suspended(7), true)?;
    /// assert!(session.know(Suspended(7), false).is_err());
    /// # Ok::<(), gatehouse::error::AlreadyKnown>(())
    /// ```
    ///
    /// # Errors
    /// [`AlreadyKnown`] if the session knows the fact, a missing or failed one included, or is loading it.
    /// Nothing is changed then: a decision may depend on it.
    #[expect(clippy::needless_pass_by_value, reason = "the session keeps them")]
    pub fn know<K: Stored<P>>(&self, fact: K, value: K::Value) -> Result<(), AlreadyKnown> {
        loop {
            let generation = self.generation();
            let table = K::table(&generation.tables);
            let state = table.state().or_else(|| generation.init_table(|| table.init()));
            let told = state.map(|state| state.tell(fact.clone(), value.clone()));
            match told {
                Some(Told::Noted) => return Ok(()),
                Some(Told::Known) => return Err(AlreadyKnown),
                // The session has got new sources meanwhile.
                Some(Told::Closed) | None => {}
            }
        }
    }

    /// The value of a fact that a source loads, as `.await` in a rule gives it. It is loaded if the session
    /// does not know it, in the batches of the rules that need it at the same time.
    ///
    /// ```
    /// use gatehouse::prelude::*;
    /// use gatehouse::testing::FactTable;
    /// # fact! { pub Seats(org: u64) -> u32; }
    ///
    /// # futures::executor::block_on(async {
    /// let session = Session::new(FactTable::new().with(Seats(3), 20));
    /// assert_eq!(session.fact(Seats(3)).await?, Some(20));
    /// assert_eq!(session.fact(Seats(4)).await?, None);
    /// # Ok::<(), gatehouse::error::FailedFact>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Cancel safety
    /// Dropping the future is harmless.
    ///
    /// # Errors
    /// The load has failed, or the session's deadline came first. An error is no answer: it must not be
    /// taken for a missing value.
    pub fn fact<K: Stored<P>>(
        &self,
        fact: K,
    ) -> impl Future<Output = Result<K::Output, FailedFact>> + Send {
        // Counted now and not at the first poll, so that the batches of others wait for it.
        let guard = self.register_evaluation();
        async move {
            let _guard = guard;
            let loaded = self.load_fact(fact).await;
            loaded.map_err(|error| FailedFact { fact: K::NAME, error })
        }
    }

    async fn load_fact<K: Stored<P>>(&self, fact: K) -> Result<K::Output, FactError> {
        loop {
            let generation = self.generation();
            let table = K::table(&generation.tables);
            let mut round = Round::new(Arc::clone(&generation));
            if let Some(found) = table.read_or_ask(fact.clone(), &*generation.sources, &mut round) {
                return found.map(K::output);
            }
            if !round.is_replaced() && !round.answered(self).await {
                let known = table.read(fact);
                return known.unwrap_or(Err(FactError::overdue())).map(K::output);
            }
        }
    }
}
