//! What a build costs, in counts that do not depend on the machine.

mod clock;
mod compiler;
mod count;
mod counter;
mod llvm;
mod tokens;
mod valgrind;

pub use clock::of_children;
pub use compiler::{Compiler, Profile};
pub use count::Count;
pub use counter::{Counted, Counter};
pub use llvm::Lines;
pub use valgrind::is_installed as has_valgrind;
