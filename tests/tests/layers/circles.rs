//! Circles among files that use each other.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::arrows::{Arrow, How};

/// Files each of which uses itself through all the others.
#[derive(Debug)]
pub struct Circle {
    pub files: BTreeSet<String>,
    /// A shortest way from one of them back to itself.
    pub shortest: Vec<Arrow>,
}

/// For each file the files that it uses, each with one use.
type Uses<'a> = BTreeMap<&'a str, BTreeMap<&'a str, &'a Arrow>>;

/// The circles among the uses of files: the components that are strongly connected.
pub fn find(arrows: &[Arrow]) -> Vec<Circle> {
    let mut uses = Uses::new();
    for arrow in arrows.iter().filter(|arrow| arrow.how == How::Uses) {
        uses.entry(&arrow.from).or_default().entry(&arrow.to).or_insert(arrow);
    }
    let ways: BTreeMap<_, _> = uses.keys().map(|&file| (file, reached_from(&uses, file))).collect();
    let reaches = |from: &str, to: &str| ways.get(from).is_some_and(|files| files.contains_key(to));
    let mut circles = Vec::new();
    let mut seen = BTreeSet::new();
    for &file in uses.keys() {
        if seen.contains(file) || !reaches(file, file) {
            continue;
        }
        let files: Vec<_> = ways[file].keys().copied().filter(|to| reaches(to, file)).collect();
        seen.extend(files.iter().copied());
        let rounds = files.iter().map(|file| way_back(&ways[file], file));
        circles.push(Circle {
            shortest: rounds.min_by_key(Vec::len).unwrap_or_default(),
            files: files.into_iter().map(str::to_owned).collect(),
        });
    }
    circles
}

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

/// A shortest way from a file back to itself, by what is reached from it.
fn way_back(reached: &BTreeMap<&str, &Arrow>, file: &str) -> Vec<Arrow> {
    let mut way = VecDeque::new();
    let mut at = file;
    while let Some(&arrow) = reached.get(at) {
        way.push_front(arrow.clone());
        at = &arrow.from;
        if at == file {
            break;
        }
    }
    way.into()
}
