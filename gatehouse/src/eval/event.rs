//! What a body reports to an observer while it runs.

use crate::fact::FactError;
use crate::plan::Derivation;
use crate::text::FactText;

/// What a fact was when it was read.
#[derive(Clone, Debug)]
pub enum FactState {
    /// A value, as its `Debug` shows it.
    Value(FactText),
    /// No value, and the default in its place, if the fact has one.
    Missing(Option<FactText>),
    /// Sensitive: neither a value nor its absence is shown.
    Sensitive,
    /// The load failed.
    Failed(FactError),
    /// It is not loaded.
    Pending,
}

/// A fact that a body has read.
#[derive(Clone, Debug)]
pub struct ObservedFact {
    /// Its name.
    pub fact: &'static str,
    /// Tells its key from all others of the trace.
    pub id: usize,
    /// Its key, as its `Debug` shows it.
    pub key: FactText,
    /// What was found.
    pub state: FactState,
    /// The type of its source, unless it is a derived fact.
    pub source: Option<&'static str>,
    /// How it is computed, if it is a derived fact.
    pub derivation: Option<&'static Derivation>,
    /// What its body reported, if it is a derived fact that was not shown before.
    pub body: Vec<Event>,
    /// Whether its body was shown before.
    pub is_repeated: bool,
}

/// A report of a body. The numbers of loads and conditions are those of its plan.
#[derive(Clone, Debug)]
pub enum Event {
    /// A fact was read.
    Fact {
        /// The number of the load.
        load: usize,
        /// The fact.
        fact: ObservedFact,
    },
    /// A pattern in a chain is tried. Unless [`Met`](Self::Met) follows, it does not match.
    Tried {
        /// The number of the condition.
        condition: u32,
    },
    /// A condition was evaluated.
    Met {
        /// The number of the condition.
        condition: u32,
        /// Its value.
        value: bool,
    },
}
