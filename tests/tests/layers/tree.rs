//! The tree of modules and their files, with every alternative that `cfg` chooses from.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::syntax::{Module, ModuleBody, Scope};

/// The files of a crate, by path.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    pub files: BTreeMap<String, Arc<Scope>>,
}

impl Sources {
    /// Reads each text.
    ///
    /// # Panics
    /// If a text is no Rust.
    pub fn new<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut sources = Self::default();
        for (path, text) in files {
            sources.set(path, text);
        }
        sources
    }

    /// Reads the text of one file.
    ///
    /// # Panics
    /// If it is no Rust.
    pub fn set(&mut self, path: &str, text: &str) {
        let scope = Scope::of_file(text).unwrap_or_else(|error| {
            panic!("{path}:{}: {error}", error.span().start().line);
        });
        self.files.insert(path.into(), Arc::new(scope));
    }
}

/// A module: a file, or a part of one.
pub struct Node<'a> {
    pub file: &'a str,
    pub scope: &'a Scope,
    pub parent: Option<usize>,
    /// More than one of a name where `cfg` chooses.
    pub children: BTreeMap<&'a str, Vec<(usize, &'a Module)>>,
}

/// All modules of a crate. The first is its root.
#[derive(Default)]
pub struct Tree<'a> {
    pub modules: Vec<Node<'a>>,
    /// Files that only tests compile.
    pub for_tests: BTreeSet<&'a str>,
    /// What is wrong with the tree.
    pub problems: Vec<String>,
}

impl<'a> Tree<'a> {
    /// The tree below the file `root`.
    ///
    /// # Panics
    /// If there is no such file.
    pub fn new(sources: &'a Sources, root: &str) -> Self {
        let mut tree = Self::default();
        let (file, scope) = sources.files.get_key_value(root).expect("the root of the crate");
        tree.add(sources, file, scope, None, &Folders::of_root(file));
        let reached: BTreeSet<_> = tree.modules.iter().map(|module| module.file).collect();
        for file in sources.files.keys() {
            if !reached.contains(&**file) && !tree.for_tests.contains(&**file) {
                tree.problems.push(format!("{file} is declared by no module"));
            }
        }
        tree
    }

    /// Adds a module, and its children, whose files are in `folders`.
    fn add(
        &mut self,
        sources: &'a Sources,
        file: &'a str,
        scope: &'a Scope,
        parent: Option<usize>,
        folders: &Folders,
    ) -> usize {
        let index = self.modules.len();
        self.modules.push(Node { file, scope, parent, children: BTreeMap::new() });
        for module in &scope.modules {
            if module.for_tests {
                self.leave_out(sources, module, folders);
                continue;
            }
            let children = match &module.body {
                ModuleBody::Inline(scope) => {
                    vec![self.add(sources, file, scope, Some(index), &folders.inline(module))]
                }
                ModuleBody::File { .. } => self.add_file(sources, file, module, index, folders),
            };
            let named = self.modules[index].children.entry(&module.name).or_default();
            named.extend(children.into_iter().map(|child| (child, module)));
        }
        index
    }

    fn add_file(
        &mut self,
        sources: &'a Sources,
        file: &str,
        module: &'a Module,
        parent: usize,
        folders: &Folders,
    ) -> Vec<usize> {
        let files = files_of(sources, module, folders);
        if files.is_empty() {
            let Module { name, line, .. } = module;
            self.problems.push(format!("{file}:{line} declares `mod {name}`, which has no file"));
        }
        let add = |(file, scope)| {
            self.add(sources, file, scope, Some(parent), &Folders::of(file, module))
        };
        files.into_iter().map(add).collect()
    }

    /// Notes the files of a module that only tests compile, and of the modules in it.
    fn leave_out(&mut self, sources: &'a Sources, module: &'a Module, folders: &Folders) {
        if let ModuleBody::Inline(scope) = &module.body {
            for child in &scope.modules {
                self.leave_out(sources, child, &folders.inline(module));
            }
        }
        for (file, scope) in files_of(sources, module, folders) {
            if self.for_tests.insert(file) {
                for child in &scope.modules {
                    self.leave_out(sources, child, &Folders::of(file, module));
                }
            }
        }
    }
}

/// Where the files of a module's children are.
struct Folders {
    usual: String,
    /// From where `#[path = …]` leads.
    given: String,
}

impl Folders {
    fn of_root(file: &str) -> Self {
        Self { usual: parent_of(file), given: parent_of(file) }
    }

    /// Of a module in a file. A file that `path` gives is as a `mod.rs`.
    fn of(file: &str, module: &Module) -> Self {
        let given = parent_of(file);
        let name = &module.name;
        let has_folder = file == normal(&format!("{given}/{name}.rs"));
        Self { usual: if has_folder { format!("{given}/{name}") } else { given.clone() }, given }
    }

    /// Of a module without a file, in one whose folders these are.
    fn inline(&self, module: &Module) -> Self {
        let usual = format!("{}/{}", self.usual, module.name);
        Self { given: usual.clone(), usual }
    }
}

/// The files that a declared module can be.
fn files_of<'a>(
    sources: &'a Sources,
    module: &Module,
    folders: &Folders,
) -> Vec<(&'a str, &'a Scope)> {
    let ModuleBody::File { paths, usual } = &module.body else { return Vec::new() };
    let Folders { usual: folder, given } = folders;
    let given = paths.iter().map(|path| format!("{given}/{path}"));
    let name = &module.name;
    let usual_ones = [format!("{folder}/{name}.rs"), format!("{folder}/{name}/mod.rs")];
    let files = given.chain(usual_ones.into_iter().filter(|_| *usual));
    let found = files.filter_map(|path| sources.files.get_key_value(&normal(&path)));
    found.map(|(file, scope)| (&**file, &**scope)).collect()
}

fn parent_of(file: &str) -> String {
    file.rsplit_once('/').map_or(".", |(folder, _)| folder).into()
}

/// The path without `.` and `..`.
fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "." | "" => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}
