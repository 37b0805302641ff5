//! The rounds of loads, the loads that they wait for, the conditions on their paths; and the conditions that are reported.

use insta::assert_snapshot;

use super::text::{conditions, loads};

#[test]
fn each_construct_of_control_flow() {
    assert_snapshot!(loads("if A(x).await { B(y).await } else { C(x).await }"), @"
    1 A(x)
    1 B(y); if A(x).await
    1 C(x); unless A(x).await
    ");
    assert_snapshot!(loads("if let Some(a) = A(x).await && a.good { B(a.id).await } else { C(x).await }"), @"
    1 A(x)
    2 B(a.id); after A(x): `a` comes from there; if let Some(a) = A(x).await; if a.good
    1 C(x); unless let Some(a) = A(x).await && a.good
    ");
    assert_snapshot!(loads("match A(x).await { Some(a) if a > 1 => B(a).await, _ => C(x).await }"), @"
    1 A(x)
    2 B(a); after A(x): `a` comes from there; if let Some(a) = A(x).await; if a > 1
    1 C(x); if let _ = A(x).await
    ");
    assert_snapshot!(loads("let Some(a) = A(x).await else { return B(y).await; }; C(a).await"), @"
    1 A(x)
    1 B(y); unless let Some(a) = A(x).await
    2 C(a); after A(x): `a` comes from there; if let Some(a) = A(x).await
    ");
    assert_snapshot!(loads("if x.open { return A(x).await; } B(y).await"), @"
    1 A(x); if x.open
    1 B(y); unless x.open
    ");
    assert_snapshot!(loads("'a: { if A(x).await { break 'a B(y).await; } C(x).await }"), @"
    1 A(x)
    1 B(y); if A(x).await
    1 C(x); unless A(x).await
    ");
    assert_snapshot!(loads("matches!(A(x).await, Some(a) if B(a).await)"), @"
    1 A(x)
    2 B(a); after A(x): `a` comes from there; if let Some(a) = A(x).await
    ");
    assert_snapshot!(loads("!(A(x).await && B(y).await) || C(x).await"), @"
    1 A(x)
    1 B(y); if A(x).await
    1 C(x); if A(x).await; if B(y).await
    ");
    assert_snapshot!(loads("loop { if x.done { break; } } A(x).await"), @"1 A(x)");
}

#[test]
fn a_load_waits_for_no_load_that_another_waits_for() {
    assert_snapshot!(loads("let a = A(x).await?; let b = B(a).await?; C(b).await"), @"
    1 A(x)
    2 B(a); after A(x): `a` comes from there
    3 C(b); after B(a): `b` comes from there
    ");
    assert_snapshot!(loads("let a = A(x).await?; let b = B(a).await?; C(a, b).await"), @"
    1 A(x)
    2 B(a); after A(x): `a` comes from there
    3 C(a, b); after A(x): `a` comes from there; after B(a): `b` comes from there
    ");
    assert_snapshot!(loads("let a = A(x).await?; let c = C(y).await?; let d = (D(a).await?, c); E(d).await"), @"
    1 A(x)
    1 C(y)
    2 D(a); after A(x): `a` comes from there
    3 E(d); after C(y): `c` comes from there; after D(a): `d` comes from there
    ");
    assert_snapshot!(loads("lazy(A(x)).await || lazy(B(x)).await || lazy(C(x)).await"), @"
    1 lazy(A(x)), in its turn
    2 lazy(B(x)), in its turn; after lazy(A(x)): it is lazy; unless A(x).await
    3 lazy(C(x)), in its turn; after lazy(B(x)): it is lazy; unless A(x).await; unless B(x).await
    ");
    assert_snapshot!(loads("C(B(A(x).await?).await?).await"), @"
    1 A(x)
    2 B(A(x).await?); after A(x): its key comes from there
    3 C(B(A(x).await?).await?); after B(A(x).await?): its key comes from there
    ");
}

#[test]
fn conditions_on_a_path() {
    assert_snapshot!(loads("x.a && A(x).await || x.b && !y.c && B(y).await"), @"
    1 A(x); if x.a
    1 B(y); unless x.a && A(x).await; if x.b; if !y.c
    ");
    assert_snapshot!(loads("if x.a || y.b { A(x).await } else { B(y).await }"), @"
    1 A(x); if x.a || y.b
    1 B(y); unless x.a; unless y.b
    ");
    assert_snapshot!(loads("(x.a || A(x).await || B(y).await) && C(x).await"), @"
    1 A(x); unless x.a
    1 B(y); unless x.a; unless A(x).await
    1 C(x); if x.a || A(x).await || B(y).await
    ");
}

#[test]
fn conditions_are_numbered_in_the_order_of_the_code() {
    assert_snapshot!(conditions("A(x).await || x.open && !B(y).await"), @"
    0 Truth A(x).await; loads 0..1; if true: true
    1 Truth x.open; if false: false
    2 Truth !B(y).await; loads 1..2; if true: true; if false: false
    ");
    assert_snapshot!(conditions("let a = A(x).await?; if a > 1 { return true; } let Some(b) = B(y).await else { return false; }; b == 2"), @"
    0 Present A(x).await?; loads 0..1
    1 Truth a > 1; if true: true
    2 Pattern let Some(b) = B(y).await; loads 1..2
    3 Truth b == 2; if true: true; if false: false
    ");
    assert_snapshot!(conditions("match A(x).await { Some(a) if a > 1 => x.open, Some(_) => true, None => !x.open }"), @"
    0 Arm A(x).await is Some(a) if a > 1; loads 0..1
    1 Truth a > 1
    2 Truth x.open; if true: true; if false: false
    3 Arm A(x).await is Some(_); loads 0..1
    4 Arm A(x).await is None; loads 0..1
    5 Truth !x.open; if true: true; if false: false
    ");
    assert_snapshot!(conditions("if let Some(a) = A(x).await && a.good { B(a.id).await } else { x.open }"), @"
    0 Pattern let Some(a) = A(x).await; loads 0..1
    1 Truth a.good
    2 Truth B(a.id).await; loads 1..2; if true: true; if false: false
    3 Truth x.open; if true: true; if false: false
    ");
    assert_snapshot!(conditions("let same = x.id == y.id; same || matches!(A(x).await, Some(a) if a.good)"), @"
    0 Truth x.id == y.id
    1 Truth same; if true: true
    2 Truth a.good
    3 Truth matches!(A(x).await, Some(a) if a.good); loads 0..1; if true: true; if false: false
    ");
    assert_snapshot!(conditions("'a: { if x.open { break 'a y.open; } A(x).await }"), @"
    0 Truth x.open
    1 Truth y.open; if true: true; if false: false
    2 Truth A(x).await; loads 0..1; if true: true; if false: false
    ");
    assert_snapshot!(conditions("while x.open { if y.open { break; } } (x.open)"), @"
    0 Truth y.open
    1 Truth x.open; if true: true; if false: false
    ");
}
