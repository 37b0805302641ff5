//! Random bodies, well typed by construction.

mod forbidden;

use crate::body::{
    Actions, Arm, Block, Body, Comparison, Counting, Expr, Field, ITEM, Items, Many, Name, Op,
    Pattern, Shared, Spelt, Stmt, Type, is_three_valued,
};
use crate::data::{ACTIONS, DOMAIN, FACTS, Random, Shape};
use crate::derived::{self, IN_SET, PARTS, SETS};
use crate::effects::Way;
use crate::fragments::Fragment;
use crate::options::Options;

pub use forbidden::Forbidden;

/// Loads in a body at most; what is generated beyond is local.
const MOST_LOADS: usize = 9;

/// Loads in the body of a derived fact at most.
const MOST_LOADS_OF_FACT: usize = 5;

/// The body `index` of a seed.
pub fn body(seed: u64, index: u64) -> Body {
    let of_seed = Random::new(seed).next();
    let mut numbers = Random::new(of_seed ^ index.wrapping_mul(0x5851_F42D_4C95_7F2D));
    let first = derived::first(usize::try_from(index).expect("a number") % SETS);
    loop {
        let forbid = numbers.chance(30);
        let admins_only = numbers.chance(8);
        let actions = numbers.chance(20).then(|| actions(&mut numbers));
        let attributes = if numbers.chance(30) { numbers.next() } else { 0 };
        let fragments = if numbers.chance(30) { Fragments::Some } else { Fragments::None };
        let mut it = Generator {
            forbid,
            derived: (first..first + IN_SET).collect(),
            fragments,
            ..Generator::new(&mut numbers, Type::Bool, MOST_LOADS)
        };
        let depth = 2 + it.random.below(3);
        if actions.is_none() {
            it.bind("action", Type::Action);
        }
        let block = it.block(Type::Bool, depth);
        // A body with one load has nothing to ask for early, by itself.
        if it.loads > 1 {
            return Body { forbid, admins_only, actions, attributes, block };
        }
    }
}

/// The rules of a seed that must not compile: one for five others, unless one body alone is wanted.
pub fn forbidden(seed: u64, options: &Options) -> Vec<Forbidden> {
    let count = if options.body.is_some() { 0 } else { options.bodies.div_ceil(5) };
    (0..count).map(|index| Forbidden::new(seed, index)).collect()
}

/// A body that reads each stored fact for the document's labels, so that a session knows some of them.
pub fn primer() -> Body {
    let item = || Expr::Var(ITEM.into(), Type::Int);
    let reads = FACTS.iter().enumerate().map(|(at, fact)| {
        let many = if matches!(fact.shape, Shape::Flag(_)) { Many::Any } else { Many::Each };
        let keys = [item(), Expr::Field(Field::DocId)][..fact.parts].to_vec();
        Stmt::Let("a".into(), false, Expr::Many(many, Items::Labels, at, keys, false))
    });
    let tail = Some(Box::new(Expr::Field(Field::Shared)));
    Body::of(Block { stmts: reads.collect(), tail })
}

/// The bodies of the derived facts of a seed.
pub fn facts(seed: u64) -> Vec<Body> {
    (FACTS.len()..derived::first(SETS)).map(|place| fact(seed, place)).collect()
}

/// The body of a derived fact.
fn fact(seed: u64, place: usize) -> Body {
    let of_seed = Random::new(seed ^ 0xFAC7_B0D1).next();
    let mut numbers = Random::new(of_seed ^ (place as u64).wrapping_mul(0x5851_F42D_4C95_7F2D));
    let (ty, cycle) = (derived::ty(place), derived::cycle(place));
    let last = cycle.first().copied().unwrap_or(place);
    let parts = PARTS[..derived::fact(place).parts].iter();
    let parts: Vec<_> = parts.map(|part| ((*part).to_owned(), Type::Int)).collect();
    let attributes = if numbers.chance(30) { numbers.next() } else { 0 };
    // All of a set are written by one macro, if they are.
    let fragments =
        if derived::set(place).is_multiple_of(3) { Fragments::Some } else { Fragments::None };
    loop {
        let mut it = Generator {
            locals: parts.clone(),
            forbid: ty != Type::Opt,
            of_fact: true,
            derived: (derived::first(derived::set(place))..last).collect(),
            cycle: cycle.clone(),
            fragments,
            ..Generator::new(&mut numbers, ty, MOST_LOADS_OF_FACT)
        };
        let depth = 1 + it.random.below(3);
        let block = if cycle.is_empty() {
            it.block(ty, depth)
        } else if it.chance(60) {
            it.graph()
        } else {
            it.answers(depth)
        };
        let body = Body { attributes, ..Body::of(block) };
        let recurs = derived::mentioned(&body).iter().any(|fact| cycle.contains(fact));
        let begins = cycle.is_empty() || derived::begins(&body, &cycle);
        if it.loads > 1 && recurs != cycle.is_empty() && begins {
            return body;
        }
    }
}

/// Some of the actions, not all.
fn actions(random: &mut Random) -> Actions {
    let first = usize::try_from(random.below(3)).expect("a place");
    let count = 1 + usize::from(random.chance(40));
    let actions = (0..count).map(|at| ACTIONS[(first + at) % 3]).collect();
    let spelt = match random.below(10) {
        0..5 => Spelt::Imported,
        5..7 => Spelt::Path,
        _ => Spelt::Constant,
    };
    Actions { actions, spelt }
}

/// Whether parts are what a macro takes as arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fragments {
    /// No macro writes the rule.
    None,
    /// Some of them are.
    Some,
    /// This is inside of one.
    Inside,
}

struct Generator<'g> {
    random: &'g mut Random,
    locals: Vec<(Name, Type)>,
    /// The labels of blocks around, each with its block's type.
    labels: Vec<(Name, Type)>,
    /// What the body gives.
    ty: Type,
    /// Whether the policy forbids: there `?` is not allowed. Nor is it in most derived facts.
    forbid: bool,
    /// Whether it is the body of a derived fact, which knows nothing but its key.
    of_fact: bool,
    /// The derived facts that are used in any way.
    derived: Vec<usize>,
    /// Those that come back to this one.
    cycle: Vec<usize>,
    loads: usize,
    most_loads: usize,
    fragments: Fragments,
    /// Whether locals may be assigned to here.
    assigns: bool,
    /// How many of the locals must not change here, because they are outside of an operand beside a fact.
    frozen: usize,
    /// The locals that are being changed, step by step, and cannot be named meanwhile.
    hidden: Vec<Name>,
}

impl<'g> Generator<'g> {
    fn new(random: &'g mut Random, ty: Type, most_loads: usize) -> Self {
        Self {
            random,
            locals: Vec::new(),
            labels: Vec::new(),
            ty,
            forbid: false,
            of_fact: false,
            derived: Vec::new(),
            cycle: Vec::new(),
            loads: 0,
            most_loads,
            fragments: Fragments::None,
            assigns: true,
            frozen: 0,
            hidden: Vec::new(),
        }
    }
}

impl Generator<'_> {
    fn chance(&mut self, percent: u64) -> bool {
        self.random.chance(percent)
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        let at = self.random.below(of.len() as u64);
        of[usize::try_from(at).expect("a place in a slice")].clone()
    }

    /// Runs `make` and forgets the locals that it bound.
    fn scoped<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> T {
        let outside = self.locals.len();
        let result = make(self);
        self.locals.truncate(outside);
        result
    }

    /// A name for a new local; few, so that they shadow each other.
    fn name(&mut self) -> Name {
        self.pick(&["a", "b", "c", "d", "e"]).to_owned()
    }

    /// A local of this type that no later one shadows.
    fn local(&mut self, ty: Type) -> Option<Name> {
        self.local_from(0, ty)
    }

    /// A local of this type that may change here.
    fn changeable(&mut self, ty: Type) -> Option<Name> {
        if self.assigns { self.local_from(self.frozen, ty) } else { None }
    }

    /// A local of this type, none of the first `from`.
    fn local_from(&mut self, from: usize, ty: Type) -> Option<Name> {
        let is_there = |(i, local): &(usize, &(Name, Type))| {
            let is_shadowed = self.locals[i + 1..].iter().any(|later| later.0 == local.0);
            local.1 == ty && !is_shadowed && !self.hidden.contains(&local.0)
        };
        let locals = self.locals.iter().enumerate().skip(from).filter(is_there);
        let names: Vec<Name> = locals.map(|(_, local)| local.0.clone()).collect();
        if names.is_empty() { None } else { Some(self.pick(&names)) }
    }

    /// A local of this type that was bound with `mut` and may change here.
    fn mutable(&mut self, ty: Type) -> Option<Name> {
        self.changeable(ty).filter(|name| crate::body::is_mutable(name))
    }

    /// A name for a local that can change, unless both are being changed.
    fn mutable_name(&mut self) -> Option<Name> {
        let name = self.pick(&["m", "mm", "M"]).to_owned();
        (!self.hidden.contains(&name)).then_some(name)
    }

    /// Makes an operand beside a fact, which changes nothing outside of it.
    fn beside_fact<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> T {
        let frozen = std::mem::replace(&mut self.frozen, self.locals.len());
        let result = make(self);
        self.frozen = frozen;
        result
    }

    /// Makes what loads nothing.
    fn local_only<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> T {
        let loads = std::mem::replace(&mut self.loads, self.most_loads);
        let result = make(self);
        self.loads = loads;
        result
    }

    /// The operands of `||` or `&&`. Where the left one loads a fact, neither changes anything outside.
    fn operands(&mut self, make: impl Fn(&mut Self) -> Expr) -> (Expr, Expr) {
        if self.chance(25) {
            let left = self.local_only(&make);
            if !left.loads() {
                return (left, make(self));
            }
        }
        self.beside_fact(|it| (make(it), make(it)))
    }

    /// A block with a value of type `ty`.
    fn block(&mut self, ty: Type, depth: u64) -> Block {
        self.scoped(|it| {
            let count = if depth == 0 { 0 } else { it.random.below(4) };
            let mut stmts: Vec<Stmt> = (0..count).map(|_| it.stmt(depth - 1)).collect();
            if depth > 0 && it.assigns && it.chance(12) {
                stmts.extend(it.changing(depth - 1));
            }
            if depth > 0 && it.assigns && it.chance(12) {
                stmts.extend(it.counting());
            }
            if depth > 0 && it.assigns && it.chance(15) {
                stmts.extend(it.changing_in_steps(depth - 1));
            }
            let tail = (ty != Type::Unit).then(|| Box::new(it.expr(ty, depth)));
            Block { stmts, tail }
        })
    }

    /// A block that leaves.
    fn leaving(&mut self, depth: u64) -> Block {
        let leave = self.leave(depth);
        if self.chance(50) {
            Block { stmts: vec![Stmt::Expr(leave)], tail: None }
        } else {
            Block { stmts: Vec::new(), tail: Some(Box::new(leave)) }
        }
    }

    fn leave(&mut self, depth: u64) -> Expr {
        if !self.labels.is_empty() && self.chance(60) {
            let (label, ty) = self.pick(&self.labels.clone());
            return Expr::Break(label, Box::new(self.expr(ty, depth)));
        }
        let value = if self.ty == Type::Bool && self.chance(40) {
            Expr::Bool(self.chance(50))
        } else {
            self.expr(self.ty, depth)
        };
        Expr::Return(Box::new(value))
    }

    fn stmt(&mut self, depth: u64) -> Stmt {
        match self.random.below(100) {
            0..45 => {
                let ty = self.pick(&[Type::Bool, Type::Int, Type::Int, Type::Opt]);
                let value = self.expr(ty, depth);
                let name = self.name();
                self.bind(&name, ty);
                Stmt::Let(name, false, value)
            }
            45..53 => {
                let ty = self.pick(&[Type::Bool, Type::Int, Type::Int]);
                let value = self.expr(ty, depth);
                let Some(name) = self.mutable_name() else { return self.stmt(depth) };
                self.bind(&name, ty);
                Stmt::Let(name, true, value)
            }
            53..60 => {
                let value = self.many(Many::Each);
                let Some(value) = value else { return self.stmt(depth) };
                let name = self.name();
                self.bind(&name, Type::List);
                Stmt::Let(name, false, value)
            }
            60..75 => {
                let value = self.tried(depth);
                let otherwise = self.leaving(depth);
                let pattern = self.pattern_for(&value);
                self.bind_pattern(&pattern);
                Stmt::LetElse(pattern, value, otherwise)
            }
            75..80 => match self.assignment(depth) {
                Some(stmt) => stmt,
                None => self.stmt(depth),
            },
            80..84 => self.shared(depth),
            84..88 if !self.of_fact => {
                self.bind("mi", Type::Iter);
                Stmt::Let("mi".into(), true, Expr::Iter)
            }
            88..90 => Stmt::Expr(self.block_with_effect(depth)),
            _ => Stmt::Expr(self.conditional_effect(depth)),
        }
    }

    /// A local that changes while the body waits, and a load by it.
    fn changing(&mut self, depth: u64) -> Vec<Stmt> {
        let ty = Type::Int;
        let first = Stmt::Let("m".into(), true, self.number_field());
        self.bind("m", ty);
        let between = self.stmt(depth);
        // Unless another one of the name was bound meanwhile.
        let is_it =
            |it: &Self| it.locals.iter().rev().find(|it| it.0 == "m").is_some_and(|it| it.1 == ty);
        if !is_it(self) {
            return vec![first, between];
        }
        let changed = Stmt::Assign("m".into(), self.number_field());
        let options = self.facts(|shape| shape == Shape::Optional);
        let fact = self.pick(&options);
        let key = Expr::Var("m".into(), ty);
        let mut stmts = vec![first, between, changed];
        if derived::fact(fact).parts == 1 && self.loads < self.most_loads {
            self.loads += 1;
            let name = self.name();
            self.bind(&name, Type::Opt);
            stmts.push(Stmt::Let(name, false, Expr::Load(fact, vec![key], false)));
        }
        stmts
    }

    /// Keys that are counted, or taken from an iterator of which some are left, and what depends on that.
    fn counting(&mut self) -> Vec<Stmt> {
        if self.loads >= self.most_loads {
            return Vec::new();
        }
        self.loads += 1;
        let many = self.pick(&[Many::Any, Many::All]);
        let flags = self.facts(|shape| matches!(shape, Shape::Flag(_)));
        let fact = self.pick(&flags);
        let (name, ty, first, items) = if self.of_fact || self.chance(60) {
            let items = if self.of_fact { Items::Near(1) } else { Items::Labels };
            let counting = self.pick(&[Counting::Map, Counting::Inspect]);
            let counted = Items::Counted(Box::new(items), counting, "mm".into());
            ("mm", Type::Int, self.number_field(), counted)
        } else {
            ("mi", Type::Iter, Expr::Iter, Items::ByRef("mi".into(), None))
        };
        if self.hidden.iter().any(|hidden| hidden == name) {
            return Vec::new();
        }
        self.hidden.push(name.to_owned());
        let keys = self.keys_of_item(fact);
        self.hidden.pop();
        self.bind(name, ty);
        self.bind("a", Type::Bool);
        let name = name.to_owned();
        vec![
            Stmt::Let(name, true, first),
            Stmt::Let("a".into(), false, Expr::Many(many, items, fact, keys, self.chance(6))),
            Stmt::Expr(self.leaving_if_counted(ty)),
        ]
    }

    /// An `if` that leaves by how far an iterator was taken.
    fn leaving_if_counted(&mut self, ty: Type) -> Expr {
        let count = match ty {
            Type::Iter => Expr::Left("mi".into()),
            _ => Expr::Var("mm".into(), Type::Int),
        };
        let how = self.comparison();
        let condition = Expr::Compare(how, Box::new(count), Box::new(self.small_number()));
        let leave = self.leave(0);
        Expr::If(Box::new(condition), Block { stmts: vec![Stmt::Expr(leave)], tail: None }, None)
    }

    /// A local that changes in one of the ways, perhaps with something between the steps.
    fn changing_in_steps(&mut self, depth: u64) -> Vec<Stmt> {
        let mut stmts = Vec::new();
        let name = match self.mutable(Type::Int) {
            Some(name) if self.chance(60) => name,
            _ => {
                let Some(name) = self.mutable_name() else { return stmts };
                stmts.push(Stmt::Let(name.clone(), true, self.number_field()));
                self.bind(&name, Type::Int);
                name
            }
        };
        let way = self.pick(&Way::ALL);
        let by = self.number(depth.min(1));
        stmts.push(Stmt::Prepare(way, name.clone(), by));
        self.hidden.push(name.clone());
        let between = |it: &mut Self| it.chance(40).then(|| it.stmt(depth));
        stmts.extend(between(self));
        stmts.push(Stmt::Change(way, name.clone()));
        stmts.extend(between(self));
        self.hidden.pop();
        stmts.push(Stmt::Settle(way, name));
        stmts
    }

    /// A block that changes a local around it.
    fn block_with_effect(&mut self, depth: u64) -> Expr {
        Expr::Block(self.scoped(|it| Block { stmts: it.changing_in_steps(depth), tail: None }))
    }

    /// A number that changes without `mut`: a new one, or another value for one that is there.
    fn shared(&mut self, depth: u64) -> Stmt {
        let kind = self.pick(&[Shared::Cell, Shared::RefCell, Shared::Rc]);
        let value = self.number(depth);
        match self.changeable(Type::Cell(kind)) {
            Some(name) if self.chance(70) => Stmt::Set(name, kind, value),
            _ => {
                let name = self.pick(&["mc", "md"]).to_owned();
                self.bind(&name, Type::Cell(kind));
                Stmt::Let(name, false, Expr::Cell(kind, Box::new(value)))
            }
        }
    }

    /// A block whose value is the answer of a recursive fact.
    fn answers(&mut self, depth: u64) -> Block {
        self.scoped(|it| {
            let count = if depth == 0 { 0 } else { it.random.below(3) };
            let stmts = (0..count).map(|_| it.statement_before_answer(depth - 1)).collect();
            let tail = Some(Box::new(it.answer(depth)));
            Block { stmts, tail }
        })
    }

    fn statement_before_answer(&mut self, depth: u64) -> Stmt {
        if !self.chance(25) {
            return self.stmt(depth);
        }
        Stmt::Expr(self.scoped(|it| {
            let condition = Box::new(it.condition(depth));
            let leave = Expr::Return(Box::new(it.answer(depth)));
            Expr::If(condition, Block { stmts: vec![Stmt::Expr(leave)], tail: None }, None)
        }))
    }

    /// An answer of a recursive fact, in which it may come back to itself.
    fn answer(&mut self, depth: u64) -> Expr {
        let inner = depth.saturating_sub(1);
        match self.random.below(100) {
            0..40 if depth > 0 => {
                let op = self.pick(&[Op::And, Op::Or, Op::Or]);
                let (mut left, right) = self.beside_fact(|it| (it.answer(inner), it.answer(inner)));
                if !is_three_valued(&left, &right, true) || right.leaves() {
                    left = self.beside_fact(|it| it.boolean(inner));
                }
                Expr::Logic(op, Box::new(left), Box::new(right))
            }
            40..52 if depth > 0 => {
                let (condition, then) = self.scoped(|it| (it.condition(inner), it.answers(inner)));
                Expr::If(Box::new(condition), then, Some(self.answers(inner)))
            }
            52..70 if depth > 0 => {
                let value = Box::new(self.option(inner));
                let name = self.name();
                let some = self.scoped(|it| {
                    it.bind(&name, Type::Int);
                    let guard = it.chance(20).then(|| it.boolean(0));
                    Arm { pattern: Pattern::Some(name.clone()), guard, value: it.answer(inner) }
                });
                let none = Arm { pattern: Pattern::Wild, guard: None, value: self.answer(inner) };
                Expr::Match(value, vec![some, none])
            }
            70..74 if depth > 0 => Expr::Block(self.answers(inner)),
            74..77 => Expr::Paren(Box::new(self.answer(inner))),
            77..84 => self.small_boolean(),
            _ => self.recursive(),
        }
    }

    /// A fact that holds by itself, or on account of what two links lead to: such data run in
    /// circles, and their facts differ.
    fn graph(&mut self) -> Block {
        let flags: Vec<usize> =
            (0..FACTS.len()).filter(|at| FACTS[*at].shape == Shape::Flag(false)).collect();
        let base = self.load(&flags).unwrap_or_else(|| self.bool_field());
        let next: Vec<Expr> = (0..2)
            .map(|_| {
                let fact = self.pick(&self.cycle.clone());
                self.loads += 2;
                self.linked(fact)
            })
            .collect();
        let [left, right] = <[Expr; 2]>::try_from(next).expect("two");
        let op = self.pick(&[Op::And, Op::And, Op::Or]);
        let both = Expr::Logic(op, Box::new(left), Box::new(right));
        // Beside what leaves, the fact has no place.
        let base_first = self.chance(70) || base.leaves();
        let (first, last) = if base_first { (base, both) } else { (both, base) };
        let tail = Expr::Logic(Op::Or, Box::new(first), Box::new(last));
        Block { stmts: Vec::new(), tail: Some(Box::new(tail)) }
    }

    /// A fact for where a link leads.
    fn linked(&mut self, fact: usize) -> Expr {
        self.loads += 1;
        let links: Vec<usize> = (0..FACTS.len())
            .filter(|at| FACTS[*at].parts == 1 && FACTS[*at].shape == Shape::Optional)
            .collect();
        let (link, from) = (self.pick(&links), self.number_field());
        let value = Expr::Load(link, vec![from], false);
        let (name, otherwise) = (self.name(), self.chance(20));
        let next = self.scoped(|it| {
            it.bind(&name, Type::Int);
            let mut keys: Vec<Expr> =
                (0..derived::fact(fact).parts).map(|_| it.small_number()).collect();
            keys[0] = Expr::Var(name.clone(), Type::Int);
            Expr::Load(fact, keys, it.chance(6))
        });
        let some = Arm { pattern: Pattern::Some(name), guard: None, value: next };
        let none = Arm { pattern: Pattern::None, guard: None, value: Expr::Bool(otherwise) };
        Expr::Match(Box::new(value), vec![some, none])
    }

    /// The fact again, or one that comes back to it.
    fn recursive(&mut self) -> Expr {
        if self.loads >= self.most_loads {
            return self.small_boolean();
        }
        self.loads += 1;
        let fact = self.pick(&self.cycle.clone());
        if self.chance(25) {
            let many = self.pick(&[Many::Any, Many::Any, Many::All]);
            let (items, keys) = self.counted(fact);
            return Expr::Many(many, items, fact, keys, self.chance(6));
        }
        let parts = derived::fact(fact).parts;
        if self.chance(40) && self.loads < self.most_loads {
            return self.linked(fact);
        }
        let depth = u64::from(self.chance(60));
        let keys = (0..parts).map(|_| self.number(depth)).collect();
        Expr::Load(fact, keys, self.chance(6))
    }

    fn bind(&mut self, name: &str, ty: Type) {
        self.locals.push((name.to_owned(), ty));
    }

    fn bind_pattern(&mut self, pattern: &Pattern) {
        if let Some(name) = pattern.binds() {
            self.bind(&name.clone(), Type::Int);
        }
    }

    fn assignment(&mut self, depth: u64) -> Option<Stmt> {
        let ty = self.pick(&[Type::Bool, Type::Int]);
        let name = self.mutable(ty)?;
        Some(Stmt::Assign(name, self.expr(ty, depth)))
    }

    /// `if … { return … }`, or one that changes something.
    fn conditional_effect(&mut self, depth: u64) -> Expr {
        self.scoped(|it| {
            let condition = Box::new(it.condition(depth));
            let then = match it.assigns.then(|| it.assignment(depth)).flatten() {
                Some(stmt) if it.chance(60) => Block { stmts: vec![stmt], tail: None },
                _ => it.leaving(depth),
            };
            // Without `else`, an `if` is `()`: what leaves fits.
            Expr::If(condition, then, None)
        })
    }

    fn names_action(&self) -> bool {
        self.locals.iter().any(|local| local.1 == Type::Action)
    }

    /// What a pattern is tried with: an option, or the action.
    fn tried(&mut self, depth: u64) -> Expr {
        if self.names_action() && self.chance(12) { Expr::Action } else { self.option(depth) }
    }

    /// A pattern that may not match.
    fn pattern_for(&mut self, value: &Expr) -> Pattern {
        if *value == Expr::Action {
            return Pattern::Actions(actions(self.random));
        }
        self.some_pattern()
    }

    fn some_pattern(&mut self) -> Pattern {
        match self.random.below(10) {
            0 => Pattern::AnySome,
            1 if self.chance(50) => Pattern::SomeConst(self.random.below(DOMAIN)),
            1 => Pattern::SomeInt(self.random.below(DOMAIN)),
            _ => Pattern::Some(self.name()),
        }
    }

    /// An expression of this type.
    fn expr(&mut self, ty: Type, depth: u64) -> Expr {
        match ty {
            Type::Bool => self.boolean(depth),
            Type::Int => self.number(depth),
            Type::Opt => self.option(depth),
            Type::List | Type::Iter | Type::Cell(_) | Type::Action | Type::Unit => {
                unreachable!("only statements give these")
            }
        }
    }

    /// A branching expression.
    fn branching(&mut self, ty: Type, depth: u64) -> Expr {
        let depth = depth - 1;
        match self.random.below(10) {
            0..4 => self.branch(ty, depth),
            4..8 => self.matching(ty, depth),
            8 => Expr::Block(self.block(ty, depth)),
            _ => self.labelled(ty, depth),
        }
    }

    fn labelled(&mut self, ty: Type, depth: u64) -> Expr {
        let label = format!("l{}", self.labels.len());
        self.labels.push((label.clone(), ty));
        let assigns = std::mem::replace(&mut self.assigns, false);
        let block = self.block(ty, depth);
        self.assigns = assigns;
        self.labels.pop();
        Expr::Labelled(label, block)
    }

    fn branch(&mut self, ty: Type, depth: u64) -> Expr {
        let (condition, then) = self.scoped(|it| (it.condition(depth), it.block(ty, depth)));
        let otherwise = match self.random.below(10) {
            0..2 => self.leaving(depth),
            2..4 if depth > 0 => {
                let inner = self.branch(ty, depth - 1);
                Block { stmts: Vec::new(), tail: Some(Box::new(inner)) }
            }
            _ => self.block(ty, depth),
        };
        Expr::If(Box::new(condition), then, Some(otherwise))
    }

    fn matching(&mut self, ty: Type, depth: u64) -> Expr {
        if self.names_action() && self.chance(12) {
            return self.matching_action(ty, depth);
        }
        let (value, last) = if self.chance(60) {
            let value = self.option(depth);
            (value, if self.chance(70) { Pattern::None } else { Pattern::Wild })
        } else {
            let value = self.number(depth);
            (value, if self.chance(60) { Pattern::Wild } else { Pattern::Bind(self.name()) })
        };
        let is_option = last == Pattern::None || crate::types::of(&value) == Type::Opt;
        let mut arms: Vec<Arm> = (0..=self.random.below(2))
            .map(|_| {
                let pattern = if is_option {
                    self.some_pattern()
                } else if self.chance(25) {
                    Pattern::Const(self.random.below(DOMAIN))
                } else if self.chance(40) {
                    Pattern::Int(self.random.below(DOMAIN))
                } else {
                    Pattern::Bind(self.name())
                };
                let needs_guard = matches!(pattern, Pattern::Bind(_));
                self.arm(pattern, needs_guard, ty, depth)
            })
            .collect();
        if last == Pattern::None {
            // Whatever the arms above leave over.
            let pattern = Pattern::Some(self.name());
            arms.push(self.arm_without_guard(pattern, ty, depth));
        }
        // The last arm does not leave, so that the match has a type.
        let value_of_last = self.scoped(|it| {
            it.bind_pattern(&last);
            it.arm_value(ty, depth)
        });
        arms.push(Arm { pattern: last, guard: None, value: value_of_last });
        Expr::Match(Box::new(value), arms)
    }

    fn matching_action(&mut self, ty: Type, depth: u64) -> Expr {
        let mut arms: Vec<Arm> = (0..=self.random.below(2))
            .map(|_| {
                let pattern = Pattern::Actions(actions(self.random));
                self.arm(pattern, false, ty, depth)
            })
            .collect();
        arms.push(self.arm_without_guard(Pattern::Wild, ty, depth));
        Expr::Match(Box::new(Expr::Action), arms)
    }

    fn arm(&mut self, pattern: Pattern, needs_guard: bool, ty: Type, depth: u64) -> Arm {
        self.scoped(|it| {
            it.bind_pattern(&pattern);
            let guard = (needs_guard || it.chance(40)).then(|| it.boolean(depth.min(1)));
            let value = if it.chance(20) { it.leave(depth) } else { it.arm_value(ty, depth) };
            Arm { pattern, guard, value }
        })
    }

    fn arm_without_guard(&mut self, pattern: Pattern, ty: Type, depth: u64) -> Arm {
        self.scoped(|it| {
            it.bind_pattern(&pattern);
            let value = it.arm_value(ty, depth);
            Arm { pattern, guard: None, value }
        })
    }

    fn arm_value(&mut self, ty: Type, depth: u64) -> Expr {
        if ty == Type::Bool && self.chance(25) {
            return Expr::Bool(self.chance(50));
        }
        if depth > 0 && self.chance(30) {
            return Expr::Block(self.block(ty, depth - 1));
        }
        self.expr(ty, depth)
    }

    /// The condition of an `if`, whose `let`s stay bound.
    fn condition(&mut self, depth: u64) -> Expr {
        if !self.chance(40) {
            return self.boolean(depth);
        }
        let count = 1 + self.random.below(3);
        let lets = self.random.below(count);
        let frozen = std::mem::replace(&mut self.frozen, self.locals.len());
        let mut chain: Option<Expr> = None;
        for i in 0..count {
            let next = if i == lets || self.chance(30) {
                let value = self.tried(depth.saturating_sub(1));
                let is_option = value != Expr::Action;
                let pattern = if is_option && self.chance(10) {
                    Pattern::None
                } else {
                    self.pattern_for(&value)
                };
                self.bind_pattern(&pattern);
                Expr::Let(pattern, Box::new(value))
            } else {
                self.boolean(depth.saturating_sub(1))
            };
            chain = Some(match chain {
                Some(before) => Expr::Logic(Op::And, Box::new(before), Box::new(next)),
                None => next,
            });
        }
        self.frozen = frozen;
        chain.expect("one condition at least")
    }

    /// An expression, which may be a fragment if the rule is one that a macro writes.
    fn fragment(&mut self, make: impl FnOnce(&mut Self) -> Expr) -> Expr {
        if self.fragments != Fragments::Some || !self.chance(30) {
            return make(self);
        }
        self.fragments = Fragments::Inside;
        let it = make(self);
        self.fragments = Fragments::Some;
        let fragment = match it {
            Expr::Bool(_) | Expr::Int(_) => Fragment::Literal,
            Expr::Block(_) if self.chance(60) => Fragment::Block,
            _ if self.chance(25) => Fragment::Tt,
            _ => Fragment::Expr,
        };
        Expr::Fragment(fragment, Box::new(it))
    }

    fn boolean(&mut self, depth: u64) -> Expr {
        self.fragment(|it| it.any_boolean(depth))
    }

    fn any_boolean(&mut self, depth: u64) -> Expr {
        if depth == 0 {
            return self.small_boolean();
        }
        let inner = depth - 1;
        match self.random.below(100) {
            0..40 => {
                let op = self.pick(&[Op::And, Op::Or]);
                let (left, right) = self.operands(|it| it.boolean(inner));
                // Now and then, the right side leaves.
                if !self.forbid && self.chance(4) {
                    let leave = self.leave(0);
                    return Expr::Logic(op, Box::new(left), Box::new(leave));
                }
                Expr::Logic(op, Box::new(left), Box::new(right))
            }
            40..50 => Expr::Not(Box::new(self.boolean(inner))),
            50..53 => Expr::Paren(Box::new(self.boolean(inner))),
            53..63 => self.branching(Type::Bool, depth),
            63..70 => {
                let how = self.comparison();
                Expr::Compare(how, Box::new(self.number(inner)), Box::new(self.number(inner)))
            }
            70..77 => {
                let value = Box::new(self.tried(inner));
                let pattern = self.pattern_for(&value);
                let guard = self.scoped(|it| {
                    it.bind_pattern(&pattern);
                    it.chance(60).then(|| Box::new(it.boolean(inner.min(1))))
                });
                Expr::Matches(value, pattern, guard)
            }
            77..80 => Expr::IsSome(Box::new(self.option(inner))),
            _ => self.small_boolean(),
        }
    }

    fn comparison(&mut self) -> Comparison {
        use Comparison::{AtLeast, Equal, Less, Unequal};
        self.pick(&[Equal, Equal, Unequal, Less, AtLeast])
    }

    fn small_boolean(&mut self) -> Expr {
        match self.random.below(100) {
            0..50 => {
                let flags = self.facts(|shape| matches!(shape, Shape::Flag(_)));
                self.load(&flags).unwrap_or_else(|| self.bool_field())
            }
            50..60 => {
                let many = self.pick(&[Many::Any, Many::All]);
                self.many(many).unwrap_or_else(|| self.bool_field())
            }
            60..72 => self.bool_field(),
            72..82 => match self.local(Type::Bool) {
                Some(name) => Expr::Var(name, Type::Bool),
                None => self.small_boolean(),
            },
            82..86 => match self.local(Type::List) {
                Some(name) => Expr::Contains(name, Box::new(self.small_number())),
                None => self.small_boolean(),
            },
            86..89 => {
                let is_there = |it: &mut Self| it.chance(50).then(|| it.chance(50));
                let numbers = (0..2 + self.random.below(3))
                    .map(|_| (self.random.below(DOMAIN), is_there(self)))
                    .collect();
                Expr::OneOf(numbers, Box::new(self.small_number()))
            }
            _ => {
                let how = self.comparison();
                let (left, right) = (self.small_number(), self.small_number());
                Expr::Compare(how, Box::new(left), Box::new(right))
            }
        }
    }

    fn number(&mut self, depth: u64) -> Expr {
        self.fragment(|it| it.any_number(depth))
    }

    fn any_number(&mut self, depth: u64) -> Expr {
        if depth == 0 {
            return self.small_number();
        }
        let inner = depth - 1;
        match self.random.below(100) {
            0..15 => self.branching(Type::Int, depth),
            15..30 => Expr::UnwrapOr(Box::new(self.option(inner)), Box::new(self.number(inner))),
            30..37 => Expr::Sum(Box::new(self.number(inner)), Box::new(self.number(inner))),
            37..43 => {
                let numbers = self.facts(|shape| shape == Shape::Number);
                let load = if numbers.is_empty() { None } else { self.load(&numbers) };
                load.unwrap_or_else(|| self.number_field())
            }
            43..64 if !self.forbid => Expr::Try(Box::new(self.option(inner))),
            _ => self.small_number(),
        }
    }

    fn small_number(&mut self) -> Expr {
        match self.random.below(100) {
            0..15 => Expr::Int(self.random.below(DOMAIN)),
            15..25 => match self.local(Type::Int).filter(|name| crate::body::is_mutable(name)) {
                Some(name) => Expr::Var(name, Type::Int),
                None => self.small_number(),
            },
            25..28 => match self.local(Type::Iter) {
                Some(name) => Expr::Left(name),
                None => self.small_number(),
            },
            28..31 => {
                let kind = self.pick(&[Shared::Cell, Shared::RefCell, Shared::Rc]);
                // A borrowed cell is not `Sync`: no operand beside a fact reads one from outside.
                match self.local_from(self.frozen, Type::Cell(kind)) {
                    Some(name) => Expr::Get(name, kind),
                    None => self.small_number(),
                }
            }
            31..35 if !self.of_fact => Expr::Field(self.pick(&[Field::BossId, Field::ParentId])),
            31..55 => match self.local(Type::Int) {
                Some(name) => Expr::Var(name, Type::Int),
                None => self.number_field(),
            },
            _ => self.number_field(),
        }
    }

    fn bool_field(&mut self) -> Expr {
        if self.of_fact {
            let (left, right) = (Box::new(self.number_field()), self.random.below(DOMAIN));
            return Expr::Compare(self.comparison(), left, Box::new(Expr::Int(right)));
        }
        Expr::Field(self.pick(&[Field::Admin, Field::Shared]))
    }

    fn option_field(&mut self) -> Expr {
        if self.of_fact {
            return Expr::Some(Box::new(self.number_field()));
        }
        Expr::Field(self.pick(&[Field::Boss, Field::Parent]))
    }

    fn number_field(&mut self) -> Expr {
        if self.of_fact {
            let parts = PARTS.iter().filter(|part| self.locals.iter().any(|it| it.0 == **part));
            let parts: Vec<_> = parts.collect();
            return Expr::Var((*self.pick(&parts)).into(), Type::Int);
        }
        let fields = [Field::DocId, Field::Org, Field::Owner, Field::Team, Field::UserId];
        Expr::Field(self.pick(&fields))
    }

    fn option(&mut self, depth: u64) -> Expr {
        self.fragment(|it| it.any_option(depth))
    }

    fn any_option(&mut self, depth: u64) -> Expr {
        match self.random.below(100) {
            0..8 if depth > 0 => self.branching(Type::Opt, depth),
            8..12 => Expr::None,
            12..16 => Expr::Some(Box::new(self.number(depth.saturating_sub(1)))),
            16..18 => match self.changeable(Type::Iter) {
                Some(name) => Expr::Next(name),
                None => self.option(depth),
            },
            18..28 => self.option_field(),
            28..38 => match self.local(Type::Opt) {
                Some(name) => Expr::Var(name, Type::Opt),
                None => self.option(depth),
            },
            _ => {
                let options =
                    self.facts(|shape| matches!(shape, Shape::Optional | Shape::Required));
                self.load(&options).unwrap_or_else(|| self.option_field())
            }
        }
    }

    /// The places of the facts with such a shape: now and then, only of derived ones.
    fn facts(&mut self, test: impl Fn(Shape) -> bool) -> Vec<usize> {
        let derived: Vec<usize> =
            self.derived.iter().copied().filter(|at| test(derived::fact(*at).shape)).collect();
        let stored: Vec<usize> = (0..FACTS.len()).filter(|at| test(FACTS[*at].shape)).collect();
        if !derived.is_empty() && (stored.is_empty() || self.chance(25)) {
            return derived;
        }
        stored
    }

    fn load(&mut self, facts: &[usize]) -> Option<Expr> {
        if self.loads >= self.most_loads {
            return None;
        }
        self.loads += 1;
        let fact = self.pick(facts);
        let depth = u64::from(self.chance(25));
        let keys = (0..derived::fact(fact).parts).map(|_| self.number(depth)).collect();
        Some(Expr::Load(fact, keys, self.chance(6)))
    }

    fn many(&mut self, many: Many) -> Option<Expr> {
        if self.loads >= self.most_loads {
            return None;
        }
        self.loads += 1;
        let wants_flag = many != Many::Each;
        let facts = self.facts(|shape| match shape {
            Shape::Flag(_) => wants_flag,
            Shape::Number => false,
            Shape::Optional | Shape::Required => !wants_flag,
        });
        let fact = self.pick(&facts);
        let (items, keys) = self.counted(fact);
        Some(Expr::Many(many, items, fact, keys, self.chance(6)))
    }

    /// Items, which may be counted as they are taken, and the key of each.
    fn counted(&mut self, fact: usize) -> (Items, Vec<Expr>) {
        let items = self.items();
        let hidden = self.hidden.len();
        // What lends its items is not to be looked at meanwhile.
        if let Items::ByRef(name, _) = &items {
            self.hidden.push(name.clone());
        }
        let counter = if self.chance(30) { self.mutable(Type::Int) } else { None };
        let counter = counter.map(|name| (self.pick(&[Counting::Map, Counting::Inspect]), name));
        // The closure of `inspect` has its counter alone.
        if let Some((Counting::Inspect, name)) = &counter {
            self.hidden.push(name.clone());
        }
        let keys = self.keys_of_item(fact);
        self.hidden.truncate(hidden);
        match counter {
            Some((counting, name)) => (Items::Counted(Box::new(items), counting, name), keys),
            None => (items, keys),
        }
    }

    fn items(&mut self) -> Items {
        if let Some(name) = self.changeable(Type::Iter)
            && self.chance(60)
        {
            let most = self.chance(60).then_some(1 + usize::from(self.chance(50)));
            return Items::ByRef(name, most);
        }
        match self.local(Type::List) {
            Some(name) if self.chance(60) => Items::List(name),
            _ if self.of_fact => Items::Near(self.random.below(DOMAIN)),
            _ => Items::Labels,
        }
    }

    fn keys_of_item(&mut self, fact: usize) -> Vec<Expr> {
        let item = Expr::Var(ITEM.into(), Type::Int);
        if derived::fact(fact).parts == 1 {
            vec![item]
        } else if self.chance(50) {
            vec![item, self.small_number()]
        } else {
            vec![self.small_number(), item]
        }
    }
}
