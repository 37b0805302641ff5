//! How a session keeps what a [`FactTable`] answered: a table for each fact, found by its type.
//!
//! A set that `#[derive(Sources)]` wrote has a field per fact. This one does not know its facts
//! before they are asked for, so its tables are a list that only grows: a table, once there, stays
//! where it is, and can be handed out without a lock.

use std::any::Any;
use std::iter::successors;
use std::sync::{Arc, OnceLock};

use super::FactTable;
use crate::eval::{Cx, Observer, ResolvedBy, Stop, read_stored};
use crate::fact::LoadedFact;
use crate::session::{AnyTable, IntoSources, Sources, Stored, Table};
use crate::source::FactSource;

/// One table, and those that were made after it.
#[derive(Default)]
pub struct Tables {
    first: Slot,
}

type Slot = OnceLock<Box<Node>>;

struct Node {
    table: Box<dyn Any + Send + Sync>,
    /// This table, without the type of its fact.
    as_any_table: fn(&Node) -> Option<&dyn AnyTable<FactTable>>,
    next: Slot,
}

impl Node {
    fn new<K: LoadedFact>() -> Self {
        Self {
            table: Box::new(Table::<K>::new()),
            as_any_table: |node| Some(node.table_of::<K>()?),
            next: Slot::new(),
        }
    }

    fn table_of<K: LoadedFact>(&self) -> Option<&Table<K>> {
        self.table.downcast_ref()
    }
}

impl Tables {
    /// The table of the fact `K`, which is made if it is not there.
    fn of<K: LoadedFact>(&self) -> &Table<K> {
        let mut slot = &self.first;
        loop {
            // Somebody else may fill the last slot meanwhile, with another fact: then the search
            // goes on behind it.
            let node = slot.get_or_init(|| Box::new(Node::new::<K>()));
            match node.table_of() {
                Some(table) => return table,
                None => slot = &node.next,
            }
        }
    }

    fn nodes(&self) -> impl Iterator<Item = &Node> {
        successors(self.first.get(), |node| node.next.get()).map(|node| &**node)
    }
}

impl Sources for FactTable {
    type Tables = Tables;

    fn tables() -> Tables {
        Tables::default()
    }

    fn for_each_table<'t>(tables: &'t Tables, visit: &mut dyn FnMut(&'t dyn AnyTable<Self>)) {
        tables.nodes().filter_map(|node| (node.as_any_table)(node)).for_each(visit);
    }
}

#[diagnostic::do_not_recommend]
impl IntoSources<Self> for FactTable {
    fn into_sources(self) -> Arc<Self> {
        Arc::new(self)
    }
}

impl<K: LoadedFact> Stored<FactTable> for K {
    fn source(sources: &FactTable) -> impl FactSource<Self> {
        sources
    }

    fn table(tables: &Tables) -> &Table<Self> {
        tables.of()
    }
}

// Beside the impl for every set of sources that `fact!` writes for a derived fact: no derived fact
// is a `LoadedFact`, and only its own crate could make it one, so the two never overlap.
#[diagnostic::do_not_recommend]
impl<K: LoadedFact> ResolvedBy<FactTable> for K {
    fn resolve<W: Observer>(self, cx: &mut Cx<FactTable, W>) -> Result<Self::Output, Stop> {
        read_stored(cx, self)
    }
}

/// A second set from which every fact could come, and which nobody can make.
///
/// A fact that no other set loads would have one impl of `ResolvedBy` otherwise, the one above, and
/// the compiler, which looks at it before it looks at the session, would say that a `FactTable` is
/// expected there, and not that no source loads the fact.
pub enum Nobody {}

impl Sources for Nobody {
    type Tables = ();

    fn tables() {}

    fn for_each_table<'t>((): &'t (), _: &mut dyn FnMut(&'t dyn AnyTable<Self>)) {}
}

#[diagnostic::do_not_recommend]
impl<K: LoadedFact> ResolvedBy<Nobody> for K {
    fn resolve<W: Observer>(self, _: &mut Cx<Nobody, W>) -> Result<Self::Output, Stop> {
        Err(Stop::Failed)
    }
}
