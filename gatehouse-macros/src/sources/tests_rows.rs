//! Tests of the expansions and errors of `#[rows(…)]`.

use super::tests::{compile, errors, expansion};
use crate::testing;

/// All forms of a mapping.
const EVERY_FORM: &str = r#"struct App {
    #[rows(Suspended = suspension(user_id))]
    #[rows(Banned = auth.member(user_id, "org id") if banned_at)]
    #[rows(OrgRole = member(user_id, r#type) -> role, Admins = staff() -> [user_id order by since desc, user_id])]
    #[rows(Pair = member(user_id) -> (role, since))]
    #[rows(org::Info = "SELECT * FROM member"(user_id) -> [model::Info { role, since: "joined at" }])]
    db: Pool,
}"#;

#[test]
#[allow(clippy::too_many_lines, reason = "it is what the macro writes")]
fn rows_in_every_form() {
    insta::assert_snapshot!(tables(&expansion(EVERY_FORM)), @r#"
    fn __t0_rows(
        __sources: &App,
    ) -> impl ::gatehouse::private::rows::TableFact<Suspended> + '_ {
        static __MAPPING: ::gatehouse::private::rows::Mapping = ::gatehouse::private::rows::Mapping {
            text: "Suspended = suspension(user_id)",
            fact: "Suspended",
            table: ::gatehouse::private::rows::Table::Named(&["suspension"]),
            key: &["user_id"],
            value: &[],
            order: &[],
            is_shared: false,
        };
        ::gatehouse::private::rows::table::<
            Suspended,
            _,
            _,
        >(::gatehouse::private::rows::lent(&__sources.db), &__MAPPING)
            .key::<0, _>()
            .covered::<1>()
            .presence()
    }
    fn __t1_rows(
        __sources: &App,
    ) -> impl ::gatehouse::private::rows::TableFact<Banned> + '_ {
        static __MAPPING: ::gatehouse::private::rows::Mapping = ::gatehouse::private::rows::Mapping {
            text: "Banned = auth.member(user_id, \"org id\") if banned_at",
            fact: "Banned",
            table: ::gatehouse::private::rows::Table::Named(&["auth", "member"]),
            key: &["user_id", "org id"],
            value: &["banned_at"],
            order: &[],
            is_shared: false,
        };
        ::gatehouse::private::rows::table::<
            Banned,
            _,
            _,
        >(::gatehouse::private::rows::lent(&__sources.db), &__MAPPING)
            .key::<0, _>()
            .key::<1, _>()
            .covered::<2>()
            .set()
    }
    fn __t2_rows(
        __sources: &App,
    ) -> impl ::gatehouse::private::rows::TableFact<OrgRole> + '_ {
        static __MAPPING: ::gatehouse::private::rows::Mapping = ::gatehouse::private::rows::Mapping {
            text: "OrgRole = member(user_id, r#type) -> role",
            fact: "OrgRole",
            table: ::gatehouse::private::rows::Table::Named(&["member"]),
            key: &["user_id", "type"],
            value: &["role"],
            order: &[],
            is_shared: false,
        };
        ::gatehouse::private::rows::table::<
            OrgRole,
            _,
            _,
        >(::gatehouse::private::rows::lent(&__sources.db), &__MAPPING)
            .key::<0, _>()
            .key::<1, _>()
            .covered::<2>()
            .single(|__cells| __cells.take())
    }
    fn __t3_rows(
        __sources: &App,
    ) -> impl ::gatehouse::private::rows::TableFact<Admins> + '_ {
        static __MAPPING: ::gatehouse::private::rows::Mapping = ::gatehouse::private::rows::Mapping {
            text: "Admins = staff() -> [user_id order by since desc, user_id]",
            fact: "Admins",
            table: ::gatehouse::private::rows::Table::Named(&["staff"]),
            key: &[],
            value: &["user_id"],
            order: &[("since", true), ("user_id", false)],
            is_shared: false,
        };
        ::gatehouse::private::rows::table::<
            Admins,
            _,
            _,
        >(::gatehouse::private::rows::lent(&__sources.db), &__MAPPING)
            .covered::<0>()
            .all(|__cells| __cells.take())
    }
    fn __t4_rows(__sources: &App) -> impl ::gatehouse::private::rows::TableFact<Pair> + '_ {
        static __MAPPING: ::gatehouse::private::rows::Mapping = ::gatehouse::private::rows::Mapping {
            text: "Pair = member(user_id) -> (role, since)",
            fact: "Pair",
            table: ::gatehouse::private::rows::Table::Named(&["member"]),
            key: &["user_id"],
            value: &["role", "since"],
            order: &[],
            is_shared: false,
        };
        ::gatehouse::private::rows::table::<
            Pair,
            _,
            _,
        >(::gatehouse::private::rows::lent(&__sources.db), &__MAPPING)
            .key::<0, _>()
            .covered::<1>()
            .single(|__cells| {
                let (__0, __1) = (__cells.take(), __cells.take());
                ::core::result::Result::Ok {
                    0: (__0?, __1?),
                }
            })
    }
    fn __t5_rows(
        __sources: &App,
    ) -> impl ::gatehouse::private::rows::TableFact<org::Info> + '_ {
        static __MAPPING: ::gatehouse::private::rows::Mapping = ::gatehouse::private::rows::Mapping {
            text: "org::Info = \"SELECT * FROM member\"(user_id) -> [model::Info { role, since: \"joined at\" }]",
            fact: "Info",
            table: ::gatehouse::private::rows::Table::Query("SELECT * FROM member"),
            key: &["user_id"],
            value: &["role", "joined at"],
            order: &[],
            is_shared: false,
        };
        ::gatehouse::private::rows::table::<
            org::Info,
            _,
            _,
        >(::gatehouse::private::rows::lent(&__sources.db), &__MAPPING)
            .key::<0, _>()
            .covered::<1>()
            .all(|__cells| {
                let (__0, __1) = (__cells.take(), __cells.take());
                ::core::result::Result::Ok {
                    0: model::Info {
                        role: __0?,
                        since: __1?,
                    },
                }
            })
    }
    #[automatically_derived]
    impl ::gatehouse::sql::Verify for App {
        async fn verify(
            &self,
        ) -> ::core::result::Result<
            ::gatehouse::sql::Verified,
            ::gatehouse::sql::VerifyError,
        > {
            let mut __verifier = ::gatehouse::private::rows::Verifier::new();
            __verifier.compare(&__t0_rows(self)).await;
            __verifier.compare(&__t1_rows(self)).await;
            __verifier.compare(&__t2_rows(self)).await;
            __verifier.compare(&__t3_rows(self)).await;
            __verifier.compare(&__t4_rows(self)).await;
            __verifier.compare(&__t5_rows(self)).await;
            __verifier.finish()
        }
    }
    "#);
}

#[test]
fn the_source_of_a_fact_in_a_table() {
    let expansion = expansion("struct App { #[rows(A = a(x))] db: Pool }");
    let (_, stored) = expansion.split_once("private::Stored<App> for A").expect("a source");
    let (source, _) = stored.split_once("fn table").expect("a table");
    insta::assert_snapshot!(source, @"

    where
        for<'k> Self: ::gatehouse::private::LoadedBounds<'k>,
    {
        fn source(__sources: &App) -> impl ::gatehouse::FactSource<Self> {
            ::gatehouse::private::table_source!(__t0_rows(__sources))
        }
    ");
}

#[test]
fn a_mapping_with_an_error_has_a_source_all_the_same() {
    let source = "struct App { #[rows(A = a, B = b(x))] db: Pool }";
    let skeleton = testing::skeleton(compile, source);
    let (_, stored) = skeleton.split_once("private::Stored<App> for A").expect("a source");
    let (source, _) = stored.split_once("fn table").expect("a table");
    insta::assert_snapshot!(source, @"

    where
        for<'k> Self: ::gatehouse::private::LoadedBounds<'k>,
    {
        fn source(_: &App) -> impl ::gatehouse::FactSource<Self> {
            ::gatehouse::private::RefusedSource
        }
    ");
    assert!(skeleton.contains("private::Stored<App> for B"), "{skeleton}");
    assert_eq!(tables(&skeleton).matches("fn __t").count(), 1, "{skeleton}");
}

#[test]
fn a_database_that_is_a_parameter_is_bounded() {
    let expansion = expansion("struct App<L> { #[rows(A = a(x))] db: Arc<L>, other: L }");
    let bound = "Arc<L>: ::gatehouse::sql::Lend";
    assert_eq!(expansion.matches(bound).count(), 4, "{expansion}");
    assert_eq!(tables(&expansion).matches(bound).count(), 2, "{expansion}");
}

/// The code that is there for tables alone, as rustfmt would print it.
fn tables(expansion: &str) -> String {
    let (_, code) = expansion.split_once("with_tables! {").expect("tables");
    let (code, _) = code.rsplit_once("}\n};").expect("the end");
    let file = syn::parse_str(code).expect("the code of tables does not parse");
    prettyplease::unparse(&file)
}

/// One line per entry of the catalogue: source, and for each error what is underlined, and its name.
#[test]
#[allow(clippy::too_many_lines, reason = "it is what the macro says")]
fn the_catalogue() {
    let sources = [
        "struct App { #[rows] db: Pool, #[rows()] b: Pool, #[rows = 3] c: Pool, #[row(A = a())] d: Pool }",
        "struct App { #[rows(A, 3, , A =, = a(x), A: a(x))] db: Pool }",
        "struct App { #[rows(A = 7(x), B = (x), C = a.7(x), D = \"a\"(x), E = \"SELECT 1;\"(x))] db: Pool }",
        "struct App { #[rows(A = a, B = a[x], C = \"SELECT 1\", D = a.b -> c)] db: Pool }",
        "struct App { #[rows(A = a(7), B = a(x y), C = a(x, x), D = a(,), E = a(\"\"), F = a() if)] db: Pool }",
        "struct App { #[rows(A = a() ->, B = a() -> 7, C = a() -> [], D = a() -> S {}, E = a() -> {x})] db: Pool }",
        "struct App { #[rows(A = a() -> (x), B = a() -> (), C = a() -> S { 7 }, D = a() -> S { x: })] db: Pool }",
        "struct App { #[rows(A = a() -> [x sorted y], B = a() -> [x order y], C = a() -> [x order by y up])] db: Pool }",
        "struct App { #[rows(A = a() -> x if y, B = a() where x, C = a() if x -> y, D = a()? -> x)] db: Pool }",
        "struct App { #[rows(A = a(x), A = b(x))] db: Pool, #[rows(A<u8> = a(x))] other: Pool }",
    ];
    insta::assert_snapshot!(errors(&sources), @r#"
    struct App { #[rows] db: Pool, #[rows()] b: Pool, #[rows = 3] c: Pool, #[row(A = a())] d: Pool }
        rows
        rows_nothing
        rows()
        rows_nothing
        rows = 3
        rows_nothing
        row
        rows_misspelt
    struct App { #[rows(A, 3, , A =, = a(x), A: a(x))] db: Pool }
        A
        rows_mapping
        3
        rows_mapping
        ,
        rows_mapping
        A =
        rows_table
        = a(x)
        rows_mapping
        A: a(x)
        rows_mapping
        A
        loads_twice
        A
        loads_twice
    struct App { #[rows(A = 7(x), B = (x), C = a.7(x), D = "a"(x), E = "SELECT 1;"(x))] db: Pool }
        7
        rows_table
        (x)
        rows_table
        7
        rows_table
        "a"
        rows_no_query
        "SELECT 1;"
        rows_semicolon
    struct App { #[rows(A = a, B = a[x], C = "SELECT 1", D = a.b -> c)] db: Pool }
        a
        rows_key
        a
        rows_key
        "SELECT 1"
        rows_key
        b
        rows_key
    struct App { #[rows(A = a(7), B = a(x y), C = a(x, x), D = a(,), E = a(""), F = a() if)] db: Pool }
        7
        rows_column
        y
        rows_column
        x
        rows_key_twice
        ,
        rows_column
        ""
        rows_column
        if
        rows_column
    struct App { #[rows(A = a() ->, B = a() -> 7, C = a() -> [], D = a() -> S {}, E = a() -> {x})] db: Pool }
        ->
        rows_value
        7
        rows_value
        []
        rows_value
        {}
        rows_value
        {x}
        rows_value
    struct App { #[rows(A = a() -> (x), B = a() -> (), C = a() -> S { 7 }, D = a() -> S { x: })] db: Pool }
        (x)
        rows_tuple
        ()
        rows_tuple
        7
        rows_column
        :
        rows_column
    struct App { #[rows(A = a() -> [x sorted y], B = a() -> [x order y], C = a() -> [x order by y up])] db: Pool }
        sorted y
        rows_order
        order y
        rows_order
        order by y up
        rows_order
    struct App { #[rows(A = a() -> x if y, B = a() where x, C = a() if x -> y, D = a()? -> x)] db: Pool }
        if y
        rows_rest
        where x
        rows_rest
        -> y
        rows_rest
        ? -> x
        rows_rest
    struct App { #[rows(A = a(x), A = b(x))] db: Pool, #[rows(A<u8> = a(x))] other: Pool }
        <u8>
        loads_generics
        A
        loads_twice
        A
        loads_twice
    "#);
}
