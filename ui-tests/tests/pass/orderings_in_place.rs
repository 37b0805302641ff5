//! Values that are ordered are moved, borrowed and inferred as in any function.
#![deny(warnings)]
use gatehouse::prelude::*;
use std::cell::RefCell;
use std::cmp::Ordering;
#[derive(Clone, Debug, PartialEq, PartialOrd)]
pub struct Size {
    pub width: f32,
    pub name: String,
}
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cents(pub i64);
impl std::ops::Add for Cents {
    type Output = Cents;
    fn add(self, o: Cents) -> Cents {
        Cents(self.0 + o.0)
    }
}
pub struct User {
    pub id: u32,
    pub names: Vec<String>,
    pub since: Option<u32>,
    pub limit: Cents,
    pub sizes: [u32; 3],
}
impl User {
    pub fn limit(&self) -> Cents {
        self.limit
    }
    pub fn name(&self) -> &str {
        &self.names[0]
    }
}
fact! { pub Level(id: u32) -> u32 = 0; pub Risk(id: u32) -> u32; pub Sz(id: u32) -> Size; pub Money(id: u32) -> Cents = Cents(0); pub Name(id: u32) -> String = String::new(); pub Opt(id: u32) -> Option<u32>;
pub Best(id: u32) -> u32 { let level = Level(id).await; let best = level.max(Risk(id).await.unwrap_or(level)); if best > 3 { best } else { level.min(best) } } }
#[policy]
pub async fn moves(user: &User) -> bool {
    let name = Name(user.id).await;
    let other = Name(0).await;
    let names = [name.clone(), other.clone()];
    let longest = name.max(other);
    let range = longest.clone()..String::from("z");
    range.contains(&longest)
        && range.contains(&names[0])
        && longest > names[1]
        && longest.as_str() < user.name()
        && names.iter().max() == Some(&longest)
        && names.into_iter().max() != None
}
#[policy]
pub async fn inferred(user: &User) -> bool {
    let mut highest = Default::default();
    let mut all = Vec::new();
    for level in each([1, user.id].map(Level)).await {
        if highest < level {
            highest = level;
        }
        all.push(level);
    }
    let total = Level(1).await + Level(2).await;
    let cents: Cents = Money(1).await + user.limit;
    let parsed = user.name().parse().unwrap_or(7);
    let level = Level(3).await;
    all.sort_unstable();
    let seen = RefCell::new(Vec::new());
    seen.borrow_mut().push(level);
    seen.borrow_mut().sort();
    let first = seen.borrow().iter().copied().min().unwrap_or_default();
    level < parsed
        && total > highest
        && Money(2).await + cents < user.limit() + cents
        && first <= level
        && all.iter().fold(0, |a, b| a.max(*b)) > 1
        && all.iter().copied().reduce(u32::max) == Some(3)
        && user.sizes[level as usize] < level
        && user.sizes[1..].iter().all(|size| *size < level)
        && (level..).contains(&first)
        && (1..=level).contains(&first)
        && (level, first) < (first, level)
}
#[policy]
pub async fn floats(user: &User) -> bool {
    let size = Sz(user.id).await?;
    let Size { width, ref name } = size;
    let by = width.partial_cmp(&1.5);
    size < (Size { width: 1.0, name: String::new() })
        && width.max(1.0) < width
        && name < &user.names[0]
        && by == Some(Ordering::Less)
        && by.is_some_and(|by| by < Ordering::Equal)
        && Size { width, name: name.clone() }.partial_cmp(&size).is_none()
        && f32::max(width, size.width) > 1.0
        && width.clamp(0.0, 3.0) >= size.width
        && width.total_cmp(&size.width).is_lt()
        && [width, 1.0].iter().copied().fold(f32::NEG_INFINITY, f32::max) > width
}
#[policy]
pub async fn control(user: &User) -> bool {
    let level = Level(user.id).await;
    let found = 'found: {
        if level > user.id {
            break 'found level < 9 || level >= user.sizes[0];
        }
        level == 3
    };
    let worst = match level {
        0 => 7,
        it if it < user.id => it,
        it => it.min(user.id),
    };
    let pick = |a: u32, b: u32| if a < b { a } else { b };
    let cmp = |a, b| -> bool { a < b };
    let key = |name: &String| name.len();
    while worst > 100 {
        if worst >= level {
            return level > worst;
        }
        break;
    }
    let Some(risk) = Risk(user.id).await.filter(|risk| *risk < level) else {
        return level > 3 && worst < level;
    };
    if let Some(other) = Risk(0).await
        && other < risk
        && level.cmp(&other).then(worst.cmp(&risk)).is_lt()
    {
        return true;
    }
    found
        && pick(level, worst) < worst
        && cmp(level, 3)
        && user.names.iter().max_by_key(|name| key(name))
            != user.names.iter().min_by_key(|name| {
                let n = name.len();
                (n, level)
            })
}
#[policy]
pub async fn options(user: &User) -> bool {
    let risk = Risk(user.id).await;
    let opt = Opt(user.id).await;
    user.since < Some(3)
        && user.since.is_some_and(|s| risk.is_none_or(|r| r < s))
        && risk == Some(3)
        && opt != Some(Some(3))
        && Opt(1).await?? < 3
        && risk.zip(Risk(1).await).is_some_and(|(a, b)| a < b)
        && risk.into_iter().chain(Risk(2).await).max().is_none()
        && [risk, None].contains(&Some(3))
        && risk.ok_or(()) == Ok(3)
}
pub fn main() {}
