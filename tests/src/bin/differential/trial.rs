//! Bodies, a program of them, and data sets: where do the program and the interpreter differ?

use crate::body::Body;
use crate::check::{self, Expected};
use crate::data::Random;
use crate::program::{LAZY, Program, Question};
use crate::render;

/// What is compared.
pub struct Trial<'t> {
    /// The bodies.
    pub bodies: &'t [Body],
    /// The program that was made of them.
    pub program: &'t Program,
    /// The data sets.
    pub sets: &'t [u64],
    /// Whether nothing is granted to the compiler.
    pub strict: bool,
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

impl Trial<'_> {
    /// The first difference of each body that has one.
    pub fn differences(&self) -> Vec<Difference> {
        let pairs: Vec<(usize, u64)> = (0..self.bodies.len())
            .flat_map(|at| self.sets.iter().map(move |data| (at, *data)))
            .collect();
        let questions: Vec<Question> = pairs
            .iter()
            .flat_map(|(at, data)| check::questions(self.bodies, *at, self.program, *data))
            .collect();
        let replies = self.program.ask(&questions);
        let mut found: Vec<Difference> = Vec::new();
        for ((at, data), replies) in pairs.into_iter().zip(replies.chunks(2)) {
            if found.last().is_some_and(|it| it.body == at) {
                continue;
            }
            let expected = Expected::of(&self.bodies[at], data, self.strict);
            if let Some(what) = check::alone(&self.bodies[at], &expected, &replies[0], &replies[1])
            {
                found.push(Difference { body: at, data, what });
            }
        }
        found
    }

    /// As many gates of several policies as there are bodies, but for those with a body that differs
    /// alone; of each gate the first difference.
    pub fn differences_of_gates(&self, seed: u64, differing: &[usize]) -> Vec<String> {
        let mut gates = self.gates(seed);
        gates.retain(|gate| gate.iter().all(|at| !differing.contains(&(at / 2))));
        let questions: Vec<Question> = gates
            .iter()
            .flat_map(|gate| {
                self.sets.iter().map(|data| Question { data: *data, policies: gate.clone() })
            })
            .collect();
        let replies = self.program.ask(&questions);
        let mut found = Vec::new();
        for (questions, replies) in
            questions.chunks(self.sets.len()).zip(replies.chunks(self.sets.len()))
        {
            let difference = questions.iter().zip(replies).find_map(|(question, reply)| {
                let policies: Vec<(bool, Expected)> =
                    question.policies.iter().map(|at| self.expected(*at, question.data)).collect();
                let policies: Vec<_> = policies.iter().map(|(forbid, it)| (*forbid, it)).collect();
                Some((question, check::gate(&policies, reply)?))
            });
            found.extend(difference.map(|(question, what)| {
                let policy = |at: &usize| {
                    let name = if at % 2 == LAZY { "lazily" } else { "eagerly" };
                    render::policy(&self.bodies[at / 2], name, at % 2 == LAZY)
                };
                let policies: Vec<String> = question.policies.iter().map(policy).collect();
                format!("a gate in data set {}: {what}\n{}", question.data, policies.join("\n"))
            }));
        }
        found
    }

    /// The places of the policies of each gate.
    fn gates(&self, seed: u64) -> Vec<Vec<usize>> {
        let mut random = Random::new(seed ^ 0x6A7E);
        let end = 2 * self.bodies.len() as u64;
        let place = |random: &mut Random| usize::try_from(random.below(end)).expect("a place");
        (0..self.bodies.len())
            .map(|_| (0..2 + random.below(3)).map(|_| place(&mut random)).collect())
            .collect()
    }

    /// Whether a policy forbids, and what is expected of it.
    fn expected(&self, place: usize, data: u64) -> (bool, Expected) {
        let body = &self.bodies[place / 2];
        (body.forbid, Expected::of(body, data, self.strict))
    }
}
