//! Random bodies, well typed by construction.

use crate::body::{
    Arm, Block, Body, Comparison, Expr, Field, ITEM, Items, Many, Name, Op, Pattern, Stmt, Type,
};
use crate::data::{DOMAIN, FACTS, Random, Shape};

/// Loads in a body at most; what is generated beyond is local.
const MOST_LOADS: usize = 9;

/// The body `index` of a seed.
pub fn body(seed: u64, index: u64) -> Body {
    let of_seed = Random::new(seed).next();
    let mut numbers = Random::new(of_seed ^ index.wrapping_mul(0x5851_F42D_4C95_7F2D));
    loop {
        let forbid = numbers.chance(30);
        let admins_only = numbers.chance(8);
        let mut it = Generator {
            random: &mut numbers,
            locals: Vec::new(),
            labels: Vec::new(),
            forbid,
            loads: 0,
            assigns: true,
        };
        let depth = 2 + it.random.below(3);
        let block = it.block(Type::Bool, depth);
        // A body with one load has nothing to ask for early.
        if it.loads > 1 {
            return Body { forbid, admins_only, block };
        }
    }
}

struct Generator<'g> {
    random: &'g mut Random,
    locals: Vec<(Name, Type)>,
    /// The labels of blocks around, each with its block's type.
    labels: Vec<(Name, Type)>,
    /// Whether the policy forbids: there `?` is not allowed.
    forbid: bool,
    loads: usize,
    /// Whether locals may be assigned to here.
    assigns: bool,
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
        let names: Vec<Name> = self
            .locals
            .iter()
            .enumerate()
            .filter(|(i, local)| {
                local.1 == ty && self.locals[i + 1..].iter().all(|later| later.0 != local.0)
            })
            .map(|(_, local)| local.0.clone())
            .collect();
        if names.is_empty() { None } else { Some(self.pick(&names)) }
    }

    /// A block with a value of type `ty`.
    fn block(&mut self, ty: Type, depth: u64) -> Block {
        self.scoped(|it| {
            let count = if depth == 0 { 0 } else { it.random.below(4) };
            let stmts = (0..count).map(|_| it.stmt(depth - 1)).collect();
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
        let value = if self.chance(40) { Expr::Bool(self.chance(50)) } else { self.boolean(depth) };
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
                let ty = self.pick(&[Type::Bool, Type::Int]);
                let name = self.pick(&["m", "mm"]).to_owned();
                let value = self.expr(ty, depth);
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
                let value = self.option(depth);
                let otherwise = self.leaving(depth);
                let pattern = self.some_pattern();
                self.bind_pattern(&pattern);
                Stmt::LetElse(pattern, value, otherwise)
            }
            75..85 if self.assigns => match self.assignment(depth) {
                Some(stmt) => stmt,
                None => self.stmt(depth),
            },
            _ => Stmt::Expr(self.conditional_effect(depth)),
        }
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
        let name = self.local(ty).filter(|name| crate::body::is_mutable(name))?;
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

    fn some_pattern(&mut self) -> Pattern {
        match self.random.below(10) {
            0 => Pattern::AnySome,
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
            Type::List | Type::Unit => unreachable!("only statements give these"),
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
                } else if self.chance(50) {
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
        let mut chain: Option<Expr> = None;
        for i in 0..count {
            let next = if i == lets || self.chance(30) {
                let value = self.option(depth.saturating_sub(1));
                let pattern = if self.chance(10) { Pattern::None } else { self.some_pattern() };
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
        chain.expect("one condition at least")
    }

    fn boolean(&mut self, depth: u64) -> Expr {
        if depth == 0 {
            return self.small_boolean();
        }
        let inner = depth - 1;
        match self.random.below(100) {
            0..40 => {
                let op = self.pick(&[Op::And, Op::Or]);
                let (left, right) = (self.boolean(inner), self.boolean(inner));
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
                let value = Box::new(self.option(inner));
                let pattern = self.some_pattern();
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
                let flags = Self::facts(|shape| matches!(shape, Shape::Flag(_)));
                self.load(&flags).unwrap_or(Expr::Field(Field::Shared))
            }
            50..60 => {
                let many = self.pick(&[Many::Any, Many::All]);
                self.many(many).unwrap_or(Expr::Field(Field::Admin))
            }
            60..72 => Expr::Field(self.pick(&[Field::Admin, Field::Shared])),
            72..82 => match self.local(Type::Bool) {
                Some(name) => Expr::Var(name, Type::Bool),
                None => self.small_boolean(),
            },
            82..86 => match self.local(Type::List) {
                Some(name) => Expr::Contains(name, Box::new(self.small_number())),
                None => self.small_boolean(),
            },
            _ => {
                let how = self.comparison();
                let (left, right) = (self.small_number(), self.small_number());
                Expr::Compare(how, Box::new(left), Box::new(right))
            }
        }
    }

    fn number(&mut self, depth: u64) -> Expr {
        if depth == 0 {
            return self.small_number();
        }
        let inner = depth - 1;
        match self.random.below(100) {
            0..15 => self.branching(Type::Int, depth),
            15..30 => Expr::UnwrapOr(Box::new(self.option(inner)), Box::new(self.number(inner))),
            30..37 => Expr::Sum(Box::new(self.number(inner)), Box::new(self.number(inner))),
            37..60 if !self.forbid => Expr::Try(Box::new(self.option(inner))),
            _ => self.small_number(),
        }
    }

    fn small_number(&mut self) -> Expr {
        match self.random.below(100) {
            0..15 => Expr::Int(self.random.below(DOMAIN)),
            15..55 => match self.local(Type::Int) {
                Some(name) => Expr::Var(name, Type::Int),
                None => self.number_field(),
            },
            _ => self.number_field(),
        }
    }

    fn number_field(&mut self) -> Expr {
        use Field::{DocId, Org, Owner, Team, UserId};
        Expr::Field(self.pick(&[DocId, Org, Owner, Team, UserId]))
    }

    fn option(&mut self, depth: u64) -> Expr {
        match self.random.below(100) {
            0..8 if depth > 0 => self.branching(Type::Opt, depth),
            8..12 => Expr::None,
            12..18 => Expr::Some(Box::new(self.number(depth.saturating_sub(1)))),
            18..28 => Expr::Field(self.pick(&[Field::Boss, Field::Parent])),
            28..38 => match self.local(Type::Opt) {
                Some(name) => Expr::Var(name, Type::Opt),
                None => self.option(depth),
            },
            _ => {
                let options = Self::facts(|shape| !matches!(shape, Shape::Flag(_)));
                self.load(&options).unwrap_or(Expr::Field(Field::Boss))
            }
        }
    }

    /// The places of the facts with such a shape.
    fn facts(test: impl Fn(Shape) -> bool) -> Vec<usize> {
        (0..FACTS.len()).filter(|at| test(FACTS[*at].shape)).collect()
    }

    fn load(&mut self, facts: &[usize]) -> Option<Expr> {
        if self.loads >= MOST_LOADS {
            return None;
        }
        self.loads += 1;
        let fact = self.pick(facts);
        let depth = u64::from(self.chance(25));
        let keys = (0..FACTS[fact].parts).map(|_| self.number(depth)).collect();
        Some(Expr::Load(fact, keys, self.chance(6)))
    }

    fn many(&mut self, many: Many) -> Option<Expr> {
        if self.loads >= MOST_LOADS {
            return None;
        }
        self.loads += 1;
        let wants_flag = many != Many::Each;
        let fact = self.pick(&Self::facts(|shape| matches!(shape, Shape::Flag(_)) == wants_flag));
        let items = match self.local(Type::List) {
            Some(name) if self.chance(60) => Items::List(name),
            _ => Items::Labels,
        };
        let item = Expr::Var(ITEM.into(), Type::Int);
        let keys = if FACTS[fact].parts == 1 {
            vec![item]
        } else if self.chance(50) {
            vec![item, self.small_number()]
        } else {
            vec![self.small_number(), item]
        };
        Some(Expr::Many(many, items, fact, keys, self.chance(6)))
    }
}
