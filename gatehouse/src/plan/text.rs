//! Plans as text.

use std::fmt::{self, Write};

use super::gate::GatePlan;
use super::info::PolicyInfo;
use super::location::Location;
use super::rule::{Plan, PlannedLoad};

/// `1 round`, `3 facts`.
fn pluralized(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// The number of rounds in words.
pub(super) fn rounds(rounds: u32, per_link: u32) -> String {
    let text = pluralized(rounds as usize, "round", "rounds");
    match per_link {
        0 => text,
        more => format!("{text} and {more} more for each link of the data"),
    }
}

impl GatePlan {
    /// The text of the plan without places in the source, for snapshot tests: a review shows that a
    /// change costs a round trip. The text changes with loads, rounds and conditions, and not when a
    /// line moves.
    ///
    /// ```
    /// use gatehouse::prelude::*;
    /// # struct User { id: u64 } struct Document { org: u64, public: bool }
    /// # struct Documents;
    /// # impl Domain for Documents {
    /// #     type Subject = User; type Action = (); type Resource = Document; type Context = ();
    /// # }
    /// fact! { pub OrgMember(user: u64, org: u64) -> bool = false; }
    ///
    /// #[policy]
    /// async fn member(user: &User, doc: &Document) -> bool {
    ///     doc.public || OrgMember(user.id, doc.org).await
    /// }
    ///
    /// static GATE: Gate<Documents, member> = Gate::new();
    ///
    /// // With insta: `insta::assert_snapshot!(GATE.plan().outline(), @"…")`.
    /// assert_eq!(
    ///     GATE.plan().outline(),
    ///     "1 policy, 1 fact, 1 round
    /// round 1
    ///   permit  member  OrgMember(user.id, doc.org)
    ///                     unless doc.public
    /// "
    /// );
    /// ```
    #[must_use]
    pub fn outline(&self) -> String {
        self.text(false)
    }

    /// The difference from an earlier [`outline`](Self::outline): removed lines begin with `-`, new ones
    /// with `+`. A line that is in both is not shown, even if it has moved. Empty if both have the same
    /// lines.
    ///
    /// ```
    /// # use gatehouse::prelude::*;
    /// # struct User { id: u64 } struct Document { org: u64 }
    /// # struct Documents;
    /// # impl Domain for Documents {
    /// #     type Subject = User; type Action = (); type Resource = Document; type Context = ();
    /// # }
    /// # fact! { pub OrgMember(user: u64, org: u64) -> bool = false; }
    /// # #[policy]
    /// # async fn member(user: &User, doc: &Document) -> bool { OrgMember(user.id, doc.org).await }
    /// # static GATE: Gate<Documents, member> = Gate::new();
    /// let kept = "1 policy, 0 facts, 0 rounds\nat once\n  permit  member\n";
    /// let changes = GATE.plan().changes_since(kept);
    /// assert!(changes.starts_with("- 1 policy, 0 facts, 0 rounds\n"));
    /// assert!(changes.contains("+ round 1\n"));
    /// ```
    #[must_use]
    pub fn changes_since(&self, outline: &str) -> String {
        let now = self.outline();
        let mut changes = String::new();
        for (sign, lines, others) in [('-', outline, now.as_str()), ('+', now.as_str(), outline)] {
            for line in lines.lines().filter(|line| !others.lines().any(|other| other == *line)) {
                // Writing to a string cannot fail.
                let _ = writeln!(changes, "{sign} {line}");
            }
        }
        changes
    }

    /// The plan as text, with places in the source or without.
    fn text(&self, places: bool) -> String {
        let file = self.common_file();
        let mut text = format!(
            "{}, {}, {}",
            pluralized(self.policies().len(), "policy", "policies"),
            pluralized(self.facts().len(), "fact", "facts"),
            rounds(self.rounds(), self.rounds_per_link()),
        );
        if let Some(file) = file.filter(|_| places) {
            let _ = write!(text, ", in {file}");
        }
        text.push('\n');
        let place = |location: Location, line| match file {
            _ if !places => String::new(),
            Some(_) => format!(":{line}"),
            None => format!("{}:{line}", location.file),
        };
        self.write_policies(&mut text, &place);
        self.write_derived(&mut text, &place);
        text
    }

    /// The one file of all policies and derived facts; `None` if there are several.
    fn common_file(&self) -> Option<&'static str> {
        let policies = self.policies().iter().map(|policy| policy.location.file);
        let mut files = policies.chain(self.derived().iter().map(|fact| fact.location.file));
        let first = files.next()?;
        files.all(|file| file == first).then_some(first)
    }

    fn write_policies(&self, text: &mut String, place: &dyn Fn(Location, u32) -> String) {
        let widest = self.policies().iter().map(|policy| policy.name.len()).max().unwrap_or(0);
        let title = |policy: &PolicyInfo| format!("{:<6}  {:<widest$}", policy.effect, policy.name);
        let local = self.policies().iter().filter(|policy| policy.plan.loads.is_empty());
        let at_once = local.map(|policy| Row {
            title: title(policy),
            load: None,
            place: place(policy.location, policy.location.line),
        });
        let at_once: Vec<Row<'_>> = at_once.collect();
        if !at_once.is_empty() {
            text.push_str("at once\n");
            write_rows(text, "  ", &at_once);
        }
        let last = self.policies().iter().filter_map(|policy| last_round(&policy.plan)).max();
        for round in 1..=last.unwrap_or(0) {
            let rows = self.policies().iter().flat_map(|policy| {
                loads_of(&policy.plan, round).map(|load| Row {
                    title: title(policy),
                    load: Some((load, &policy.plan)),
                    place: place(policy.location, load.line),
                })
            });
            let rows: Vec<Row<'_>> = rows.collect();
            if !rows.is_empty() {
                let _ = writeln!(text, "round {round}");
                write_rows(text, "  ", &rows);
            }
        }
    }

    fn write_derived(&self, text: &mut String, place: &dyn Fn(Location, u32) -> String) {
        for fact in self.derived() {
            let plan = &fact.plan;
            let at = place(fact.location, fact.location.line);
            let cost = rounds(plan.rounds, plan.rounds_per_link);
            let line = format!("{}: {cost}  {at}", fact.name);
            let _ = writeln!(text, "{}", line.trim_end());
            write_rounds(text, "  ", plan, &|line| place(fact.location, line));
        }
    }
}

/// The loads of one rule, a line each, by rounds.
fn write_rounds(text: &mut String, indent: &str, plan: &Plan, place: &dyn Fn(u32) -> String) {
    for round in 1..=last_round(plan).unwrap_or(0) {
        let rows = loads_of(plan, round).map(|load| Row {
            title: format!("round {round}"),
            load: Some((load, plan)),
            place: place(load.line),
        });
        write_rows(text, indent, &rows.collect::<Vec<_>>());
    }
}

fn last_round(plan: &Plan) -> Option<u32> {
    plan.loads.iter().map(|load| load.round).max()
}

fn loads_of(plan: &Plan, round: u32) -> impl Iterator<Item = &PlannedLoad> {
    plan.loads.iter().filter(move |load| load.round == round)
}

/// One line: the rule, the load, its place. Lines below it have the loads that it waits for and its conditions.
struct Row<'p> {
    title: String,
    load: Option<(&'p PlannedLoad, &'p Plan)>,
    place: String,
}

fn write_rows(text: &mut String, indent: &str, rows: &[Row<'_>]) {
    let key = |row: &Row<'_>| row.load.map_or("", |(load, _)| load.key);
    let keys = rows.iter().map(|row| key(row).chars().count()).max().unwrap_or(0);
    for row in rows {
        let line = format!("{indent}{}  {:<keys$}  {}", row.title, key(row), row.place);
        let _ = writeln!(text, "{}", line.trim_end());
        let Some((load, plan)) = row.load else { continue };
        let below = " ".repeat(indent.len() + row.title.chars().count() + 4);
        for line in notes(load, plan) {
            let _ = writeln!(text, "{below}{line}");
        }
    }
}

/// The loads that a load waits for, and its guards.
fn notes(load: &PlannedLoad, plan: &Plan) -> Vec<String> {
    let mut notes = Vec::new();
    for wait in load.waits_for {
        notes.push(format!("after {}: {}", plan.loads[wait.load].key, wait.because));
    }
    notes.extend(load.guards.iter().map(ToString::to_string));
    notes
}

impl fmt::Display for GatePlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(true))
    }
}

/// The loads of one rule, a line each, by rounds.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = rounds(self.rounds, self.rounds_per_link);
        text.push('\n');
        write_rounds(&mut text, "", self, &|line| format!("line {line}"));
        f.write_str(&text)
    }
}
