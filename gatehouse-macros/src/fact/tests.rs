//! Tests of the expansions and errors of `fact!`.

#![allow(clippy::too_many_lines, reason = "the catalogue is long")]

use super::compile;
use crate::testing;

fn expansion(source: &str) -> String {
    testing::expansion(compile, source)
}

/// The only error of a source: what it underlines, and its message.
#[track_caller]
fn error(source: &str) -> (String, String) {
    let mut errors = testing::errors(compile, source);
    assert_eq!(errors.len(), 1, "{errors:#?}");
    errors.remove(0)
}

/// A declaration loads nothing, and the fact is there all the same.
#[test]
fn a_declaration_loads_nothing() {
    let rows = [
        ("pub A(a: [u8; B(1).await]) -> u8;", "load_in_constant"),
        ("pub A(a: u8) -> [u8; B(1).await];", "load_in_constant"),
        ("pub A(a: u8) -> u8 = B(1).await;", "load_in_default"),
        ("pub A(a: u8) -> u8 = f(|| async { B(1).await });", "load_in_default"),
        ("pub A(a: u8) -> u8 = m!(B(1).await);", "load_in_default"),
        ("pub A(a: u8) -> bool { let b: [u8; B(1).await] = a; b }", "load_in_constant"),
        ("pub A(a: u8) -> bool { matches!(a, m!(B(1).await)) }", "load_in_pattern"),
    ];
    for (source, name) in rows {
        assert_eq!(error(source), ("await".to_owned(), name.to_owned()), "{source}");
        assert!(!testing::skeleton(compile, source).contains("await"), "{source}");
    }
    // With a default, whatever is wrong with that, a missing value is none.
    for default in ["B(1).await", "let b = 1"] {
        let skeleton = testing::skeleton(compile, &format!("pub A(a: u8) -> u8 = {default};"));
        assert!(skeleton.contains("type Output = u8;"), "{skeleton}");
    }
}

/// A default is one expression, where a statement of a block would be part of it.
#[test]
fn a_default_is_one_expression() {
    let rows = [
        ("{ 1 } - 1", "({ 1 } - 1)"),
        ("if a { 2 } else { 3 } + 1", "(if a { 2 } else { 3 } + 1)"),
        ("crate", "(crate)"),
        ("f(1) - 1", "f(1) - 1"),
        ("vec![1]", "vec![1]"),
        ("match a { _ => 1 }", "match a"),
    ];
    for (default, written) in rows {
        let expansion = expansion(&format!("pub A(a: u8) -> u8 = {default};"));
        let (_, tail) = expansion.split_once("return __value;").expect("a default");
        let tail = tail.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(tail.starts_with(&format!("}} {written}")), "{tail}");
    }
}

#[test]
fn a_fact() {
    insta::assert_snapshot!(expansion("/// The role.\npub OrgRole(user: UserId, org: OrgId) -> Role;"), @r#"
    /// The role.
    pub struct OrgRole {
        /// Part of the key.
        pub user: UserId,
        /// Part of the key.
        pub org: OrgId,
    }
    #[doc(hidden)]
    #[allow(non_snake_case, clippy::too_many_arguments)]
    #[must_use]
    pub fn OrgRole(user: UserId, org: OrgId) -> OrgRole {
        OrgRole { user, org }
    }
    const _: () = {
        #[automatically_derived]
        impl ::core::clone::Clone for OrgRole {
            fn clone(&self) -> Self {
                Self {
                    user: <UserId as ::gatehouse::private::KeyPart>::part_clone(&self.user),
                    org: <OrgId as ::gatehouse::private::KeyPart>::part_clone(&self.org),
                }
            }
        }
        #[automatically_derived]
        impl ::core::cmp::PartialEq for OrgRole {
            fn eq(&self, __other: &Self) -> ::core::primitive::bool {
                <UserId as ::gatehouse::private::KeyPart>::part_eq(&self.user, &__other.user)
                    && <OrgId as ::gatehouse::private::KeyPart>::part_eq(
                        &self.org,
                        &__other.org,
                    )
            }
        }
        #[automatically_derived]
        impl ::core::cmp::Eq for OrgRole {}
        #[automatically_derived]
        impl ::core::hash::Hash for OrgRole {
            fn hash<__H: ::core::hash::Hasher>(&self, __state: &mut __H) {
                <UserId as ::gatehouse::private::KeyPart>::part_hash(&self.user, __state);
                <OrgId as ::gatehouse::private::KeyPart>::part_hash(&self.org, __state);
            }
        }
        #[automatically_derived]
        impl ::core::fmt::Debug for OrgRole {
            fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                __f.debug_struct("OrgRole")
                    .field(
                        "user",
                        <UserId as ::gatehouse::private::KeyPart>::part_debug(&self.user),
                    )
                    .field(
                        "org",
                        <OrgId as ::gatehouse::private::KeyPart>::part_debug(&self.org),
                    )
                    .finish()
            }
        }
        const _: () = <Role as ::gatehouse::private::FactValue>::CHECKED;
        #[automatically_derived]
        impl ::gatehouse::FactKey for OrgRole
        where
            for<'k> Self: ::gatehouse::private::KeyBounds<'k>,
            for<'k> Role: ::gatehouse::private::ValueBounds<'k>,
        {
            type Value = Role;
            type Output = ::core::option::Option<Role>;
            const NAME: &'static ::core::primitive::str = "OrgRole";
        }
        #[automatically_derived]
        impl ::gatehouse::LoadedFact for OrgRole
        where
            for<'k> Self: ::gatehouse::private::KeyBounds<'k>,
            for<'k> Role: ::gatehouse::private::ValueBounds<'k>,
        {
            fn output(
                __found: ::core::option::Option<Role>,
            ) -> ::core::option::Option<Role> {
                __found
            }
        }
        #[automatically_derived]
        impl ::gatehouse::private::KeyParts<(UserId, OrgId)> for OrgRole
        where
            for<'k> Self: ::gatehouse::private::KeyBounds<'k>,
            for<'k> Role: ::gatehouse::private::ValueBounds<'k>,
        {
            fn parts(
                &self,
            ) -> <(UserId, OrgId) as ::gatehouse::private::PartTypes>::Refs<'_> {
                (&self.user, &self.org)
            }
        }
    };
    "#);
}

#[test]
fn a_fact_without_parts_and_with_everything_else() {
    insta::assert_snapshot!(expansion(
        "#![gatehouse(crate = crate::auth)]
        #[cfg(a)] #[deprecated] #[derive(PartialOrd)]
        pub(crate) r#Type() -> Vec<u8> = vec![1];"
    ), @r#"
    #[cfg(a)]
    #[deprecated]
    #[derive(PartialOrd)]
    pub(crate) struct r#Type {}
    #[cfg(a)]
    #[allow(deprecated)]
    #[doc(hidden)]
    #[allow(non_snake_case, clippy::too_many_arguments)]
    #[must_use]
    pub(crate) fn r#Type() -> r#Type {
        r#Type {}
    }
    #[cfg(a)]
    #[allow(deprecated)]
    const _: () = {
        #[automatically_derived]
        impl ::core::clone::Clone for r#Type {
            fn clone(&self) -> Self {
                Self {}
            }
        }
        #[automatically_derived]
        impl ::core::cmp::PartialEq for r#Type {
            fn eq(&self, _: &Self) -> ::core::primitive::bool {
                true
            }
        }
        #[automatically_derived]
        impl ::core::cmp::Eq for r#Type {}
        #[automatically_derived]
        impl ::core::hash::Hash for r#Type {
            fn hash<__H: ::core::hash::Hasher>(&self, __state: &mut __H) {}
        }
        #[automatically_derived]
        impl ::core::fmt::Debug for r#Type {
            fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                __f.debug_struct("Type").finish()
            }
        }
        const _: () = <Vec<u8> as crate::auth::private::FactValue>::CHECKED;
        #[automatically_derived]
        impl crate::auth::private::NeverMissing<Vec<u8>> for r#Type {}
        #[automatically_derived]
        impl crate::auth::FactKey for r#Type
        where
            for<'k> Self: crate::auth::private::KeyBounds<'k>,
            for<'k> Vec<u8>: crate::auth::private::ValueBounds<'k>,
        {
            type Value = Vec<u8>;
            type Output = Vec<u8>;
            const NAME: &'static ::core::primitive::str = "Type";
        }
        #[automatically_derived]
        impl crate::auth::LoadedFact for r#Type
        where
            for<'k> Self: crate::auth::private::KeyBounds<'k>,
            for<'k> Vec<u8>: crate::auth::private::ValueBounds<'k>,
        {
            const HAS_DEFAULT: ::core::primitive::bool = true;
            fn output(__found: ::core::option::Option<Vec<u8>>) -> Vec<u8> {
                if let ::core::option::Option::Some(__value) = __found {
                    return __value;
                }
                vec![1]
            }
        }
        #[automatically_derived]
        impl crate::auth::private::KeyParts<()> for r#Type
        where
            for<'k> Self: crate::auth::private::KeyBounds<'k>,
            for<'k> Vec<u8>: crate::auth::private::ValueBounds<'k>,
        {
            fn parts(&self) -> <() as crate::auth::private::PartTypes>::Refs<'_> {}
        }
    };
    "#);
}

#[test]
fn raw_names_lose_their_prefix_where_people_read_them() {
    let expansion = expansion("r#Dyn(r#type: Kind, /** Documented. */ x: u8,) -> bool;");
    assert!(expansion.contains(r#"str = "Dyn";"#), "{expansion}");
    assert!(expansion.contains(r#"debug_struct("Dyn")"#), "{expansion}");
    assert!(expansion.contains(r#""type","#), "{expansion}");
    assert!(expansion.contains("Documented."), "{expansion}");
    assert_eq!(expansion.matches("Part of the key.").count(), 1, "{expansion}");
}

#[test]
fn required_is_consumed() {
    let expansion = expansion("#[required] Tenant(user: u64) -> u64;");
    assert!(expansion.contains("const REQUIRED: ::core::primitive::bool = true;"), "{expansion}");
    assert!(!expansion.contains("#[required]"), "{expansion}");
}

#[test]
fn types_that_own_are_fine() {
    expansion(
        "A(a: &'static str, b: Arc<[u8]>, c: Box<str>, d: (u8, [u8; 4]), e: Cow<'static, str>) -> Arc<dyn Any + Send>;
        B(f: fn(&str) -> bool, g: HashMap<u8, Vec<u8>>, h: <u8 as Trait>::Type, i: m!()) -> ();",
    );
}

#[test]
fn alternatives_under_cfg_may_share_a_name() {
    expansion("#[cfg(a)] A() -> u8; #[cfg(not(a))] A() -> u16;");
}

#[test]
fn a_fact_with_errors_is_there_all_the_same() {
    let source = "A(a: &str, b: u8, b: u8, (c, d): (u8, u8), e) -> &str;";
    let skeleton = testing::skeleton(compile, source);
    let (declared, traits) = skeleton.split_once("const _").expect("the traits");
    assert!(traits.contains("type Value = ::gatehouse::private::Refused;"), "{traits}");
    insta::assert_snapshot!(declared, @r#"
    struct A {
        /// Part of the key.
        pub a: ::gatehouse::private::Refused,
        /// Part of the key.
        pub b: u8,
        /// Part of the key.
        pub e: ::gatehouse::private::Refused,
    }
    #[doc(hidden)]
    #[allow(non_snake_case, clippy::too_many_arguments)]
    #[must_use]
    fn A(
        _: impl ::core::marker::Sized,
        b: u8,
        _: u8,
        _: (u8, u8),
        _: impl ::core::marker::Sized,
    ) -> A {
        A {
            a: ::gatehouse::private::Refused,
            b,
            e: ::gatehouse::private::Refused,
        }
    }
    "#);
}

#[test]
fn all_facts_report_and_the_good_ones_survive() {
    let source = "
        A(x: u8) -> u8
        B(y) -> u8;
        = nonsense;
        pub C(z: u8);
        D(w: u8) -> u8 { A(w).await? }
        E() -> u8;
    ";
    let underlined: Vec<_> =
        testing::errors(compile, source).into_iter().map(|(text, _)| text).collect();
    assert_eq!(underlined, ["u8", "y", "=", "C", "?"]);
    let skeleton = testing::skeleton(compile, source);
    for name in ["A", "B", "C", "D", "E"] {
        assert!(skeleton.contains(&format!("FactKey for {name}\n")), "no {name} in {skeleton}");
    }
}

/// What the body of a fact comes to.
#[test]
fn a_derived_fact() {
    let source = "
        /// Whether `user` sees `folder`.
        pub Viewer(user: UserId, folder: u64) -> bool {
            Grant(user, folder).await
                || match Parent(folder).await {
                    Some(above) => Viewer(user, above).await,
                    None => false,
                }
        }";
    let expansion = testing::expansion(compile, source);
    let start = expansion.find("impl ::gatehouse::FactKey for").expect("the fact is there");
    insta::assert_snapshot!(expansion[start..].replace("::gatehouse::private::", ""), @r#"
    impl ::gatehouse::FactKey for Viewer
        where
            for<'k> Self: KeyBounds<'k>,
            for<'k> bool: ValueBounds<'k>,
        {
            type Value = bool;
            type Output = bool;
            const NAME: &'static ::core::primitive::str = "Viewer";
            const COST: Cost = Cost::of_cycle(
                &[<Viewer as ::gatehouse::FactKey>::DERIVATION],
            );
            const DERIVATION: ::core::option::Option<
                &'static Derivation,
            > = ::core::option::Option::Some(
                &Derivation::new(
                        "Viewer",
                        Location::new(
                            ::core::file!(),
                            ::core::line!(),
                            ::core::module_path!(),
                        ),
                        {
                            const GUARDS: &[PathGuard] = &[
                                PathGuard::first(
                                    "Grant(user, folder).await",
                                    false,
                                ),
                                PathGuard::after(
                                    0,
                                    "let Some(above) = Parent(folder).await",
                                    true,
                                ),
                            ];
                            const LOADS: &[PlannedLoad] = &scheduled([
                                plan_load::<
                                    Grant,
                                >(
                                    (
                                        "Grant(user, folder)",
                                        LoadKind::One,
                                    ),
                                    &[],
                                    Guards::NONE,
                                    (::core::line!(), ::core::column!()),
                                ),
                                plan_load::<
                                    Parent,
                                >(
                                    ("Parent(folder)", LoadKind::One),
                                    &[],
                                    Guards::up_to(0, GUARDS),
                                    (::core::line!(), ::core::column!()),
                                ),
                                plan_recursion::<
                                    Viewer,
                                >(
                                    (
                                        "Viewer(user, above)",
                                        LoadKind::One,
                                    ),
                                    &[
                                        Wait::new(
                                            1,
                                            "`above` comes from there",
                                        ),
                                    ],
                                    Guards::up_to(1, GUARDS),
                                    (::core::line!(), ::core::column!()),
                                ),
                            ]);
                            Plan::new(
                                LOADS,
                                &[
                                    Condition::new(
                                            ConditionKind::Truth,
                                            "Grant(user, folder).await",
                                            &[0],
                                            (::core::line!(), ::core::column!()),
                                        )
                                        .if_true(true),
                                    Condition::new(
                                        ConditionKind::Arm,
                                        "Parent(folder).await is Some(above)",
                                        &[1],
                                        (::core::line!(), ::core::column!()),
                                    ),
                                    Condition::new(
                                            ConditionKind::Truth,
                                            "Viewer(user, above).await",
                                            &[2],
                                            (::core::line!(), ::core::column!()),
                                        )
                                        .if_true(true)
                                        .if_false(false),
                                    Condition::new(
                                        ConditionKind::Arm,
                                        "Parent(folder).await is None",
                                        &[1],
                                        (::core::line!(), ::core::column!()),
                                    ),
                                ],
                            )
                        },
                    )
                    .total(
                        &[
                            <Grant as ::gatehouse::FactKey>::DERIVATION,
                            <Parent as ::gatehouse::FactKey>::DERIVATION,
                        ],
                    ),
            );
            fn derivation() -> ::core::option::Option<
                &'static Derivation,
            > {
                Self::DERIVATION
            }
        }
        use Unloaded as _;
        #[automatically_derived]
        impl<__Sources> ::gatehouse::ResolvedBy<__Sources> for Viewer
        where
            __Sources: ::gatehouse::Sources,
            Grant: ::gatehouse::ResolvedBy<__Sources>,
            Parent: ::gatehouse::ResolvedBy<__Sources>,
        {
            fn resolve<__Observer: Observer>(
                self,
                __cx: &mut Cx<__Sources, __Observer>,
            ) -> ::core::result::Result<
                <Self as ::gatehouse::FactKey>::Output,
                Stop,
            > {
                read_derived(__cx, self)
            }
        }
        #[allow(clippy::diverging_sub_expression, clippy::needless_question_mark)]
        impl<__Sources> Derived<__Sources> for Viewer
        where
            __Sources: ::gatehouse::Sources,
            Grant: ::gatehouse::ResolvedBy<__Sources>,
            Parent: ::gatehouse::ResolvedBy<__Sources>,
        {
            fn evaluate<__Observer: Observer>(
                &self,
                __cx: &mut Cx<__Sources, __Observer>,
            ) -> ::core::result::Result<
                <Self as ::gatehouse::FactKey>::Value,
                Stop,
            > {
                let user = <UserId as KeyPart>::part_clone(&self.user);
                let folder = <u64 as KeyPart>::part_clone(
                    &self.folder,
                );
                let __value: bool = {
                    or(
                        attempt(
                            __cx,
                            |__cx| side(
                                ::core::result::Result::Ok(
                                    met(
                                        read_bool(
                                            Grant(user, folder),
                                            __cx.at(0),
                                        )?,
                                        0,
                                        __cx,
                                    ),
                                ),
                            ),
                        ),
                        __cx,
                        |__cx| side(
                            ::core::result::Result::Ok(
                                match read(
                                    Parent(folder),
                                    __cx.at(1),
                                )? {
                                    Some(above) => {
                                        met(true, 1, __cx);
                                        met(
                                            read_bool(
                                                Viewer(user, above),
                                                __cx.at(2),
                                            )?,
                                            2,
                                            __cx,
                                        )
                                    }
                                    None => {
                                        met(true, 3, __cx);
                                        false
                                    }
                                },
                            ),
                        ),
                    )?
                };
                #[allow(warnings)] return ::core::result::Result::Ok(__value);
            }
            fn of_bool(__value: ::core::primitive::bool) -> ::core::option::Option<bool> {
                ::core::option::Option::Some(__value)
            }
            fn is_true(__value: &bool) -> ::core::primitive::bool {
                *__value
            }
        }
        #[automatically_derived]
        impl<__Sources> EarlyDerived<__Sources> for Viewer
        where
            __Sources: ::gatehouse::Sources,
            Grant: ::gatehouse::ResolvedBy<__Sources>,
            Parent: ::gatehouse::ResolvedBy<__Sources>,
        {
            #[allow(warnings, clippy::all, clippy::pedantic)]
            fn ask<__Observer: Observer>(
                &self,
                __cx: &mut Cx<__Sources, __Observer>,
            ) {
                let _ = &__cx;
                run_slice(
                    __cx,
                    |__cx| {
                        let folder = <u64 as KeyPart>::part_clone(
                            &self.folder,
                        );
                        ask(Parent(folder), __cx);
                        ::core::result::Result::Ok(())
                    },
                );
                run_slice(
                    __cx,
                    |__cx| {
                        let user = <UserId as KeyPart>::part_clone(
                            &self.user,
                        );
                        let folder = <u64 as KeyPart>::part_clone(
                            &self.folder,
                        );
                        match read(Parent(folder), __cx)? {
                            Some(above) => {
                                ask(Viewer(user, above), __cx);
                            }
                            _ => {}
                        }
                        ::core::result::Result::Ok(())
                    },
                );
            }
        }
    };
    "#);
}

/// Where a fact may come back to itself, and from where it is bound by what sources load.
/// The impls of `BlockSummary` in an expansion, and the costs.
fn summaries(source: &str) -> String {
    let expansion = expansion(source);
    let mut lines = expansion.lines().map(str::trim);
    let mut found = Vec::new();
    while let Some(line) = lines.next() {
        if line.contains("BlockSummary for") {
            found.push(line);
            found.extend(lines.by_ref().take_while(|line| *line != "&FACTS"));
        } else if line.starts_with("const COST") {
            found.push(line);
            if !line.ends_with(';') {
                found.extend(lines.next());
            }
        }
    }
    found.join("\n")
}

/// Facts that load other derived facts of the block have one constant, each after those that it depends on.
#[test]
fn the_costs_of_a_block_are_one_constant() {
    let source = "
        Base(user: u8) -> bool = false;
        Last(user: u8) -> bool { Ring(user).await || First(user).await }
        First(user: u8) -> bool { Base(user).await }
        Ring(user: u8) -> bool { Base(user).await || Back(user).await }
        Back(user: u8) -> bool { Ring(user).await || self::First(user).await }
    ";
    insta::assert_snapshot!(summaries(source), @"
    const COST: ::gatehouse::private::Cost = <Ring as ::gatehouse::private::BlockSummary>::FACTS[2]
    .cost;
    const COST: ::gatehouse::private::Cost = ::gatehouse::private::Cost::of(
    <Self as ::gatehouse::FactKey>::DERIVATION,
    const COST: ::gatehouse::private::Cost = <Ring as ::gatehouse::private::BlockSummary>::FACTS[0]
    .cost;
    impl ::gatehouse::private::BlockSummary for Ring {
    const FACTS: &'static [::gatehouse::private::FactSummary] = {
    static FACTS: [::gatehouse::private::FactSummary; 3] = ::gatehouse::private::summaries::<
    2,
    3,
    >([
    ::gatehouse::private::SummarizedFact::new(
    0,
    &[
    ::gatehouse::private::outer_load::<Base>(&[]),
    ::gatehouse::private::SummarizedLoad::inner(1, &[]),
    ],
    true,
    false,
    ),
    ::gatehouse::private::SummarizedFact::new(
    0,
    &[
    ::gatehouse::private::SummarizedLoad::inner(0, &[]),
    ::gatehouse::private::outer_load::<self::First>(&[]),
    ],
    true,
    false,
    ),
    ::gatehouse::private::SummarizedFact::new(
    2,
    &[
    ::gatehouse::private::SummarizedLoad::inner(0, &[]),
    ::gatehouse::private::outer_load::<First>(&[]),
    ],
    true,
    false,
    ),
    ]);
    const COST: ::gatehouse::private::Cost = <Ring as ::gatehouse::private::BlockSummary>::FACTS[1]
    .cost;
    ");
}

/// Only rustc knows which fact a name under a condition means, so such a fact is referred to by its path.
#[test]
fn facts_under_conditions_are_not_in_the_constant() {
    let source = "
        Base(user: u8) -> bool = false;
        Low(user: u8) -> bool { Base(user).await }
        Mid(user: u8) -> bool { Low(user).await }
        #[cfg(a)] Other(user: u8) -> bool { Mid(user).await }
        High(user: u8) -> bool { Mid(user).await || Other(user).await }
        Top(user: u8) -> bool { High(user).await }
    ";
    insta::assert_snapshot!(summaries(source), @"
    const COST: ::gatehouse::private::Cost = ::gatehouse::private::Cost::of(
    <Self as ::gatehouse::FactKey>::DERIVATION,
    const COST: ::gatehouse::private::Cost = <Mid as ::gatehouse::private::BlockSummary>::FACTS[0]
    .cost;
    impl ::gatehouse::private::BlockSummary for Mid {
    const FACTS: &'static [::gatehouse::private::FactSummary] = {
    static FACTS: [::gatehouse::private::FactSummary; 1] = ::gatehouse::private::summaries::<
    1,
    1,
    >([
    ::gatehouse::private::SummarizedFact::new(
    0,
    &[::gatehouse::private::outer_load::<Low>(&[])],
    true,
    false,
    ),
    ]);
    const COST: ::gatehouse::private::Cost = ::gatehouse::private::Cost::of(
    <Self as ::gatehouse::FactKey>::DERIVATION,
    const COST: ::gatehouse::private::Cost = <High as ::gatehouse::private::BlockSummary>::FACTS[0]
    .cost;
    impl ::gatehouse::private::BlockSummary for High {
    const FACTS: &'static [::gatehouse::private::FactSummary] = {
    static FACTS: [::gatehouse::private::FactSummary; 2] = ::gatehouse::private::summaries::<
    2,
    2,
    >([
    ::gatehouse::private::SummarizedFact::new(
    0,
    &[
    ::gatehouse::private::outer_load::<Mid>(&[]),
    ::gatehouse::private::outer_load::<Other>(&[]),
    ],
    true,
    false,
    ),
    ::gatehouse::private::SummarizedFact::new(
    1,
    &[::gatehouse::private::SummarizedLoad::inner(0, &[])],
    true,
    false,
    ),
    ]);
    const COST: ::gatehouse::private::Cost = <High as ::gatehouse::private::BlockSummary>::FACTS[1]
    .cost;
    ");
}

#[test]
fn recursion_that_only_adds_truth_is_fine() {
    let source = "
        A(x: u8) -> bool {
            if Local(x).await { return B(x).await; }
            let Some(y) = Next(x).await else { return any([A(x), A(x)]).await };
            if y > x { all([A(y)]).await && (B(y).await || A(x).await) } else { { C(x).await } }
        }
        B(x: u8) -> bool { match x { 0 => Base(x).await, x if x > 9 => A(x).await, _ => false } }
        C(x: u8) -> Option<u8> { Some(Other(x).await? + Next(x).await?) }";
    let source = source.replace("{ { C(x).await } }", "{ C(x).await.is_some() }");
    let expansion = testing::expansion(compile, &source);
    let bounds = |name: &str| {
        let start = expansion.find(&format!("ResolvedBy<__Sources> for {name}\n")).expect("it is");
        let rest = &expansion[start..];
        let bounds =
            &rest[rest.find("Sources,").expect("a bound")..rest.find('{').expect("an impl")];
        let names = bounds.split(':').map(|part| part.trim().rsplit([' ', ',', '\n']).next());
        names
            .flatten()
            .filter(|name| name.starts_with(char::is_uppercase))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(bounds("A"), ["Base", "Local", "Next", "Other"]);
    assert_eq!(bounds("B"), ["Base", "Local", "Next", "Other"]);
    assert_eq!(bounds("C"), ["Next", "Other"]);
}

/// One line per entry of the catalogue: source, what is underlined, message.
#[test]
fn the_catalogue() {
    let sources = [
        "#![gatehouse(create = x)] A() -> u8;",
        "#![other] A() -> u8;",
        "-> u8;",
        "fn A() -> u8;",
        "A<T>(x: T) -> T;",
        "A;",
        "A -> bool;",
        "A(x: u8);",
        "A(x: u8): bool;",
        "A(x: u8) -> Vec<u8>",
        "A(x: u8) -> bool = 1 + 2",
        "A(x: u8) -> bool { B(x).await? }",
        "A(x: u8) -> bool { B(x).load() + }",
        "A(x: u8) -> bool { load(x).await }",
        "A(x: u8) -> u8 { A(x).await }",
        "A(x: u8) -> bool { !A(x).await }",
        "A(x: u8) -> bool { if A(x).await { true } else { false } }",
        "A(x: u8) -> bool { let a = A(x).await; a }",
        "A(x: u8) -> bool { each([A(x)]).await.is_empty() }",
        "A(x: u8) -> bool { A(x).await || return true }",
        "A(x: u8) -> bool { A(x).await == B(x).await }",
        "A(x: u8) -> bool { match A(x).await { a => a } }",
        "A(x: u8) -> bool { B(self::A(x).await).await }",
        "A(x: u8) -> bool { B(x).await } B(x: u8) -> bool { !A(x).await }",
        "A(x: u8) -> bool { if x > 3 { return B(x).await; } false } B(x: u8) -> bool { any([A(x)]).await && C(x).await }",
        "#[required] A() -> u8 { 3 }",
        "A() -> u8; A(x: u8) -> bool;",
        "#[required(x)] A() -> u8;",
        "#[required] #[required] A() -> u8;",
        "#[required] A() -> u8 = 3;",
        "#[derive(Serialize, Hash)] A() -> u8;",
        "A(#[cfg(x)] x: u8) -> u8;",
        "A(x) -> u8;",
        "A(x:) -> u8;",
        "A(UserId) -> u8;",
        "A(HashMap<u8, u8>) -> u8;",
        "A(_: u8) -> u8;",
        "A((x, y): (u8, u8)) -> u8;",
        "A(mut x: u8) -> u8;",
        "A(self: u8) -> u8;",
        "A(self) -> u8;",
        "A(type: u8) -> u8;",
        "A(x: u8, r#x: u8) -> u8;",
        "A(x: u8 = 3, y: u8) -> u8;",
        "A(,) -> u8;",
        "A(x: &str) -> u8;",
        "A(x: &'a [u8]) -> u8;",
        "A(x: Option<&mut User>) -> u8;",
        "A(x: User<'_>) -> u8;",
        "A(x: str) -> u8;",
        "A(x: impl Hash) -> u8;",
        "A(x: Vec<_>) -> u8;",
        "A() -> &str;",
        "A() -> [u8];",
        "A() -> dyn Any + Send;",
        "A() -> ;",
    ];
    let lines = sources.map(|source| {
        let (underlined, message) = error(source);
        format!("{source}\n    {underlined}\n    {message}\n")
    });
    insta::assert_snapshot!(lines.concat(), @"
    #![gatehouse(create = x)] A() -> u8;
        gatehouse(create = x)
        crate_argument
    #![other] A() -> u8;
        #![other]
        fact_name
    -> u8;
        -
        fact_name
    fn A() -> u8;
        fn
        fact_introduced
    A<T>(x: T) -> T;
        <T>
        fact_generics
    A;
        A
        fact_parts
    A -> bool;
        A
        fact_parts
    A(x: u8);
        A
        fact_value
    A(x: u8): bool;
        :
        fact_arrow
    A(x: u8) -> Vec<u8>
        >
        fact_end
    A(x: u8) -> bool = 1 + 2
        2
        fact_end
    A(x: u8) -> bool { B(x).await? }
        ?
        derived_question
    A(x: u8) -> bool { B(x).load() + }
        }
        unexpected end of input, expected an expression
    A(x: u8) -> bool { load(x).await }
        load
        await_on_function
    A(x: u8) -> u8 { A(x).await }
        A
        recursive_value
    A(x: u8) -> bool { !A(x).await }
        A
        recursive_place
    A(x: u8) -> bool { if A(x).await { true } else { false } }
        A
        recursive_place
    A(x: u8) -> bool { let a = A(x).await; a }
        A
        recursive_place
    A(x: u8) -> bool { each([A(x)]).await.is_empty() }
        A
        recursive_place
    A(x: u8) -> bool { A(x).await || return true }
        A
        recursive_place
    A(x: u8) -> bool { A(x).await == B(x).await }
        A
        recursive_place
    A(x: u8) -> bool { match A(x).await { a => a } }
        A
        recursive_place
    A(x: u8) -> bool { B(self::A(x).await).await }
        self::A
        recursive_place
    A(x: u8) -> bool { B(x).await } B(x: u8) -> bool { !A(x).await }
        A
        recursive_place
    A(x: u8) -> bool { if x > 3 { return B(x).await; } false } B(x: u8) -> bool { any([A(x)]).await && C(x).await }
        A
        recursive_without_base
    #[required] A() -> u8 { 3 }
        required
        required_body
    A() -> u8; A(x: u8) -> bool;
        A
        fact_twice
    #[required(x)] A() -> u8;
        required(x)
        required_arguments
    #[required] #[required] A() -> u8;
        required
        required_twice
    #[required] A() -> u8 = 3;
        required
        required_default
    #[derive(Serialize, Hash)] A() -> u8;
        Hash
        fact_derives
    A(#[cfg(x)] x: u8) -> u8;
        #[cfg(x)]
        part_attribute
    A(x) -> u8;
        x
        part_type
    A(x:) -> u8;
        x
        part_type
    A(UserId) -> u8;
        UserId
        part_name
    A(HashMap<u8, u8>) -> u8;
        HashMap<u8, u8>
        part_name
    A(_: u8) -> u8;
        _
        part_underscore
    A((x, y): (u8, u8)) -> u8;
        (x, y)
        part_pattern
    A(mut x: u8) -> u8;
        mut x
        part_pattern
    A(self: u8) -> u8;
        self
        part_reserved
    A(self) -> u8;
        self
        part_reserved
    A(type: u8) -> u8;
        type
        part_keyword
    A(x: u8, r#x: u8) -> u8;
        r#x
        part_twice
    A(x: u8 = 3, y: u8) -> u8;
        = 3
        part_end
    A(,) -> u8;
        ,
        part_underscore
    A(x: &str) -> u8;
        &str
        type_borrowed
    A(x: &'a [u8]) -> u8;
        &'a [u8]
        type_borrowed
    A(x: Option<&mut User>) -> u8;
        &mut User
        type_borrowed
    A(x: User<'_>) -> u8;
        '_
        type_lifetime
    A(x: str) -> u8;
        str
        type_unsized
    A(x: impl Hash) -> u8;
        impl Hash
        type_impl
    A(x: Vec<_>) -> u8;
        _
        type_inferred
    A() -> &str;
        &str
        type_borrowed
    A() -> [u8];
        [u8]
        type_unsized
    A() -> dyn Any + Send;
        dyn Any + Send
        type_unsized
    A() -> ;
        ->
        fact_value
    ");
}

/// What stands under a condition goes where it would without, or is refused.
#[test]
fn attributes_under_a_condition_are_not_dropped() {
    let source = "#[cfg_attr(x, cfg(y), derive(Z), deprecated)] A(u: u8) -> bool = false;";
    let expansion = testing::expansion(compile, source);
    let (on_key, on_others) = (
        "#[cfg_attr(x, cfg(y), derive(Z), deprecated)]",
        "#[cfg_attr(x, cfg(y), allow(deprecated))]",
    );
    assert_eq!(expansion.matches(on_key).count(), 1, "{expansion}");
    assert_eq!(expansion.matches(on_others).count(), 2, "{expansion}");
    let twice = "#[cfg_attr(x, cfg(y))] A(u: u8) -> u8; #[cfg_attr(x, cfg(z))] A(u: u8) -> u16;";
    assert_eq!(testing::errors(compile, twice), []);
    for (source, underlined, name) in [
        ("#[cfg_attr(x, required)] A(u: u8) -> u8;", "required", "conditional_attribute"),
        ("#[cfg_attr(x, cfg_attr(y, sensitive))] A() -> u8;", "sensitive", "conditional_attribute"),
        ("A(u: u8) -> bool = #[cfg(x)] true;", "#[cfg(x)]", "attribute_inside"),
        ("A(u: u8) -> bool { #![cfg(x)] B(u).await }", "#![cfg(x)]", "attribute_inside"),
        ("A(u: u8) -> bool { (B(u).await, #[cfg(x)] true).0 }", "#[cfg(x)]", "attribute_inside"),
    ] {
        let refused = [(underlined.to_owned(), name.to_owned())];
        assert_eq!(testing::errors(compile, source), refused, "{source}");
    }
}

/// Defaults and bodies have patterns as policies do.
#[test]
fn names_with_a_capital_cannot_bind() {
    for source in
        ["A(u: u8) -> bool = matches!(1, E);", "A(u: u8) -> bool { matches!(B(u).await, E) }"]
    {
        assert!(testing::tokens(compile, source).contains("E::<>"), "{source}");
    }
}
