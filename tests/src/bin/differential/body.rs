//! The tree of a policy's body: the part of the language that is generated.

use std::collections::BTreeSet;

use crate::data::Action;
use crate::effects::Way;
use crate::fragments::Fragment;

/// A name of a local.
pub type Name = String;

/// The type of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Type {
    /// `bool`
    Bool,
    /// `u64`
    Int,
    /// `Option<u64>`
    Opt,
    /// `Vec<Option<u64>>`, what `each` gives.
    List,
    /// An iterator over the labels, of which some may be left.
    Iter,
    /// A `u64` that changes without `mut`.
    Cell(Shared),
    /// `&Action`
    Action,
    /// `()`
    Unit,
}

/// What holds a number that changes without `mut`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shared {
    /// `Cell<u64>`
    Cell,
    /// `RefCell<u64>`
    RefCell,
    /// `Rc<Cell<u64>>`
    Rc,
}

/// A policy without its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Body {
    /// Whether it forbids.
    pub forbid: bool,
    /// Whether the parameter's pattern is `User { admin: true, .. }`.
    pub admins_only: bool,
    /// The pattern of the parameter for the action; if it is `action`, `None`.
    pub actions: Option<Actions>,
    /// By which numbers attributes are added, which change nothing; none by `0`.
    pub attributes: u64,
    /// What it does.
    pub block: Block,
}

/// `{ … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Its statements.
    pub stmts: Vec<Stmt>,
    /// Its value; `None` if it leaves, or has none.
    pub tail: Option<Box<Expr>>,
}

/// A statement.
#[derive(Clone, Debug, PartialEq)]
pub enum Stmt {
    /// `let name = value;`, perhaps `mut`.
    Let(Name, bool, Expr),
    /// `let pattern = value else { … };`
    LetElse(Pattern, Expr, Block),
    /// `name = value;`
    Assign(Name, Expr),
    /// `cell.set(value);`
    Set(Name, Shared, Expr),
    /// Begins to add a number to a local in some way: what that way needs is bound.
    Prepare(Way, Name, Expr),
    /// Adds it.
    Change(Way, Name),
    /// The local has the sum, and may be named again.
    Settle(Way, Name),
    /// `value;`
    Expr(Expr),
}

/// `&&` and `||`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// `&&`
    And,
    /// `||`
    Or,
}

/// Comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    Unequal,
    /// `<`
    Less,
    /// `>=`
    AtLeast,
}

/// What is known without a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// `user.id`
    UserId,
    /// `user.team`
    Team,
    /// `user.boss`
    Boss,
    /// `user.admin`
    Admin,
    /// `doc.id`
    DocId,
    /// `doc.owner`
    Owner,
    /// `doc.org`
    Org,
    /// `doc.parent`
    Parent,
    /// `doc.shared`
    Shared,
    /// `user.boss_id()`, which panics if there is none.
    BossId,
    /// `doc.parent_id()`, which panics if there is none.
    ParentId,
}

/// Where `any`, `all` and `each` take their keys from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Items {
    /// `doc.labels`
    Labels,
    /// A local of type [`Type::List`]: those that are there.
    List(Name),
    /// `[x, 3_u64]`, in a derived fact: the first part of its key, and a number.
    Near(u64),
    /// So many that are left in a local of type [`Type::Iter`], or all.
    ByRef(Name, Option<usize>),
    /// Items that are counted in a local, in the closure that makes a key of each, or by `inspect`.
    Counted(Box<Items>, Counting, Name),
}

/// Where items are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// In the closure of `map`.
    Map,
    /// In that of `inspect`.
    Inspect,
}

/// Which of the three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Many {
    /// `any`
    Any,
    /// `all`
    All,
    /// `each`
    Each,
}

/// A pattern of an option or a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// `Some(name)`
    Some(Name),
    /// `Some(_)`
    AnySome,
    /// `Some(3)`
    SomeInt(u64),
    /// `Some(THREE)`
    SomeConst(u64),
    /// `None`
    None,
    /// `_`
    Wild,
    /// `3`
    Int(u64),
    /// `THREE`
    Const(u64),
    /// `Read | Edit`
    Actions(Actions),
    /// A pattern with a name that is nearly a constant's.
    Slip(Name),
    /// `name`
    Bind(Name),
}

/// Some of the actions, as a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actions {
    /// Those that match.
    pub actions: Vec<Action>,
    /// How they are named.
    pub spelt: Spelt,
}

/// How a variant is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelt {
    /// `Edit`
    Imported,
    /// `Action::Edit`
    Path,
    /// `&EDIT`
    Constant,
    /// `Eidt`, which is no action's name.
    Slip,
}

/// An arm of a `match`.
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// What it matches.
    pub pattern: Pattern,
    /// `if …`
    pub guard: Option<Expr>,
    /// Its value.
    pub value: Expr,
}

/// The name of the item in the closure of `any`, `all` and `each`.
pub const ITEM: &str = "item";

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// `true`
    Bool(bool),
    /// `3_u64`
    Int(u64),
    /// `None::<u64>`
    None,
    /// `Some(…)`
    Some(Box<Expr>),
    /// `user.id`
    Field(Field),
    /// `action`
    Action,
    /// `[1_u64, #[cfg(any())] 2_u64].contains(&…)`: numbers, and whether each is there, if that is said.
    OneOf(Vec<(u64, Option<bool>)>, Box<Expr>),
    /// A local.
    Var(Name, Type),
    /// `doc.labels.iter()`, as the value of a `let`.
    Iter,
    /// `iter.next().copied()`
    Next(Name),
    /// `iter.len()`
    Left(Name),
    /// `Cell::new(…)`, as the value of a `let`.
    Cell(Shared, Box<Expr>),
    /// `cell.get()`
    Get(Name, Shared),
    /// `!…`
    Not(Box<Expr>),
    /// `(…)`, where none are needed.
    Paren(Box<Expr>),
    /// What a macro that writes the rule takes as an argument.
    Fragment(Fragment, Box<Expr>),
    /// `… && …`
    Logic(Op, Box<Expr>, Box<Expr>),
    /// `… == …`
    Compare(Comparison, Box<Expr>, Box<Expr>),
    /// `(… + …) % DOMAIN`
    Sum(Box<Expr>, Box<Expr>),
    /// `….is_some()`
    IsSome(Box<Expr>),
    /// `….unwrap_or(…)`
    UnwrapOr(Box<Expr>, Box<Expr>),
    /// `list.contains(&Some(…))`
    Contains(Name, Box<Expr>),
    /// `Fact(…).await`, by the fact's place; perhaps lazy.
    Load(usize, Vec<Expr>, bool),
    /// `any(….iter().map(|item| Fact(…))).await`, perhaps lazy.
    Many(Many, Items, usize, Vec<Expr>, bool),
    /// `…?`
    Try(Box<Expr>),
    /// `return …`
    Return(Box<Expr>),
    /// `let … = …`, in a condition.
    Let(Pattern, Box<Expr>),
    /// `matches!(…, … if …)`
    Matches(Box<Expr>, Pattern, Option<Box<Expr>>),
    /// `if … { … } else { … }`
    If(Box<Expr>, Block, Option<Block>),
    /// `match … { … }`
    Match(Box<Expr>, Vec<Arm>),
    /// `{ … }`
    Block(Block),
    /// `'label: { … }`
    Labelled(Name, Block),
    /// `break 'label …`
    Break(Name, Box<Expr>),
}

impl Field {
    /// Its type.
    pub fn ty(self) -> Type {
        match self {
            Self::Admin | Self::Shared => Type::Bool,
            Self::Boss | Self::Parent => Type::Opt,
            _ => Type::Int,
        }
    }

    /// As written.
    pub fn path(self) -> &'static str {
        match self {
            Self::UserId => "user.id",
            Self::Team => "user.team",
            Self::Boss => "user.boss",
            Self::Admin => "user.admin",
            Self::DocId => "doc.id",
            Self::Owner => "doc.owner",
            Self::Org => "doc.org",
            Self::Parent => "doc.parent",
            Self::Shared => "doc.shared",
            Self::BossId => "user.boss_id()",
            Self::ParentId => "doc.parent_id()",
        }
    }
}

impl Pattern {
    /// The name that it binds.
    pub fn binds(&self) -> Option<&Name> {
        match self {
            Self::Some(name) | Self::Bind(name) => Some(name),
            _ => None,
        }
    }
}

/// A part of a body, to be looked at or replaced.
pub enum Part<'b> {
    /// An expression.
    Expr(&'b mut Expr),
    /// A block.
    Block(&'b mut Block),
}

/// Looks at each part, outer ones first; stops when `visit` says so.
pub type Visit<'v> = &'v mut dyn FnMut(Part<'_>) -> bool;

impl Block {
    /// Whether control never comes to its end.
    pub fn diverges(&self) -> bool {
        self.stmts.iter().any(|stmt| matches!(stmt, Stmt::Expr(value) if value.diverges()))
            || self.tail.as_ref().is_some_and(|tail| tail.diverges())
    }

    /// Shows every part.
    pub fn walk(&mut self, visit: Visit<'_>) -> bool {
        if visit(Part::Block(self)) {
            return true;
        }
        for stmt in &mut self.stmts {
            let found = match stmt {
                Stmt::Let(_, _, value)
                | Stmt::Assign(_, value)
                | Stmt::Set(_, _, value)
                | Stmt::Prepare(_, _, value)
                | Stmt::Expr(value) => value.walk(visit),
                Stmt::Change(..) | Stmt::Settle(..) => false,
                Stmt::LetElse(_, value, otherwise) => value.walk(visit) || otherwise.walk(visit),
            };
            if found {
                return true;
            }
        }
        self.tail.as_mut().is_some_and(|tail| tail.walk(visit))
    }
}

impl Expr {
    /// Whether control never comes out at its end.
    pub fn diverges(&self) -> bool {
        match self {
            Self::Return(_) | Self::Break(..) => true,
            Self::Paren(it) | Self::Fragment(_, it) => it.diverges(),
            Self::Block(block) => block.diverges(),
            Self::If(_, then, Some(otherwise)) => then.diverges() && otherwise.diverges(),
            Self::Match(_, arms) => arms.iter().all(|arm| arm.value.diverges()),
            _ => false,
        }
    }

    /// The expressions and blocks directly inside.
    fn inside(&mut self) -> (Vec<&mut Expr>, Vec<&mut Block>) {
        let (mut exprs, mut blocks): (Vec<&mut Expr>, Vec<&mut Block>) = (Vec::new(), Vec::new());
        match self {
            Self::Bool(_)
            | Self::Int(_)
            | Self::None
            | Self::Field(_)
            | Self::Action
            | Self::Var(..)
            | Self::Iter
            | Self::Next(_)
            | Self::Left(_)
            | Self::Get(..) => {}
            Self::Some(it)
            | Self::Cell(_, it)
            | Self::Not(it)
            | Self::Paren(it)
            | Self::Fragment(_, it)
            | Self::IsSome(it)
            | Self::Contains(_, it)
            | Self::OneOf(_, it)
            | Self::Try(it)
            | Self::Return(it)
            | Self::Let(_, it)
            | Self::Break(_, it) => exprs.push(it),
            Self::Logic(_, left, right)
            | Self::Compare(_, left, right)
            | Self::Sum(left, right)
            | Self::UnwrapOr(left, right) => exprs.extend([&mut **left, &mut **right]),
            Self::Load(_, keys, _) | Self::Many(_, _, _, keys, _) => exprs.extend(keys),
            Self::Matches(value, _, guard) => {
                exprs.push(value);
                exprs.extend(guard.iter_mut().map(|guard| &mut **guard));
            }
            Self::If(condition, then, otherwise) => {
                exprs.push(condition);
                blocks.push(then);
                blocks.extend(otherwise);
            }
            Self::Match(value, arms) => {
                exprs.push(value);
                for arm in arms {
                    exprs.extend(&mut arm.guard);
                    exprs.push(&mut arm.value);
                }
            }
            Self::Block(block) | Self::Labelled(_, block) => blocks.push(block),
        }
        (exprs, blocks)
    }

    /// Shows every part, itself first.
    pub fn walk(&mut self, visit: Visit<'_>) -> bool {
        if visit(Part::Expr(self)) {
            return true;
        }
        let (exprs, blocks) = self.inside();
        exprs.into_iter().any(|expr| expr.walk(visit))
            || blocks.into_iter().any(|block| block.walk(visit))
    }

    /// Whether `test` holds for an expression inside, or for itself.
    pub fn any(&self, test: &dyn Fn(&Expr) -> bool) -> bool {
        self.clone().walk(&mut |part| matches!(part, Part::Expr(expr) if test(expr)))
    }

    /// Whether a fact is loaded inside.
    pub fn loads(&self) -> bool {
        self.any(&|expr| matches!(expr, Self::Load(..) | Self::Many(..)))
    }

    /// Whether a `?` or `return` inside may leave the policy.
    pub fn leaves(&self) -> bool {
        self.any(&|expr| matches!(expr, Self::Try(_) | Self::Return(_))) || self.jumps_out()
    }

    /// Whether a `break` inside leads out.
    pub fn jumps_out(&self) -> bool {
        let (targets, labels) = (self.labels(true), self.labels(false));
        targets.iter().any(|target| !labels.contains(target))
    }

    /// The labels that are jumped to, or that are there.
    fn labels(&self, jumped_to: bool) -> BTreeSet<Name> {
        let mut labels = BTreeSet::new();
        self.clone().walk(&mut |part| {
            match part {
                Part::Expr(Self::Break(label, _)) if jumped_to => labels.insert(label.clone()),
                Part::Expr(Self::Labelled(label, _)) if !jumped_to => labels.insert(label.clone()),
                _ => false,
            };
            false
        });
        labels
    }

    /// Whether an operand binds names for what comes after it.
    pub fn binds_names(&self) -> bool {
        match self {
            Self::Let(..) => true,
            Self::Logic(_, left, right) => left.binds_names() || right.binds_names(),
            _ => false,
        }
    }

    /// Whether a local is mentioned that can change. Only those have names that begin with `m`.
    pub fn mentions_mutable(&self) -> bool {
        let mut block = Block { stmts: Vec::new(), tail: Some(Box::new(self.clone())) };
        block.walk(&mut |part| match part {
            Part::Expr(Self::Var(name, _)) => is_mutable(name),
            Part::Expr(Self::Next(_) | Self::Left(_) | Self::Get(..)) => true,
            Part::Expr(Self::Many(_, items, ..)) => items.change(),
            Part::Expr(_) => false,
            Part::Block(block) => block.stmts.iter().any(|stmt| match stmt {
                Stmt::Let(name, mutable, _) => *mutable || is_mutable(name),
                Stmt::LetElse(..) | Stmt::Expr(_) => false,
                _ => true,
            }),
        })
    }
}

impl Items {
    /// Whether taking them changes a local.
    pub fn change(&self) -> bool {
        matches!(self, Self::ByRef(..) | Self::Counted(..))
    }
}

/// Whether a local of this name can change.
pub fn is_mutable(name: &str) -> bool {
    name.starts_with(['m', 'M'])
}

/// Whether a failed left side of `||` or `&&` leaves the right one a say.
///
/// Not if the left side can leave the policy: had it loaded, it might have left. Nor if the right side has
/// no value because it leaves; if a side jumps, or binds names for what follows; or if the right side
/// returns what is no `bool`.
pub fn is_three_valued(left: &Expr, right: &Expr, gives_bool: bool) -> bool {
    let is_plain = |side: &Expr| !side.binds_names() && !side.jumps_out();
    left.loads()
        && !left.leaves()
        && !right.diverges()
        && is_plain(left)
        && is_plain(right)
        && (gives_bool || !right.any(&|expr| matches!(expr, Expr::Return(_))))
}

/// Stands where a body was that does not compile.
pub fn nothing() -> Body {
    let tail = Some(Box::new(Expr::Field(Field::Shared)));
    Body::of(Block { stmts: Vec::new(), tail })
}

impl Body {
    /// Whether a macro writes it.
    pub fn has_fragments(&self) -> bool {
        let mut block = self.block.clone();
        block.walk(&mut |part| matches!(part, Part::Expr(Expr::Fragment(..))))
    }

    /// One that permits, of everybody and every action.
    pub fn of(block: Block) -> Self {
        Self { forbid: false, admins_only: false, actions: None, attributes: 0, block }
    }
}
