//! The integers as which an enum can be stored, and the discriminants that the compiler can know.

use syn::{Expr, Lit, UnOp};

use super::ast::Variant;

/// An integer type.
#[derive(Clone, Copy, Debug)]
pub(super) struct Repr {
    /// Its name.
    pub name: &'static str,
    /// Its least value.
    pub least: i128,
    /// Its greatest value.
    pub greatest: i128,
}

impl Repr {
    /// Every integer type whose values a database holds.
    const ALL: [Self; 7] = [
        Self::new("i8", i8::MIN as i128, i8::MAX as i128),
        Self::new("i16", i16::MIN as i128, i16::MAX as i128),
        Self::new("i32", i32::MIN as i128, i32::MAX as i128),
        Self::new("i64", i64::MIN as i128, i64::MAX as i128),
        Self::new("u8", 0, u8::MAX as i128),
        Self::new("u16", 0, u16::MAX as i128),
        Self::new("u32", 0, u32::MAX as i128),
    ];

    const fn new(name: &'static str, least: i128, greatest: i128) -> Self {
        Self { name, least, greatest }
    }

    /// The type with this name.
    pub(super) fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|repr| repr.name == name)
    }

    /// The names of all types, for a message.
    pub(super) fn names() -> String {
        Self::ALL.map(|repr| format!("`{}`", repr.name)).join(", ")
    }

    /// Whether it has this value.
    pub(super) fn holds(self, discriminant: i128) -> bool {
        (self.least..=self.greatest).contains(&discriminant)
    }
}

/// The discriminant of each variant: `None` if it comes of an expression that only rustc evaluates.
pub(super) fn discriminants(variants: &[Variant]) -> Vec<Option<i128>> {
    let mut next = Some(0_i128);
    let discriminant = |variant: &Variant| {
        let known = variant.discriminant.as_ref().map_or(next, literal);
        next = known.and_then(|known| known.checked_add(1));
        known
    };
    variants.iter().map(discriminant).collect()
}

/// The value of an integer literal, with its sign.
fn literal(expr: &Expr) -> Option<i128> {
    match expr {
        Expr::Lit(it) => match &it.lit {
            Lit::Int(int) => int.base10_parse().ok(),
            Lit::Byte(byte) => Some(byte.value().into()),
            _ => None,
        },
        Expr::Unary(it) if matches!(it.op, UnOp::Neg(_)) => literal(&it.expr)?.checked_neg(),
        Expr::Paren(it) => literal(&it.expr),
        _ => None,
    }
}
