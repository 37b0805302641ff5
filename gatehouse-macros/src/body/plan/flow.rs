//! The flow of values along a path: for each local, whether it comes from the parameters alone or from a fact,
//! and whether it can be computed before the body reaches it.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::body::analysis::{Nodes, Summary, acted_on};
use crate::body::source::as_written;
use crate::body::tree::{Names, Node, Stmt, binds_mutably, borrows_mutably};
use crate::text;

use super::step::Step;

/// The knowledge of a local at build time.
#[derive(Clone, Debug)]
pub(super) enum Local {
    /// It is computed from the parameters alone.
    FromParameters,
    /// It is computed from a fact.
    FromFact,
    /// It cannot be computed early, for this reason.
    Opaque(String),
}

/// The origin of the value of an expression.
pub(super) enum Origin {
    Parameters,
    Facts,
}

/// The state of the flow at one place of a path.
pub(super) struct Flow<'b> {
    nodes: &'b Nodes<'b>,
    locals: BTreeMap<String, Local>,
    /// Names that can change.
    mutable: Names,
    /// Whether a load precedes.
    pub(super) after_load: bool,
    /// The former states of names, so that a branch can be left.
    undo: Vec<Undo>,
}

enum Undo {
    Local(String, Option<Local>),
    Mutable(String, bool),
}

/// A place to which the flow can return.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    changes: usize,
    after_load: bool,
}

impl<'b> Flow<'b> {
    /// The flow at the beginning of a body.
    pub(super) fn new(nodes: &'b Nodes<'b>) -> Self {
        let (locals, mutable) = (BTreeMap::new(), Names::new());
        Self { nodes, locals, mutable, after_load: false, undo: Vec::new() }
    }

    /// The summary of a node.
    pub(super) fn of(&self, node: &Node) -> Rc<Summary> {
        self.nodes.get(node)
    }

    pub(super) fn mark(&self) -> Mark {
        Mark { changes: self.undo.len(), after_load: self.after_load }
    }

    /// Leaves a branch: the state is that at `mark`.
    pub(super) fn return_to(&mut self, mark: Mark) {
        self.restore_names(mark.changes);
        self.after_load = mark.after_load;
    }

    fn restore_names(&mut self, changes: usize) {
        while self.undo.len() > changes {
            match self.undo.pop() {
                Some(Undo::Local(name, Some(local))) => {
                    self.locals.insert(name, local);
                }
                Some(Undo::Local(name, None)) => {
                    self.locals.remove(&name);
                }
                Some(Undo::Mutable(name, true)) => {
                    self.mutable.insert(name);
                }
                Some(Undo::Mutable(name, false)) => {
                    self.mutable.remove(&name);
                }
                None => return,
            }
        }
    }

    fn set_local(&mut self, name: &str, local: Local) {
        let before = self.locals.insert(name.to_owned(), local);
        self.undo.push(Undo::Local(name.to_owned(), before));
    }

    fn set_mutable(&mut self, name: &str, is_mutable: bool) {
        let before = if is_mutable {
            !self.mutable.insert(name.to_owned())
        } else {
            self.mutable.remove(name)
        };
        self.undo.push(Undo::Mutable(name.to_owned(), before));
    }

    /// Handles code in which local data binds `names`.
    pub(super) fn with_local_names<T>(
        &mut self,
        names: &Names,
        look: impl FnOnce(&mut Self) -> T,
    ) -> T {
        self.with_names(names, &Local::FromParameters, look)
    }

    /// Handles code in which facts bind `names`.
    pub(super) fn with_fact_names<T>(
        &mut self,
        names: &Names,
        look: impl FnOnce(&mut Self) -> T,
    ) -> T {
        self.with_names(names, &Local::FromFact, look)
    }

    fn with_names<T>(
        &mut self,
        names: &Names,
        local: &Local,
        look: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let changes = self.undo.len();
        for name in names {
            self.set_local(name, local.clone());
            self.set_mutable(name, false);
        }
        let result = look(self);
        self.restore_names(changes);
        result
    }

    /// Handles code in which the pattern of an arm hides `names`.
    pub(super) fn without_names<T>(
        &mut self,
        names: &Names,
        look: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let changes = self.undo.len();
        for name in names {
            let before = self.locals.remove(name);
            self.undo.push(Undo::Local(name.clone(), before));
        }
        let result = look(self);
        self.restore_names(changes);
        result
    }

    /// The origin of the value of `node`; an error if `node` cannot be evaluated early.
    pub(super) fn origin(&self, node: &Node) -> Result<Origin, String> {
        let summary = self.of(node);
        for name in self.nodes.mentioned(node).iter() {
            if let Some(Local::Opaque(reason)) = self.locals.get(name) {
                return Err(reason.clone());
            }
        }
        if self.after_load && !summary.is_safe {
            let written = text::of_expr(as_written(node));
            return Err(format!("`{written}` may do more than look, so it must wait for its turn"));
        }
        if summary.jumps_far() {
            return Err("the body jumps to a label before it".into());
        }
        Ok(if self.depends_on_fact(node) { Origin::Facts } else { Origin::Parameters })
    }

    /// Whether the value of `node` depends on a fact.
    pub(super) fn depends_on_fact(&self, node: &Node) -> bool {
        let depends_on_fact =
            |name: &String| matches!(self.locals.get(name), Some(Local::FromFact));
        let summary = self.of(node);
        !summary.passed_loads.is_empty() || self.nodes.mentioned(node).iter().any(depends_on_fact)
    }

    /// The names that a statement changes: those that it mentions and can change, and those that it acts on. (A cell
    /// changes without `mut`.)
    pub(super) fn changed_by(&self, node: &Node) -> Names {
        let mut names = acted_on(node);
        names.retain(|name| self.locals.contains_key(name));
        names.extend(self.nodes.mentioned(node).intersection(&self.mutable).cloned());
        names
    }

    /// The names that evaluating `node` may change.
    pub(super) fn may_change(&self, node: &Node) -> Names {
        self.nodes.changed(node, &self.mutable)
    }

    /// The names that can change, of `names`; all of them without `names`.
    pub(super) fn mutable(&self, names: Option<&Names>) -> Names {
        match names {
            Some(names) => names.intersection(&self.mutable).cloned().collect(),
            None => self.mutable.clone(),
        }
    }

    /// Learns the names that a step binds, and those that it may change. `opaque` is the reason why its value cannot be
    /// computed early.
    pub(super) fn bind(&mut self, step: Step<'_>, binds: &Names, opaque: Option<&str>) {
        let local = match opaque {
            Some(reason) => Local::Opaque(reason.to_owned()),
            None if step.nodes().into_iter().any(|node| self.depends_on_fact(node)) => {
                Local::FromFact
            }
            None => Local::FromParameters,
        };
        // Here the change comes with a value; the changes of a statement are a part of the slice.
        if !matches!(step, Step::Stmt(Stmt::Expr(..)) | Step::Before(_)) {
            for node in step.nodes() {
                let mut changed = self.may_change(node);
                if step.pat().is_some_and(borrows_mutably) {
                    changed.extend(self.mutable(Some(&self.nodes.mentioned(node))));
                }
                for name in changed {
                    let reason = changes(&name);
                    self.set_local(&name, Local::Opaque(reason));
                }
            }
        }
        let is_mutable = step.pat().is_some_and(binds_mutably);
        for name in binds {
            self.set_local(name, local.clone());
            self.set_mutable(name, is_mutable);
        }
    }
}

/// The reason why a load waits whose key needs a local that may change before it.
pub(super) fn changes(name: &str) -> String {
    format!("`{name}` can change on the way")
}
