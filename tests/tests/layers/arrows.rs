//! Which file uses which: the arrows, the circles among them, and the arrows that point upwards.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;

use super::order::Layer;
use super::resolve::{Resolver, Target};
use super::syntax::{Import, Kind, Scope, Visible};
use super::tree::{Sources, Tree};

/// One use of a file by another.
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

impl Arrow {
    fn new(use_of: ((String, String, How, String), (usize, String))) -> Self {
        let ((from, to, how, name), (line, path)) = use_of;
        Self { from, to, how, name, line, path }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// It uses what is defined there.
    Uses,
    /// It makes public what a module within it defines, which is no use of it.
    Reexports,
    /// It imports the module, which is no use of what is defined in the module's own file.
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

/// What is found in a crate.
#[derive(Debug, Default)]
pub struct Findings {
    pub files: BTreeSet<String>,
    pub arrows: BTreeSet<Arrow>,
    /// Each circle of files, with the arrows of a shortest way round.
    pub circles: Vec<(BTreeSet<String>, Vec<Arrow>)>,
    /// Arrows from a layer to a higher one.
    pub upward: Vec<(Arrow, &'static str, &'static str)>,
    /// Everything else that is wrong: files without a layer, paths that lead nowhere.
    pub problems: Vec<String>,
    layers: usize,
    for_tests: (usize, BTreeSet<String>),
}

/// Reads the crate below the file `root` and compares its arrows with the order of its layers.
pub fn check(sources: &Sources, root: &str, layers: &[Layer]) -> Findings {
    let tree = Tree::new(sources, root);
    let mut reader = Reader {
        resolver: Resolver::new(&tree),
        uses: BTreeMap::new(),
        findings: Findings::default(),
    };
    for (module, node) in tree.modules.iter().enumerate() {
        reader.read(module, node.scope, &mut Vec::new());
    }
    let mut findings = reader.findings;
    findings.arrows = reader.uses.into_iter().map(Arrow::new).collect();
    findings.files = tree.modules.iter().map(|module| module.file.to_owned()).collect();
    findings.for_tests.1 = tree.for_tests.iter().map(|&file| file.to_owned()).collect();
    findings.problems.extend(tree.problems);
    findings.find_circles();
    findings.find_upward(root.trim_end_matches("lib.rs"), layers);
    findings
}

struct Reader<'a> {
    resolver: Resolver<'a>,
    /// By whom, of whom, how and what: the first line and the path there.
    uses: BTreeMap<(String, String, How, String), (usize, String)>,
    findings: Findings,
}

impl<'a> Reader<'a> {
    /// Reads a module, or a block within its `blocks`.
    fn read(&mut self, module: usize, scope: &'a Scope, blocks: &mut Vec<&'a Scope>) {
        self.findings.for_tests.0 += scope.for_tests;
        for import in &scope.imports {
            self.import(module, blocks, import);
        }
        let is_block = !std::ptr::eq(scope, self.resolver.tree.modules[module].scope);
        if is_block {
            blocks.push(scope);
        }
        for (mention, &line) in &scope.mentions {
            let mut targets = self.resolver.resolve(module, blocks, &mention.path);
            if let ([name], true) = (mention.path.as_slice(), mention.called) {
                targets.extend(self.resolver.called(module, name));
            }
            self.is_resolved(module, &mention.path, line, !targets.is_empty());
            targets.retain(|target| !matches!(target, Target::Module(_)));
            self.arrows(module, &mention.path.join("::"), line, targets);
        }
        for (path, line) in &scope.inherent {
            self.inherent(module, blocks, path, *line);
        }
        for block in &scope.blocks {
            self.read(module, block, blocks);
        }
        if is_block {
            blocks.pop();
        }
    }

    fn import(&mut self, module: usize, blocks: &[&'a Scope], import: &Import) {
        let targets = self.resolver.resolve(module, blocks, &import.path);
        self.is_resolved(module, &import.path, import.line, !targets.is_empty());
        let path = import.path.join("::");
        if import.name.is_some() {
            let (given_on, used): (Vec<_>, Vec<_>) = targets.into_iter().partition(|target| {
                import.visible != Visible::Here && self.is_within(module, *target)
            });
            self.add(module, &path, import.line, given_on, How::Reexports);
            return self.arrows(module, &path, import.line, used);
        }
        // What a glob brings is used where it is named, but for traits, whose methods are used without
        // a name, and for what is given on.
        for target in targets {
            let Target::Module(within) = target else {
                self.arrows(module, &path, import.line, [target]);
                continue;
            };
            let mut brought = self.resolver.all_of(within, module);
            brought.retain(|target| {
                import.visible != Visible::Here || self.resolver.kind(*target) == Some(&Kind::Trait)
            });
            brought.retain(|target| !matches!(target, Target::Module(_)));
            let (given_on, used): (Vec<_>, Vec<_>) = brought.into_iter().partition(|target| {
                import.visible != Visible::Here && self.is_within(module, *target)
            });
            let path = format!("{path}::*");
            self.add(module, &path, import.line, given_on, How::Reexports);
            self.arrows(module, &path, import.line, used);
        }
    }

    /// Whether a definition is in a module or below it.
    fn is_within(&self, module: usize, target: Target) -> bool {
        let (Target::Definition(within, _) | Target::FromMacro(within)) = target else {
            return false;
        };
        let mut above = Some(within);
        while let Some(at) = above {
            if at == module {
                return true;
            }
            above = self.resolver.tree.modules[at].parent;
        }
        false
    }

    fn is_resolved(&mut self, module: usize, path: &[String], line: usize, is_resolved: bool) {
        if !is_resolved {
            let file = self.resolver.tree.modules[module].file;
            let path = path.join("::");
            self.findings
                .problems
                .push(format!("{file}:{line} names `{path}`, which leads nowhere"));
        }
    }

    fn inherent(&mut self, module: usize, blocks: &[&'a Scope], path: &[String], line: usize) {
        let mut targets = self.resolver.resolve(module, blocks, path);
        // An alias is the type that it names.
        while let Some(alias) = targets.iter().copied().find(|target| self.is_alias(*target)) {
            targets.remove(&alias);
            if let (Target::Definition(within, _), Some(Kind::Alias(path))) =
                (alias, self.resolver.kind(alias))
            {
                targets.extend(self.resolver.resolve(within, &[], path));
            }
        }
        targets.retain(|target| self.resolver.kind(*target).is_some());
        self.add(module, &path.join("::"), line, targets, How::Extends);
    }

    fn is_alias(&self, target: Target) -> bool {
        matches!(self.resolver.kind(target), Some(Kind::Alias(_)))
    }

    fn arrows(
        &mut self,
        module: usize,
        path: &str,
        line: usize,
        targets: impl IntoIterator<Item = Target>,
    ) {
        let (modules, others): (Vec<_>, Vec<_>) =
            targets.into_iter().partition(|target| matches!(target, Target::Module(_)));
        self.add(module, path, line, others, How::Uses);
        let is_root = |target: &Target| *target == Target::Module(0);
        let modules = modules.into_iter().filter(|target| !is_root(target));
        self.add(module, path, line, modules, How::ImportsModule);
    }

    fn add(
        &mut self,
        module: usize,
        path: &str,
        line: usize,
        targets: impl IntoIterator<Item = Target>,
        how: How,
    ) {
        let from = self.resolver.tree.modules[module].file;
        for target in targets {
            let Some(to) = self.resolver.file(target).filter(|to| *to != from) else { continue };
            let name = self.resolver.name(target).unwrap_or(path).to_owned();
            let key = (from.to_owned(), to.to_owned(), how, name);
            let first = self.uses.entry(key).or_insert_with(|| (line, path.to_owned()));
            if line < first.0 {
                *first = (line, path.to_owned());
            }
        }
    }
}

impl Findings {
    /// Whether there is nothing wrong.
    pub fn is_clean(&self) -> bool {
        self.circles.is_empty() && self.upward.is_empty() && self.problems.is_empty()
    }

    /// The first use of each file by another.
    fn uses(&self) -> BTreeMap<&str, BTreeMap<&str, &Arrow>> {
        let mut uses: BTreeMap<&str, BTreeMap<&str, &Arrow>> = BTreeMap::new();
        for arrow in self.arrows.iter().filter(|arrow| arrow.how == How::Uses) {
            uses.entry(&arrow.from).or_default().entry(&arrow.to).or_insert(arrow);
        }
        uses
    }

    fn find_circles(&mut self) {
        let uses = self.uses();
        let mut circles = Vec::new();
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        for &file in uses.keys() {
            if seen.contains(file) {
                continue;
            }
            let reached = reached_from(&uses, file);
            let is_in = |other: &&str| reached_from(&uses, other).contains_key(file);
            let files: BTreeSet<_> = reached.keys().copied().filter(is_in).collect();
            if files.is_empty() {
                continue;
            }
            seen.extend(&files);
            let rounds = files.iter().map(|file| shortest_round(&uses, file));
            let shortest = rounds.min_by_key(Vec::len).unwrap_or_default();
            circles.push((files.into_iter().map(str::to_owned).collect(), shortest));
        }
        self.circles = circles;
    }

    fn find_upward(&mut self, folder: &str, layers: &[Layer]) {
        self.layers = layers.len();
        let mut layer_of = BTreeMap::new();
        for file in self.files.iter().chain(&self.for_tests.1) {
            let within = |layer: &Layer| layer.1.iter().any(|part| is_part(file, folder, part));
            let found: Vec<_> = (0..layers.len()).filter(|&at| within(&layers[at])).collect();
            match found.as_slice() {
                [layer] => {
                    layer_of.insert(&**file, *layer);
                }
                [] => self.problems.push(format!(
                    "{file} belongs to no layer: put it into a folder of one, or name it in one of \
                     tests/tests/layers/order.rs, as low as what it uses allows"
                )),
                _ => self.problems.push(format!("{file} belongs to more than one layer")),
            }
        }
        for (name, parts) in layers {
            for part in *parts {
                if !self.files.iter().any(|file| is_part(file, folder, part)) {
                    self.problems
                        .push(format!("the layer `{name}` names `{part}`, which is not there"));
                }
            }
        }
        for arrow in &self.arrows {
            let (from, to) = (layer_of.get(&*arrow.from), layer_of.get(&*arrow.to));
            let (Some(&from), Some(&to)) = (from, to) else { continue };
            let is_upward = if arrow.how == How::Extends { from > to } else { from < to };
            if is_upward {
                self.upward.push((arrow.clone(), layers[from].0, layers[to].0));
            }
        }
    }
}

/// Whether a file is `part.rs` or in the folder `part`, from `folder`.
fn is_part(file: &str, folder: &str, part: &str) -> bool {
    let Some(file) = file.strip_prefix(folder) else { return false };
    let rest = file.strip_prefix(part);
    part.is_empty() || rest.is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
}

type Uses<'a> = BTreeMap<&'a str, BTreeMap<&'a str, &'a Arrow>>;

/// The files that a file uses, directly and through others, each with the last arrow of a shortest way.
fn reached_from<'a>(uses: &Uses<'a>, file: &str) -> BTreeMap<&'a str, &'a Arrow> {
    let mut reached = BTreeMap::new();
    let mut next = VecDeque::from([file]);
    while let Some(file) = next.pop_front() {
        for (&to, &arrow) in uses.get(file).into_iter().flatten() {
            reached.entry(to).or_insert_with(|| {
                next.push_back(to);
                arrow
            });
        }
    }
    reached
}

/// A shortest way from a file back to itself.
fn shortest_round(uses: &Uses<'_>, file: &str) -> Vec<Arrow> {
    let reached = reached_from(uses, file);
    let mut round = VecDeque::new();
    let mut at = file;
    while let Some(&arrow) = reached.get(at) {
        round.push_front(arrow.clone());
        at = &arrow.from;
        if at == file {
            break;
        }
    }
    round.into()
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let edges: BTreeSet<_> = self.arrows.iter().map(|arrow| (&arrow.from, &arrow.to)).collect();
        let (items, files) = &self.for_tests;
        writeln!(
            f,
            "{} files, {} edges, {} layers; {items} items and {} files for tests are left out",
            self.files.len(),
            edges.len(),
            self.layers,
            files.len(),
        )?;
        for problem in &self.problems {
            writeln!(f, "{problem}")?;
        }
        for (arrow, from, to) in &self.upward {
            match arrow.how {
                How::Extends => writeln!(f, "{arrow}: layer `{from}` above `{to}`")?,
                _ => writeln!(f, "{arrow}: layer `{to}` above `{from}`")?,
            }
        }
        for (files, round) in &self.circles {
            writeln!(f, "a circle of {} files, shortest:", files.len())?;
            for arrow in round {
                writeln!(f, "  {arrow}")?;
            }
            for file in files {
                writeln!(f, "  in it: {file}")?;
            }
        }
        Ok(())
    }
}
