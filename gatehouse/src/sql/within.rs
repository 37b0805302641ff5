//! Loads on the caller's connection.

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::ops::DerefMut;
use std::sync::Arc;

use futures_util::lock::Mutex;

use super::dialect::Dialect;
use super::keys::Keys;
use super::lend::Lend;
use super::rows::Rows;
use super::statement::Statement;
use crate::fact::FactError;
use crate::session::{Session, Sources};

/// Makes the loads of a session use `connection`, where they would use what `field` lends: from now on, until
/// it is [taken back](LentConnection::take), or the session gets [other sources](Session::replace_sources),
/// which have another field. So the rules see what the caller's transaction has written, and
/// what they see stays so until the caller writes, as far as the isolation of the transaction promises it.
///
/// The loads go one after the other. Facts that the session knows already are not loaded again.
///
/// ```
/// # #[cfg(feature = "sqlite")] mod example {
/// use std::sync::Arc;
/// use gatehouse::prelude::*;
/// use gatehouse::sql;
/// use sqlx::SqlitePool;
/// # fact! { pub Owner(doc: i64) -> i64; }
/// # #[policy] async fn owner(user: &i64, doc: &i64) -> bool { Owner(*doc).await? == *user }
/// # struct Docs;
/// # impl Domain for Docs { type Subject = i64; type Action = (); type Resource = i64; type Context = (); }
/// # static GATE: Gate<Docs, owner> = Gate::new();
///
/// #[derive(Sources)]
/// struct AppFacts {
///     #[rows(Owner = doc(id) -> owner)]
///     db: SqlitePool,
/// }
///
/// async fn rename(
///     facts: &Arc<AppFacts>,
///     user: i64,
///     doc: i64,
///     name: &str,
/// ) -> Result<(), Box<dyn std::error::Error>> {
///     let session = Session::new(facts.clone());
///     let lent = sql::within(&session, |facts| &facts.db, facts.db.begin().await?);
///     GATE.bind(&session, &user, &()).authorize(&doc).await?;
///     let mut transaction = lent.take()?;
///     sqlx::query("UPDATE doc SET name = ? WHERE id = ?")
///         .bind(name)
///         .bind(doc)
///         .execute(&mut *transaction)
///         .await?;
///     Ok(transaction.commit().await?)
/// }
/// # }
/// ```
///
/// `connection` is a transaction or a connection of a pool, or a connection in a `Box`. `field` gives a field
/// of the sources itself, and not what a pointer in a field points to: the loads of tables fail otherwise.
pub fn within<P, L, C>(
    session: &Session<P>,
    field: impl Fn(&P) -> &L,
    connection: C,
) -> LentConnection<C>
where
    P: Sources,
    L: Lend,
    C: DerefMut<Target = <L::Database as sqlx::Database>::Connection> + Send + 'static,
{
    let slot: Arc<Slot<L::Database>> = Arc::new(Slot(Mutex::new(Some(Box::new(connection)))));
    let resource: Arc<dyn Any + Send + Sync> = Arc::clone(&slot) as _;
    session.lend(field, &resource);
    LentConnection { slot, connection: PhantomData }
}

/// A connection that a session's loads use. It is given back by [`take`](Self::take).
///
/// If it is dropped, the connection is dropped with the session: a transaction is rolled back then.
pub struct LentConnection<C> {
    slot: Arc<dyn TakeBack>,
    connection: PhantomData<fn() -> C>,
}

impl<C: 'static> LentConnection<C> {
    /// Takes the connection back. Loads that begin later fail, so what the session does not know yet is
    /// indeterminate.
    ///
    /// # Errors
    /// [`TakeError::LoadsInFlight`] while a load uses the connection: a check is still waiting. A check that was
    /// dropped uses nothing. [`TakeError::Taken`] if the connection was taken back before.
    pub fn take(&self) -> Result<C, TakeError> {
        let connection = self.slot.take_back()?;
        connection.downcast().map(|connection| *connection).map_err(|_| TakeError::Taken)
    }
}

/// A lent connection cannot be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TakeError {
    /// A load uses it.
    LoadsInFlight,
    /// It was taken back before.
    Taken,
}

impl fmt::Display for TakeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LoadsInFlight => "the session has loads in flight on the lent connection",
            Self::Taken => "the lent connection was taken back before",
        })
    }
}

impl std::error::Error for TakeError {}

impl<C> fmt::Debug for LentConnection<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LentConnection").finish_non_exhaustive()
    }
}

/// The place of a lent connection: empty when it was taken back.
struct Slot<D: Dialect>(Mutex<Option<Box<dyn Connection<D>>>>);

/// What holds a connection.
trait Connection<D: Dialect>: Send {
    fn connection(&mut self) -> &mut D::Connection;

    fn into_any(self: Box<Self>) -> Box<dyn Any>;
}

impl<D: Dialect, C: DerefMut<Target = D::Connection> + Send + 'static> Connection<D> for C {
    fn connection(&mut self) -> &mut D::Connection {
        self
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}

/// A [`Slot`] of any database.
trait TakeBack: Send + Sync {
    /// The connection, if no load uses it.
    fn take_back(&self) -> Result<Box<dyn Any>, TakeError>;
}

impl<D: Dialect> TakeBack for Slot<D> {
    fn take_back(&self) -> Result<Box<dyn Any>, TakeError> {
        let mut slot = self.0.try_lock().ok_or(TakeError::LoadsInFlight)?;
        Ok(slot.take().ok_or(TakeError::Taken)?.into_any())
    }
}

/// The rows of a statement on a connection that is lent in place of a field, if there is one.
pub(super) async fn fetch<D: Dialect>(
    lent: &Arc<dyn Any + Send + Sync>,
    text: String,
    statement: &Statement<'_>,
    keys: &Keys<'_>,
) -> Result<Rows, FactError> {
    let taken = || FactError::safe("the connection that was lent to the session was taken back");
    let slot = lent.downcast_ref::<Slot<D>>().ok_or_else(taken)?;
    let mut connection = slot.0.lock().await;
    let connection: &mut dyn Connection<D> = &mut **connection.as_mut().ok_or_else(taken)?;
    Ok(D::fetch(connection.connection(), text, statement, keys).await?)
}
