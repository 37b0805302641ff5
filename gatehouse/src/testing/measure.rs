//! The rounds and loads of evaluations, whatever their sources, counted while they are polled.

use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

use crate::observe::counts::{Load, Spent, locked, within};

/// Runs a future, and counts the rounds and the loads of the gates that it asks, whatever the
/// sources are; [`assert_rounds!`](super::assert_rounds) and [`assert_loads!`](super::assert_loads)
/// look at them.
///
/// What the future hands to other tasks or threads is not counted, nor is a load that another
/// evaluation on the same session began.
///
/// ```
/// use gatehouse::prelude::*;
/// use gatehouse::testing::{FactTable, assert_loads, assert_rounds, block_on, measured};
/// # struct User { id: u64 }
/// # struct Document { org: u64 }
/// # struct Documents;
/// # impl Domain for Documents {
/// #     type Subject = User; type Action = (); type Resource = Document; type Context = ();
/// # }
/// # fact! { pub Member(user: u64, org: u64) -> bool = false; }
/// # #[policy] async fn member(user: &User, doc: &Document) -> bool { Member(user.id, doc.org).await }
/// # static GATE: Gate<Documents, member> = Gate::new();
/// let session = Session::new(FactTable::new().with(Member(7, 3), true));
/// let (ann, docs) = (User { id: 7 }, (0..100).map(|id| Document { org: id % 10 }));
///
/// let access = GATE.bind(&session, &ann, &());
/// let (visible, spent) = block_on(measured(access.filter(docs))); // or `measured(…).await`
/// assert_eq!(visible.unwrap().len(), 10);
/// assert_rounds!(spent, 1);
/// assert_loads!(spent, Member = [10]); // one call, with ten keys
/// ```
pub async fn measured<T>(future: impl Future<Output = T>) -> (T, Spent) {
    let spent = Arc::default();
    let mut future = pin!(future);
    let value = poll_fn(|cx| within(&spent, future.as_mut(), cx)).await;
    let spent = std::mem::take(&mut *locked(&spent));
    (value, spent)
}

/// Runs a future to its end on this thread, without a runtime: for tests that are no `async fn`.
///
/// The kit's own sources answer at once, and so does the future then. One that needs a runtime (a
/// tokio timer, a connection) must be awaited on it: blocked here, it might never be woken.
pub fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park(),
        }
    }
}

/// The argument of [`assert_loads!`](super::assert_loads): the result of [`measured`], a
/// [`FactTable`](super::FactTable), a [`Counted`](super::Counted) source, or an `Arc` of one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` counts no loads",
    label = "expected what `measured(…)` gave, a `FactTable` or a `Counted` source"
)]
pub trait CountsLoads {
    /// Each call that began, in order.
    #[doc(hidden)]
    fn loads(&self) -> Vec<Load>;
}

impl CountsLoads for Spent {
    fn loads(&self) -> Vec<Load> {
        self.loads.clone()
    }
}

impl<T: CountsLoads + ?Sized> CountsLoads for Arc<T> {
    fn loads(&self) -> Vec<Load> {
        T::loads(self)
    }
}

impl<T: CountsLoads + ?Sized> CountsLoads for &T {
    fn loads(&self) -> Vec<Load> {
        T::loads(self)
    }
}

/// Loads as a list: each fact, in the order of its first load, with the keys of each call.
pub(super) struct Listed<'l>(pub(super) &'l [Load]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("nothing");
        }
        for (i, load) in self.0.iter().enumerate() {
            if self.0[..i].iter().any(|before| before.fact == load.fact) {
                continue;
            }
            let separator = if i == 0 { "" } else { ", " };
            write!(f, "{separator}{} = {:?}", load.name, sizes(self.0, load.fact))?;
        }
        Ok(())
    }
}

/// The keys of each call for one fact.
pub(super) fn sizes(loads: &[Load], fact: std::any::TypeId) -> Vec<usize> {
    loads.iter().filter(|load| load.fact == fact).map(|load| load.keys).collect()
}
