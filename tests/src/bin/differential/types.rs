//! The types of expressions, and whether a changed body still has them.

use crate::body::{Block, Expr, Items, Many, Name, Pattern, Stmt, Type};
use crate::derived::{self, PARTS};
use crate::effects::added_to;

/// The type of an expression that does not leave.
pub fn of(expr: &Expr) -> Type {
    match expr {
        Expr::Int(_)
        | Expr::Sum(..)
        | Expr::UnwrapOr(..)
        | Expr::Try(_)
        | Expr::Left(_)
        | Expr::Get(..) => Type::Int,
        Expr::None | Expr::Some(_) | Expr::Next(_) => Type::Opt,
        Expr::Action => Type::Action,
        Expr::Iter => Type::Iter,
        Expr::Cell(kind, _) => Type::Cell(*kind),
        Expr::Field(field) => field.ty(),
        Expr::Var(_, ty) => *ty,
        Expr::Paren(it) | Expr::Fragment(_, it) => of(it),
        Expr::Load(fact, ..) => derived::ty(*fact),
        Expr::Many(Many::Each, ..) => Type::List,
        Expr::If(_, then, otherwise) => {
            let blocks = std::iter::once(then).chain(otherwise);
            blocks.map(of_block).find(|ty| *ty != Type::Unit).unwrap_or(Type::Unit)
        }
        Expr::Match(_, arms) => {
            let values = arms.iter().map(|arm| of(&arm.value));
            values.into_iter().find(|ty| *ty != Type::Unit).unwrap_or(Type::Unit)
        }
        Expr::Block(block) | Expr::Labelled(_, block) => of_block(block),
        Expr::Return(_) | Expr::Break(..) => Type::Unit,
        _ => Type::Bool,
    }
}

fn of_block(block: &Block) -> Type {
    block.tail.as_ref().map_or(Type::Unit, |tail| of(tail))
}

/// Whether every name is bound where it is used, with the right type. Policies do not speak of the
/// parts of a key, and derived facts always may.
pub fn is_well_scoped(block: &Block) -> bool {
    let locals = PARTS.iter().map(|part| ((*part).to_owned(), Type::Int)).collect();
    Scope { locals }.block(block)
}

struct Scope {
    locals: Vec<(Name, Type)>,
}

impl Scope {
    fn within(&mut self, check: impl FnOnce(&mut Self) -> bool) -> bool {
        let outside = self.locals.len();
        let is_right = check(self);
        self.locals.truncate(outside);
        is_right
    }

    fn has(&self, name: &str, ty: Type) -> bool {
        let found = self.locals.iter().rev().find(|local| local.0 == *name);
        name == crate::body::ITEM || found.is_some_and(|local| local.1 == ty)
    }

    fn bind(&mut self, pattern: &Pattern) -> bool {
        self.locals.extend(pattern.binds().map(|name| (name.clone(), Type::Int)));
        true
    }

    fn block(&mut self, block: &Block) -> bool {
        self.within(|it| {
            block.stmts.iter().all(|stmt| it.stmt(stmt))
                && block.tail.as_ref().is_none_or(|tail| it.expr(tail))
        })
    }

    fn stmt(&mut self, stmt: &Stmt) -> bool {
        match stmt {
            Stmt::Let(name, _, value) => {
                let is_right = self.expr(value);
                self.locals.push((name.clone(), of(value)));
                is_right
            }
            Stmt::LetElse(pattern, value, otherwise) => {
                self.expr(value) && self.block(otherwise) && self.bind(pattern)
            }
            Stmt::Assign(name, value) => self.has(name, of(value)) && self.expr(value),
            Stmt::Set(name, kind, value) => self.has(name, Type::Cell(*kind)) && self.expr(value),
            Stmt::Prepare(_, name, by) => {
                let is_right = self.has(name, Type::Int) && self.expr(by);
                self.locals.push((added_to(name), Type::Int));
                is_right
            }
            Stmt::Change(_, name) | Stmt::Settle(_, name) => {
                self.has(name, Type::Int) && self.has(&added_to(name), Type::Int)
            }
            Stmt::Expr(value) => self.within(|it| it.expr(value)),
        }
    }

    fn items(&self, items: &Items) -> bool {
        match items {
            Items::Labels | Items::Near(_) => true,
            Items::List(name) => self.has(name, Type::List),
            Items::ByRef(name, _) => self.has(name, Type::Iter),
            Items::Counted(items, _, name) => self.has(name, Type::Int) && self.items(items),
        }
    }

    fn expr(&mut self, expr: &Expr) -> bool {
        match expr {
            Expr::Var(name, ty) => self.has(name, *ty),
            Expr::Bool(_)
            | Expr::Int(_)
            | Expr::None
            | Expr::Field(_)
            | Expr::Action
            | Expr::Iter => true,
            Expr::Next(name) | Expr::Left(name) => self.has(name, Type::Iter),
            Expr::Get(name, kind) => self.has(name, Type::Cell(*kind)),
            Expr::Some(it)
            | Expr::Cell(_, it)
            | Expr::OneOf(_, it)
            | Expr::Not(it)
            | Expr::Paren(it)
            | Expr::Fragment(_, it)
            | Expr::IsSome(it)
            | Expr::Try(it)
            | Expr::Return(it)
            | Expr::Break(_, it) => self.expr(it),
            Expr::Contains(name, it) => self.has(name, Type::List) && self.expr(it),
            // What a `let` binds is there until the `if` ends.
            Expr::Let(pattern, it) => self.expr(it) && self.bind(pattern),
            Expr::Logic(_, left, right)
            | Expr::Compare(_, left, right)
            | Expr::Sum(left, right)
            | Expr::UnwrapOr(left, right) => self.expr(left) && self.expr(right),
            Expr::Load(_, keys, _) => keys.iter().all(|key| self.expr(key)),
            Expr::Many(_, items, _, keys, _) => {
                self.items(items) && keys.iter().all(|key| self.expr(key))
            }
            Expr::Matches(it, pattern, guard) => {
                self.expr(it)
                    && self.within(|it| {
                        it.bind(pattern) && guard.as_ref().is_none_or(|guard| it.expr(guard))
                    })
            }
            Expr::If(condition, then, otherwise) => {
                self.within(|it| it.expr(condition) && it.block(then))
                    && otherwise.as_ref().is_none_or(|block| self.block(block))
            }
            Expr::Match(value, arms) => {
                self.expr(value)
                    && arms.iter().all(|arm| {
                        self.within(|it| {
                            it.bind(&arm.pattern)
                                && arm.guard.as_ref().is_none_or(|guard| it.expr(guard))
                                && it.expr(&arm.value)
                        })
                    })
            }
            Expr::Block(block) | Expr::Labelled(_, block) => self.block(block),
        }
    }
}
