//! Which file uses which.

use std::collections::BTreeMap;
use std::fmt;

use super::resolve::{Resolver, Target};
use super::syntax::{Import, Kind, Scope, Visible};
use super::tree::Tree;

/// A use of one file by another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arrow {
    pub from: String,
    pub to: String,
    pub how: How,
    /// What is used.
    pub name: String,
    /// The first line that names it.
    pub line: usize,
    /// The path that stands there.
    pub path: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// It uses what is defined there.
    Uses,
    /// It makes public what a module within it defines, and does not use it itself.
    Reexports,
    /// It imports the module, which is no use of what the module's own file defines.
    ImportsModule,
    /// It adds methods to a type that is defined there.
    Extends,
}

impl fmt::Display for Arrow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, to, line, path, how, .. } = self;
        match how {
            How::Uses => write!(f, "{from}:{line} uses `{path}`, defined in {to}"),
            How::Reexports => write!(f, "{from}:{line} re-exports `{path}`, defined in {to}"),
            How::ImportsModule => write!(f, "{from}:{line} imports the module `{path}`, {to}"),
            How::Extends => write!(f, "{from}:{line} adds methods to `{path}`, defined in {to}"),
        }
    }
}

/// The arrows between the files of a crate.
#[derive(Default)]
pub struct Arrows {
    /// By whom, of whom, how and what: the first line, and the path that stands there.
    uses: BTreeMap<(String, String, How, String), (usize, String)>,
    /// The paths through modules of the crate that name nothing there.
    pub unresolved: Vec<String>,
    /// How many items were left out, since only tests compile them.
    pub for_tests: usize,
}

impl Arrows {
    /// Reads all modules of a crate.
    pub fn new(tree: &Tree<'_>) -> Self {
        let resolver = Resolver::new(tree);
        let mut arrows = Self::default();
        for (module, node) in tree.modules.iter().enumerate() {
            let place = Place { resolver: &resolver, module, blocks: Vec::new() };
            arrows.read(&place, node.scope);
        }
        arrows
    }

    /// The arrows, sorted.
    pub fn into_list(self) -> Vec<Arrow> {
        let arrow =
            |((from, to, how, name), (line, path))| Arrow { from, to, how, name, line, path };
        self.uses.into_iter().map(arrow).collect()
    }

    /// Reads a scope that is at a place: imports, paths and blocks.
    fn read<'a>(&mut self, place: &Place<'a, '_>, scope: &'a Scope) {
        self.for_tests += scope.for_tests;
        for (hiding, line) in &scope.hiding {
            self.unresolved.push(format!("{}:{line} {hiding}", place.file()));
        }
        for import in &scope.imports {
            self.import(place, scope, import);
        }
        for (mention, &line) in &scope.mentions {
            let mut targets = self.resolve(place, &mention.path, line);
            if let ([name], true) = (mention.path.as_slice(), mention.called) {
                targets.extend(place.resolver.called(place.module, name));
            }
            targets.retain(|target| !matches!(target, Target::Module(_)));
            self.add(place, &mention.path.join("::"), line, targets, How::Uses);
        }
        for (path, line) in &scope.inherent {
            let types = place.types(path);
            self.add(place, &path.join("::"), *line, types, How::Extends);
        }
        for block in &scope.blocks {
            let mut blocks = place.blocks.clone();
            blocks.push(block);
            self.read(&Place { blocks, ..*place }, block);
        }
    }

    fn resolve(&mut self, place: &Place<'_, '_>, path: &[String], line: usize) -> Vec<Target> {
        let targets = place.resolver.resolve(place.module, &place.blocks, path);
        if targets.is_empty() {
            let path = path.join("::");
            self.unresolved
                .push(format!("{}:{line} names `{path}`, which is not there", place.file()));
        }
        targets.into_iter().collect()
    }

    fn import(&mut self, place: &Place<'_, '_>, scope: &Scope, import: &Import) {
        let path = import.path.join("::");
        let targets = self.resolve(place, &import.path, import.line);
        if import.name.is_some() {
            return self.imported(place, scope, import, &path, &targets);
        }
        for target in targets {
            let Target::Module(within) = target else {
                self.imported(place, scope, import, &path, &[target]);
                continue;
            };
            // What a private glob brings is used where it is named. The methods of a trait are used
            // without its name.
            let mut brought: Vec<_> =
                place.resolver.all_of(within, place.module).into_iter().collect();
            brought.retain(|target| {
                let is_private = import.visible == Visible::Here;
                !matches!(target, Target::Module(_))
                    && (!is_private || place.has_members_of(scope, *target))
            });
            self.imported(place, scope, import, &format!("{path}::*"), &brought);
        }
    }

    fn imported(
        &mut self,
        place: &Place<'_, '_>,
        scope: &Scope,
        import: &Import,
        path: &str,
        targets: &[Target],
    ) {
        let is_public = import.visible != Visible::Here;
        for &target in targets {
            let how = match target {
                Target::Module(0) => continue,
                Target::Module(_) => How::ImportsModule,
                _ if is_public
                    && place.is_within(target)
                    && !place.has_members_of(scope, target) =>
                {
                    How::Reexports
                }
                _ => How::Uses,
            };
            self.add(place, path, import.line, [target], how);
        }
    }

    fn add(
        &mut self,
        place: &Place<'_, '_>,
        path: &str,
        line: usize,
        targets: impl IntoIterator<Item = Target>,
        how: How,
    ) {
        let from = place.file();
        for target in targets {
            let Some(to) = place.resolver.file(target).filter(|to| *to != from) else { continue };
            let name = place.resolver.name(target).unwrap_or(path).to_owned();
            let use_of = (line, path.to_owned());
            let first = self.uses.entry((from.to_owned(), to.to_owned(), how, name));
            let first = first.or_insert_with(|| use_of.clone());
            if use_of.0 < first.0 {
                *first = use_of;
            }
        }
    }
}

/// Where a path stands: in a module, within blocks that have imports of their own.
struct Place<'a, 'r> {
    resolver: &'r Resolver<'a>,
    module: usize,
    blocks: Vec<&'a Scope>,
}

impl<'a> Place<'a, '_> {
    fn file(&self) -> &'a str {
        self.resolver.tree.modules[self.module].file
    }

    /// Whether a definition is in this module or below it.
    fn is_within(&self, target: Target) -> bool {
        match target {
            Target::Definition(module, _) | Target::FromMacro(module) => {
                self.resolver.is_within(module, self.module)
            }
            Target::Module(_) | Target::Elsewhere => false,
        }
    }

    /// Whether a trait has members whose names are used in the scope.
    fn has_members_of(&self, scope: &Scope, target: Target) -> bool {
        match self.resolver.kind(target) {
            Some(Kind::Trait(members)) => members.iter().any(|name| scope.members.contains(name)),
            _ => false,
        }
    }

    /// The types that a path names: an alias is the type that it stands for.
    fn types(&self, path: &[String]) -> Vec<Target> {
        let mut types = Vec::new();
        let mut next: Vec<_> =
            self.resolver.resolve(self.module, &self.blocks, path).into_iter().collect();
        while let Some(target) = next.pop() {
            match (target, self.resolver.kind(target)) {
                (_, None) => {}
                (Target::Definition(module, _), Some(Kind::Alias(path))) => {
                    next.extend(self.resolver.resolve(module, &[], path));
                }
                _ => types.push(target),
            }
        }
        types
    }
}
