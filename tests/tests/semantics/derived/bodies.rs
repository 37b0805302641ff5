//! The language in bodies of derived facts.

use gatehouse::prelude::*;
use gatehouse_tests::{Answer, Scripted};

use super::*;

#[tokio::test]
async fn an_option_may_be_left_by_a_question_mark() {
    let session = Session::new(facts());
    let access = ABOVE.bind(&session, &1, &());
    assert!(access.check(&3).await.is_allow());
    assert!(access.check(&4).await.is_deny());
    assert!(access.check(&0).await.is_deny());
}

#[tokio::test]
async fn key_parts_may_be_moved() {
    let session = Session::new(facts());
    assert!(KNOWN.bind(&session, &1, &()).check(&4).await.is_allow());
}

#[tokio::test]
async fn facts_of_a_block_may_need_each_other() {
    let session = Session::new(facts());
    let access = EVEN.bind(&session, &1, &());
    let decisions = access.check_all(0..10_u32).await;
    let even: Vec<bool> = decisions.iter().map(Decision::is_allow).collect();
    assert_eq!(even, (0..10).map(|n| n % 2 == 0).collect::<Vec<_>>());
}

/// A panic after a failed operand is part of the failure, and leaves no partial result.
#[tokio::test]
async fn a_panic_after_a_failed_operand_is_unwound() {
    let broken = Facts { rules: Scripted::new(|_| Answer::Failure), ..folders() };
    let session = Session::new(broken);
    let access = RELIES.bind(&session, &1, &());
    for _ in 0..2 {
        assert!(access.check(&3).await.is_allow(), "the other operand holds");
    }
    assert!(SEES.bind(&session, &2, &()).check(&3).await.is_deny());
}
