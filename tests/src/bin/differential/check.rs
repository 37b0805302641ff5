//! What must hold of what the program says.

use std::collections::BTreeSet;

use crate::body::{Body, Expr, Part};
use crate::data::{FACTS, answer};
use crate::interpret::{Key, Outcome, Scene, Verdict, interpret};
use crate::may;
use crate::program::{EAGER, LAZY, Program, Question, Reply};
use crate::trial::Difference;

/// What the interpreter says of a body in a data set.
pub struct Expected {
    /// What the policy comes to.
    pub verdict: Verdict,
    /// What it reads, load by load.
    pub read: BTreeSet<Key>,
    /// What may be asked for.
    pub may: BTreeSet<Key>,
}

impl Expected {
    /// Interprets.
    pub fn of(body: &Body, data: u64, strict: bool) -> Self {
        let scene = Scene::new(data);
        let Outcome { verdict, read } = interpret(body, &scene);
        let may = may::keys(body, &scene, strict);
        Self { verdict, read, may }
    }
}

/// The questions about one body: as written, and lazy.
pub fn questions(bodies: &[Body], at: usize, program: &Program, data: u64) -> [Question; 2] {
    [EAGER, LAZY].map(|variant| {
        let mut policies = vec![2 * at + variant];
        if bodies[at].forbid {
            policies.push(program.anybody());
        }
        Question { data, policies }
    })
}

/// What a gate decides, from what its policies come to.
pub fn decision(policies: &[(bool, Verdict)]) -> &'static str {
    let is = |forbid, verdict| policies.contains(&(forbid, verdict));
    let permit_is_unknown = is(false, Verdict::Failed);
    if is(true, Verdict::Applies) || !is(false, Verdict::Applies) && !permit_is_unknown {
        "deny"
    } else if is(true, Verdict::Failed) {
        "indeterminate"
    } else if is(false, Verdict::Applies) {
        "allow"
    } else {
        "indeterminate"
    }
}

/// The decision, and what each reply must keep whatever the policies are.
pub fn gate(policies: &[(bool, &Expected)], reply: &Reply) -> Option<String> {
    let verdicts: Vec<_> = policies.iter().map(|(forbid, it)| (*forbid, it.verdict)).collect();
    let expected = decision(&verdicts);
    if reply.decision != expected {
        return Some(format!("decides `{}`, must decide `{expected}`", reply.decision));
    }
    if reply.rounds > reply.planned {
        return Some(format!("takes {} rounds, planned {}", reply.rounds, reply.planned));
    }
    let asked: BTreeSet<&Key> = reply.asked.iter().collect();
    if asked.len() < reply.asked.len() {
        return Some(format!("asks for a key twice: {}", keys(&reply.asked)));
    }
    let may: BTreeSet<&Key> = policies.iter().flat_map(|(_, it)| &it.may).collect();
    let too_many: Vec<&&Key> = asked.difference(&may).collect();
    if !too_many.is_empty() {
        return Some(format!("asks for what no path leads to: {}", keys(too_many)));
    }
    None
}

/// What a policy alone, as written and lazy, must keep.
pub fn alone(body: &Body, expected: &Expected, eager: &Reply, lazy: &Reply) -> Option<String> {
    let of_forbid = |forbid: bool, reply| {
        let anybody =
            Expected { verdict: Verdict::Applies, read: BTreeSet::new(), may: BTreeSet::new() };
        let mut policies = vec![(forbid, expected)];
        if forbid {
            policies.push((false, &anybody));
        }
        gate(&policies, reply)
    };
    if let Some(what) = of_forbid(body.forbid, eager) {
        return Some(what);
    }
    if let Some(what) = of_forbid(body.forbid, lazy) {
        return Some(format!("lazy: {what}"));
    }
    if eager.rounds > lazy.rounds {
        return Some(format!("takes {} rounds, lazy {}", eager.rounds, lazy.rounds));
    }
    let asked: BTreeSet<&Key> = lazy.asked.iter().collect();
    let read: BTreeSet<&Key> = expected.read.iter().collect();
    if !asked.is_subset(&read) {
        return Some(format!("lazy asks for {}, reads {}", keys(asked), keys(read)));
    }
    // `any` and `all` need not know all their keys.
    if has_many(body) {
        return None;
    }
    if asked != read {
        return Some(format!("lazy asks for {}, reads {}", keys(asked), keys(read)));
    }
    let eagerly: BTreeSet<&Key> = eager.asked.iter().collect();
    if !eagerly.is_superset(&read) {
        return Some(format!("asks for {}, reads {}", keys(eagerly), keys(read)));
    }
    None
}

fn has_many(body: &Body) -> bool {
    body.clone().block.walk(&mut |part| matches!(part, Part::Expr(Expr::Many(..))))
}

/// The data that a difference was found with: the request, and what the body's facts are.
pub fn scene(bodies: &[Body], difference: &Difference) -> String {
    let scene = Scene::new(difference.data);
    let expected = Expected::of(&bodies[difference.body], difference.data, true);
    let facts: Vec<String> = expected
        .may
        .iter()
        .map(|key| format!("{} = {:?}", keys([key]), answer(difference.data, key.0, &key.1)))
        .collect();
    format!("{:?}\n{:?}\n{}\n", scene.user, scene.doc, facts.join("\n"))
}

/// Keys, as written.
pub fn keys(keys: impl IntoIterator<Item = impl AsKey>) -> String {
    let keys: Vec<String> = keys
        .into_iter()
        .map(|key| {
            let (fact, parts) = key.key();
            let parts: Vec<String> = parts.iter().map(u64::to_string).collect();
            format!("{}({})", FACTS[*fact].name, parts.join(", "))
        })
        .collect();
    if keys.is_empty() { "nothing".into() } else { keys.join(", ") }
}

/// A key, however often referred to.
pub trait AsKey {
    /// The key.
    fn key(&self) -> &Key;
}

impl AsKey for Key {
    fn key(&self) -> &Key {
        self
    }
}

impl<K: AsKey> AsKey for &K {
    fn key(&self) -> &Key {
        K::key(self)
    }
}
