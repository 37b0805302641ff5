//! The derived facts: their names and types are always the same, their bodies are generated.
//!
//! They come in sets, each of which a part of the bodies uses. A fact's place is behind those of the
//! stored facts. It uses what comes before it in its set in any way, and of those that it is in a
//! cycle with, more truth gives more truth in it.

use std::collections::BTreeSet;

use crate::body::{Block, Body, Expr, Many, Op, Part, Type};
use crate::data::{FACTS, Fact, Shape};

/// What a set has.
struct Kind {
    fact: Fact,
    /// Those that come back to it, itself included, by their places in the set.
    cycle: &'static [usize],
}

const fn kind(name: &'static str, parts: usize, shape: Shape, cycle: &'static [usize]) -> Kind {
    Kind { fact: Fact { name, parts, shape }, cycle }
}

const FLAG: Shape = Shape::Flag(false);

/// At most 64 keys of these are ever linked, so that none is too deep.
const KINDS: [Kind; 8] = [
    kind("Bit", 1, FLAG, &[]),
    kind("Reach", 1, FLAG, &[1]),
    kind("Rank", 1, Shape::Number, &[]),
    kind("Up", 1, Shape::Optional, &[]),
    kind("Way", 2, FLAG, &[4]),
    kind("Fits", 2, FLAG, &[]),
    kind("Ping", 1, FLAG, &[6, 7]),
    kind("Pong", 1, FLAG, &[6, 7]),
];

/// Facts in a set.
pub const IN_SET: usize = KINDS.len();

/// Sets of facts in a program.
pub const SETS: usize = 6;

/// The names of the parts of a key, in a fact's body.
pub const PARTS: [&str; 2] = ["x", "y"];

/// Whether the fact at `place` is derived.
pub fn is_derived(place: usize) -> bool {
    place >= FACTS.len()
}

/// The place of the first fact of a set.
pub fn first(set: usize) -> usize {
    FACTS.len() + set * IN_SET
}

/// The set of a derived fact.
pub fn set(place: usize) -> usize {
    (place - FACTS.len()) / IN_SET
}

fn kind_of(place: usize) -> &'static Kind {
    &KINDS[(place - FACTS.len()) % IN_SET]
}

/// The fact at `place`, stored or derived.
pub fn fact(place: usize) -> Fact {
    if is_derived(place) { kind_of(place).fact } else { FACTS[place] }
}

/// Its name in the program.
pub fn name(place: usize) -> String {
    let name = fact(place).name;
    if is_derived(place) { format!("{name}{}", set(place)) } else { name.to_owned() }
}

/// The facts that come back to the derived one at `place`, itself included.
pub fn cycle(place: usize) -> Vec<usize> {
    let first = first(set(place));
    kind_of(place).cycle.iter().map(|at| first + at).collect()
}

/// The type of its value.
pub fn ty(place: usize) -> Type {
    match fact(place).shape {
        Shape::Flag(_) => Type::Bool,
        Shape::Number => Type::Int,
        Shape::Optional | Shape::Required => Type::Opt,
    }
}

/// The derived facts that a body mentions.
pub fn mentioned(body: &Body) -> BTreeSet<usize> {
    let mut mentioned = BTreeSet::new();
    body.block.clone().walk(&mut |part| {
        if let Part::Expr(Expr::Load(fact, ..) | Expr::Many(_, _, fact, ..)) = part
            && is_derived(*fact)
        {
            mentioned.insert(*fact);
        }
        false
    });
    mentioned
}

/// Whether a body can be true by itself: the compiler refuses a cycle of facts in which none can.
pub fn begins(body: &Body, cycle: &[usize]) -> bool {
    let mut returned = false;
    body.block.clone().walk(&mut |part| {
        if let Part::Expr(Expr::Return(value)) = part {
            returned |= can_be_true(value, cycle);
        }
        returned
    });
    returned || block_can_be_true(&body.block, cycle)
}

fn block_can_be_true(block: &Block, cycle: &[usize]) -> bool {
    block.tail.as_ref().is_some_and(|tail| can_be_true(tail, cycle))
}

fn can_be_true(answer: &Expr, cycle: &[usize]) -> bool {
    let inside = |answer: &Expr| can_be_true(answer, cycle);
    match answer {
        Expr::Many(Many::All, ..) => true,
        Expr::Load(fact, ..) | Expr::Many(_, _, fact, ..) => !cycle.contains(fact),
        Expr::Bool(value) => *value,
        Expr::Paren(answer) | Expr::Fragment(_, answer) => inside(answer),
        Expr::Logic(Op::And, left, right) => inside(left) && inside(right),
        Expr::Logic(Op::Or, left, right) => inside(left) || inside(right),
        Expr::If(_, then, otherwise) => {
            let otherwise = otherwise.as_ref();
            block_can_be_true(then, cycle)
                || otherwise.is_some_and(|block| block_can_be_true(block, cycle))
        }
        Expr::Match(_, arms) => arms.iter().any(|arm| inside(&arm.value)),
        Expr::Block(block) => block_can_be_true(block, cycle),
        Expr::Return(_) => false,
        _ => true,
    }
}

/// The derived facts that bodies need: with those that their facts need.
pub fn needed<'b>(facts: &[Body], bodies: impl IntoIterator<Item = &'b Body>) -> BTreeSet<usize> {
    let mut open: Vec<usize> = bodies.into_iter().flat_map(mentioned).collect();
    let mut needed = BTreeSet::new();
    while let Some(place) = open.pop() {
        if needed.insert(place) {
            open.extend(mentioned(&facts[place - FACTS.len()]));
        }
    }
    needed
}

/// The body, with facts of the set `to` for those of its own.
pub fn moved(body: &Body, to: usize) -> Body {
    let mut body = body.clone();
    body.block.walk(&mut |part| {
        if let Part::Expr(Expr::Load(fact, ..) | Expr::Many(_, _, fact, ..)) = part
            && is_derived(*fact)
        {
            *fact = first(to) + (*fact - FACTS.len()) % IN_SET;
        }
        false
    });
    body
}
