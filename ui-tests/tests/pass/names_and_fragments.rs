//! Names that generated code has too, and pieces of other macros in every place.
#![allow(unused, clippy::all, clippy::pedantic, non_camel_case_types, non_snake_case)]
pub mod macros {
    #[macro_export]
    macro_rules! grants {
        ($vis:vis $fact:ident, $policy:ident, $ty:ty, $key:expr, $p:pat, $least:expr, $body:block, $default:literal, $doc:literal) => {
            $crate::fact_of!($vis $fact, $ty, $default, $doc);
            #[doc = $doc]
            #[$crate::policy]
            $vis async fn $policy($p: &$crate::User) -> bool {
                let all = any($key.map(|id| $fact(id, $least))).await;
                if all || $least > 2 { return $body; }
                match $fact($least, $least).await { $default => $body, _ => !$body && $fact($least + 1, $least * 2).await }
            }
        };
    }
    #[macro_export]
    macro_rules! fact_of {
        ($vis:vis $fact:ident, $ty:ty, $default:expr, $doc:expr) => {
            $crate::fact! { #[doc = $doc] $vis $fact(a: $ty, b: $ty) -> bool = $default; }
        };
    }
    #[macro_export]
    macro_rules! policy_of {
        ($policy:ident, $user:ident, $e:expr, $load:expr) => {
            #[policy]
            async fn $policy($user: &User) -> bool {
                let x = $e;
                ($load || x) && !$load
            }
        };
    }
}
pub use gatehouse::{all, any, fact, policy};
pub struct User {
    id: u32,
    ids: Vec<u32>,
    r#type: u32,
}
grants!(pub(crate) Reads, reads, u32, vec![1, 2].into_iter(), User { ids: _, .. }, 1 + 2, { true || false }, false, "docs");
fact! { Plain(self_: u32, value: u32, key: u32, cx: u32, state: u32, other: u32, f: u32, request: u32, found: u32) -> bool = true;
  Kind(r#type: u32, r#match: u8) -> bool { Plain(r#type, 1, 2, 3, 4, 5, 6, 7, 8).await }
  D(cx: u32, value: u32, applies: u32) -> bool { let known_0 = cx; if Plain(cx, value, known_0, 3, 4, 5, 6, 7, 8).await { D(value, cx, 1).await } else { Plain(applies, value, known_0, 3, 4, 5, 6, 7, 8).await } }
  Cx() -> bool = false; Stop() -> bool = false; Dyn(a: u8) -> bool = true;
}
mod w {
    gatehouse::fact! { pub(super) Option(a: u8) -> u8; pub(in crate::w) Result(a: u8) -> bool = false; pub Vec(a: u8) -> bool = false; pub Some(a: u8) -> bool = false;
    pub Ok(a: u8) -> bool { Vec(a).await } }
    #[gatehouse::policy]
    pub(super) async fn main(_: &super::User) -> bool {
        Option(1).await? == 1 || Result(1).await || Some(2).await || Ok(1).await
    }
}
policy_of!(made, user, user.id == 1, Plain(1, 1, 1, 1, 1, 1, 1, 1, user.id).await);
#[policy]
async fn self_(__Domain: &User) -> bool {
    let __Sources = __Domain.id;
    let of_bool = 1;
    Cx().await || Plain(__Sources, 1, 1, 1, 1, 1, 1, 1, 1).await
}
#[policy]
async fn main_(r#type: &User) -> bool {
    let r#match = r#type.r#type;
    Kind(r#match, 1).await
        && Kind(r#match, 2).await
        && Stop().await
        && Kind { r#type: 1, r#match: 3 }.await
}
#[policy]
async fn turbo(u: &User) -> bool {
    let keys: Vec<Plain> = Vec::new();
    any::<Plain>(keys).await
        && all::<Plain>(u.ids.iter().map(|x| Plain(*x, 1, 1, 1, 1, 1, 1, 1, 1)).map(Into::into))
            .await
}
/// A constant that a pattern of generated code could be taken for: it must not decide.
mod constants {
    #![allow(non_upper_case_globals)]
    pub const value: bool = true;
    gatehouse::fact! {
        pub Closed(a: u8) -> bool = true;
    }
}

fn main() {
    let _ = D(1, 2, 3);
    let found =
        <constants::Closed as gatehouse::bounds::LoadedFact>::output(Some(!constants::value));
    assert!(!found, "what was found was compared with a constant");
}
