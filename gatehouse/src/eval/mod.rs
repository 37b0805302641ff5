//! Evaluation: what a policy's body calls while it runs.

mod compared;
mod cx;
mod derived;
mod early;
mod fixpoint;
mod logic;
mod observer;
mod out_of_turn;
mod roles;
mod stop;
mod texts;
mod trace;
mod unloaded;

pub use self::compared::{Compared, First, HasOrder, Simple, compared, compared_by, compared_load};
pub use self::cx::{Cx, ResolvedBy, read, stored};
pub use self::derived::{Derived, EarlyDerived, derived};
pub use self::early::{ask, ask_each, known, partial_known, partial_slice, slice};
pub use self::logic::{
    MaybeMissing, NeverMissing, Operand, Side, Truth, all, and, any, attempt, each, holds, or,
    ordered, partial_and, partial_or, side,
};
pub use self::observer::{
    Is, NoObserver, Observer, Perhaps, PerhapsMet, PerhapsNot, met, tried, tried_with,
};
pub use self::out_of_turn::total_beside_recursion;
pub use self::roles::*;
pub use self::stop::{Request, Stop};
pub(crate) use self::texts::Texts;
pub use self::trace::Trace;
pub(crate) use self::trace::{Event, FactState, ObservedFact};
pub use self::unloaded::{IsLoaded, Unloaded};
