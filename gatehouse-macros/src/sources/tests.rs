//! Tests of the expansions and errors of `#[derive(Sources)]`.

use proc_macro2::TokenStream;

use crate::diagnostics::Diagnostics;
use crate::testing;

pub(super) fn compile(input: TokenStream, errors: &Diagnostics) -> TokenStream {
    super::compile(input, errors).unwrap_or_default()
}

pub(super) fn expansion(source: &str) -> String {
    testing::expansion(compile, source)
}

#[test]
#[allow(clippy::too_many_lines, reason = "it is what the macro writes")]
fn a_set_of_sources() {
    insta::assert_snapshot!(expansion(
        "pub struct AppFacts { #[loads(OrgRole, org::Suspended)] db: Database, other: u8, #[loads(Parent)] folders: Arc<Folders> }"
    ), @"
    const _: () = {
        #[doc(hidden)]
        pub struct __Tables {
            t0: ::gatehouse::private::Table<OrgRole>,
            t1: ::gatehouse::private::Table<org::Suspended>,
            t2: ::gatehouse::private::Table<Parent>,
        }
        #[automatically_derived]
        impl ::gatehouse::Sources for AppFacts {
            type Tables = __Tables;
            fn tables() -> __Tables {
                __Tables {
                    t0: ::gatehouse::private::Table::new(),
                    t1: ::gatehouse::private::Table::new(),
                    t2: ::gatehouse::private::Table::new(),
                }
            }
            fn for_each_table<'t>(
                __tables: &'t __Tables,
                __visit: &mut dyn ::core::ops::FnMut(
                    &'t dyn ::gatehouse::private::AnyTable<Self>,
                ),
            ) {
                __visit(&__tables.t0);
                __visit(&__tables.t1);
                __visit(&__tables.t2);
            }
        }
        #[automatically_derived]
        impl ::gatehouse::IntoSources<Self> for AppFacts {
            fn into_sources(self) -> ::std::sync::Arc<Self> {
                ::std::sync::Arc::new(self)
            }
        }
        impl ::gatehouse::private::Stored<AppFacts> for OrgRole
        where
            for<'k> Self: ::gatehouse::private::LoadedBounds<'k>,
        {
            #[allow(refining_impl_trait)]
            fn source(__sources: &AppFacts) -> &impl ::gatehouse::FactSource<Self> {
                &__sources.db
            }
            fn table(__tables: &__Tables) -> &::gatehouse::private::Table<Self> {
                &__tables.t0
            }
        }
        #[automatically_derived]
        impl ::gatehouse::ResolvedBy<AppFacts> for OrgRole
        where
            for<'k> Self: ::gatehouse::private::LoadedBounds<'k>,
        {
            fn resolve<__Observer: ::gatehouse::private::Observer>(
                self,
                __cx: &mut ::gatehouse::private::Cx<AppFacts, __Observer>,
            ) -> ::core::result::Result<
                <Self as ::gatehouse::FactKey>::Output,
                ::gatehouse::private::Stop,
            > {
                ::gatehouse::private::read_stored(__cx, self)
            }
        }
        impl ::gatehouse::private::Stored<AppFacts> for org::Suspended
        where
            for<'k> Self: ::gatehouse::private::LoadedBounds<'k>,
        {
            #[allow(refining_impl_trait)]
            fn source(__sources: &AppFacts) -> &impl ::gatehouse::FactSource<Self> {
                &__sources.db
            }
            fn table(__tables: &__Tables) -> &::gatehouse::private::Table<Self> {
                &__tables.t1
            }
        }
        #[automatically_derived]
        impl ::gatehouse::ResolvedBy<AppFacts> for org::Suspended
        where
            for<'k> Self: ::gatehouse::private::LoadedBounds<'k>,
        {
            fn resolve<__Observer: ::gatehouse::private::Observer>(
                self,
                __cx: &mut ::gatehouse::private::Cx<AppFacts, __Observer>,
            ) -> ::core::result::Result<
                <Self as ::gatehouse::FactKey>::Output,
                ::gatehouse::private::Stop,
            > {
                ::gatehouse::private::read_stored(__cx, self)
            }
        }
        impl ::gatehouse::private::Stored<AppFacts> for Parent
        where
            for<'k> Self: ::gatehouse::private::LoadedBounds<'k>,
        {
            #[allow(refining_impl_trait)]
            fn source(__sources: &AppFacts) -> &impl ::gatehouse::FactSource<Self> {
                &__sources.folders
            }
            fn table(__tables: &__Tables) -> &::gatehouse::private::Table<Self> {
                &__tables.t2
            }
        }
        #[automatically_derived]
        impl ::gatehouse::ResolvedBy<AppFacts> for Parent
        where
            for<'k> Self: ::gatehouse::private::LoadedBounds<'k>,
        {
            fn resolve<__Observer: ::gatehouse::private::Observer>(
                self,
                __cx: &mut ::gatehouse::private::Cx<AppFacts, __Observer>,
            ) -> ::core::result::Result<
                <Self as ::gatehouse::FactKey>::Output,
                ::gatehouse::private::Stop,
            > {
                ::gatehouse::private::read_stored(__cx, self)
            }
        }
    };
    ");
}

#[test]
fn a_struct_that_loads_nothing() {
    insta::assert_snapshot!(expansion("#[sources(crate = auth::gate)] struct NoFacts;"), @"
    const _: () = {
        #[doc(hidden)]
        pub struct __Tables {}
        #[automatically_derived]
        impl auth::gate::Sources for NoFacts {
            type Tables = __Tables;
            fn tables() -> __Tables {
                __Tables {}
            }
            fn for_each_table<'t>(
                _: &'t __Tables,
                _: &mut dyn ::core::ops::FnMut(&'t dyn auth::gate::private::AnyTable<Self>),
            ) {}
        }
        #[automatically_derived]
        impl auth::gate::IntoSources<Self> for NoFacts {
            fn into_sources(self) -> ::std::sync::Arc<Self> {
                ::std::sync::Arc::new(self)
            }
        }
    };
    ");
    expansion("struct Empty {}");
    expansion("struct OnlyLocal { db: Database }");
}

#[test]
#[allow(clippy::too_many_lines, reason = "it is what the macro writes")]
fn parameters_are_bounded() {
    insta::assert_snapshot!(expansion(
        "struct App<D: Db> where D: Clone { #[loads(A)] db: Pool<D>, #[loads(B)] other: Plain }"
    ), @"
    const _: () = {
        #[doc(hidden)]
        pub struct __Tables {
            t0: ::gatehouse::private::Table<A>,
            t1: ::gatehouse::private::Table<B>,
        }
        #[automatically_derived]
        impl<D> ::gatehouse::Sources for App<D>
        where
            D: Clone,
            D: Db,
            App<D>: ::core::marker::Send + ::core::marker::Sync + 'static,
            Pool<D>: ::gatehouse::FactSource<A>,
        {
            type Tables = __Tables;
            fn tables() -> __Tables {
                __Tables {
                    t0: ::gatehouse::private::Table::new(),
                    t1: ::gatehouse::private::Table::new(),
                }
            }
            fn for_each_table<'t>(
                __tables: &'t __Tables,
                __visit: &mut dyn ::core::ops::FnMut(
                    &'t dyn ::gatehouse::private::AnyTable<Self>,
                ),
            ) {
                __visit(&__tables.t0);
                __visit(&__tables.t1);
            }
        }
        #[automatically_derived]
        impl<D> ::gatehouse::IntoSources<Self> for App<D>
        where
            D: Clone,
            D: Db,
            App<D>: ::core::marker::Send + ::core::marker::Sync + 'static,
            Pool<D>: ::gatehouse::FactSource<A>,
        {
            fn into_sources(self) -> ::std::sync::Arc<Self> {
                ::std::sync::Arc::new(self)
            }
        }
        impl<D> ::gatehouse::private::Stored<App<D>> for A
        where
            D: Clone,
            D: Db,
            App<D>: ::core::marker::Send + ::core::marker::Sync + 'static,
            Pool<D>: ::gatehouse::FactSource<A>,
            for<'k> Self: ::gatehouse::private::LoadedBounds<'k>,
        {
            #[allow(refining_impl_trait)]
            fn source(__sources: &App<D>) -> &impl ::gatehouse::FactSource<Self> {
                &__sources.db
            }
            fn table(__tables: &__Tables) -> &::gatehouse::private::Table<Self> {
                &__tables.t0
            }
        }
        #[automatically_derived]
        impl<D> ::gatehouse::ResolvedBy<App<D>> for A
        where
            D: Clone,
            D: Db,
            App<D>: ::core::marker::Send + ::core::marker::Sync + 'static,
            Pool<D>: ::gatehouse::FactSource<A>,
            for<'k> Self: ::gatehouse::private::LoadedBounds<'k>,
        {
            fn resolve<__Observer: ::gatehouse::private::Observer>(
                self,
                __cx: &mut ::gatehouse::private::Cx<App<D>, __Observer>,
            ) -> ::core::result::Result<
                <Self as ::gatehouse::FactKey>::Output,
                ::gatehouse::private::Stop,
            > {
                ::gatehouse::private::read_stored(__cx, self)
            }
        }
        impl<D> ::gatehouse::private::Stored<App<D>> for B
        where
            D: Clone,
            D: Db,
            App<D>: ::core::marker::Send + ::core::marker::Sync + 'static,
            Pool<D>: ::gatehouse::FactSource<A>,
            for<'k> Self: ::gatehouse::private::LoadedBounds<'k>,
        {
            #[allow(refining_impl_trait)]
            fn source(__sources: &App<D>) -> &impl ::gatehouse::FactSource<Self> {
                &__sources.other
            }
            fn table(__tables: &__Tables) -> &::gatehouse::private::Table<Self> {
                &__tables.t1
            }
        }
        #[automatically_derived]
        impl<D> ::gatehouse::ResolvedBy<App<D>> for B
        where
            D: Clone,
            D: Db,
            App<D>: ::core::marker::Send + ::core::marker::Sync + 'static,
            Pool<D>: ::gatehouse::FactSource<A>,
            for<'k> Self: ::gatehouse::private::LoadedBounds<'k>,
        {
            fn resolve<__Observer: ::gatehouse::private::Observer>(
                self,
                __cx: &mut ::gatehouse::private::Cx<App<D>, __Observer>,
            ) -> ::core::result::Result<
                <Self as ::gatehouse::FactKey>::Output,
                ::gatehouse::private::Stop,
            > {
                ::gatehouse::private::read_stored(__cx, self)
            }
        }
    };
    ");
}

#[test]
fn a_set_with_errors_is_there_all_the_same() {
    let source = "struct App(#[loads(A, A, B<u8>)] Database);";
    insta::assert_snapshot!(testing::skeleton(compile, source), @"
    const _: () = {
        #[doc(hidden)]
        pub struct __Tables {
            t0: ::gatehouse::private::Table<A>,
            t1: ::gatehouse::private::Table<B>,
        }
        #[automatically_derived]
        impl ::gatehouse::Sources for App {
            type Tables = __Tables;
            fn tables() -> __Tables {
                __Tables {
                    t0: ::gatehouse::private::Table::new(),
                    t1: ::gatehouse::private::Table::new(),
                }
            }
            fn for_each_table<'t>(
                __tables: &'t __Tables,
                __visit: &mut dyn ::core::ops::FnMut(
                    &'t dyn ::gatehouse::private::AnyTable<Self>,
                ),
            ) {
                __visit(&__tables.t0);
                __visit(&__tables.t1);
            }
        }
        #[automatically_derived]
        impl ::gatehouse::IntoSources<Self> for App {
            fn into_sources(self) -> ::std::sync::Arc<Self> {
                ::std::sync::Arc::new(self)
            }
        }
        impl ::gatehouse::private::Stored<App> for A
        where
            for<'k> Self: ::gatehouse::private::LoadedBounds<'k>,
        {
            #[allow(refining_impl_trait)]
            fn source(__sources: &App) -> &impl ::gatehouse::FactSource<Self> {
                &__sources.0
            }
            fn table(__tables: &__Tables) -> &::gatehouse::private::Table<Self> {
                &__tables.t0
            }
        }
        #[automatically_derived]
        impl ::gatehouse::ResolvedBy<App> for A
        where
            for<'k> Self: ::gatehouse::private::LoadedBounds<'k>,
        {
            fn resolve<__Observer: ::gatehouse::private::Observer>(
                self,
                __cx: &mut ::gatehouse::private::Cx<App, __Observer>,
            ) -> ::core::result::Result<
                <Self as ::gatehouse::FactKey>::Output,
                ::gatehouse::private::Stop,
            > {
                ::gatehouse::private::read_stored(__cx, self)
            }
        }
        impl ::gatehouse::private::Stored<App> for B
        where
            for<'k> Self: ::gatehouse::private::LoadedBounds<'k>,
        {
            #[allow(refining_impl_trait)]
            fn source(__sources: &App) -> &impl ::gatehouse::FactSource<Self> {
                &__sources.0
            }
            fn table(__tables: &__Tables) -> &::gatehouse::private::Table<Self> {
                &__tables.t1
            }
        }
        #[automatically_derived]
        impl ::gatehouse::ResolvedBy<App> for B
        where
            for<'k> Self: ::gatehouse::private::LoadedBounds<'k>,
        {
            fn resolve<__Observer: ::gatehouse::private::Observer>(
                self,
                __cx: &mut ::gatehouse::private::Cx<App, __Observer>,
            ) -> ::core::result::Result<
                <Self as ::gatehouse::FactKey>::Output,
                ::gatehouse::private::Stop,
            > {
                ::gatehouse::private::read_stored(__cx, self)
            }
        }
    };
    ");
}

/// Each source, and for each of its errors what is underlined, and its name.
pub(super) fn errors(sources: &[&str]) -> String {
    let lines = sources.iter().map(|source| {
        let errors = testing::errors(compile, source);
        let errors =
            errors.iter().map(|(underlined, message)| format!("    {underlined}\n    {message}\n"));
        format!("{source}\n{}", errors.collect::<String>())
    });
    lines.collect()
}

/// One line per entry of the catalogue: source, and for each error what is underlined, and the message.
#[test]
#[allow(clippy::too_many_lines, reason = "the catalogue is long")]
fn the_catalogue() {
    let sources = [
        "enum App { A }",
        "union App { a: u8 }",
        "struct App(#[loads(A)] Database);",
        "struct App<'a> { #[loads(A)] db: &'a Database }",
        "struct App { #[loads] db: Database }",
        "struct App { #[loads()] db: Database }",
        "struct App { #[loads = 3] db: Database }",
        "struct App { #[loads(A = 3, B)] db: Database }",
        "struct App { #[loads(3, B)] db: Database }",
        "struct App { #[loads(,)] db: Database }",
        "struct App { #[loads(A<u8>, m::B(x))] db: Database }",
        "struct App { #[loads(A, A)] db: Database }",
        "struct App { #[loads(m::A)] db: Database, #[loads(B, m::A)] other: Other }",
        "#[sources(path = x)] struct App;",
        "#[sources] struct App;",
    ];
    insta::assert_snapshot!(errors(&sources), @"
    enum App { A }
        enum
        sources_not_struct
    union App { a: u8 }
        union
        sources_not_struct
    struct App(#[loads(A)] Database);
        (#[loads(A)] Database)
        sources_tuple
    struct App<'a> { #[loads(A)] db: &'a Database }
        'a
        sources_lifetime
    struct App { #[loads] db: Database }
        loads
        loads_nothing
    struct App { #[loads()] db: Database }
        loads()
        loads_nothing
    struct App { #[loads = 3] db: Database }
        loads = 3
        loads_nothing
    struct App { #[loads(A = 3, B)] db: Database }
        = 3
        loads_argument
    struct App { #[loads(3, B)] db: Database }
        3
        loads_fact
    struct App { #[loads(,)] db: Database }
        ,
        loads_fact
    struct App { #[loads(A<u8>, m::B(x))] db: Database }
        (x)
        loads_argument
        <u8>
        loads_generics
    struct App { #[loads(A, A)] db: Database }
        A
        loads_twice
    struct App { #[loads(m::A)] db: Database, #[loads(B, m::A)] other: Other }
        m::A
        loads_twice
    #[sources(path = x)] struct App;
        sources(path = x)
        crate_argument
    #[sources] struct App;
        sources
        crate_argument
    ");
}
