//! From a path to what it names, through imports, re-exports and globs.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::syntax::{Import, Kind, Scope, Visible};
use super::tree::{Node, Tree};

/// What a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    Module(usize),
    /// A definition of a module, by number.
    Definition(usize, usize),
    /// What an item macro in a module defines.
    FromMacro(usize),
    /// Something of another crate, a local name or a generic parameter.
    Elsewhere,
}

pub type Targets = BTreeSet<Target>;

/// Resolves the paths of a crate.
pub struct Resolver<'a> {
    pub tree: &'a Tree<'a>,
    /// The names that are being looked up, so that a name which imports itself comes to an end.
    open: RefCell<Vec<(usize, String)>>,
    known: RefCell<BTreeMap<(usize, usize, String), Targets>>,
}

const ROOT: usize = 0;

impl<'a> Resolver<'a> {
    pub fn new(tree: &'a Tree<'a>) -> Self {
        Self { tree, open: RefCell::default(), known: RefCell::default() }
    }

    fn module(&self, module: usize) -> &'a Node<'a> {
        &self.tree.modules[module]
    }

    pub fn kind(&self, target: Target) -> Option<&'a Kind> {
        let Target::Definition(module, number) = target else { return None };
        Some(&self.module(module).scope.definitions[number].kind)
    }

    /// The name of a definition.
    pub fn name(&self, target: Target) -> Option<&'a str> {
        let Target::Definition(module, number) = target else { return None };
        Some(&self.module(module).scope.definitions[number].name)
    }

    /// The file that has the definition.
    pub fn file(&self, target: Target) -> Option<&'a str> {
        match target {
            Target::Module(module) | Target::Definition(module, _) | Target::FromMacro(module) => {
                Some(self.module(module).file)
            }
            Target::Elsewhere => None,
        }
    }

    /// All that a path can name which stands in a module, within blocks with imports of their own (the
    /// innermost last). Nothing, if it goes through modules of the crate and is not there.
    pub fn resolve(&self, module: usize, blocks: &[&'a Scope], path: &[String]) -> Targets {
        let Some((first, rest)) = path.split_first() else {
            return Targets::from([Target::Module(ROOT)]);
        };
        let mut targets = match first.as_str() {
            "crate" => Targets::from([Target::Module(ROOT)]),
            "self" => Targets::from([Target::Module(module)]),
            "super" => self.parent(module),
            "Self" => Targets::from([Target::Elsewhere]),
            name => self.first(module, blocks, name),
        };
        for name in rest {
            targets = self.step(module, &targets, name);
        }
        targets
    }

    fn parent(&self, module: usize) -> Targets {
        self.module(module).parent.into_iter().map(Target::Module).collect()
    }

    /// The first name of a path: of a block, of the module, or of another crate.
    fn first(&self, module: usize, blocks: &[&'a Scope], name: &str) -> Targets {
        for (depth, block) in blocks.iter().enumerate().rev() {
            let import = |import: &Import| match &import.name {
                Some(imported) if imported == name => {
                    self.resolve(module, &blocks[..depth], &import.path)
                }
                Some(_) => Targets::new(),
                None => self.through_glob(module, &blocks[..depth], import, name, module),
            };
            let found: Targets = block.imports.iter().flat_map(import).collect();
            if !found.is_empty() {
                return found;
            }
        }
        let found = self.lookup(module, name, module);
        if found.is_empty() { Targets::from([Target::Elsewhere]) } else { found }
    }

    /// The macro that a call without a path names: one that was defined further up is in scope too.
    pub fn called(&self, module: usize, name: &str) -> Targets {
        let mut above = Some(module);
        while let Some(module) = above {
            let is_macro = |target: &Target| matches!(self.kind(*target), Some(Kind::Macro { .. }));
            let found = self.defined_in(module, name, module);
            if found.iter().any(is_macro) {
                return found.into_iter().filter(is_macro).collect();
            }
            above = self.module(module).parent;
        }
        Targets::new()
    }

    fn step(&self, from: usize, targets: &Targets, name: &str) -> Targets {
        let is_space = |target: &Target| match target {
            Target::Module(_) | Target::FromMacro(_) => true,
            Target::Definition(..) => {
                !matches!(self.kind(*target), Some(Kind::Value | Kind::Macro { .. }))
            }
            Target::Elsewhere => false,
        };
        let has_space = targets.iter().any(is_space);
        let spaces = targets.iter().filter(|target| !has_space || is_space(target));
        spaces
            .flat_map(|target| match *target {
                Target::Module(module) if name == "super" => self.parent(module),
                Target::Module(module) if name == "self" => Targets::from([Target::Module(module)]),
                Target::Module(module) => self.lookup(module, name, from),
                target => Targets::from([target]),
            })
            .collect()
    }

    /// What a name of a module is, as seen from another.
    fn lookup(&self, module: usize, name: &str, from: usize) -> Targets {
        let key = (module, from, name.to_owned());
        if let Some(known) = self.known.borrow().get(&key) {
            return known.clone();
        }
        let open = (module, name.to_owned());
        if self.open.borrow().contains(&open) {
            return Targets::new();
        }
        let is_outermost = self.open.borrow().is_empty();
        self.open.borrow_mut().push(open);
        let found = self.look(module, name, from);
        self.open.borrow_mut().pop();
        // Within another lookup it can be incomplete.
        if is_outermost {
            self.known.borrow_mut().insert(key, found.clone());
        }
        found
    }

    fn look(&self, module: usize, name: &str, from: usize) -> Targets {
        let mut found = self.defined_in(module, name, from);
        let scope = self.module(module).scope;
        for import in &scope.imports {
            if import.name.as_deref() == Some(name) && self.is_visible(module, import.visible, from)
            {
                found.extend(self.resolve(module, &[], &import.path));
            }
        }
        // A module or a name of another crate does not hide a value or a macro that a glob brings.
        if !found.iter().any(|target| matches!(target, Target::Definition(..))) {
            for import in scope.imports.iter().filter(|import| import.name.is_none()) {
                if self.is_visible(module, import.visible, from) {
                    found.extend(self.through_glob(module, &[], import, name, module));
                }
            }
        }
        if found.is_empty() && scope.given_to_macros.contains(name) {
            found.insert(Target::FromMacro(module));
        }
        found
    }

    fn defined_in(&self, module: usize, name: &str, from: usize) -> Targets {
        let node = self.module(module);
        let children = node.children.get(name).into_iter().flatten();
        let children = children
            .filter(|(_, declared)| self.is_visible(module, declared.visible, from))
            .map(|(child, _)| Target::Module(*child));
        let mut found: Targets = children.collect();
        for (number, definition) in node.scope.definitions.iter().enumerate() {
            let is_macro = matches!(definition.kind, Kind::Macro { .. });
            if definition.name == name
                && (is_macro || self.is_visible(module, definition.visible, from))
            {
                found.insert(Target::Definition(module, number));
            }
        }
        if module == ROOT {
            found.extend(self.exported_macros(name));
        }
        found
    }

    fn exported_macros(&self, name: &str) -> Targets {
        let mut found = Targets::new();
        for (module, node) in self.tree.modules.iter().enumerate() {
            for (number, definition) in node.scope.definitions.iter().enumerate() {
                if definition.name == name && definition.kind == (Kind::Macro { exported: true }) {
                    found.insert(Target::Definition(module, number));
                }
            }
        }
        found
    }

    fn through_glob(
        &self,
        module: usize,
        blocks: &[&'a Scope],
        import: &Import,
        name: &str,
        from: usize,
    ) -> Targets {
        let targets = self.resolve(module, blocks, &import.path).into_iter();
        targets
            .flat_map(|target| match target {
                Target::Module(within) if within != module => self.lookup(within, name, from),
                _ => Targets::new(),
            })
            .collect()
    }

    /// All that a glob of a module brings.
    pub fn all_of(&self, module: usize, from: usize) -> Targets {
        let mut open = BTreeSet::new();
        let mut names = BTreeSet::new();
        self.names_of(module, &mut names, &mut open);
        names.into_iter().flat_map(|name| self.lookup(module, name, from)).collect()
    }

    fn names_of(&self, module: usize, names: &mut BTreeSet<&'a str>, open: &mut BTreeSet<usize>) {
        if !open.insert(module) {
            return;
        }
        let scope = self.module(module).scope;
        names.extend(scope.definitions.iter().map(|definition| &*definition.name));
        for import in &scope.imports {
            match &import.name {
                Some(name) => {
                    names.insert(name);
                }
                None => {
                    for target in self.resolve(module, &[], &import.path) {
                        if let Target::Module(module) = target {
                            self.names_of(module, names, open);
                        }
                    }
                }
            }
        }
    }

    /// Whether a name of a module can be seen from another.
    fn is_visible(&self, module: usize, visible: Visible, from: usize) -> bool {
        let within = match visible {
            Visible::Everywhere => return true,
            Visible::Parent => self.module(module).parent.unwrap_or(module),
            Visible::Here => module,
        };
        self.is_within(from, within)
    }

    /// Whether a module is another, or below it.
    pub fn is_within(&self, module: usize, other: usize) -> bool {
        let mut above = Some(module);
        while let Some(module) = above {
            if module == other {
                return true;
            }
            above = self.module(module).parent;
        }
        false
    }
}
