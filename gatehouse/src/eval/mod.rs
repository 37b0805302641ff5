//! Evaluation: what generated code calls while the body of a policy or of a derived fact runs.
//!
//! - [`stop`]: the request, and why a run ends early.
//! - [`event`]: what a body reports; [`texts`]: the texts of keys and values in it.
//! - [`observer`]: who receives the reports; [`trace`]: the observer that records them.
//! - [`fixpoint`]: derived facts that are being computed, recursive ones included.
//! - [`cx`]: what a body reads facts from.
//! - [`conditions`]: how a body reports its conditions.
//! - [`derived`]: reads a derived fact, and computes it.
//! - [`speculation`]: runs code that the body may not reach; [`mod@ask`]: registers loads early.
//! - [`reads`]: what the value of a fact has to be where it is read; [`mod@compared`]: where it is ordered.
//! - [`logic`]: the operators of three-valued logic.
//! - [`roles`]: the types of a policy's parameters; [`unloaded`]: a forgotten `.await`.

mod ask;
mod compared;
mod conditions;
mod cx;
mod derived;
mod event;
mod fixpoint;
mod logic;
mod observer;
mod reads;
mod roles;
mod speculation;
mod stop;
mod texts;
mod trace;
mod unloaded;

pub use self::ask::{
    arm_taken, ask, ask_each, if_known, leads_on, partial_arm_taken, partial_if_known,
    partial_leads_on, run_partial_slice, run_slice,
};
pub use self::compared::{Compared, First, HasOrder, Simple, compared, compared_by, compared_load};
pub use self::conditions::{
    Bool, MaybeBool, MetIfBool, NotBool, met, pattern_tried, pattern_tried_with,
};
pub use self::cx::{Cx, ResolvedBy, read, read_stored};
pub use self::derived::{Derived, EarlyDerived, named, read_derived};
pub(crate) use self::event::{Event, FactState, ObservedFact};
pub use self::logic::{
    Operand, Side, all, and, any, attempt, each, or, partial_and, partial_or, side,
};
pub use self::observer::{NoObserver, Observer};
pub use self::reads::{MaybeMissing, NeverMissing, Truth, read_bool, read_comparable};
pub use self::roles::*;
pub use self::speculation::total_beside_recursion;
pub use self::stop::{Request, Stop};
pub(crate) use self::texts::Texts;
pub use self::trace::Trace;
pub use self::unloaded::{IsLoaded, Unloaded};
