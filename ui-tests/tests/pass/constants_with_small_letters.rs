//! Constants, statics, unit structs and variants that have the names of locals in generated code, were
//! they not kept apart: a pattern would compare with them.
#![allow(dead_code, non_upper_case_globals, non_camel_case_types)]
use gatehouse::prelude::*;
use gatehouse::testing::FactTable;

macro_rules! named {
    ($($module:ident: $item:item)*) => {
        $(
            mod $module {
                use super::*;
                $item

                fact! {
                    pub Flag(id: u32, of: u32) -> bool = false;
                    pub Level(id: u32) -> u32;
                    pub Derived(id: u32) -> bool {
                        Flag(id, 1).await || match Level(id).await {
                            Some(above) => Derived(above).await,
                            None => false,
                        }
                    }
                    pub Named(id: u32) -> Option<u32> {
                        Some(Level(id).await? + 1)
                    }
                }

                #[policy]
                pub async fn rule(user: &u32, (3 | 4): &u32, thing: &u32) -> bool {
                    let level = Level(*user).await;
                    if Flag(*user, 2).await {
                        return Level(*thing).await == Some(1);
                    }
                    let most = level.unwrap_or(1).max(2);
                    any([Flag(*user, most)]).await
                        || Derived(*thing).await && matches!(Named(2).await, Some(n) if n < most)
                }

                #[derive(Sources)]
                pub struct Facts {
                    #[loads(Flag, Level)]
                    table: FactTable,
                }
            }
        )*
    };
}

named! {
    a: pub const cx: u32 = 1;
    b: pub static request: u32 = 1;
    c: pub struct value;
    d: pub const keys: u32 = 1;
    e: pub const known_0: bool = true;
    f: pub const found: u32 = 1;
    g: pub const other: u32 = 1;
    h: pub const state: u32 = 1;
    i: pub const f: u32 = 1;
    j: pub const sources: u32 = 1;
    k: pub const tables: u32 = 1;
    l: pub const visit: u32 = 1;
    m: pub const visitor: u32 = 1;
    n: pub const applies: bool = true;
    o: pub const result: u32 = 1;
}

pub fn main() {}
