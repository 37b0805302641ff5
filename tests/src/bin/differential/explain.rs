//! What must hold of an explanation: it tells what the interpreter notes, and nothing else.

use std::collections::BTreeSet;

use crate::body::Body;
use crate::check::{self, decision};
use crate::derived::is_derived;
use crate::interpret::{Key, Scene, Verdict, interpret};
use crate::may::Reached;
use crate::notes::{Event, Found, Kind, Met, Notes, Read, Texts};
use crate::told::{Change, Told};

/// A policy: whether it forbids, and its body; that of one that permits everybody is not generated.
pub type Policy<'p> = (bool, Option<&'p Body>);

/// An explanation of a gate's decision, beside the interpreter.
pub struct Explained<'e> {
    /// The gate's policies.
    pub policies: &'e [Policy<'e>],
    /// What it was asked about.
    pub scene: &'e Scene<'e>,
    /// What it says.
    pub told: &'e Told,
    /// What was asked of a source on the session.
    pub asked: &'e BTreeSet<&'e Key>,
    /// The texts of conditions.
    pub texts: &'e Texts,
}

/// What the facts of an explanation are.
#[derive(Default)]
struct Facts {
    known: BTreeSet<Key>,
    not_loaded: BTreeSet<Key>,
}

impl Facts {
    fn collect(&mut self, conditions: &[Met]) {
        for Read { key, found, conditions } in conditions.iter().flat_map(|met| &met.facts) {
            let list =
                if *found == Found::NotLoaded { &mut self.not_loaded } else { &mut self.known };
            list.insert(key.clone());
            self.collect(conditions);
        }
    }
}

impl Explained<'_> {
    /// What is wrong with it.
    pub fn fault(&self) -> Option<String> {
        let told = self.told;
        if told.loads > 0 {
            return Some(format!("explaining loads {} keys", told.loads));
        }
        if told.policies.len() != self.policies.len() {
            return Some("a policy is missing in the explanation".into());
        }
        let mut facts = Facts::default();
        told.policies.iter().for_each(|(_, conditions)| facts.collect(conditions));
        if let Some(what) = self.fault_of_loads(&facts) {
            return Some(what);
        }
        let pending = |key: &Key| facts.not_loaded.contains(key);
        let mut notes = Notes::new(self.texts, &pending);
        let (mut verdicts, mut events) = (Vec::new(), Vec::new());
        for ((forbid, body), (outcome, conditions)) in self.policies.iter().zip(&told.policies) {
            notes.begin_policy();
            let verdict = self.verdict(*body, Some(&mut notes));
            let (met, of_policy) = notes.end_policy();
            if outcome_of(verdict) != outcome {
                let must = outcome_of(verdict);
                return Some(format!("explained as `{outcome}`, must be `{must}`"));
            }
            if let Some(what) = difference(conditions, &met) {
                return Some(what);
            }
            verdicts.push((*forbid, verdict));
            events.push(of_policy);
        }
        if decided(&verdicts) != Some(told.decision.as_str()) {
            return Some(format!("explains `{}`, which does not follow", told.decision));
        }
        self.fault_of_changes(&events)
    }

    fn verdict(&self, body: Option<&Body>, notes: Option<&mut Notes<'_>>) -> Option<Verdict> {
        body.map_or(Some(Verdict::Applies), |body| interpret(body, self.scene, notes).verdict)
    }

    /// What counts as loaded must have been asked for, and the other way round.
    fn fault_of_loads(&self, facts: &Facts) -> Option<String> {
        let is_stored = |key: &&Key| !is_derived(key.0);
        let known = facts.known.iter().filter(is_stored);
        let mut not_asked = known.filter(|key| !self.asked.contains(key));
        let mut asked = facts.not_loaded.iter().filter(|key| self.is_loaded(key));
        if let Some(key) = not_asked.next() {
            return Some(format!(
                "{} is told as known, and was never asked for",
                check::keys([key])
            ));
        }
        let key = asked.next()?;
        Some(format!("{} is told as not loaded, and was asked for", check::keys([key])))
    }

    /// Whether all that a fact may need was asked for.
    fn is_loaded(&self, key: &Key) -> bool {
        if !is_derived(key.0) {
            return self.asked.contains(key);
        }
        let (stored, derived) = (BTreeSet::new(), [key.clone()].into());
        let may = self.scene.world.close(Reached { stored, derived });
        may.stored.iter().all(|key| self.asked.contains(key))
    }

    /// What is wrong with what would decide otherwise.
    fn fault_of_changes(&self, events: &[Vec<Event>]) -> Option<String> {
        for (policy, events) in events.iter().enumerate() {
            let change = self.told.changes.iter().find(|change| change.policy == policy);
            let told = change.and_then(|it| events.iter().position(|ev| ev.at == it.condition));
            if let Some(change) = change
                && let Some(what) = self.fault_of_change(change, told, events)
            {
                return Some(what);
            }
        }
        None
    }

    /// Whether the decision would be that one, were all facts known.
    fn fault_of_change(
        &self,
        change: &Change,
        at: Option<usize>,
        events: &[Event],
    ) -> Option<String> {
        let text = &self.told.policies[change.policy].1[change.condition].text.0;
        let is_other = |at: &usize| {
            let Event { kind, value, .. } = events[*at];
            kind == Kind::Truth && value != change.holds && change.decision != self.told.decision
        };
        let Some(at) = at.filter(is_other) else {
            return Some(format!("`{text}` is no other way to decide"));
        };
        let all_known = |_: &Key| false;
        let verdicts = self.policies.iter().enumerate().map(|(policy, (forbid, body))| {
            let verdict = if policy == change.policy {
                self.otherwise(policy, at, &all_known)
            } else {
                self.verdict(*body, None)
            };
            (*forbid, verdict)
        });
        let otherwise = decided(&verdicts.collect::<Vec<_>>());
        (otherwise != Some(&change.decision)).then(|| {
            let would = otherwise.unwrap_or("decide nothing");
            format!("says that `{text}` would {}, it would {would}", change.decision)
        })
    }

    /// What a policy comes to if one event is the other way round.
    fn otherwise(
        &self,
        policy: usize,
        event: usize,
        pending: &dyn Fn(&Key) -> bool,
    ) -> Option<Verdict> {
        let mut notes = Notes::new(self.texts, pending).flipping(event);
        notes.begin_policy();
        self.verdict(self.policies[policy].1, Some(&mut notes))
    }
}

/// As an explanation says it.
fn outcome_of(verdict: Option<Verdict>) -> &'static str {
    match verdict {
        Some(Verdict::Applies) => "applies",
        Some(Verdict::Not) => "does_not_apply",
        Some(Verdict::Failed) => "indeterminate",
        Some(Verdict::Panics) => "panics",
        None => "not_needed",
    }
}

/// What a gate decides whatever the policies come to that are not known; `None` if that depends.
fn decided(verdicts: &[(bool, Option<Verdict>)]) -> Option<&'static str> {
    let Some(at) = verdicts.iter().position(|(_, verdict)| verdict.is_none()) else {
        let known: Vec<_> =
            verdicts.iter().map(|(forbid, it)| (*forbid, it.expect("it is"))).collect();
        return Some(decision(&known));
    };
    let with = |verdict| {
        let mut verdicts = verdicts.to_vec();
        verdicts[at].1 = Some(verdict);
        decided(&verdicts)
    };
    let all = [Verdict::Applies, Verdict::Not, Verdict::Failed].map(with);
    all[0].filter(|_| all.iter().all(|it| *it == all[0]))
}

/// The first difference between the conditions that are told, and those that must be.
fn difference(told: &[Met], must: &[Met]) -> Option<String> {
    for (told, must) in told.iter().zip(must) {
        if told == must {
            continue;
        }
        let same_but_for_facts = Met { facts: must.facts.clone(), ..told.clone() } == *must;
        if same_but_for_facts && told.facts.len() == must.facts.len() {
            let both = || told.facts.iter().zip(&must.facts);
            if let Some(what) = both().find_map(|(told, must)| {
                let same = told.key == must.key && told.found == must.found;
                same.then(|| difference(&told.conditions, &must.conditions)).flatten()
            }) {
                return Some(what);
            }
        }
        return Some(format!("tells {}, must tell {}", shown(told), shown(must)));
    }
    let (more, less) = (told.get(must.len()), must.get(told.len()));
    let more = more.map(|met| format!("tells {}, must not", shown(met)));
    more.or_else(|| less.map(|met| format!("does not tell {}", shown(met))))
}

fn shown(met: &Met) -> String {
    let facts: Vec<String> = met
        .facts
        .iter()
        .map(|fact| format!("{} {:?}", check::keys([&fact.key]), fact.found))
        .collect();
    format!("`{}` {:?} {:?} ({})", met.text.0, met.kind, met.held, facts.join("; "))
}
