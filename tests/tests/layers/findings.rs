//! The arrows of a crate, compared with the order of its layers.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::arrows::{Arrow, Arrows, How};
use super::circles::{self, Circle};
use super::order::Layer;
use super::tree::{Sources, Tree};

/// What is found in a crate.
#[derive(Debug, Default)]
pub struct Findings {
    pub arrows: Vec<Arrow>,
    pub circles: Vec<Circle>,
    /// Arrows between layers that must not be.
    pub upward: Vec<Upward>,
    /// Files that no module declares, modules without a file, paths that name nothing.
    pub unresolved: Vec<String>,
    /// Files without a layer, or with more than one, and layers without files.
    pub misplaced: Vec<String>,
    counts: Counts,
}

/// An arrow to a higher layer, or methods that a higher layer adds to a type.
#[derive(Debug)]
pub struct Upward {
    pub arrow: Arrow,
    pub higher: &'static str,
    pub lower: &'static str,
}

#[derive(Debug, Default)]
struct Counts {
    files: usize,
    edges: usize,
    layers: usize,
    test_items: usize,
    test_files: usize,
}

/// Reads the crate whose root is the file `root`, and compares it with its layers, lowest first.
pub fn check(sources: &Sources, root: &str, layers: &[Layer]) -> Findings {
    let tree = Tree::new(sources, root);
    let read = Arrows::new(&tree);
    let unresolved = tree.problems.iter().chain(&read.unresolved).cloned().collect();
    let test_items = read.for_tests;
    let arrows = read.into_list();
    let files: BTreeSet<_> = tree.modules.iter().map(|module| module.file).collect();
    let folder = root.trim_end_matches("lib.rs");
    let (places, misplaced) = place(&files, folder, layers);
    let edges: BTreeSet<_> = arrows.iter().map(|arrow| (&arrow.from, &arrow.to)).collect();
    let counts = Counts {
        files: files.len(),
        edges: edges.len(),
        layers: layers.len(),
        test_items,
        test_files: tree.for_tests.len(),
    };
    let circles = circles::find(&arrows);
    let upward = upward(&arrows, &places, layers);
    Findings { arrows, circles, upward, unresolved, misplaced, counts }
}

/// The layer of each file, by number, and what is wrong with the places of files.
fn place<'a>(
    files: &BTreeSet<&'a str>,
    folder: &str,
    layers: &[Layer],
) -> (BTreeMap<&'a str, usize>, Vec<String>) {
    let mut places = BTreeMap::new();
    let mut misplaced = Vec::new();
    for &file in files {
        let has = |layer: &Layer| layer.1.iter().any(|part| is_part(file, folder, part));
        let found: Vec<_> = (0..layers.len()).filter(|&at| has(&layers[at])).collect();
        if let [layer] = *found.as_slice() {
            places.insert(file, layer);
            continue;
        }
        misplaced.push(match *found.as_slice() {
            [] => format!(
                "{file} belongs to no layer: move it into a folder of the lowest layer above all that \
                 it uses, or add it there, in tests/tests/layers/order.rs"
            ),
            _ => format!("{file} belongs to more than one layer of tests/tests/layers/order.rs"),
        });
    }
    for (name, parts) in layers {
        let is_missing = |part: &&&str| !files.iter().any(|file| is_part(file, folder, part));
        for part in parts.iter().filter(is_missing) {
            misplaced.push(format!("the layer `{name}` lists `{part}`, which does not exist"));
        }
    }
    (places, misplaced)
}

/// Whether a file is `part.rs` or in the folder `part`, both below `folder`.
fn is_part(file: &str, folder: &str, part: &str) -> bool {
    let Some(file) = file.strip_prefix(folder) else { return false };
    let rest = file.strip_prefix(part);
    part.is_empty() || rest.is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
}

fn upward(arrows: &[Arrow], places: &BTreeMap<&str, usize>, layers: &[Layer]) -> Vec<Upward> {
    let mut upward = Vec::new();
    for arrow in arrows {
        let (from, to) = (places.get(&*arrow.from), places.get(&*arrow.to));
        let (Some(&from), Some(&to)) = (from, to) else { continue };
        // A method that a higher layer adds hides a use of that layer wherever it is called.
        let (higher, lower) = if arrow.how == How::Extends { (from, to) } else { (to, from) };
        if higher > lower {
            let arrow = arrow.clone();
            upward.push(Upward { arrow, higher: layers[higher].0, lower: layers[lower].0 });
        }
    }
    upward
}

impl Findings {
    /// Whether there is nothing wrong.
    pub fn is_clean(&self) -> bool {
        self.circles.is_empty()
            && self.upward.is_empty()
            && self.unresolved.is_empty()
            && self.misplaced.is_empty()
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { files, edges, layers, test_items, test_files } = self.counts;
        writeln!(
            f,
            "{files} files, {edges} edges, {layers} layers (not read: {test_items} items and \
             {test_files} files that only tests compile)"
        )?;
        for line in self.misplaced.iter().chain(&self.unresolved) {
            writeln!(f, "{line}")?;
        }
        for Upward { arrow, higher, lower } in &self.upward {
            writeln!(f, "{arrow}: layer `{higher}` above `{lower}`")?;
        }
        for circle in &self.circles {
            writeln!(f, "a circle of {} files, for example:", circle.files.len())?;
            for arrow in &circle.shortest {
                writeln!(f, "    {arrow}")?;
            }
            let files: Vec<_> = circle.files.iter().map(String::as_str).collect();
            writeln!(f, "  in it: {}", files.join(", "))?;
        }
        Ok(())
    }
}
