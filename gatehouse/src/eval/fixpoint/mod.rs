//! Derived facts that are being computed: the least fixpoint of each strongly connected component.
//!
//! The results of recursive facts are computed by fixpoint iteration, one strongly connected component
//! (*cycle*) at a time. Cycles are found as in Tarjan's algorithm:
//!
//! - The facts that are being computed are a stack of *frames*. A read of a fact that is on the stack
//!   closes a cycle: all frames from that fact upwards belong to it. Each frame has a *low* link, the
//!   lowest frame that it leads back to. The lowest frame of a cycle is its *cycle head*.
//! - A fact that ends above its cycle head is popped, and becomes a *member* of the cycle. Its result is
//!   *provisional*.
//! - When the head ends, the cycle is complete. Each *iteration* runs the head and all members again.
//!   What they read of their own cycle is the *provisional value* of the iteration before.
//! - When an iteration increases no result, all results of the cycle are *final*, and are never computed
//!   again on the session.
//!
//! Results are ordered: false < failed < true. Bodies are monotone, so results only increase, each at
//! most twice, and the iteration ends. A result that decreases comes from an impure body, which is an
//! error.
//!
//! The first iteration *explores* the cycle: there are no provisional values yet, and a body that reads
//! one stops as at a failure. So three-valued logic makes the body read everything that it could read in
//! a later iteration, and the cycle is found whole, although an operand of `&&` would not be evaluated
//! before another one is true. A fact that has a value despite this has its final one. All other members
//! are false in the second iteration.
//!
//! # Example
//! `a` is `b`, `b` is `a || c`, and `c` is true:
//!
//! | step | stack | event |
//! |---|---|---|
//! | exploration | `a` | `a` reads `b`, which is new |
//! | | `a b` | `b` reads `a`, which is on the stack: unknown, and `b` has the low link 0 |
//! | | `a b c` | `c` is true. It leads back to no frame below: final, with depth 0 |
//! | | `a b` | `b` is `unknown \|\| true` = true. It is popped as a member of `a`'s cycle |
//! | | `a` | `a` reads the provisional value of `b`: unknown, so `a` becomes false |
//! | iteration 2 | `a` | provisional values: `a` false, `b` true. `b` stays true; `a` becomes true: increased |
//! | iteration 3 | `a` | nothing increases: `a` and `b` are final |
//!
//! If `c` were false, `a` and `b` would be false in iteration 2 and stay so: the least solution, in which
//! nothing is true that does not follow.
//!
//! # Depth
//! A final result has a depth: 0 if the fact reads no derived fact. All n facts of a cycle have the depth
//! n − 1 + d, where d is 1 + the greatest depth that one of them reads outside of the cycle, or 0 if they
//! read none there. In the example, that is 2 for `a` and `b`. A depth beyond [`MAX_DEPTH`](crate::fact::MAX_DEPTH) is an error.
//!
//! The depth depends on the facts alone, and not on where a cycle is entered: what a body reads is final,
//! or it belongs to its own cycle and is unknown during exploration. So the values of facts determine
//! what a body reads, and with that its cycle. Later iterations read a subset of that.
//!
//! A stack that is too deep leaves something out. Only the lowest fact of the stack is known to be too
//! deep, and its result is an error. The facts above it are forgotten, except for those that were final
//! before.
//!
//! # Blocked facts
//! A fact that is pending on a load is evaluated again in each pass, and whenever it is read, except
//! when
//! - it was already evaluated in this pass, or
//! - it was blocked on exactly one other fact, which is pending in this pass too: an evaluation would
//!   read the same facts, and stop at the same one.
//!
//! So a page of resources in one folder costs one evaluation of each resource before the folder is
//! known and one after that, however long the folder takes. The same holds for the policies of a
//! resource ([`blocked`]). A fact that read a provisional value, or that met the limit on depth, is
//! always evaluated again, since what it needs depends on the frames below it.
//!
//! # Files
//! - [`node`]: a fact with its key, and what is known of it without its type.
//! - [`monotone`]: what the solver needs from a type of facts.
//! - [`fact_nodes`]: the nodes of one type of facts, with their keys and values.
//! - [`frame`]: an entry of the stack.
//! - [`blocked`]: which nodes and resources are blocked.
//! - [`solver`]: the algorithm.

mod blocked;
mod fact_nodes;
mod frame;
mod monotone;
mod node;
mod solver;

pub(super) use self::fact_nodes::failed_result;
pub(super) use self::monotone::Monotone;
pub(super) use self::solver::{Completion, Fixpoint, Lookup};
