//! Bodies, a program of them, and data sets: where do the program and the interpreter differ?

use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::body::Body;
use crate::check::{self, Expected};
use crate::data::Random;
use crate::derived::SETS;
use crate::explain::{Explained, Policy};
use crate::generate;
use crate::interpret::{Key, Scene, Verdict};
use crate::notes::Texts;
use crate::program::{EAGER, LAZY, Program, Question, Reply, Step};
use crate::render;
use crate::told::Place;
use crate::world::World;

/// What is compared.
pub struct Trial<'t> {
    /// The bodies.
    bodies: &'t [Body],
    /// The bodies of the derived facts.
    facts: &'t [Body],
    /// The program that was made of them.
    program: &'t Program,
    /// The data sets, and what the facts are in them.
    worlds: Vec<World<'t>>,
    /// What a session is asked first, so that it knows some of the facts.
    primer: Body,
    /// The texts of the conditions.
    texts: Texts,
    /// The places of conditions that were found to be right.
    places: RefCell<BTreeSet<Place>>,
}

/// A difference between the program and the interpreter.
pub struct Difference {
    /// The body's place.
    pub body: usize,
    /// The data set.
    pub data: u64,
    /// What differs.
    pub what: String,
}

impl<'t> Trial<'t> {
    /// If `strict`, nothing is granted to the compiler.
    pub fn new(
        (facts, bodies): (&'t [Body], &'t [Body]),
        program: &'t Program,
        sets: &[u64],
        strict: bool,
    ) -> Self {
        let worlds = sets.iter().map(|data| World::new(*data, facts, strict)).collect();
        let (primer, texts) = (generate::primer(), Texts::default());
        Self { bodies, facts, program, worlds, primer, texts, places: RefCell::default() }
    }

    /// The first difference of each body that has one: on a session that knows nothing, or else on one
    /// that knows some of the facts.
    pub fn differences(&self) -> Vec<Difference> {
        let mut found = self.differences_when_cold();
        let differing: BTreeSet<usize> = found.iter().map(|it| it.body).collect();
        let warm = self.differences_when_warm().into_iter();
        found.extend(warm.filter(|it| !differing.contains(&it.body)));
        found.sort_by_key(|it| it.body);
        found
    }

    /// Some of the facts were read on the session before, for another document.
    fn differences_when_warm(&self) -> Vec<Difference> {
        let pairs = (0..self.bodies.len())
            .flat_map(|at| self.worlds.iter().map(move |world| (at, world)))
            .filter(|(at, world)| (*at as u64 + world.data / 2).is_multiple_of(3));
        let pairs: Vec<(usize, &World<'_>)> = pairs.collect();
        let question = |(at, world): &(usize, &World<'_>)| {
            let data = world.data;
            let first = vec![data + 1000, data + 2000];
            let primed = Step { policies: vec![self.program.primer()], docs: first };
            let mut policies = vec![2 * at + EAGER];
            policies.extend(self.bodies[*at].forbid.then(|| self.program.anybody()));
            let steps = vec![primed, Step { policies, docs: vec![data] }];
            Question { data, explain: check::is_explained(*at as u64, data), steps }
        };
        let questions: Vec<Question> = pairs.iter().map(question).collect();
        let replies = self.program.ask(&questions);
        let mut found: Vec<Difference> = Vec::new();
        for (((at, world), question), reply) in pairs.into_iter().zip(&questions).zip(&replies) {
            if found.last().is_some_and(|it| it.body == at) {
                continue;
            }
            if let Some(what) = self.session(world, question, reply) {
                let what = format!("on a session that knows some facts: {what}");
                found.push(Difference { body: at, data: world.data, what });
            }
        }
        found
    }

    /// On a session for each question.
    fn differences_when_cold(&self) -> Vec<Difference> {
        let pairs: Vec<(usize, &World<'_>)> = (0..self.bodies.len())
            .flat_map(|at| self.worlds.iter().map(move |world| (at, world)))
            .collect();
        let questions: Vec<Question> = pairs
            .iter()
            .flat_map(|(at, world)| check::questions(self.bodies, *at, self.program, world.data))
            .collect();
        let replies = self.program.ask(&questions);
        let mut found: Vec<Difference> = Vec::new();
        for ((at, world), replies) in pairs.into_iter().zip(replies.chunks(2)) {
            if found.last().is_some_and(|it| it.body == at) {
                continue;
            }
            let (body, scene) = (&self.bodies[at], Scene::new(world));
            let expected = Expected::of(body, &scene);
            let what = check::alone(body, &expected, &replies[0], &replies[1]);
            let policies = [(body.forbid, Some(body)), (false, None)];
            let policies = if body.forbid { &policies[..] } else { &policies[..1] };
            let explains = expected.verdict != Verdict::Panics;
            let replies = if explains { replies } else { &[] };
            let explained =
                || replies.iter().find_map(|reply| self.explained([(policies, &scene)], reply));
            if let Some(what) = what.or_else(explained) {
                found.push(Difference { body: at, data: world.data, what });
            }
        }
        found
    }

    /// As many gates of several policies as there are bodies, and as many sessions on which several
    /// gates are asked about several documents, but for those with a body that differs alone; of each
    /// the first difference.
    pub fn differences_together(&self, seed: u64, differing: &[usize]) -> Vec<String> {
        let mut random = Random::new(seed ^ 0x6A7E);
        let differs = |policies: &[usize]| policies.iter().any(|at| differing.contains(&(at / 2)));
        let mut found = Vec::new();
        for at in 0..self.bodies.len() as u64 {
            let policies = self.policies(&mut random, at, 2);
            if !differs(&policies) {
                found.extend(self.differences_of_gate(&policies));
            }
            let steps = self.steps(&mut random, at);
            if !steps.iter().any(|step| differs(&step.policies)) {
                found.extend(self.difference_of_session(&steps, at));
            }
        }
        found
    }

    fn differences_of_gate(&self, policies: &[usize]) -> Option<String> {
        let question = |data| Question {
            data,
            explain: check::is_explained(policies[0] as u64, data),
            steps: vec![Step { policies: policies.to_vec(), docs: vec![data] }],
        };
        let worlds = self.worlds.iter();
        let questions: Vec<Question> = worlds.map(|world| question(world.data)).collect();
        let replies = self.program.ask(&questions);
        self.worlds.iter().zip(replies).find_map(|(world, reply)| {
            let scene = Scene::new(world);
            let expected: Vec<(bool, Expected)> =
                policies.iter().map(|at| self.expected(*at, &scene)).collect();
            // Whether one that panics is run may depend on what the others come to.
            if expected.iter().any(|(_, it)| it.verdict == Verdict::Panics) {
                return None;
            }
            let expected: Vec<_> = expected.iter().map(|(forbid, it)| (*forbid, it)).collect();
            let gate = self.gate(policies);
            let explained = || self.explained([(&gate[..], &scene)], &reply);
            let what = check::gate(&expected, &reply).or_else(explained)?;
            let policies = self.rendered(policies);
            Some(format!("a gate in data set {}: {what}\n{policies}", world.data))
        })
    }

    fn difference_of_session(&self, steps: &[Step], at: u64) -> Option<String> {
        // Some of the data sets: there is more to ask in each.
        let worlds: Vec<&World<'_>> =
            self.worlds.iter().filter(|world| (world.data + at).is_multiple_of(4)).collect();
        let question = |world: &&World<'_>| {
            let mut steps = steps.to_vec();
            steps.iter_mut().flat_map(|step| &mut step.docs).for_each(|doc| *doc += world.data);
            let explain = (world.data / 4 + at).is_multiple_of(4);
            Question { data: world.data, explain, steps }
        };
        let questions: Vec<Question> = worlds.iter().map(question).collect();
        let replies = self.program.ask(&questions);
        let mut all = worlds.into_iter().zip(&questions).zip(&replies);
        let ((world, question), what) = all.find_map(|((world, question), reply)| {
            Some(((world, question), self.session(world, question, reply)?))
        })?;
        let policies: Vec<String> =
            steps.iter().map(|step| self.rendered(&step.policies)).collect();
        let steps = format!("{:?}", question.steps);
        Some(format!(
            "a session in data set {}: {what}\n{steps}\n{}",
            world.data,
            policies.join("\n")
        ))
    }

    fn session(&self, world: &World<'_>, question: &Question, reply: &Reply) -> Option<String> {
        let (mut decisions, mut all, mut scenes) = (Vec::new(), Vec::new(), Vec::new());
        for step in &question.steps {
            let gate = self.gate(&step.policies);
            for doc in &step.docs {
                let scene = Scene::about(world, *doc);
                let expected: Vec<(bool, Expected)> =
                    step.policies.iter().map(|at| self.expected(*at, &scene)).collect();
                let verdicts: Vec<_> =
                    expected.iter().map(|(forbid, it)| (*forbid, it.verdict)).collect();
                if verdicts.iter().any(|(_, verdict)| *verdict == Verdict::Panics) {
                    let is_run = question.steps.iter().all(|step| self.runs_all(step));
                    return if is_run { check::panics(reply) } else { None };
                }
                decisions.push(check::decision(&verdicts));
                all.extend(expected.into_iter().map(|(_, it)| it));
                scenes.push((gate.clone(), scene));
            }
        }
        if reply.decisions != decisions {
            let (are, must) = (reply.decisions.join(", "), decisions.join(", "));
            return Some(format!("decides `{are}`, must decide `{must}`"));
        }
        let scenes = scenes.iter().map(|(gate, scene)| (&gate[..], scene));
        check::asked(all.iter(), reply).or_else(|| self.explained(scenes, reply))
    }

    /// Whether the policy of a step is run, whatever another one comes to.
    fn runs_all(&self, step: &Step) -> bool {
        match step.policies[..] {
            [_] => true,
            [forbid, last] => {
                let forbids = self.body(forbid).is_some_and(|body| body.forbid);
                forbids && last == self.program.anybody()
            }
            _ => false,
        }
    }

    /// What is wrong with the explanations of a reply, if there are any: each of a gate, and of what it
    /// was asked about.
    fn explained<'g>(
        &'g self,
        scenes: impl IntoIterator<Item = (&'g [Policy<'g>], &'g Scene<'g>)>,
        reply: &Reply,
    ) -> Option<String> {
        let (fresh, all) = reply.explained.as_ref()?;
        if fresh != "same" {
            return Some(format!("the explanation on a fresh session: {fresh}"));
        }
        let asked: BTreeSet<&Key> = reply.asked.iter().collect();
        let mut explained = scenes.into_iter().zip(all).zip(&reply.decisions);
        explained.find_map(|(((policies, scene), told), decision)| {
            if told.decision != *decision {
                return Some(format!("decides `{decision}`, and explains `{}`", told.decision));
            }
            let (asked, texts) = (&asked, &self.texts);
            let fault = Explained { policies, scene, told, asked, texts }.fault();
            fault.or_else(|| told.places.iter().find_map(|place| self.misplaced(place)))
        })
    }

    /// Says so if a condition is not where it is told to be.
    fn misplaced(&self, place: &Place) -> Option<String> {
        if self.places.borrow().contains(place) {
            return None;
        }
        let source = self.program.source_at(place).unwrap_or_default();
        // There it is in the macro, or among its arguments.
        if !place.is_of(&source) && !self.program.is_by_macro(&place.file) {
            let Place { file, line, column, text, .. } = place;
            let stands = source.lines().next().unwrap_or("nothing");
            return Some(format!("`{text}` is not at {file}:{line}:{column}, there is `{stands}`"));
        }
        self.places.borrow_mut().insert(place.clone());
        None
    }

    /// The policies of a gate, by their places.
    fn gate<'s>(&'s self, policies: &[usize]) -> Vec<Policy<'s>> {
        let policy = |body: Option<&'s Body>| (body.is_some_and(|it| it.forbid), body);
        policies.iter().map(|at| policy(self.body(*at))).collect()
    }

    /// The body of a policy, by its place; that of one that permits everybody is not generated.
    fn body(&self, place: usize) -> Option<&Body> {
        if place == self.program.primer() { Some(&self.primer) } else { self.bodies.get(place / 2) }
    }

    fn rendered(&self, policies: &[usize]) -> String {
        let policies = policies.iter().filter(|at| **at < self.program.anybody()).map(|at| {
            let name = if at % 2 == LAZY { "lazily" } else { "eagerly" };
            render::rules(self.facts, &self.bodies[at / 2], name, at % 2 == LAZY)
        });
        policies.collect::<Vec<String>>().join("\n")
    }

    /// Up to three places of policies more than `least`, most of which share their derived facts.
    fn policies(&self, random: &mut Random, set: u64, least: u64) -> Vec<usize> {
        let (sets, bodies) = (SETS as u64, self.bodies.len() as u64);
        let place = |random: &mut Random| {
            let near = random.below(bodies) / sets * sets + set % sets;
            let body = if near < bodies && random.chance(80) { near } else { random.below(bodies) };
            usize::try_from(2 * body + random.below(2)).expect("a place")
        };
        (0..least + random.below(3)).map(|_| place(random)).collect()
    }

    /// What is asked on one session: documents by how far they are from the data set.
    fn steps(&self, random: &mut Random, set: u64) -> Vec<Step> {
        let step = |random: &mut Random| {
            let mut policies = self.policies(random, set, 1);
            // Where nothing permits, all is denied.
            policies.push(self.program.anybody());
            let permits =
                policies.iter().any(|at| self.bodies.get(at / 2).is_some_and(|it| !it.forbid));
            if permits && random.chance(70) {
                policies.pop();
            }
            let docs = (0..=random.below(3)).map(|_| 1000 * random.below(5)).collect();
            Step { policies, docs }
        };
        (0..2 + random.below(3)).map(|_| step(random)).collect()
    }

    /// Whether a policy forbids, and what is expected of it.
    fn expected(&self, place: usize, scene: &Scene<'_>) -> (bool, Expected) {
        match self.body(place) {
            Some(body) => (body.forbid, Expected::of(body, scene)),
            None => (false, Expected::anybody()),
        }
    }
}
