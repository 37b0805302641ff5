//! Emits the summaries of derived facts: a constant at the first fact of each.

use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};

use super::dependencies::local_name;
use super::emit::Emitter;
use super::summary::{Place, SummarizedFact, Summary};
use crate::body::tree::LoadId;

impl Emitter<'_> {
    /// The constant, if the fact is the first one of a summary. The emitters of all facts are `emitters`.
    pub(super) fn summary(&self, emitters: &[Emitter<'_>]) -> Option<TokenStream> {
        let place = self.place().filter(|place| place.index == 0)?;
        let Summary { facts } = self.summaries.summary(place);
        let entries: Vec<_> = facts.iter().map(|fact| emitters[fact.at].summarized(fact)).collect();
        let loads =
            facts.iter().filter_map(|fact| Some(emitters[fact.at].derived?.plan.loads.len()));
        let loads = Literal::usize_unsuffixed(loads.max().unwrap_or_default());
        let count = Literal::usize_unsuffixed(facts.len());
        let (library, name) = (self.library, &self.fact.name);
        let runtime = &quote!(#library::private);
        // A static is evaluated once. A constant is evaluated again for each impl that has bounds and names it.
        // The compiler shows a recursion that is hidden behind an alias at the name.
        Some(quote_spanned! {name.span()=>
            #[automatically_derived]
            impl #runtime::BlockSummary for #name {
                const FACTS: &'static [#runtime::FactSummary] = {
                    static FACTS: [#runtime::FactSummary; #count] =
                        #runtime::summaries::<#loads, #count>([#(#entries),*]);
                    &FACTS
                };
            }
        })
    }

    /// The fact as the summary has it.
    fn summarized(&self, fact: &SummarizedFact) -> Option<TokenStream> {
        let (derived, place, library) = (self.derived?, self.place()?, self.library);
        let runtime = &quote!(#library::private);
        let loads = derived.body.loads.iter().zip(&derived.plan.loads).map(|(load, planned)| {
            let waits = planned.waits_for.keys().map(|id: &LoadId| {
                let id = Literal::usize_unsuffixed(id.0);
                quote!(#runtime::Wait::new(#id, ""))
            });
            let (fact, waits) = (&load.fact, quote!(&[#(#waits),*]));
            let name = local_name(fact);
            let index = name.and_then(|name| self.summaries.index_of(name, place));
            index.map(Literal::usize_unsuffixed).map_or_else(
                || quote!(#runtime::outer_load::<#fact>(#waits)),
                |index| quote!(#runtime::SummarizedLoad::inner(#index, #waits)),
            )
        });
        let component = Literal::usize_unsuffixed(fact.component);
        let (is_total, is_sensitive) = (derived.is_total, self.is_sensitive_itself());
        Some(quote! {
            #runtime::SummarizedFact::new(#component, &[#(#loads),*], #is_total, #is_sensitive)
        })
    }

    /// Its summary, as an expression.
    pub(super) fn of_summary(&self, place: Place) -> TokenStream {
        let (library, leader) = (self.library, self.summaries.leader(place));
        let index = Literal::usize_unsuffixed(place.index);
        quote!(<#leader as #library::private::BlockSummary>::FACTS[#index])
    }

    /// Its place in the summaries, if it has one.
    pub(super) fn place(&self) -> Option<Place> {
        self.derived.and_then(|_| self.summaries.place(&self.fact.name))
    }
}
