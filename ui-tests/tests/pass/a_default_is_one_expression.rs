//! A default is one expression, where its first tokens would be a statement of a block.
#![deny(warnings, clippy::all, clippy::pedantic)]
#![allow(clippy::blocks_in_conditions, clippy::match_bool, reason = "they are what this is about")]

use gatehouse::prelude::*;
use gatehouse::bounds::LoadedFact;

const IS_HOLIDAY: bool = false;

fact! {
    pub Price(item: u8) -> i32 = if IS_HOLIDAY { 1 } else { 2 } + 3;
    pub Change(item: u8) -> i32 = { 7 } - 3;
    pub Rest(item: u8) -> i32 = match IS_HOLIDAY { true => 1, false => 2 } * 3;
    pub Plain(item: u8) -> i32 = 7 - 3;
}

pub fn main() {
    assert_eq!((Price::output(None), Price::output(Some(9))), (5, 9));
    assert_eq!((Change::output(None), Change::output(Some(9))), (4, 9));
    assert_eq!((Rest::output(None), Rest::output(Some(9))), (6, 9));
    assert_eq!((Plain::output(None), Plain::output(Some(9))), (4, 9));
}
