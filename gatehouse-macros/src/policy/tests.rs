//! Tests of the policy compiler below the proc-macro boundary: tokens in; text, plans and messages out.

use std::fmt::Write;

use insta::assert_snapshot;
use proc_macro2::TokenStream;
use quote::quote;

use super::compile;
use crate::body::lower;
use crate::body::plan::body_plan::BodyPlan;
use crate::body::tree::LoadId;
use crate::diagnostics::Diagnostics;
use crate::{testing, text};

/// Compiles `#[policy(…)] fn …`.
fn policy(input: TokenStream, errors: &Diagnostics) -> TokenStream {
    let mut item: syn::ItemFn = syn::parse2(input).expect("a function");
    let attr = item.attrs.pop().expect("`#[policy]` comes last");
    let options = match attr.meta {
        syn::Meta::List(list) => list.tokens,
        _ => TokenStream::new(),
    };
    compile(options, quote!(#item), errors)
}

/// The body of the function `name` in an expansion.
fn function(source: &str, name: &str) -> String {
    let expansion = testing::expansion(policy, source);
    let start = expansion.find(&format!("fn {name}")).expect("the function is there");
    let rest = &expansion[start..];
    let end = rest.find("\n        }\n").expect("the function ends");
    rest[..end + "\n        }".len()].replace("::gatehouse::private::", "")
}

/// A line for each load of a body: its round, what it waits for, and how it is asked for early.
fn plan(body: &str) -> String {
    let errors = Diagnostics::new();
    let block = syn::parse_str(&format!("{{ {body} }}")).expect("a body");
    let lowered = lower::body(block, crate::body::tree::Names::new(), quote!(bool), true, &errors);
    assert!(errors.into_vec().is_empty(), "the body has errors");
    let plan = BodyPlan::new(&lowered, false, &|_| false);
    let key = |id: &LoadId| text::of_expr(&lowered.loads[*id].written);
    let mut lines = String::new();
    for id in plan.loads.ids() {
        let load = &plan.loads[id];
        let early = if load.is_early { "" } else { ", in its turn" };
        write!(lines, "{}  {}{early}", load.round, key(&id)).unwrap();
        for (waits, reason) in &load.waits_for {
            write!(lines, "; after {}: {reason}", key(waits)).unwrap();
        }
        lines.push('\n');
    }
    lines
}

#[test]
fn a_local_policy_is_its_body() {
    let source = "#[policy] fn owner(user: &User, doc: &Document) -> bool { doc.owner == user.id }";
    assert_snapshot!(function(source, "evaluate"), @"
    fn evaluate<__Observer: Observer>(
                __request: &Request<'_, __Domain>,
                __cx: &mut Cx<__Sources, __Observer>,
            ) -> ::core::result::Result<bool, Stop> {
                let user: &User = __request.subject();
                let doc: &Document = __request.resource();
                let __value: bool = {
                    met(doc.owner == user.id, 0, __cx)
                };
                #[allow(warnings)] return ::core::result::Result::Ok(__value);
            }
    ");
    assert_snapshot!(function(source, "ask"), @"
    fn ask(
                __request: &Request<'_, __Domain>,
                __cx: &mut Cx<__Sources>,
            ) {
                let _ = (__request, __cx);
            }
    ");
}

#[test]
fn loads_become_reads() {
    let source = "#[policy] async fn org_editor(user: &User, Action::Edit: &Action, doc: &Document) -> bool {
        let role = OrgRole(user.id, doc.org).await?;
        let Some(level) = Level(doc.id).await else { return false };
        doc.shared && (role >= level || Allowed(role).await)
    }";
    assert_snapshot!(function(source, "evaluate"), @"
    fn evaluate<__Observer: Observer>(
                __request: &Request<'_, __Domain>,
                __cx: &mut Cx<__Sources, __Observer>,
            ) -> ::core::result::Result<bool, Stop> {
                let user: &User = __request.subject();
                let Action::Edit: &Action = __request.action() else {
                    met(false, 5, __cx);
                    return ::core::result::Result::Err(
                        Stop::NotApplicable,
                    );
                };
                met(true, 5, __cx);
                let doc: &Document = __request.resource();
                let __value: bool = {
                    let role = MaybeMissing::present_reported(
                        read(OrgRole(user.id, doc.org), __cx.at(0))?,
                        0,
                        __cx,
                    )?;
                    let Some(level) = read(Level(doc.id), __cx.at(1))?
                    else {
                        met(false, 1, __cx);
                        return ::core::result::Result::Ok(false);
                    };
                    met(true, 1, __cx);
                    met(
                        Bool {
                            bool: doc.shared,
                        }
                            .bool,
                        2,
                        __cx,
                    )
                        && (met(
                            *compared(&role).value() >= level,
                            3,
                            __cx,
                        )
                            || met(
                                read_bool(Allowed(role), __cx.at(2))?,
                                4,
                                __cx,
                            ))
                };
                #[allow(warnings)] return ::core::result::Result::Ok(__value);
            }
    ");
    assert_snapshot!(function(source, "ask"), @"
    fn ask(
                __request: &Request<'_, __Domain>,
                __cx: &mut Cx<__Sources>,
            ) {
                let user: &User = __request.subject();
                let Action::Edit: &Action = __request.action() else { return };
                let doc: &Document = __request.resource();
                run_slice(
                    __cx,
                    |__cx| {
                        ask(Level(doc.id), __cx);
                        ::core::result::Result::Ok(())
                    },
                );
                run_slice(
                    __cx,
                    |__cx| {
                        let role = MaybeMissing::present(
                            read(OrgRole(user.id, doc.org), __cx)?,
                        )?;
                        if doc.shared {
                            ask(Allowed(role), __cx);
                        }
                        ::core::result::Result::Ok(())
                    },
                );
            }
    ");
}

#[test]
fn operands_over_facts_are_three_valued() {
    let source = "#[policy] async fn either(user: &User) -> bool {
        A(user.id).await || B(user.id).await && !C(user.id).await
    }";
    assert_snapshot!(function(source, "evaluate"), @"
    fn evaluate<__Observer: Observer>(
                __request: &Request<'_, __Domain>,
                __cx: &mut Cx<__Sources, __Observer>,
            ) -> ::core::result::Result<bool, Stop> {
                let user: &User = __request.subject();
                let __value: bool = {
                    or(
                        attempt(
                            __cx,
                            |__cx| side(
                                ::core::result::Result::Ok(
                                    met(
                                        read_bool(A(user.id), __cx.at(0))?,
                                        0,
                                        __cx,
                                    ),
                                ),
                            ),
                        ),
                        __cx,
                        |__cx| side(
                            and(
                                attempt(
                                    __cx,
                                    |__cx| side(
                                        ::core::result::Result::Ok(
                                            met(
                                                read_bool(B(user.id), __cx.at(1))?,
                                                1,
                                                __cx,
                                            ),
                                        ),
                                    ),
                                ),
                                __cx,
                                |__cx| side(
                                    ::core::result::Result::Ok(
                                        met(
                                            Bool {
                                                bool: !read_bool(
                                                    C(user.id),
                                                    __cx.at(2),
                                                )?,
                                            }
                                                .bool,
                                            2,
                                            __cx,
                                        ),
                                    ),
                                ),
                            ),
                        ),
                    )?
                };
                #[allow(warnings)] return ::core::result::Result::Ok(__value);
            }
    ");
    assert_snapshot!(function(source, "ask"), @"
    fn ask(
                __request: &Request<'_, __Domain>,
                __cx: &mut Cx<__Sources>,
            ) {
                let user: &User = __request.subject();
                run_slice(
                    __cx,
                    |__cx| {
                        ask(B(user.id), __cx);
                        ::core::result::Result::Ok(())
                    },
                );
                run_slice(
                    __cx,
                    |__cx| {
                        ask(C(user.id), __cx);
                        ::core::result::Result::Ok(())
                    },
                );
            }
    ");
}

#[test]
fn operands_that_leave_are_strict() {
    let source = "#[policy] async fn strict(user: &User) -> bool {
        let mut n = 0;
        (A(user.id).await? || B(user.id).await) && (C(user.id).await || { n += 1; D(n).await })
    }";
    assert_snapshot!(function(source, "evaluate"), @"
    fn evaluate<__Observer: Observer>(
                __request: &Request<'_, __Domain>,
                __cx: &mut Cx<__Sources, __Observer>,
            ) -> ::core::result::Result<bool, Stop> {
                let user: &User = __request.subject();
                let __value: bool = {
                    let mut n = 0;
                    (met(
                        Bool {
                            bool: MaybeMissing::present_reported(
                                read(A(user.id), __cx.at(0))?,
                                0,
                                __cx,
                            )?,
                        }
                            .bool,
                        1,
                        __cx,
                    )
                        || met(
                            read_bool(B(user.id), __cx.at(1))?,
                            2,
                            __cx,
                        ))
                        && (partial_or(
                            attempt(
                                __cx,
                                |__cx| side(
                                    ::core::result::Result::Ok(
                                        met(
                                            read_bool(C(user.id), __cx.at(2))?,
                                            3,
                                            __cx,
                                        ),
                                    ),
                                ),
                            ),
                            __cx,
                            |__cx| side(
                                ::core::result::Result::Ok({
                                    n += 1;
                                    met(
                                        read_bool(D(n), __cx.at(3))?,
                                        4,
                                        __cx,
                                    )
                                }),
                            ),
                        )?)
                };
                #[allow(warnings)] return ::core::result::Result::Ok(__value);
            }
    ");
}

#[test]
fn control_flow_leads_to_a_load() {
    let source = "#[policy] async fn above(user: &User, doc: &Document) -> bool {
        match Parent(doc.folder).await {
            Some(above) if doc.shared => Viewer(user.id, above).await,
            Some(_) => false,
            None => match doc.kind {
                Kind::Open => true,
                Kind::Team(team) if team > 3 => Member(user.id, team).await,
                _ => any(doc.tags.iter().map(|tag| Tagged(*tag))).await,
            },
        }
    }";
    assert_snapshot!(function(source, "ask"), @"
    fn ask(
                __request: &Request<'_, __Domain>,
                __cx: &mut Cx<__Sources>,
            ) {
                let user: &User = __request.subject();
                let doc: &Document = __request.resource();
                let __known_0 = if_known(
                    __cx,
                    |__cx| ::core::result::Result::Ok(
                        (match read(Parent(doc.folder), __cx)? {
                            Some(_) => false,
                            None => true,
                            _ => false,
                        }),
                    ),
                );
                if __known_0 != ::core::option::Option::Some(false) {
                    run_partial_slice(
                        __cx,
                        |__cx| {
                            match doc.kind {
                                Kind::Open => {}
                                Kind::Team(team) => {
                                    if team > 3 {
                                        ask(Member(user.id, team), __cx);
                                    }
                                }
                                _ => {}
                            }
                            ::core::result::Result::Ok(())
                        },
                    );
                    run_partial_slice(
                        __cx,
                        |__cx| {
                            match doc.kind {
                                Kind::Open => {}
                                Kind::Team(team) if team > 3 => {}
                                _ => {
                                    ask_each(
                                        doc.tags.iter().map(|tag| Tagged(*tag)),
                                        __cx,
                                    );
                                }
                                _ => {}
                            }
                            ::core::result::Result::Ok(())
                        },
                    );
                }
            }
    ");
}

#[test]
fn independent_loads_share_a_round() {
    assert_snapshot!(plan("let a = A(user.id).await?; let b = B(doc.id).await?; a == b"), @r#"
    1  A(user.id)
    1  B(doc.id)
    "#);
    assert_snapshot!(plan("A(x).await || B(y).await && C(z).await"), @r#"
    1  A(x)
    1  B(y)
    1  C(z)
    "#);
    assert_snapshot!(plan("if A(x).await { B(y).await } else { C(z).await }"), @r#"
    1  A(x)
    1  B(y)
    1  C(z)
    "#);
    assert_snapshot!(plan("let Some(a) = A(x).await else { return B(y).await }; a && C(z).await"), @r#"
    1  A(x)
    1  B(y)
    1  C(z)
    "#);
}

#[test]
fn a_key_waits_for_what_it_is_made_of() {
    assert_snapshot!(plan("let a = A(x).await?; let b = B(a).await?; C(b, a).await"), @r#"
    1  A(x)
    2  B(a); after A(x): `a` comes from there
    3  C(b, a); after A(x): `a` comes from there; after B(a): `b` comes from there
    "#);
    assert_snapshot!(plan("B(A(x).await?).await"), @r#"
    1  A(x)
    2  B(A(x).await?); after A(x): its key comes from there
    "#);
    assert_snapshot!(plan("let a = A(x).await?; let a = a.next; B(a).await"), @r#"
    1  A(x)
    2  B(a); after A(x): `a` comes from there
    "#);
    assert_snapshot!(plan("if let Some(a) = A(x).await && a.good { B(a.id).await } else { C(x).await }"), @r#"
    1  A(x)
    2  B(a.id); after A(x): `a` comes from there
    1  C(x)
    "#);
    assert_snapshot!(plan("match A(x).await { Some(a) => B(a).await, None => C(x).await }"), @r#"
    1  A(x)
    2  B(a); after A(x): `a` comes from there
    1  C(x)
    "#);
    assert_snapshot!(plan("let a = match A(x).await { Some(a) => a, None => return D(x).await }; B(a).await"), @r#"
    1  A(x)
    1  D(x)
    2  B(a); after A(x): `a` comes from there
    "#);
    assert_snapshot!(plan("let all = each(xs.iter().map(|x| A(*x))).await; any(all.iter().map(|a| B(*a))).await"), @r#"
    1  each(xs.iter().map(|x| A(*x)))
    2  any(all.iter().map(|a| B(*a))); after each(xs.iter().map(|x| A(*x))): `all` comes from there
    "#);
}

#[test]
fn what_may_panic_waits_for_its_turn() {
    assert_snapshot!(plan("A(x).await && B(xs[0]).await"), @r#"
    1  A(x)
    2  B(xs[0]), in its turn; after A(x): `B(xs[0])` may do more than look, so it must wait for its turn
    "#);
    assert_snapshot!(plan("let a = A(x).await?; let y = x + 1; B(y).await && C(x).await"), @r#"
    1  A(x)
    2  B(y), in its turn; after A(x): `x + 1` may do more than look, so it must wait for its turn
    1  C(x)
    "#);
    assert_snapshot!(plan("let y = x + 1; let z = xs[0]; A(y).await && B(z).await"), @r#"
    1  A(y)
    1  B(z)
    "#);
    assert_snapshot!(plan("A(x).await && xs[0] == 1 && B(x).await"), @r#"
    1  A(x)
    2  B(x), in its turn; after A(x): `xs[0] == 1` may do more than look, so it must wait for its turn
    "#);
    assert_snapshot!(plan("let a = A(x).await?; let c = C(a - 1).await?; D(c).await"), @"
    1  A(x)
    2  C(a - 1), in its turn; after A(x): `C(a - 1)` may do more than look, so it must wait for its turn
    3  D(c), in its turn; after C(a - 1): `C(a - 1).await?` may do more than look, so it must wait for its turn
    ");
    assert_snapshot!(plan("lazy(A(x)).await && lazy(B(x)).await && C(x).await"), @r#"
    1  lazy(A(x)), in its turn
    2  lazy(B(x)), in its turn; after lazy(A(x)): it is lazy
    1  C(x)
    "#);
}

#[test]
fn a_local_that_changes_waits() {
    assert_snapshot!(plan("let mut n = 0; n += 1; A(n).await && B(n).await"), @r#"
    1  A(n)
    1  B(n)
    "#);
    assert_snapshot!(plan("let mut n = 0; let a = A(n).await?; n += a; B(n).await && C(x).await"), @r#"
    1  A(n)
    2  B(n), in its turn; after A(n): `n` can change on the way
    1  C(x)
    "#);
    // By a `let`, or by another name.
    assert_snapshot!(plan("let mut v = x.ids(); let last = v.pop(); A(x).await && B(v.len()).await"), @r#"
    1  A(x)
    2  B(v.len()), in its turn; after A(x): `v` can change on the way
    "#);
    assert_snapshot!(plan("let mut n = 0; let r = &mut n; *r = 2; A(x).await && B(n).await"), @r#"
    1  A(x)
    2  B(n), in its turn; after A(x): `n` can change on the way
    "#);
    assert_snapshot!(plan("let mut n = 0; if x.open { n = 1; } let m = n + 1; A(x).await && B(m).await"), @r#"
    1  A(x)
    1  B(m)
    "#);
}

/// A slice must not come to what can panic where the body would not.
#[test]
fn an_operand_guards_the_next_ones() {
    assert_snapshot!(plan("A(x).await || xs[0] == 1 || B(x).await"), @r#"
    1  A(x)
    2  B(x), in its turn; after A(x): `xs[0] == 1` may do more than look, so it must wait for its turn
    "#);
    assert_snapshot!(plan("!(x.open && (A(x).await || xs[0] == 1)) && B(x).await"), @r#"
    1  A(x)
    2  B(x), in its turn; after A(x): `xs[0] == 1` may do more than look, so it must wait for its turn
    "#);
    assert_snapshot!(plan("xs[0] == 1 || A(x).await || B(x).await"), @r#"
    1  A(x)
    1  B(x)
    "#);
    assert_snapshot!(plan("match x.kind { Kind::A if A(x).await => true, _ => B(xs[0]).await }"), @r#"
    1  A(x)
    2  B(xs[0]), in its turn; after A(x): `B(xs[0])` may do more than look, so it must wait for its turn
    "#);
    assert_snapshot!(plan("A(x).await && B({ assert!(x.open); x.id }).await"), @r#"
    1  A(x)
    2  B({ assert!(x.open); x.id }), in its turn; after A(x): `B({ assert!(x.open); x.id })` may do more than look, so it must wait for its turn
    "#);
    // Getters do not panic, though they begin like methods that do.
    assert_snapshot!(plan("A(x).await && any(x.readers().iter().map(|id| B(*id))).await"), @r#"
    1  A(x)
    1  any(x.readers().iter().map(|id| B(*id)))
    "#);
    assert_snapshot!(plan("A(x).await && B(x.level.abs()).await"), @r#"
    1  A(x)
    2  B(x.level.abs()), in its turn; after A(x): `B(x.level.abs())` may do more than look, so it must wait for its turn
    "#);
}

/// A load waits for those that are on its way, not for those on another.
#[test]
fn branches_do_not_wait_for_each_other() {
    assert_snapshot!(plan("if S(x).await { A(f(x)).await } else { B(f(x)).await }"), @r#"
    1  S(x)
    2  A(f(x)), in its turn; after S(x): `A(f(x))` may do more than look, so it must wait for its turn
    2  B(f(x)), in its turn; after S(x): `B(f(x))` may do more than look, so it must wait for its turn
    "#);
    assert_snapshot!(plan("if x.open { return A(x).await; } B(xs[0]).await"), @r#"
    1  A(x)
    1  B(xs[0])
    "#);
    assert_snapshot!(plan("let Some(t) = x.team else { return A(x).await }; B(t).await"), @r#"
    1  A(x)
    1  B(t)
    "#);
    assert_snapshot!(plan("let t = match x.team { Some(t) => t, None => return A(x).await }; B(t).await"), @r#"
    1  A(x)
    1  B(t)
    "#);
    assert_snapshot!(plan("let t = 't: { if x.open { let a = A(x).await?; break 't a; } 1 }; B(t).await"), @r#"
    1  A(x)
    2  B(t); after A(x): `t` comes from there
    "#);
}

/// An item is there in its whole block.
#[test]
fn items_may_stand_at_the_end() {
    let source = "#[policy] async fn p(x: &X) -> bool {
        let half = half(x.id);
        return A(x.id).await || B(half).await;
        fn half(n: u32) -> u32 { n / 2 }
    }";
    assert!(function(source, "ask").contains("fn half(n: u32)"));
}

/// Every name that a slice mentions is bound in it.
#[test]
fn a_slice_binds_what_it_mentions() {
    for (body, needs) in [
        ("let base = A(x).await?; B(Key { id: 1, ..base }).await", "base"),
        ("let n = A(x).await?; any(x.ids.get(0..n)?.iter().map(|id| B(*id))).await", "n"),
        ("let w = A(x).await?; B(x.name.map(|name| matches!(name, _ if w == name))).await", "w"),
        ("let r#type = A(x).await?; B(r#type).await", "r#type"),
    ] {
        let plan = plan(body);
        let reason = format!("after A(x): `{needs}` comes from there");
        assert!(plan.contains(&reason), "{body}\n{plan}");
    }
    // In the names of a format string, too.
    let source = "#[policy] async fn p(x: &X) -> bool {
        let (wide, r#type) = (x.wide(), x.kind());
        let key = format!(\"{type:>wide$}\");
        A(x.id).await && B(key).await
    }";
    assert!(function(source, "ask").contains("let (wide, r#type) = (x.wide(), x.kind());"));
}

/// What leaves the body by local data alone ends the slice, and does nothing else there.
#[test]
fn early_ways_out_stay() {
    let source = "#[policy] async fn p(user: &User, doc: &Document) -> bool {
        if doc.public {
            let level = measure(doc);
            return A(level).await;
        }
        let Some(team) = doc.team else { return B(doc.id).await };
        let half = half(team);
        for group in &user.groups {
            if *group == half { break; }
        }
        'inner: {
            if doc.closed { break 'inner false; }
            C(half).await
        }
    }";
    assert_snapshot!(function(source, "ask"), @"
    fn ask(
                __request: &Request<'_, __Domain>,
                __cx: &mut Cx<__Sources>,
            ) {
                let user: &User = __request.subject();
                let doc: &Document = __request.resource();
                if leads_on(
                    __cx,
                    |__cx| {
                        if doc.public {
                            return ::core::result::Result::Err(
                                Stop::Pending,
                            );
                        }
                        ::core::result::Result::Ok(true)
                    },
                ) {
                    run_slice(
                        __cx,
                        |__cx| {
                            if let Some(team) = doc.team {} else {
                                ask(B(doc.id), __cx);
                            }
                            ::core::result::Result::Ok(())
                        },
                    );
                    run_slice(
                        __cx,
                        |__cx| {
                            let Some(team) = doc.team else {
                                return ::core::result::Result::Ok(());
                            };
                            let half = half(team);
                            if doc.closed {
                                return ::core::result::Result::Ok(());
                            }
                            ask(C(half), __cx);
                            ::core::result::Result::Ok(())
                        },
                    );
                }
            }
    ");
}

/// Whether each source has exactly these errors: what is underlined, and the diagnostic's name.
fn assert_errors<const N: usize>(cases: [(&str, &[(&str, &str)]); N]) {
    for (source, expected) in cases {
        let errors = testing::errors(policy, source);
        let errors: Vec<_> = errors.iter().map(|(at, name)| (at.as_str(), name.as_str())).collect();
        assert_eq!(errors, expected, "{source}");
    }
}

#[test]
fn messages_about_options() {
    assert_errors([
        ("#[policy(forbidd)] fn p(u: &U) -> bool { u.a }", &[("forbidd", "option_misspelt")]),
        ("#[policy(lazy, lazy)] fn p(u: &U) -> bool { u.a }", &[("lazy", "option_twice")]),
        // What follows the path is not skipped: it may be the word that makes a forbid.
        ("#[policy(crate = a forbid)] fn p(u: &U) -> bool { u.a }", &[("forbid", "crate_path")]),
        ("#[policy(crate = a, forbid)] fn p(u: &U) -> bool { u.a }", &[]),
        ("#[policy(crate =)] fn p(u: &U) -> bool { u.a }", &[("crate =", "crate_path")]),
        ("#[policy(crate =, lazy)] fn p(u: &U) -> bool { u.a }", &[("crate =", "crate_path")]),
        ("#[policy(crate)] fn p(u: &U) -> bool { u.a }", &[("crate", "crate_path")]),
        ("#[policy(crate = a::)] fn p(u: &U) -> bool { u.a }", &[("a::", "crate_path")]),
        ("#[policy(crate = a::Self)] fn p(u: &U) -> bool { u.a }", &[("a::Self", "crate_path")]),
        ("#[policy(crate = a::super)] fn p(u: &U) -> bool { u.a }", &[("a::super", "crate_path")]),
        ("#[policy(crate = ::crate)] fn p(u: &U) -> bool { u.a }", &[("::crate", "crate_path")]),
        ("#[policy(crate = self::super::super::a)] fn p(u: &U) -> bool { u.a }", &[]),
        ("#[policy(crate = crate::a)] fn p(u: &U) -> bool { u.a }", &[]),
        ("#[policy(crate = crate)] fn p(u: &U) -> bool { u.a }", &[]),
        ("#[policy(rounds = 100)] fn p(u: &U) -> bool { u.a }", &[("100", "rounds_not_a_number")]),
        (
            "#[policy(rounds = many)] fn p(u: &U) -> bool { u.a }",
            &[("many", "rounds_not_a_number")],
        ),
        (
            "#[policy(unconditional)] fn p(u: &U) -> bool { u.a }",
            &[("unconditional", "not_unconditional")],
        ),
        (
            "#[policy(forbid, unconditional)] fn p(u: &U) -> bool { true }",
            &[("unconditional", "unconditional_forbid")],
        ),
        (
            "#[policy(rounds = 0)] async fn p(u: &U) -> bool { A(u.id).await }",
            &[("A(u.id)", "no_rounds")],
        ),
        (
            "#[policy(rounds = 1)] async fn p(u: &U) -> bool { let a = A(u.id).await?; B(a).await }",
            &[("B(a)", "over_budget")],
        ),
    ]);
}

#[test]
fn messages_about_signatures() {
    assert_errors([
        ("#[policy] fn p<T>(u: &U) -> bool { u.a }", &[("T", "policy_generic")]),
        (
            "#[policy] fn p(u: &U) -> bool where U: Copy { u.a }",
            &[("where U: Copy", "policy_generic")],
        ),
        ("#[policy] fn p(u: &U) -> bool where { u.a }", &[]),
        ("#[policy] fn p(&self) -> bool { self.a }", &[("&self", "policy_receiver")]),
        ("#[policy] const fn p(u: &U) -> bool { u.a }", &[("const", "policy_not_plain")]),
        ("#[policy] unsafe fn p(u: &U) -> bool { u.a }", &[("unsafe", "policy_not_plain")]),
        ("#[policy] fn p(u: &U) { u.a }", &[(")", "policy_return_type")]),
        ("#[policy] fn p(u: &U) -> Option<u8> { u.a }", &[("Option<u8>", "policy_return_type")]),
        (
            "#[policy] async fn p(u: &U) -> bool::<{ A(1).await }> { u.a }",
            &[("bool::<{ A(1).await }>", "policy_return_type")],
        ),
        (
            "#[policy] async fn p(u: &U) -> <[u8; A(1).await] as T>::bool { u.a }",
            &[("<[u8; A(1).await] as T>::bool", "policy_return_type")],
        ),
        (
            "#[policy] fn p(a: &A, b: &B, c: &C, d: &D, e: &E) -> bool { a.a }",
            &[("e: &E", "too_many_parameters")],
        ),
        ("#[policy] fn p(u: Vec<U>) -> bool { u.a }", &[("Vec<U>", "by_value")]),
        ("#[policy] fn p(u: &mut U) -> bool { u.a }", &[("&mut U", "by_mutable_reference")]),
        ("#[policy] fn p(u: &impl Copy) -> bool { u.a }", &[("impl Copy", "policy_impl_trait")]),
        ("#[policy] fn p(u: &U) -> bool { A(u.id).await }", &[("fn", "not_async")]),
        ("#[policy] fn p(_: &U) -> bool { !false }", &[("p", "unconditional")]),
        (
            "#[policy] async fn p(u: &U) -> bool { return true || A(u.id).await; }",
            &[("p", "unconditional")],
        ),
    ]);
}

#[test]
fn messages_about_where_a_load_stands() {
    assert_errors([
        (
            "#[policy] async fn p(u: &U) -> bool { u.ids.iter().any(|id| A(*id).await) }",
            &[("await", "load_in_closure")],
        ),
        (
            "#[policy] async fn p(u: &U) -> bool { while A(u.id).await {} loop { B(u.id).await } }",
            &[("await", "load_in_loop"), ("await", "load_in_loop")],
        ),
        (
            "#[policy] async fn p(u: &U) -> bool { async fn q() { A(1).await } u.a }",
            &[("await", "load_in_function")],
        ),
        ("#[policy] async fn p(u: &U) -> bool { dbg!(A(1).await) }", &[("await", "load_in_macro")]),
        (
            "#[policy] async fn p(u: &U) -> bool { let f = async { A(1).await }; u.a }",
            &[("await", "load_in_async_block")],
        ),
    ]);
}

/// Where nothing is computed when the rule runs, there is no load either: it is refused at its `.await`,
/// and each one of several.
#[test]
fn messages_about_loads_where_nothing_runs() {
    const IN_PATTERN: &[(&str, &str)] = &[("await", "load_in_pattern")];
    const IN_CONSTANT: &[(&str, &str)] = &[("await", "load_in_constant")];
    let signature =
        |parameter: &str| format!("#[policy] async fn p({parameter}) -> bool {{ true }}");
    let body = |body: &str| format!("#[policy] async fn p(u: &U) -> bool {{ {body} }}");
    let rows = [
        (signature("matches!(u, Some(_) if A(1).await): &U"), IN_PATTERN),
        (signature("u: &[U; A(1).await]"), IN_CONSTANT),
        (signature("[u, m!(A(1).await), ..]: &[U]"), IN_PATTERN),
        (body("let m!(A(1).await) = u.a else { return false }; B(1).await"), IN_PATTERN),
        (body("if let m!(A(1).await) = u.a { true } else { B(1).await }"), IN_PATTERN),
        (
            body("match u.a { m!(A(1).await) => true, _ if B(1).await => false, _ => u.b }"),
            IN_PATTERN,
        ),
        (body("matches!(u.a, m!(A(1).await))"), IN_PATTERN),
        (body("matches!(B(u.a).await, m!(A(1).await))"), IN_PATTERN),
        (body("u.a && { for m!(A(1).await) in u.b {} u.c }"), IN_PATTERN),
        (body("let a: [u8; A(1).await] = u.a; B(1).await"), IN_CONSTANT),
        (body("let a: m!(A(1).await) = u.a; u.b"), IN_CONSTANT),
        (body("u.a as [u8; A(1).await] == B(1).await"), IN_CONSTANT),
        (body("u.a::<{ A(1).await }>(B(1).await)"), IN_CONSTANT),
        (body("f::<{ A(1).await }>(u.a)"), IN_CONSTANT),
        (body("!S::<{ A(1).await }> { a: B(1).await }.a"), IN_CONSTANT),
        (body("<[u8; A(1).await] as T>::f(u.a)"), IN_CONSTANT),
        (body("B::<{ A(1).await }>(u.a).await"), IN_CONSTANT),
        (body("any::<B<{ A(1).await }>>(u.a).await"), IN_CONSTANT),
        (body("u.a.iter().any(|m!(A(1).await)| true)"), &[("await", "load_in_closure")]),
        (body("u.a.iter().any(|a: [u8; A(1).await]| true)"), &[("await", "load_in_closure")]),
        (
            body("match u.a { m!(A(1).await, A(2).await) => u.b as [u8; A(3).await], _ => u.c }"),
            &[
                ("await", "load_in_pattern"),
                ("await", "load_in_pattern"),
                ("await", "load_in_constant"),
            ],
        ),
    ];
    for (source, expected) in rows {
        assert_errors([(source.as_str(), expected)]);
    }
}

/// What has the letters of a load, and is none.
#[test]
fn a_field_named_await_is_no_load() {
    let source = "#[policy] fn p(u: &U) -> bool { #[allow(a.await)] let a = u.r#await; match a { #[allow(a.await)] true => u.a, _ => u.b } }";
    assert_errors([(source, &[])]);
}

#[test]
fn messages_about_bodies() {
    assert_errors([
        (
            "#[policy] async fn p(u: &U) -> bool { u.load().await }",
            &[("u.load()", "await_not_a_fact")],
        ),
        ("#[policy] fn p(u: &U) -> bool { let f = async { 1 }; u.a }", &[("async", "async_block")]),
        ("#[policy] fn p(u: &U) -> bool { dbg!(u.a?) }", &[("?", "way_out_in_macro")]),
        (
            "#[policy] fn p(u: &U) -> bool { ensure!(u.a, return false); u.b }",
            &[("return", "way_out_in_macro")],
        ),
        ("#[policy] fn p(u: &U) -> bool { unsafe { u.a } }", &[("unsafe", "unsafe_block")]),
        (
            "#[policy] async fn p(u: &U) -> bool { any(u.keys()).await }",
            &[("u.keys()", "many_without_fact")],
        ),
        (
            "#[policy] async fn p(u: &U) -> bool { each(A(1), A(2)).await }",
            &[("each", "many_arguments")],
        ),
        (
            "#[policy] async fn p(u: &U) -> bool { lazy(A(1), A(2)).await }",
            &[("lazy", "lazy_argument")],
        ),
        (
            "#[policy(forbid)] async fn p(u: &U) -> bool { A(u.id).await? == u.org? }",
            &[("?", "question_in_forbid"), ("?", "question_in_forbid")],
        ),
    ]);
}

#[test]
fn messages_about_what_only_looks_like_the_language() {
    assert_errors([
        (
            "#[policy] fn p(u: &U) -> bool { #[cfg(demo)] return true; u.a }",
            &[("#[cfg(demo)]", "attribute_inside")],
        ),
        (
            "#[policy] fn p(u: &U) -> bool { #[cfg(demo)] let a = true; match a { #[cfg(demo)] true => u.a, _ => u.b } }",
            &[("#[cfg(demo)]", "attribute_inside"), ("#[cfg(demo)]", "attribute_inside")],
        ),
        (
            "#[policy] async fn p(u: &U) -> bool { load(u.id).await }",
            &[("load", "await_on_function")],
        ),
        (
            "#[policy] fn p(u: &U) -> bool { let _id = u.id; return true; }",
            &[("p", "unconditional")],
        ),
        ("#[policy] fn p(u: &U) -> bool { let _id = u.id?; true }", &[]),
        ("#[policy] fn p(u: &U) -> bool { let Some(_) = u.id else { return false }; true }", &[]),
        ("#[policy] fn p(u: &U) -> bool { #[allow(unused)] let a = 1; u.a }", &[]),
    ]);
}

/// What says how strict lints are, and what says whether the policy is there, is said of all of it.
#[test]
fn attributes_go_on_the_type_and_the_code() {
    let source =
        "#[allow(clippy::x)] #[cfg(y)] #[doc = \"D\"] #[policy] fn p(u: &U) -> bool { u.a }";
    let expansion = testing::expansion(policy, source);
    let count = |text: &str| expansion.matches(text).count();
    assert_eq!((count("#[allow(clippy::x)]"), count("#[cfg(y)]"), count("///D")), (2, 2, 1));
}

/// A name with a capital is a path wherever a pattern stands, and a plain one in the texts.
#[test]
fn names_with_a_capital_cannot_bind() {
    let bodies = [
        "let E = u.a else { return false }; A(1).await",
        "let (E, x): (u8, u8) = u.a; A(x).await",
        "if let (Some(E) | None) = u.a { A(1).await } else { false }",
        "while let E = u.a {} A(1).await",
        "for &E in u.a {} A(1).await",
        "match A(1).await { [x @ E, ..] => x, _ => false }",
        "matches!(u.a, E) && A(1).await",
        "matches!(A(1).await, r#E if u.a)",
        "assert!(matches!(u.a, E)); A(1).await",
        "vec![u.a; match u.b { E => 1 }].len() > 1 && A(1).await",
        "format!(\"{x}\", x = matches!(u.a, E)) == u.b && A(1).await",
        "ensured(u.a, |E| true) && A(1).await",
        "ensured(u.a, |it| { let S { E, .. } = it else { return false }; true }) && A(1).await",
        "f::<{ match 1 { E => 2 } }>(u) && A(1).await",
        "match u.a { Ö::É { E: Ü } => true, É => false }",
    ];
    for body in bodies {
        let source = format!("#[policy] async fn p(u: &U) -> bool {{ {body} }}");
        let expansion = testing::tokens(policy, &source);
        let capital = ["E::<>", "É::<>"].iter().any(|path| expansion.contains(path));
        assert!(capital, "{body}\n{expansion}");
        let texts = expansion.split('"').skip(1).step_by(2);
        assert!(texts.clone().all(|text| !text.contains("::<>")), "{expansion}");
    }
    for bound in ["ref E", "mut E", "E @ 1..", "e", "_E"] {
        let source =
            format!("#[policy] fn p({bound}: &U) -> bool {{ match 1 {{ {bound} => e.a }} }}");
        assert!(!testing::tokens(policy, &source).contains("::<>"), "{bound}");
    }
    let source =
        "#[policy] async fn p(E: &U, S { F, .. }: &D) -> bool { A(1).await || A(E).await }";
    let expansion = testing::tokens(policy, source);
    assert_eq!(expansion.matches("E::<>").count(), 2, "{expansion}");
    assert!(expansion.contains("S{F:F::<>,..}"), "{expansion}");
    assert!(expansion.contains("\"resourceisS{F,..}\""), "{expansion}");
}

/// Opaque macros and items of the user's are left as they are.
#[test]
fn what_is_not_a_rules_own_keeps_its_patterns() {
    for body in ["mine!(matches!(u.a, E))", "fn f(E: u8) -> bool { E > 1 } f(u.a)"] {
        let source = format!("#[policy] fn p(u: &U) -> bool {{ {body} }}");
        assert!(!testing::tokens(policy, &source).contains("::<>"), "{body}");
    }
}

/// An attribute on what is taken apart, or comes to stand elsewhere, is refused at the attribute.
#[test]
fn attributes_are_not_dropped() {
    for body in [
        "[A(1).await, #[x] A(2).await].len() > 1",
        "[A(1).await, #[x] true].len() > 1",
        "[A(1).await, #[x] u.a == u.b].len() > 1",
        "[A(1).await, #[x] u.a.b(1)? as u8].len() > 1",
        "[A(1).await, (#[x] u.a)].len() > 1",
        "(A(1).await, #[x] true).0",
        "f(#[x] u.a, A(1).await)",
        "u.f(#[x] A(1).await)",
        "u.f(#[x] || true, A(1).await)",
        "S { #[x] a: true, b: A(1).await }.b",
        "S { a: true, b: #[x] A(1).await }.b",
        "A(1).await || #[x] u.a",
        "A(1).await || #[x] { u.a }",
        "(#[x] A(1)).await",
        "lazy(#[x] A(1)).await",
        "any(#[x] [A(1)]).await",
        "(#[x] any([A(1)])).await",
        "let x = #[x] u.a; x",
        "let x = #[x] if u.a { true } else { false }; x",
        "let x = #[x] match u.a { _ => true }; x",
        "let x = match u.a { #![x] _ => true }; x",
        "let x = { #![x] u.a }; x",
        "let S { #[x] a, .. } = u; A(1).await",
        "if let S { #[x] a, .. } = u { true } else { false }",
        "match u { S { #[x] a, .. } => true, S { .. } => A(1).await }",
        "match u { _ => #[x] true }",
        "for S { #[x] .. } in u.a {} true",
        "for _ in u.a { #![x] } true",
        "matches!((u, A(1).await), (S { #[x] a, .. }, true))",
        "return #[x] u.a",
        "#[x] u.f(); true",
        "#[x] loop { return u.a; }",
        "#[x] m!(); true",
        "#[x] u.a && u.b",
        "#[x] A(1).await",
        "'a: { break 'a #[x] u.a }",
    ] {
        let source = format!("#[policy] async fn p(u: &U) -> bool {{ {body} }}");
        let attribute = if body.contains("#![x]") { "#![x]" } else { "#[x]" };
        let refused = [(attribute.to_owned(), "attribute_inside".to_owned())];
        assert_eq!(testing::errors(policy, &source), refused, "{body}");
    }
    // Whatever is emitted as it stands keeps them.
    let source =
        "#[policy] fn p(u: &U) -> bool { f([u.a, #[x] u.b], |#[y] v: u8| S { #[z] a: v }) }";
    let expansion = testing::expansion(policy, source);
    for attribute in ["#[x]", "#[y]", "#[z]"] {
        assert!(expansion.contains(attribute), "{expansion}");
    }
}

/// A parameter's attributes go where it is bound, if they are lints.
#[test]
fn a_parameters_attributes_are_not_dropped() {
    let source =
        "#[policy] fn p(#[allow(l)] u: &U, #[expect(m)] S { a: 1, .. }: &D) -> bool { u.a }";
    let evaluate = function(source, "evaluate");
    for line in ["#[allow(l)]\n", "#[expect(m)]\n"] {
        assert!(evaluate.contains(line), "{evaluate}");
    }
    for parameter in
        ["#[x] u: &U", "#[x] _: &U", "S { #[x] a: 1, .. }: &U", "(S { #[x] .. } | T): &U"]
    {
        let source = format!("#[policy] fn p({parameter}) -> bool {{ true == q() }}");
        let refused = [("#[x]".to_owned(), "parameter_attribute".to_owned())];
        assert_eq!(testing::errors(policy, &source), refused, "{parameter}");
    }
}

/// What stands under a condition goes where it would without.
#[test]
fn attributes_under_a_condition_are_not_dropped() {
    let source = "#[cfg_attr(x, cfg(y), expect(l), cfg_attr(z, deprecated, doc = \"D\"))] #[policy] fn p(u: &U) -> bool { u.a }";
    let expansion = testing::expansion(policy, source);
    let on_type = "#[cfg_attr(x, cfg(y), cfg_attr(z, deprecated, doc = \"D\"))]";
    let on_code = "#[cfg_attr(x, cfg(y), expect(l), cfg_attr(z, allow(deprecated)))]";
    for attribute in [on_type, on_code] {
        assert!(expansion.contains(attribute), "{expansion}");
    }
}

/// The body mentions the words as the user names them, once for each load.
#[test]
fn words_are_mentioned() {
    let source = "#[policy] async fn p(u: &U) -> bool { q::any([A(u)]).await && lazy(B(u)).await && all::<C>(u.c).await }";
    let expansion: String = testing::expansion(policy, source).split_whitespace().collect();
    for mention in ["q::any(__keys)", "lazy(__keys)", "all::<C>(__keys)"] {
        assert_eq!(expansion.matches(mention).count(), 1, "{mention}\n{expansion}");
    }
}

/// A warning about the user's parentheses would be about code that they cannot see.
#[test]
fn operands_lose_their_parentheses() {
    let source = "#[policy] async fn p(u: &U) -> bool { A(u).await && (u.a || u.b) && (B(u).await || C(u).await) && (D(u).await)? }";
    let evaluate = function(source, "evaluate");
    let evaluate: String = evaluate.split_whitespace().collect();
    for text in ["|__cx|side(or(", "MaybeMissing::present_reported(read(D(u),__cx.at(3))?,"] {
        assert!(evaluate.contains(text), "{text}\n{evaluate}");
    }
    assert!(!evaluate.contains("Ok((") && !evaluate.contains("met(("), "{evaluate}");
}

/// What is broken is there all the same: its type, its name, its place in a gate.
#[test]
fn a_policy_with_errors_has_everything_but_its_body() {
    let source = "#[policy(forbid)] async fn p(u: &U, d: &D) -> bool { A(u.id).await? }";
    let skeleton = testing::skeleton(policy, source);
    for part in [
        "enum p {}",
        "Effect::Forbid",
        "SubjectIs<U, Self, __Domain>",
        "ResourceIs<D, Self, __Domain>",
        "visitor.rule::<Self>()",
    ] {
        assert!(skeleton.contains(part), "{part} is missing in {skeleton}");
    }
}

/// What is not a function is refused once.
#[test]
fn only_functions_are_policies() {
    let errors = Diagnostics::new();
    compile(
        TokenStream::new(),
        quote!(
            struct Owner;
        ),
        &errors,
    );
    let messages: Vec<_> = errors.into_vec().iter().map(ToString::to_string).collect();
    assert_eq!(messages.len(), 1);
    assert!(messages[0].ends_with("[policy_not_a_function]"), "{messages:?}");
}

/// Two builds give the same expansion.
#[test]
fn the_expansion_is_the_same_every_time() {
    let source = "#[policy] async fn p(u: &U, d: &D) -> bool {
        let (a, b) = (A(u.id).await?, B(d.id).await?);
        C(a, b).await || D(b).await && E(a).await
    }";
    assert_eq!(testing::expansion(policy, source), testing::expansion(policy, source));
}

/// What a `let` keeps is reported where it is sure to be a `bool`; what a block with a label is given,
/// where the block is an answer.
#[test]
fn kept_and_broken_conditions() {
    let source = "#[policy] async fn rule(user: &User, doc: &Document) -> bool {
        let owned = doc.owner == user.id;
        let mask = !doc.flags;
        'answer: {
            if owned { break 'answer mask > 0; }
            let first = 'first: { break 'first doc.id == 1; };
            first && Shared(doc.id).await
        }
    }";
    assert_snapshot!(function(source, "evaluate"), @"
    fn evaluate<__Observer: Observer>(
                __request: &Request<'_, __Domain>,
                __cx: &mut Cx<__Sources, __Observer>,
            ) -> ::core::result::Result<bool, Stop> {
                let user: &User = __request.subject();
                let doc: &Document = __request.resource();
                let __value: bool = {
                    let owned = met(doc.owner == user.id, 0, __cx);
                    let mask = !doc.flags;
                    'answer: {
                        if met(
                            Bool {
                                bool: owned,
                            }
                                .bool,
                            1,
                            __cx,
                        ) {
                            break 'answer met(mask > 0, 2, __cx);
                        }
                        let first = 'first: {
                            break 'first doc.id == 1;
                        };
                        met(
                            Bool {
                                bool: first,
                            }
                                .bool,
                            3,
                            __cx,
                        )
                            && met(
                                read_bool(Shared(doc.id), __cx)?,
                                4,
                                __cx,
                            )
                    }
                };
                #[allow(warnings)] return ::core::result::Result::Ok(__value);
            }
    ");
}

/// What is ordered is named to rustc, whose types decide: as a place beside an operator, …
#[test]
fn operators_order_before_rustcs_eyes() {
    let source = "#[policy] async fn ordered(user: &User) -> bool {
        let risk = Risk(user.id).await;
        let low = |it| it < user.limit;
        risk < Some(3)
            && (Risk(0).await, 1) >= (risk, user.limit)
            && Role::Reader < Holds(user.id).await?
            && low(risk)
    }";
    assert_snapshot!(function(source, "evaluate"), @"
    fn evaluate<__Observer: Observer>(
                __request: &Request<'_, __Domain>,
                __cx: &mut Cx<__Sources, __Observer>,
            ) -> ::core::result::Result<bool, Stop> {
                let user: &User = __request.subject();
                let __value: bool = {
                    let risk = read(Risk(user.id), __cx.at(0))?;
                    let low = |it| it < *compared(&user.limit).value();
                    partial_and(
                        attempt(
                            __cx,
                            |__cx| side(
                                ::core::result::Result::Ok(
                                    met(
                                        *compared(&risk).value() < Some(3),
                                        0,
                                        __cx,
                                    )
                                        && met(
                                            *compared(
                                                    &(read(Risk(0), __cx.at(1))?, 1),
                                                )
                                                .value() >= (risk, user.limit),
                                            1,
                                            __cx,
                                        ),
                                ),
                            ),
                        ),
                        __cx,
                        |__cx| side(
                            ::core::result::Result::Ok(
                                met(
                                    *compared(&Role::Reader).value()
                                        < MaybeMissing::present_reported(
                                            read(Holds(user.id), __cx.at(2))?,
                                            2,
                                            __cx,
                                        )?,
                                    3,
                                    __cx,
                                ),
                            ),
                        ),
                    )?
                        && met(
                            Bool {
                                bool: low(risk),
                            }
                                .bool,
                            4,
                            __cx,
                        )
                };
                #[allow(warnings)] return ::core::result::Result::Ok(__value);
            }
    ");
}

/// … beside a method's receiver, or on its way into one.
#[test]
fn methods_order_before_rustcs_eyes() {
    let source = "#[policy] async fn ordered(user: &User) -> bool {
        let mut all = each([Risk(1), Risk(2)]).await;
        all.sort();
        all[0].max(user.limit).is_some()
            && all.iter().min_by_key(|it| **it) == std::cmp::min(None, user.risks(&all)).as_ref()
    }";
    assert_snapshot!(function(source, "evaluate"), @"
    fn evaluate<__Observer: Observer>(
                __request: &Request<'_, __Domain>,
                __cx: &mut Cx<__Sources, __Observer>,
            ) -> ::core::result::Result<bool, Stop> {
                let user: &User = __request.subject();
                let __value: bool = {
                    let mut all = each(
                        word::each(
                            |__keys| each(__keys),
                            [Risk(1), Risk(2)],
                        ),
                        __cx,
                    )?;
                    (compared_by(&all).check(), all.sort()).1;
                    met(
                        Bool {
                            bool: (
                                compared_by(&all[0]).check(),
                                all[0].max(user.limit),
                            )
                                .1
                                .is_some(),
                        }
                            .bool,
                        0,
                        __cx,
                    )
                        && met(
                            all
                                .iter()
                                .min_by_key(|it| match **it {
                                    __value => {
                                        compared_by(&__value).check();
                                        __value
                                    }
                                })
                                == std::cmp::min(
                                        None,
                                        match user.risks(&all) {
                                            __value => {
                                                compared_by(&__value).check();
                                                __value
                                            }
                                        },
                                    )
                                    .as_ref(),
                            1,
                            __cx,
                        )
                };
                #[allow(warnings)] return ::core::result::Result::Ok(__value);
            }
    ");
}

/// Whose data no fact feeds orders them as they like; literals have no missing value; a slice repeats
/// what the body orders already.
#[test]
fn what_no_fact_feeds_is_as_written() {
    let source = "#[policy] async fn ordered(user: &User, doc: &Document) -> bool {
        let seen = user.since.max(doc.since);
        let level = Level(user.id).await;
        user.since < doc.since && seen < user.until && level < 3 && level.max(3) == 3
            && doc.parts.iter().all(|part| part.since < user.since)
    }";
    let evaluate = function(source, "evaluate");
    assert!(!evaluate.contains("compared"), "{evaluate}");

    let source = "#[policy] async fn ordered(user: &User) -> bool {
        let open = Open(user.id).await;
        let level = Level(user.id).await;
        let least = Least(user.id).await;
        Allowed(level < least).await && open && level < least
    }";
    let (evaluate, ask) = (function(source, "evaluate"), function(source, "ask"));
    assert!(evaluate.contains("compared"), "{evaluate}");
    assert!(ask.contains("level < least") && !ask.contains("compared"), "{ask}");
}
