//! Bodies, a program of them, and data sets: where do the program and the interpreter differ?

use crate::body::Body;
use crate::check::{self, Expected};
use crate::data::Random;
use crate::derived::SETS;
use crate::interpret::Scene;
use crate::program::{LAZY, Program, Question, Reply, Step};
use crate::render;
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
        Self { bodies, facts, program, worlds }
    }

    /// The first difference of each body that has one.
    pub fn differences(&self) -> Vec<Difference> {
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
            let expected = Expected::of(&self.bodies[at], &Scene::new(world));
            if let Some(what) = check::alone(&self.bodies[at], &expected, &replies[0], &replies[1])
            {
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
        let step = |data| Step { policies: policies.to_vec(), docs: vec![data] };
        let worlds = self.worlds.iter();
        let questions: Vec<Question> = worlds
            .map(|world| Question { data: world.data, steps: vec![step(world.data)] })
            .collect();
        let replies = self.program.ask(&questions);
        self.worlds.iter().zip(replies).find_map(|(world, reply)| {
            let expected: Vec<(bool, Expected)> =
                policies.iter().map(|at| self.expected(*at, &Scene::new(world))).collect();
            let expected: Vec<_> = expected.iter().map(|(forbid, it)| (*forbid, it)).collect();
            let what = check::gate(&expected, &reply)?;
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
            Question { data: world.data, steps }
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
        let (mut decisions, mut all) = (Vec::new(), Vec::new());
        for step in &question.steps {
            for doc in &step.docs {
                let scene = Scene::about(world, *doc);
                let expected: Vec<(bool, Expected)> =
                    step.policies.iter().map(|at| self.expected(*at, &scene)).collect();
                let verdicts: Vec<_> =
                    expected.iter().map(|(forbid, it)| (*forbid, it.verdict)).collect();
                decisions.push(check::decision(&verdicts));
                all.extend(expected.into_iter().map(|(_, it)| it));
            }
        }
        if reply.decisions != decisions {
            let (are, must) = (reply.decisions.join(", "), decisions.join(", "));
            return Some(format!("decides `{are}`, must decide `{must}`"));
        }
        check::asked(all.iter(), reply)
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
        match self.bodies.get(place / 2) {
            Some(body) => (body.forbid, Expected::of(body, scene)),
            None => (false, Expected::anybody()),
        }
    }
}
