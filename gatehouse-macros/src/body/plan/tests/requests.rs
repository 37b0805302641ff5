//! The requests that are made while a body waits.

use insta::assert_snapshot;

use super::text::requests;

#[test]
fn operands_have_no_order() {
    assert_snapshot!(requests("A(x).await || B(y).await || C(x).await && D(y).await"), @"
    request B(y)
    request C(x)
    request D(y)
    ");
    assert_snapshot!(requests("x.open && A(x).await || y.open && B(y).await"), @"
    if y.open
      request B(y)
    ");
    assert_snapshot!(requests("(x.open || A(x).await) && B(y).await"), @"request B(y)");
    assert_snapshot!(requests("!(x.open || A(x).await) && B(y).await"), @"
    if not(x.open)
      request B(y)
    ");
}

#[test]
fn a_condition_on_facts_excludes_a_branch() {
    assert_snapshot!(requests("if A(x).await { B(y).await } else { C(x).await }"), @"
    known 0: A(x).await
    unless known 0 is false
      request B(y)
    unless known 0 is true
      request C(x)
    ");
    assert_snapshot!(requests("if A(x).await || B(y).await { C(x).await } else { D(y).await || E(y).await }"), @"
    known 0: A(x).await
    known 1: A(x).await || B(y).await
    known 2: B(y).await
    unless known 0 is true
      request B(y)
      unless known 2 is true
        request D(y)
        request E(y)
    unless known 1 is false
      request C(x)
    ");
    assert_snapshot!(requests("if A(x).await { return B(y).await; } C(x).await || D(x).await"), @"
    known 0: A(x).await
    unless known 0 is false
      request B(y)
    unless known 0 is true
      request C(x)
      request D(x)
    ");
}

#[test]
fn a_condition_on_local_data_leads_to_a_branch() {
    assert_snapshot!(requests("if x.open { A(x).await } else if y.open { B(y).await } else { C(x).await || D(y).await }"), @"
    if not(x.open)
      if y.open
        request B(y)
      if not(y.open)
        request C(x)
        request D(y)
    ");
    assert_snapshot!(requests("if x.public { return A(y).await; } B(x).await || C(y).await"), @"
    if x.public { return A(y).await; };
      request B(x)
      request C(y)
    ");
    assert_snapshot!(requests("let Some(team) = x.team else { return A(x).await || B(y).await; }; C(team).await || D(team).await"), @"
    known 0: A(x).await
    unless let Some(team) = x.team
      unless known 0 is true
        request B(y)
    let Some(team) = x.team else exit;
      request C(team)
      request D(team)
    ");
}

#[test]
fn values_of_facts_lead_to_keys() {
    assert_snapshot!(requests("let a = A(x).await?; let b = B(a).await?; C(b).await || D(b, y).await || E(y).await"), @"
    known 0: let a = A(x).await?; let b = B(a).await?; D(b, y).await
    let a = A(x).await?;
      let b = B(a).await?;
        request D(b, y)
    unless known 0 is true
      request E(y)
    ");
    assert_snapshot!(requests("B(A(x).await?).await || C(y).await"), @"request C(y)");
    assert_snapshot!(requests("if let Some(a) = A(x).await { B(a).await || C(a).await } else { D(y).await }"), @"
    known 0: if let Some(a) = A(x).await B(a).await
    known 1: let Some(a) = A(x).await
    if let Some(a) = A(x).await
      unless known 0 is true
        request C(a)
    unless known 1 is true
      request D(y)
    ");
    assert_snapshot!(requests("let Some(a) = A(x).await else { return B(y).await; }; C(a).await || D(y).await"), @"
    known 0: let Some(a) = A(x).await
    known 1: let Some(a) = A(x).await else exit; C(a).await
    unless known 0 is true
      request B(y)
    let Some(a) = A(x).await else exit;
      request C(a)
    unless known 0 is false
      unless known 1 is true
        request D(y)
    ");
}

#[test]
fn matches_choose_an_arm() {
    assert_snapshot!(requests("match x.kind { Kind::A => A(x).await, Kind::B(b) if b > 1 => B(b).await || C(y).await, _ => D(y).await }"), @"
    known 0: x.kind is Kind::B(b) B(b).await
    x.kind is Kind::B(b)
      if b > 1
        request B(b)
        unless known 0 is true
          request C(y)
    x.kind is _
      request D(y)
    ");
    assert_snapshot!(requests("match A(x).await { Some(a) if a.good => B(a.id).await, Some(_) => C(x).await, None => D(y).await || E(y).await }"), @"
    known 0: A(x).await is Some(_)
    known 1: A(x).await is None
    unless known 0 is false
      request C(x)
    unless known 1 is false
      request D(y)
      request E(y)
    ");
    assert_snapshot!(requests("match x.kind { Kind::A => A(x).await, Kind::B(b) => B(b).await, Kind::C => C(x).await, Kind::D if y.open => D(x).await || E(x).await, Kind::E(e) => E(e).await || F(e).await, _ => G(y).await }"), @"
    known 0: D(x).await
    known 1: x.kind is Kind::E(e) E(e).await
    x.kind is Kind::B(b)
      request B(b)
    x.kind is Kind::C
      request C(x)
    x.kind is Kind::D
      if y.open
        request D(x)
        unless known 0 is true
          request E(x)
    takes x.kind is Kind::E(e)
      binds x.kind is Kind::E(e)
        request E(e)
        unless known 1 is true
          request F(e)
    takes x.kind is _
      request G(y)
    ");
    assert_snapshot!(requests("matches!(A(x).await, Some(a) if B(a).await) || C(y).await"), @"request C(y)");
    assert_snapshot!(requests("matches!(x.kind, Kind::A(a) if A(a).await && B(a).await)"), @"
    if let Kind::A(a) = x.kind
      request B(a)
    ");
}

#[test]
fn only_needed_locals_are_kept() {
    assert_snapshot!(requests("let a = x.a(); let b = y.b(); let c = both(a, b); A(a).await || B(b).await || C(c).await || D(x).await"), @"
    let b = y.b();
      request B(b)
    let a = x.a();
      let b = y.b();
        let c = both(a, b);
          request C(c)
    request D(x)
    ");
    assert_snapshot!(requests("let a = x.a; let b = a.b; A(b).await || B(b).await"), @"
    let a = x.a;
      let b = a.b;
        request B(b)
    ");
    assert_snapshot!(requests("let mut n = 0; n += x.n; A(n).await || B(n).await || C(x).await"), @"
    let mut n = 0;
      n += x.n;
        request B(n)
    request C(x)
    ");
}

#[test]
fn exits_on_local_data_are_kept() {
    assert_snapshot!(requests("A(x.team?).await || B(y).await"), @"
    if some(x.team)
      request B(y)
    ");
    assert_snapshot!(requests("let a = A(x.team?).await?; B(a).await || C(y).await"), @"
    if some(x.team)
      request C(y)
    ");
    assert_snapshot!(requests("let team = x.team?; A(team).await || B(team).await"), @"
    let team = x.team?;
      request B(team)
    ");
    assert_snapshot!(requests("'a: { if x.closed { break 'a false; } A(x).await || B(y).await }"), @"
    if x.closed { break 'a false; };
      request B(y)
    ");
}

#[test]
fn items_are_in_scope() {
    assert_snapshot!(requests("return A(half(x)).await || B(half(y)).await; fn half(n: u32) -> u32 { n / 2 }"), @"");
    assert_snapshot!(requests("let n = half(x); return A(n).await || B(n).await; fn half(n: u32) -> u32 { n / 2 }"), @"
    item
      let n = half(x);
        request B(n)
    ");
}

#[test]
fn many_keys_are_requested_alike() {
    assert_snapshot!(requests("any(x.ids.iter().map(|id| A(*id))).await || all(x.ids.iter().map(|id| B(*id))).await"), @"request all(x.ids.iter().map(|id| B(*id)))");
    assert_snapshot!(requests("let all = each(x.ids.iter().map(|x| A(*x))).await; any(all.iter().map(|a| B(*a))).await || C(y).await"), @"request C(y)");
}

#[test]
fn loads_that_wait_are_not_requested() {
    assert_snapshot!(requests("lazy(A(x)).await || B(y).await || lazy(C(x)).await"), @"request B(y)");
    assert_snapshot!(requests("A(x).await && B(xs[0]).await || C(y).await"), @"request C(y)");
    assert_snapshot!(requests("for y in &x.list { if *y == 1 { return false; } } A(x).await || B(y).await"), @"
    for y in &x.list { if *y == 1 { return false; } };
      request B(y)
    ");
}
