//! The smallest body that still differs.

use crate::body::{Block, Body, Expr, Items, Part, Type, nothing};
use crate::data::FACTS;
use crate::derived::{self, IN_SET};
use crate::program::Workshop;
use crate::trial::Trial;
use crate::types;

/// Candidates in a build.
const BATCH: usize = 120;

/// A policy's body, and the derived facts that it may use, as the first set of them.
#[derive(Clone, PartialEq)]
pub struct Rules {
    /// The bodies of the derived facts.
    pub facts: Vec<Body>,
    /// The policy's.
    pub body: Body,
}

impl Rules {
    /// Those of a body of a program.
    pub fn of(facts: &[Body], body: &Body) -> Self {
        let set = derived::mentioned(body).first().map_or(0, |fact| derived::set(*fact));
        let first = set * IN_SET;
        Self { facts: facts[first..first + IN_SET].to_vec(), body: body.clone() }.moved(0)
    }

    /// As those of another set.
    fn moved(&self, set: usize) -> Self {
        let facts = self.facts.iter().map(|fact| derived::moved(fact, set)).collect();
        Self { facts, body: derived::moved(&self.body, set) }
    }

    fn size(&self) -> usize {
        let needed = derived::needed(&self.facts, [&self.body]).into_iter();
        size(&self.body) + needed.map(|at| size(&self.facts[at - FACTS.len()])).sum::<usize>()
    }

    /// All that are one step smaller, the smallest first.
    fn candidates(&self) -> Vec<Self> {
        let with_body = |body| Self { facts: self.facts.clone(), body };
        let mut list: Vec<Self> = candidates(&self.body).into_iter().map(with_body).collect();
        for fact in derived::needed(&self.facts, [&self.body]) {
            let at = fact - FACTS.len();
            list.extend(candidates(&self.facts[at]).into_iter().map(|fact| {
                let mut rules = self.clone();
                rules.facts[at] = fact;
                rules
            }));
        }
        list.sort_by_key(Self::size);
        list
    }
}

/// Shrinks a body that differs on one of the data sets; gives what then differs, too.
pub fn shrink(workshop: &Workshop, rules: &Rules, sets: &[u64], strict: bool) -> (Rules, String) {
    let mut smallest = (rules.clone(), String::from("nothing smaller differs"));
    loop {
        let candidates = smallest.0.candidates();
        let Some(next) = first_that_differs(workshop, &candidates, sets, strict) else {
            return smallest;
        };
        smallest = next;
    }
}

fn first_that_differs(
    workshop: &Workshop,
    candidates: &[Rules],
    sets: &[u64],
    strict: bool,
) -> Option<(Rules, String)> {
    candidates.chunks(BATCH).find_map(|rules| {
        let moved: Vec<Rules> = rules.iter().zip(0..).map(|(it, set)| it.moved(set)).collect();
        let facts: Vec<Body> = moved.iter().flat_map(|it| it.facts.clone()).collect();
        let mut bodies: Vec<Body> = moved.into_iter().map(|it| it.body).collect();
        let (program, refused, _) = workshop.build_what_compiles(&facts, &bodies);
        for at in refused {
            bodies[at] = nothing();
        }
        let trial = Trial::new((&facts, &bodies), &program, sets, strict);
        let found = trial.differences().into_iter().next()?;
        Some((rules[found.body].clone(), found.what))
    })
}

/// How large a body is.
pub fn size(body: &Body) -> usize {
    let mut count = 0;
    body.clone().block.walk(&mut |_| {
        count += 1;
        false
    });
    count + crate::render::policy(body, "p", false).len()
}

/// Every body that is one step smaller, the smallest first.
fn candidates(body: &Body) -> Vec<Body> {
    let mut parts = 0;
    body.clone().block.walk(&mut |_| {
        parts += 1;
        false
    });
    let mut candidates: Vec<Body> = (0..parts).flat_map(|at| without_part(body, at)).collect();
    if body.admins_only {
        candidates.push(Body { admins_only: false, ..body.clone() });
    }
    if body.actions.is_some() {
        candidates.push(Body { actions: None, ..body.clone() });
    }
    if body.attributes != 0 {
        candidates.push(Body { attributes: 0, ..body.clone() });
    }
    let largest = size(body);
    candidates.retain(|it| size(it) < largest && types::is_well_scoped(&it.block));
    candidates.sort_by_key(size);
    candidates.dedup();
    candidates
}

/// Changes the part at `at`, in each way that makes it smaller.
fn without_part(body: &Body, at: usize) -> Vec<Body> {
    let mut replacements = Vec::new();
    let mut copy = body.clone();
    change(&mut copy, at, &mut |part| match part {
        Part::Expr(expr) => {
            replacements = smaller(expr).into_iter().map(Replacement::Expr).collect();
        }
        Part::Block(block) => {
            replacements = smaller_block(block).into_iter().map(Replacement::Block).collect();
        }
    });
    replacements
        .into_iter()
        .map(|replacement| {
            let mut copy = body.clone();
            change(&mut copy, at, &mut |part| match (part, &replacement) {
                (Part::Expr(expr), Replacement::Expr(new)) => *expr = new.clone(),
                (Part::Block(block), Replacement::Block(new)) => *block = new.clone(),
                _ => {}
            });
            copy
        })
        .collect()
}

enum Replacement {
    Expr(Expr),
    Block(Block),
}

fn change(body: &mut Body, at: usize, change: &mut dyn FnMut(Part<'_>)) {
    let mut count = 0;
    body.block.walk(&mut |part| {
        count += 1;
        if count == at + 1 {
            change(part);
        }
        count > at
    });
}

/// Smaller expressions of the same type: what is inside, and constants.
fn smaller(expr: &Expr) -> Vec<Expr> {
    let ty = types::of(expr);
    let mut list: Vec<Expr> = match ty {
        Type::Bool => vec![Expr::Bool(false), Expr::Bool(true)],
        Type::Int => vec![Expr::Int(1)],
        Type::Opt => vec![Expr::None],
        Type::List | Type::Iter | Type::Cell(_) | Type::Action | Type::Unit => Vec::new(),
    };
    let mut inside = Vec::new();
    expr.clone().walk(&mut |part| {
        if let Part::Expr(part) = part
            && types::of(part) == ty
            && !part.diverges()
            && !matches!(part, Expr::Let(..))
        {
            inside.push(part.clone());
        }
        false
    });
    list.extend(inside.into_iter().skip(1));
    match expr {
        Expr::Match(value, arms) => {
            for at in 0..arms.len() {
                let mut arms = arms.clone();
                arms.remove(at);
                list.push(Expr::Match(value.clone(), arms));
            }
            for at in (0..arms.len()).filter(|at| arms[*at].guard.is_some()) {
                let mut arms = arms.clone();
                arms[at].guard = None;
                list.push(Expr::Match(value.clone(), arms));
            }
        }
        Expr::Matches(value, pattern, Some(_)) => {
            list.push(Expr::Matches(value.clone(), pattern.clone(), None));
        }
        Expr::Load(fact, keys, true) => list.push(Expr::Load(*fact, keys.clone(), false)),
        Expr::Many(many, Items::Counted(items, ..), fact, keys, lazy) => {
            list.push(Expr::Many(*many, (**items).clone(), *fact, keys.clone(), *lazy));
        }
        Expr::Many(many, items, fact, keys, true) => {
            list.push(Expr::Many(*many, items.clone(), *fact, keys.clone(), false));
        }
        // Chains of conditions lose a link.
        Expr::Logic(op, left, right) => {
            list.extend([(**left).clone(), (**right).clone()]);
            if let Expr::Logic(_, inner, _) = &**left {
                list.push(Expr::Logic(*op, inner.clone(), right.clone()));
            }
        }
        _ => {}
    }
    list
}

fn smaller_block(block: &Block) -> Vec<Block> {
    let without = (0..block.stmts.len()).map(|at| {
        let mut block = block.clone();
        block.stmts.remove(at);
        block
    });
    without.collect()
}
