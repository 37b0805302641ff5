//! What another macro writes with its fragments compiles as written, and is clean under strict lints.
#![deny(warnings, clippy::all, clippy::pedantic, missing_docs, unsafe_code, unused_qualifications)]
#![allow(
    clippy::no_effect_underscore_binding,
    clippy::overly_complex_bool_expr,
    clippy::redundant_pattern_matching,
    reason = "fragments of the user's, at their smallest"
)]

use gatehouse::prelude::*;

/// Somebody.
pub struct User {
    /// Their number.
    pub id: u32,
    /// Whether they may do anything.
    pub admin: bool,
    /// Their team.
    pub team: Option<u32>,
}

macro_rules! facts {
    (
        $(#[$meta:meta])* $vis:vis $stored:ident($part:ident: $ty:ty) -> $value:ty = $default:expr;
        $derived:ident $body:block $other:ident = $condition:expr
    ) => {
        fact! {
            $(#[$meta])*
            $vis $stored($part: $ty) -> $value = $default;
            $(#[$meta])*
            $vis $derived($part: $ty) -> bool $body
            $(#[$meta])*
            $vis $other($part: $ty) -> bool {
                $derived($part).await && !$condition
            }
        }
    };
}

facts! {
    /// How far somebody got.
    #[allow(clippy::missing_const_for_fn)]
    pub Level(user: u32) -> Option<u8> = None.or(Some(1 + 1));
    High { Level(user).await.is_some_and(|level| level > 3) }
    Higher = user == 1 || user == 2
}

macro_rules! rules {
    (
        $vis:vis $name:ident, $user:ident, $a:expr, $b:expr, $key:expr, $pat:pat, $ty:ty, $block:block,
        $stmt:stmt, $literal:literal, $path:path
    ) => {
        /// Who a macro says.
        #[policy(rounds = 3)]
        $vis async fn $name($user: &$ty) -> bool {
            $stmt
            let held: bool = $a;
            if $a {
                return $b;
            }
            if $block && held {
                return !$block;
            }
            if let $pat = $user.team
                && !$b
            {
                return ($a);
            }
            match Level($key).await {
                $path($literal..) if $b => $a,
                $pat => Level($key * 10).await == $path($literal) && !$a,
                _ => (!$b || $a && High($key).await) && matches!($user.team, $path(_) if $a),
            }
        }
    };
}

rules! {
    pub rule, user, user.admin || user.id == 1, user.admin && user.id < 7, user.id + 1,
    Some(1 | 2) | None, User, { user.id > 2 }, let _unused = user.id + 1, 1, Some
}

macro_rules! parameter {
    ($name:ident, $pat:pat, $ty:ty, $c:expr) => {
        /// Who a pattern says.
        #[policy]
        pub fn $name($pat: $ty) -> bool {
            !$c
        }
    };
}

parameter!(of_pattern, User { admin, id: 1..=3, .. }, &User, *admin || true);
parameter!(of_name, user, &User, user.admin == (user.id == 1));

macro_rules! sources {
    ($vis:vis $name:ident, $field:ident: $ty:ty, $($fact:path),*) => {
        /// Who knows it.
        #[derive(Sources)]
        $vis struct $name {
            /// All of it.
            #[loads($($fact),*)]
            pub $field: $ty,
        }
    };
}

/// Knows nothing.
pub trait Knows: Send + Sync {}

impl FactSource<Level> for Box<dyn Knows + Send> {
    async fn load(&self, _: &[Level]) -> Result<Loaded<Level>, FactError> {
        Ok(Loaded::new())
    }
}

sources!(pub Facts, source: Box<dyn Knows + Send>, Level);

pub fn main() {}
