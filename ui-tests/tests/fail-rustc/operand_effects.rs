//! A side of `||` or `&&` beside a fact changes nothing outside of it, by whatever way it tries.
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gatehouse::prelude::*;

fact! {
    pub Flag(id: u32) -> bool = false;
    pub Level(id: u32) -> u32;
    /// The same in a derived fact.
    pub Derived(id: u32) -> bool {
        let n = &mut 0;
        let either = Flag(id).await || { *n += 1; true };
        either && *n == 1
    }
}

pub struct Tracker<'t> {
    count: &'t mut u32,
}

impl Tracker<'_> {
    fn seen(&self) -> bool {
        *self.count > 0
    }
}

macro_rules! count {
    ($n:ident) => {{
        $n += 1;
        true
    }};
}

#[policy]
pub async fn a_local(user: &u32) -> bool {
    let mut seen = Vec::new();
    let either = Flag(*user).await || { seen.push(1); true };
    either && !seen.is_empty()
}

#[policy]
pub async fn a_temporary(user: &u32) -> bool {
    let seen = &mut Vec::new();
    (Flag(*user).await || { seen.push(1); true }) && !seen.is_empty()
}

#[policy]
pub async fn an_alias(user: &u32) -> bool {
    let mut n = 0;
    let r = &mut n;
    let either = Flag(*user).await || { *r += 1; true };
    either && n == 1
}

#[policy]
pub async fn a_pattern(user: &u32) -> bool {
    let mut pair = (0, 1);
    let (ref mut first, _) = pair;
    let either = Flag(*user).await || { *first += 1; true };
    either && pair.0 == 1
}

#[policy]
pub async fn a_binding_mode(user: &u32) -> bool {
    let pair = &mut Some(0);
    let Some(n) = pair else { return false };
    let either = Flag(*user).await || { *n += 1; true };
    either && *pair == Some(1)
}

#[policy]
pub async fn as_mut(user: &u32) -> bool {
    let mut maybe = Some(0);
    let either = Flag(*user).await || maybe.as_mut().is_some_and(|n| { *n += 1; true });
    either && maybe == Some(1)
}

#[policy]
pub async fn taken(user: &u32) -> bool {
    let mut maybe = Some(0);
    (Flag(*user).await || maybe.take().is_some()) && maybe.is_none()
}

#[policy]
pub async fn a_field(user: &u32) -> bool {
    let mut n = 0;
    let tracker = Tracker { count: &mut n };
    (Flag(*user).await || { *tracker.count += 1; true }) && tracker.seen()
}

#[policy]
pub async fn an_fn_mut(user: &u32) -> bool {
    let mut n = 0;
    let mut count = || { n += 1; true };
    let either = Flag(*user).await || count();
    either && n == 1
}

#[policy]
pub async fn a_boxed_fn_mut(user: &u32) -> bool {
    let mut n = 0;
    let mut count: Box<dyn FnMut() -> bool> = Box::new(|| { n += 1; true });
    let either = Flag(*user).await || count();
    drop(count);
    either && n == 1
}

#[policy]
pub async fn an_iterator(user: &u32) -> bool {
    let mut ids = [1, 2].iter();
    (Flag(*user).await || ids.next() == Some(&1)) && ids.len() == 1
}

#[policy]
pub async fn an_iterator_by_reference(user: &u32) -> bool {
    let ids = &mut [1, 2].iter();
    (Flag(*user).await || ids.by_ref().any(|id| *id == 1)) && ids.len() == 1
}

#[policy]
pub async fn the_keys_of_any(user: &u32) -> bool {
    let mut n = 0;
    any([*user, 1].map(|id| { n += 1; Flag(id) })).await && n == 2
}

#[policy]
pub async fn the_iterator_of_any(user: &u32) -> bool {
    let mut ids = [*user, 1, 2].into_iter();
    any(ids.by_ref().map(Flag)).await && ids.len() == 0
}

#[policy]
pub async fn a_cell(user: &u32) -> bool {
    let n = Cell::new(0);
    (Flag(*user).await || { n.set(1); true }) && n.get() == 1
}

#[policy]
pub async fn a_ref_cell(user: &u32) -> bool {
    let seen = RefCell::new(Vec::new());
    (Flag(*user).await || { seen.borrow_mut().push(1); true }) && seen.borrow().len() == 1
}

#[policy]
pub async fn a_shared_cell(user: &u32) -> bool {
    let (n, also) = { let n = Rc::new(Cell::new(0)); (n.clone(), n) };
    (Flag(*user).await || { also.set(1); true }) && n.get() == 1
}

#[allow(non_snake_case)]
#[policy]
pub async fn a_capital(user: &u32) -> bool {
    let mut N = 0;
    (Flag(*user).await || { N += 1; true }) && N == 1
}

#[policy]
pub async fn a_raw_name(user: &u32) -> bool {
    let mut r#type = 0;
    (Flag(*user).await || { r#type += 1; true }) && r#type == 1
}

#[policy]
pub async fn a_macro(user: &u32) -> bool {
    let mut n = 0;
    (Flag(*user).await || count!(n)) && n == 1
}

#[policy]
pub async fn the_left_side(user: &u32) -> bool {
    let n = &mut 0;
    ({ let flag = Flag(*user).await; *n += 1; flag } || Flag(1).await) && *n == 0
}

#[policy]
pub async fn and_in_a_guard(user: &u32) -> bool {
    let n = &mut 0;
    match Level(1).await {
        Some(1) if Flag(*user).await && { *n += 1; true } => *n == 1,
        _ => *n == 0,
    }
}

#[policy(lazy)]
pub async fn lazily(user: &u32) -> bool {
    let n = &mut 0;
    if let Some(1) = Level(1).await && (lazy(Flag(*user)).await || { *n += 1; true }) {
        return *n == 1;
    }
    false
}

#[policy(forbid)]
pub async fn a_loop(user: &u32) -> bool {
    let mut n = 0;
    let either = Flag(*user).await || { for _ in 0..3 { n += 1; } true };
    !(either && n == 3)
}

fn main() {}
