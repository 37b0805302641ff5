//! What must hold of what the program says.

use std::collections::BTreeSet;

use crate::body::{Body, Expr, Part};
use crate::data::answer;
use crate::derived;
use crate::interpret::{Key, Outcome, Scene, Verdict, interpret};
use crate::may::{self, Reached};
use crate::program::{EAGER, LAZY, Program, Question, Reply, Step};
use crate::world::World;

/// What the interpreter says of a body in a data set.
pub struct Expected {
    /// What the policy comes to.
    pub verdict: Verdict,
    /// What it reads, load by load.
    pub read: BTreeSet<Key>,
    /// What may be asked for, and the derived facts on the way.
    pub may: Reached,
    /// Whether a getter in it has nothing to give: an operand that panics behind a failure leads to the
    /// next one, for which it would have asked too late.
    may_panic: bool,
}

impl Expected {
    /// Interprets.
    pub fn of(body: &Body, scene: &Scene<'_>) -> Self {
        let Outcome { verdict, read } = interpret(body, scene, None);
        let verdict = verdict.expect("all is known");
        let may = may::of_policy(body, scene);
        let may_panic = body.clone().block.walk(&mut |part| match part {
            Part::Expr(Expr::Field(field)) => scene.field(*field).is_none(),
            _ => false,
        });
        Self { verdict, read, may, may_panic }
    }

    /// What a policy that permits everybody comes to.
    pub fn anybody() -> Self {
        let (read, may) = (BTreeSet::new(), Reached::default());
        Self { verdict: Verdict::Applies, read, may, may_panic: false }
    }
}

/// The questions about one body: as written, and lazy.
pub fn questions(bodies: &[Body], at: usize, program: &Program, data: u64) -> [Question; 2] {
    [EAGER, LAZY].map(|variant| {
        let mut policies = vec![2 * at + variant];
        if bodies[at].forbid {
            policies.push(program.anybody());
        }
        let explain = is_explained(at as u64, data);
        Question { data, explain, steps: vec![Step { policies, docs: vec![data] }] }
    })
}

/// Whether the decisions of a question are explained: of every seventh, which takes turns.
pub fn is_explained(at: u64, data: u64) -> bool {
    (at + data).is_multiple_of(7)
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
    if reply.decisions != [expected] {
        let decided = reply.decisions.join(", ");
        return Some(format!("decides `{decided}`, must decide `{expected}`"));
    }
    let derived: BTreeSet<&Key> = policies.iter().flat_map(|(_, it)| &it.may.derived).collect();
    let (Reply { rounds, planned, per_link, .. }, links) = (reply, derived.len() as u64);
    let may_panic = policies.iter().any(|(_, it)| it.may_panic);
    if !may_panic && *rounds > planned + per_link * links {
        let more = if *per_link > 0 { format!(" + {per_link} x {links}") } else { String::new() };
        return Some(format!("takes {rounds} rounds, planned {planned}{more}"));
    }
    asked(policies.iter().map(|(_, it)| *it), reply)
}

/// What is asked of a source.
pub fn asked<'e>(all: impl Iterator<Item = &'e Expected>, reply: &Reply) -> Option<String> {
    let asked: BTreeSet<&Key> = reply.asked.iter().collect();
    if asked.len() < reply.asked.len() {
        return Some(format!("asks for a key twice: {}", keys(&reply.asked)));
    }
    let may: BTreeSet<&Key> = all.flat_map(|it| &it.may.stored).collect();
    let too_many: Vec<&&Key> = asked.difference(&may).collect();
    if !too_many.is_empty() {
        return Some(format!("asks for what no path leads to: {}", keys(too_many)));
    }
    None
}

/// What must hold of the decisions of a policy that panics as it is written.
pub fn panics(reply: &Reply) -> Option<String> {
    let decided = reply.decisions.join(", ");
    (decided != "panics").then(|| format!("decides `{decided}`, must panic"))
}

/// What a policy alone, as written and lazy, must keep.
pub fn alone(body: &Body, expected: &Expected, eager: &Reply, lazy: &Reply) -> Option<String> {
    if expected.verdict == Verdict::Panics {
        return panics(eager).or_else(|| panics(lazy));
    }
    let of_forbid = |forbid: bool, reply| {
        let anybody = Expected::anybody();
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
    // A derived fact asks early in its own body, and may run before what it is in a cycle with is
    // solved. And what a body asks for early may rule out what another one would ask for early.
    if !derived::mentioned(body).is_empty() {
        return None;
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
pub fn scene(facts: &[Body], body: &Body, data: u64) -> String {
    let world = World::new(data, facts, true);
    let scene = Scene::new(&world);
    let may = may::of_policy(body, &scene);
    let stored = may.stored.iter().map(|key| {
        let answer = answer(data, key.0, &key.1);
        format!("{} = {answer:?}", keys([key]))
    });
    let derived = may.derived.iter().map(|key| match world.read(key) {
        Some(value) => format!("{} = {value:?}", keys([key])),
        None => format!("{} = Failed", keys([key])),
    });
    let facts: Vec<String> = stored.chain(derived).collect();
    let Scene { user, action, doc, .. } = &scene;
    format!("{user:?}\n{action:?}\n{doc:?}\n{}\n", facts.join("\n"))
}

/// Keys, as written.
pub fn keys(keys: impl IntoIterator<Item = impl AsKey>) -> String {
    let keys: Vec<String> = keys
        .into_iter()
        .map(|key| {
            let (fact, parts) = key.key();
            let parts: Vec<String> = parts.iter().map(u64::to_string).collect();
            format!("{}({})", derived::name(*fact), parts.join(", "))
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
