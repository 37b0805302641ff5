//! A user's names hide none of ours, and none of ours hides a user's.
#![allow(non_upper_case_globals, non_camel_case_types, unused)]

use ::gatehouse::{Sources, any, fact, policy};

pub struct Option;
pub struct Result;
pub struct Some;
pub struct None;
pub struct Ok;
pub struct Err;
pub struct Vec;
pub struct String;
pub struct bool;
pub struct u32;
pub struct i32;
pub struct str;
pub struct usize;
pub struct Clone;
pub struct Send;
pub struct Sized;
pub struct Default;
pub struct FnMut;
pub struct Policy;
pub struct Rule;
pub struct Cx;
pub struct Stop;
pub struct Domain;
pub struct FactKey;
pub struct __Domain;
pub struct __Sources;
pub struct __Tables;
pub struct P;
pub struct D;
pub struct K;

pub mod core {}
pub mod std {}
pub mod alloc {}
pub mod gatehouse {}

pub fn drop() {}
pub fn read() {}
pub fn ask() {}
pub fn slice() {}

macro_rules! matches {
    ($($t:tt)*) => {
        compile_error!("the user's")
    };
}
macro_rules! line {
    ($($t:tt)*) => {
        compile_error!("the user's")
    };
}
macro_rules! column {
    ($($t:tt)*) => {
        compile_error!("the user's")
    };
}
macro_rules! file {
    ($($t:tt)*) => {
        compile_error!("the user's")
    };
}
macro_rules! vec {
    ($($t:tt)*) => {
        compile_error!("the user's")
    };
}
macro_rules! assert {
    ($($t:tt)*) => {
        compile_error!("the user's")
    };
}
macro_rules! concat {
    ($($t:tt)*) => {
        compile_error!("the user's")
    };
}
macro_rules! stringify {
    ($($t:tt)*) => {
        compile_error!("the user's")
    };
}

type Number = ::core::primitive::u32;
type Truth = ::core::primitive::bool;

pub struct User {
    id: Number,
}

fact! {
    pub Level(user: Number) -> ::core::primitive::u8;
    pub Suspended(user: Number) -> ::core::primitive::bool = false;
    #[required]
    pub Tenant(user: Number) -> Number;
    pub Sees(user: Number) -> ::core::primitive::bool {
        Suspended(user).await || match Level(user).await {
            ::core::option::Option::Some(level) if level > 1 => Sees(1).await,
            _ => false,
        }
    }
}

#[policy]
pub async fn high(user: &User, _: &P, _: &D) -> ::core::primitive::bool {
    let cx = Level(user.id).await?;
    let request = cx;
    let value = request;
    let applies = value > 1 && Suspended(1).await;
    applies && request >= 3 || Suspended(user.id).await || any([Suspended(1)]).await
}

#[derive(Sources)]
pub struct NoFacts {}

pub fn main() {}
