//! Rules that must not compile: operands beside a fact that change what is outside of them, and names
//! with a capital that are those of no variant or constant.
//!
//! Each is right but for that, so that it compiles where the compiler does not look.

use super::{Generator, MOST_LOADS};
use crate::body::{
    Actions, Arm, Block, Body, Comparison, Counting, Expr, ITEM, Items, Many, Name, Op, Pattern,
    Shared, Spelt, Stmt, Type,
};
use crate::data::{ACTIONS, DOMAIN, Random, Shape};
use crate::derived::{self, PARTS};
use crate::effects::Way;
use crate::render;

/// A rule that must not compile.
pub struct Forbidden {
    /// Why not.
    pub why: Why,
    /// Whether it is the body of a derived fact, or that of a policy.
    of_fact: bool,
    body: Body,
}

/// Why a rule must not compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// An operand beside a fact changes what is outside of it.
    Effect,
    /// A pattern has a name with a capital that is no variant's or constant's.
    Slip,
}

impl Why {
    /// The code of rustc's error.
    pub fn code(self) -> &'static str {
        match self {
            // A bound is not satisfied.
            Self::Effect => "E0277",
            // There is no such variant or constant.
            Self::Slip => "E0531",
        }
    }
}

/// The place of the derived fact, in its set.
const FITS: usize = 5;

impl Forbidden {
    /// The rule `index` of a seed.
    pub fn new(seed: u64, index: u64) -> Self {
        let of_seed = Random::new(seed ^ 0xF0B1_DDE4).next();
        let mut numbers = Random::new(of_seed ^ index.wrapping_mul(0x5851_F42D_4C95_7F2D));
        let why = if index % 3 == 2 { Why::Slip } else { Why::Effect };
        let of_fact = numbers.chance(25);
        let forbid = numbers.chance(30) || of_fact;
        let parts = PARTS.iter().filter(|_| of_fact).map(|part| ((*part).to_owned(), Type::Int));
        let mut it = Generator {
            locals: parts.collect(),
            forbid,
            of_fact,
            ..Generator::new(&mut numbers, Type::Bool, MOST_LOADS)
        };
        let mut actions = None;
        let block = match why {
            Why::Effect => it.with_effect(index / 3 * 2 + index % 3),
            Why::Slip => it.with_slip(&mut actions),
        };
        let body = Body { forbid: forbid && !of_fact, actions, ..Body::of(block) };
        Self { why, of_fact, body }
    }

    /// As Rust.
    pub fn text(&self) -> String {
        if !self.of_fact {
            return render::policy(&self.body, "forbidden", false);
        }
        render::derived_facts(&[(derived::first(0) + FITS, &self.body)])
    }
}

/// What makes an operand a wrong one.
enum Spoilt {
    /// It does this first.
    Changes(Way, Name),
    /// It is this.
    Is(Expr),
}

impl Spoilt {
    fn operand(&self, operand: Expr) -> Expr {
        match self {
            Self::Changes(way, name) => {
                let stmts = vec![Stmt::Change(*way, name.clone())];
                Expr::Block(Block { stmts, tail: Some(Box::new(operand)) })
            }
            Self::Is(expr) => expr.clone(),
        }
    }
}

impl Generator<'_> {
    /// A block in which an operand changes something: in each of the ways, by turns.
    fn with_effect(&mut self, turn: u64) -> Block {
        let others = 4;
        let turn = usize::try_from(turn).expect("a number") % (Way::ALL.len() + others);
        let name: Name = "m".into();
        let mut stmts = vec![Stmt::Let(name.clone(), true, self.number_field())];
        self.bind(&name, Type::Int);
        let (spoilt, settle) = match Way::ALL.get(turn) {
            Some(way) => {
                stmts.push(Stmt::Prepare(*way, name.clone(), Expr::Int(1)));
                self.hidden.push(name.clone());
                let spoilt = Spoilt::Changes(*way, name.clone());
                (spoilt, Some(Stmt::Settle(*way, name.clone())))
            }
            None => (Spoilt::Is(self.spoilt(turn - Way::ALL.len(), &name, &mut stmts)), None),
        };
        let decided = self.operator(&spoilt);
        stmts.push(Stmt::Let("e".into(), false, decided));
        stmts.extend(settle);
        self.hidden.clear();
        let is_changed = Expr::Compare(
            Comparison::Equal,
            Box::new(Expr::Var(name, Type::Int)),
            Box::new(Expr::Int(self.random.below(DOMAIN))),
        );
        let op = self.op();
        let decided = Box::new(Expr::Var("e".into(), Type::Bool));
        Block { stmts, tail: Some(Box::new(Expr::Logic(op, decided, Box::new(is_changed)))) }
    }

    /// Other operands that change something, or look at a cell.
    fn spoilt(&mut self, which: usize, name: &Name, stmts: &mut Vec<Stmt>) -> Expr {
        if which == 0 || which == 1 && self.of_fact {
            let flags = self.facts(|shape| shape == Shape::Flag(false));
            let fact = self.pick(&flags);
            let item = Expr::Var(ITEM.into(), Type::Int);
            let keys = vec![item; derived::fact(fact).parts];
            let items = if self.of_fact { Items::Near(1) } else { Items::Labels };
            let counting = self.pick(&[Counting::Map, Counting::Inspect]);
            let items = Items::Counted(Box::new(items), counting, name.clone());
            return Expr::Many(self.pick(&[Many::Any, Many::All]), items, fact, keys, false);
        }
        if which == 1 {
            stmts.push(Stmt::Let("mi".into(), true, Expr::Iter));
            return Expr::IsSome(Box::new(Expr::Next("mi".into())));
        }
        let kind = self.pick(&[Shared::Cell, Shared::RefCell, Shared::Rc]);
        let cell = Expr::Cell(kind, Box::new(self.number_field()));
        stmts.push(Stmt::Let("mc".into(), false, cell));
        let looked_at = Box::new(Expr::Get("mc".into(), kind));
        if which == 2 {
            return Expr::Compare(Comparison::Less, looked_at, Box::new(Expr::Int(3)));
        }
        let stmts = vec![Stmt::Set("mc".into(), kind, self.number_field())];
        Expr::Block(Block { stmts, tail: Some(Box::new(self.bool_field())) })
    }

    fn op(&mut self) -> Op {
        self.pick(&[Op::And, Op::Or])
    }

    /// A load that cannot leave, so that what stands beside it is an operand.
    fn plain_load(&mut self) -> Expr {
        let flags = self.facts(|shape| matches!(shape, Shape::Flag(_)));
        let fact = self.pick(&flags);
        let keys = (0..derived::fact(fact).parts).map(|_| self.number_field()).collect();
        self.loads += 1;
        Expr::Load(fact, keys, self.chance(20))
    }

    /// A condition with a spoilt operand, somewhere.
    fn operator(&mut self, spoilt: &Spoilt) -> Expr {
        let load = self.plain_load();
        let other = self.beside_fact(|it| it.boolean(1));
        let op = self.op();
        let logic = |op, left, right| Expr::Logic(op, Box::new(left), Box::new(right));
        let can_be_left = matches!(spoilt, Spoilt::Changes(..));
        match self.random.below(6) {
            0 if can_be_left => logic(op, spoilt.operand(load), other),
            1 => {
                let inner = logic(self.op(), self.bool_field(), spoilt.operand(other));
                Expr::Not(Box::new(logic(op, load, inner)))
            }
            2 => {
                let condition = Box::new(logic(op, load, spoilt.operand(other)));
                let then = Block { stmts: Vec::new(), tail: Some(Box::new(self.bool_field())) };
                let otherwise = Block { stmts: Vec::new(), tail: Some(Box::new(Expr::Bool(true))) };
                Expr::If(condition, then, Some(otherwise))
            }
            3 => {
                let guard = Some(logic(op, load, spoilt.operand(other)));
                let first = Arm { pattern: Pattern::AnySome, guard, value: self.bool_field() };
                let last = Arm { pattern: Pattern::Wild, guard: None, value: self.bool_field() };
                Expr::Match(Box::new(self.option_field()), vec![first, last])
            }
            _ => logic(op, load, spoilt.operand(other)),
        }
    }

    /// A block with a misspelt name in a pattern; or it is in that of the parameter.
    fn with_slip(&mut self, of_parameter: &mut Option<Actions>) -> Block {
        let action = Actions { actions: vec![self.pick(&ACTIONS)], spelt: Spelt::Slip };
        let other = self.boolean(1);
        let in_number = Pattern::Slip("THRE".into());
        let in_option = Pattern::Slip("Some(THRE)".into());
        let turn = if self.of_fact { 6 + self.random.below(4) } else { self.random.below(10) };
        let (value, pattern) = match turn {
            0..2 => {
                *of_parameter = Some(action);
                return Block { stmts: Vec::new(), tail: Some(Box::new(other)) };
            }
            2..6 => (Expr::Action, Pattern::Actions(action)),
            6..8 => (self.option(0), in_option),
            _ => (self.number_field(), in_number),
        };
        let block = |tail| Block { stmts: Vec::new(), tail: Some(Box::new(tail)) };
        let arm = |pattern, value| Arm { pattern, guard: None, value };
        match self.random.below(4) {
            0 => {
                let leave = Expr::Return(Box::new(Expr::Bool(false)));
                let stmts = vec![Stmt::LetElse(pattern, value, block(leave))];
                Block { stmts, tail: Some(Box::new(other)) }
            }
            1 => block(Expr::Matches(Box::new(value), pattern, Some(Box::new(other)))),
            2 => {
                let condition = Box::new(Expr::Let(pattern, Box::new(value)));
                block(Expr::If(condition, block(other), Some(block(Expr::Bool(false)))))
            }
            _ => {
                let arms = vec![arm(pattern, other), arm(Pattern::Wild, Expr::Bool(false))];
                block(Expr::Match(Box::new(value), arms))
            }
        }
    }
}
