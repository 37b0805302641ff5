//! The report as LCOV.

use std::collections::BTreeMap;

use gatehouse::prelude::*;
use gatehouse::testing::{Coverage, FactTable, assert_deny};

use super::*;

/// An LCOV tracefile, parsed strictly: functions, lines and branches of each file.
#[derive(Debug, Default, PartialEq)]
struct Lcov {
    functions: BTreeMap<String, (u32, u64)>,
    lines: BTreeMap<u32, u64>,
    branches: BTreeMap<(u32, u32, u32), Option<u64>>,
}

fn parse_lcov(text: &str) -> BTreeMap<String, Lcov> {
    let mut files = BTreeMap::new();
    for section in text.strip_suffix("end_of_record\n").unwrap().split("end_of_record\n") {
        let mut lines = section.lines().map(|line| line.split_once(':').unwrap());
        assert_eq!(lines.next(), Some(("TN", "")));
        let (kind, file) = lines.next().unwrap();
        assert_eq!(kind, "SF");
        let (mut lcov, mut totals) = (Lcov::default(), BTreeMap::new());
        for (kind, fields) in lines {
            parse_record(&mut lcov, &mut totals, kind, &fields.split(',').collect::<Vec<_>>());
        }
        let hit = |counts: &mut dyn Iterator<Item = u64>| counts.filter(|it| *it > 0).count();
        let Lcov { functions, lines, branches } = &lcov;
        for (kind, total) in [
            ("FNF", functions.len()),
            ("FNH", hit(&mut functions.values().map(|function| function.1))),
            ("LF", lines.len()),
            ("LH", hit(&mut lines.values().copied())),
            ("BRF", branches.len()),
            ("BRH", hit(&mut branches.values().map(|taken| taken.unwrap_or(0)))),
        ] {
            assert_eq!(totals.remove(kind).unwrap_or(0), total, "{kind} of {file}");
        }
        assert!(totals.is_empty());
        assert!(files.insert(file.to_owned(), lcov).is_none(), "{file} is there once");
    }
    files
}

fn parse_record(
    lcov: &mut Lcov,
    totals: &mut BTreeMap<String, usize>,
    kind: &str,
    fields: &[&str],
) {
    let number = |text: &str| text.parse::<u32>().unwrap();
    let is_new = match (kind, fields) {
        ("FN", [line, name]) => {
            lcov.functions.insert((*name).to_owned(), (number(line), 0)).is_none()
        }
        ("FNDA", [count, name]) => {
            lcov.functions.get_mut(*name).unwrap().1 = count.parse().unwrap();
            true
        }
        ("DA", [line, count]) => lcov.lines.insert(number(line), count.parse().unwrap()).is_none(),
        ("BRDA", [line, block, branch, taken]) => {
            let taken = (*taken != "-").then(|| taken.parse().unwrap());
            let key = (number(line), number(block), number(branch));
            lcov.branches.insert(key, taken).is_none()
        }
        (kind, [total]) => totals.insert(kind.to_owned(), total.parse().unwrap()).is_none(),
        other => panic!("{other:?} is no record"),
    };
    assert!(is_new, "{kind}:{fields:?} is there once");
}

#[rustfmt::skip]
mod listed {
    use super::{Action, Document, policy};
    #[policy]
    pub fn lines(user: &u32, action: &Action, doc: &Document) -> bool {
        doc.owner == *user || doc.public || match action {
            Action::Read => doc.draft,
            _ => false,
        }
    }
    pub mod other {
        use super::{Document, policy};
        #[policy]
        pub fn lines(user: &u32, _: &Document) -> bool { *user == 1 }
    }
    /// The line of the first one.
    pub const FIRST: u32 = line!() - 12;
}

#[test]
fn lcov_agrees_with_the_report() {
    static LISTED: Gate<Documents, (listed::lines, listed::other::lines)> = Gate::new();
    Coverage::record();
    let session = Session::new(FactTable::new());
    let doc = Document { owner: 8, ..Document::default() };
    let access = LISTED.bind(&session, &7, &Action::Edit);
    assert_deny!(access, doc);

    let report = seen_of(LISTED.plan());
    let lcov = parse_lcov(&report.to_lcov());
    assert_eq!(lcov.keys().collect::<Vec<_>>(), ["tests/tests/coverage/lcov.rs"]);
    let (first, other) = (listed::FIRST, listed::FIRST + 9);
    let expected = Lcov {
        functions: [("lines".to_owned(), (first, 1)), (format!("lines:{other}"), (other, 1))]
            .into(),
        lines: [(first, 1), (first + 1, 1), (first + 2, 0), (first + 3, 1), (other, 1)].into(),
        branches: [
            // doc.owner == *user
            ((first + 1, 0, 0), Some(0)),
            ((first + 1, 0, 1), Some(1)),
            // doc.public
            ((first + 1, 1, 0), Some(0)),
            ((first + 1, 1, 1), Some(1)),
            // The arms, each with the outcome that it is taken; and doc.draft
            ((first + 2, 0, 0), None),
            ((first + 2, 1, 0), None),
            ((first + 2, 1, 1), None),
            ((first + 3, 0, 0), Some(1)),
            // *user == 1
            ((other, 0, 0), Some(0)),
            ((other, 0, 1), Some(1)),
        ]
        .into(),
    };
    assert_eq!(lcov["tests/tests/coverage/lcov.rs"], expected, "{}", report.to_lcov());
}
