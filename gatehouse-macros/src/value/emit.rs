//! Emits a checked [`Item`]: `impl Value`, and `impl Finite` for an enum.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Fields, Ident, Member};

use super::ast::{Body, Item, Name, Variant};
use super::case;
use super::repr::{self, Repr};
use crate::crate_path::CratePath;
use crate::text;

/// Emits the impls of a type without errors.
pub(super) fn item(item: &Item) -> TokenStream {
    let emitter = Emitter::new(item);
    let impls = match &item.body {
        Body::Struct(fields, _) => emitter.newtype(fields),
        Body::Enum(variants) => emitter.enumeration(variants),
        Body::Union(_) => None,
    };
    impls.as_ref().map_or_else(|| stand_in(item), in_a_block)
}

/// Emits the impls of a type with errors: a value without a stored form. Its bound is checked where the type
/// is used, so that a refused type without the traits of a value is no second error.
pub(super) fn stand_in(item: &Item) -> TokenStream {
    let Emitter { library, name, allow, .. } = Emitter::new(item);
    let mut generics = item.generics.clone();
    let bound = syn::parse_quote!(for<'__k> Self: #library::private::RefusedBounds<'__k>);
    generics.make_where_clause().predicates.push(bound);
    let (parameters, arguments, bounds) = generics.split_for_impl();
    let finite = match &item.body {
        Body::Enum(variants) => {
            let whole = |variant: &&Variant| matches!(variant.fields, Fields::Unit);
            let all = variants.iter().filter(whole).map(|variant| &variant.name);
            let all = quote!(#(Self::#all),*);
            quote! {
                #[automatically_derived]
                #allow
                impl #parameters #library::value::Finite for #name #arguments #bounds {
                    const ALL: &'static [Self] = &[#all];
                }
            }
        }
        _ => TokenStream::new(),
    };
    in_a_block(&quote! {
        #[automatically_derived]
        #allow
        impl #parameters #library::value::Value for #name #arguments #bounds {
            const FORM: #library::value::Form = #library::value::Form::new(#library::value::Kind::Text);
            fn encode(&self) -> ::core::result::Result<#library::value::Scalar<'_>, #library::value::Misfit> {
                ::core::unreachable!()
            }
            fn decode(
                _: #library::value::Scalar<'_>,
            ) -> ::core::result::Result<Self, #library::value::Misfit> {
                ::core::unreachable!()
            }
        }
        #finite
    })
}

fn in_a_block(impls: &TokenStream) -> TokenStream {
    quote!(const _: () = { #impls };)
}

/// What the impls have in common.
struct Emitter<'a> {
    item: &'a Item,
    /// The path of the library.
    library: CratePath,
    name: &'a Ident,
    /// The attribute of an impl that names what is deprecated. Elsewhere it would be an error below
    /// `#![forbid(deprecated)]`.
    allow: Option<TokenStream>,
}

impl<'a> Emitter<'a> {
    fn new(item: &'a Item) -> Self {
        let library = item.options.library.as_ref().map(|(_, path)| path.clone());
        let library = library.unwrap_or_else(CratePath::default_path);
        let allow = item.is_deprecated.then(|| quote!(#[allow(deprecated)]));
        Self { item, library, name: &item.name, allow }
    }

    /// `impl Value`: its form, the expressions of `encode` and `decode`.
    fn value(&self, form: &TokenStream, encode: &TokenStream, decode: &TokenStream) -> TokenStream {
        let Self { library, name, allow, .. } = self;
        let (parameters, arguments, bounds) = self.item.generics.split_for_impl();
        let typed = self.item.options.get(Name::Type).map(|setting| {
            let name = setting.text.value();
            quote!(.with_type(#name))
        });
        quote! {
            #[automatically_derived]
            #allow
            impl #parameters #library::value::Value for #name #arguments #bounds {
                const FORM: #library::value::Form = #form #typed;
                fn encode(&self) -> ::core::result::Result<#library::value::Scalar<'_>, #library::value::Misfit> {
                    #encode
                }
                fn decode(
                    __stored: #library::value::Scalar<'_>,
                ) -> ::core::result::Result<Self, #library::value::Misfit> {
                    #decode
                }
            }
        }
    }

    /// A newtype: stored like its field.
    fn newtype(&self, fields: &Fields) -> Option<TokenStream> {
        let (field, member) = (fields.iter().next()?, fields.members().next()?);
        // A type that is no value is an error at the type.
        let ty = &field.ty;
        let (first, last) = text::ends(ty);
        let library = self.library.spanned(text::located(first));
        let (open, close) = (
            quote_spanned!(text::located(first)=> <),
            quote_spanned!(text::located(last)=> as #library::value::Value>),
        );
        let inner = quote!(#open #ty #close);
        let made = match &member {
            Member::Named(name) => quote!(Self { #name: __field }),
            Member::Unnamed(_) => quote!(Self(__field)),
        };
        Some(self.value(
            &quote!(#inner::FORM),
            &quote!(#inner::encode(&self.#member)),
            &quote!(::core::result::Result::map(#inner::decode(__stored), |__field| #made)),
        ))
    }

    /// An enum: its text or its integer, and all of its values.
    fn enumeration(&self, variants: &[Variant]) -> Option<TokenStream> {
        let value = match self.item.options.text(Name::Repr) {
            None => self.texts(variants),
            Some(repr) => self.integers(variants, Repr::of(&repr)?),
        };
        let Self { library, name, allow, .. } = self;
        let (parameters, arguments, bounds) = self.item.generics.split_for_impl();
        let all = variants.iter().map(|variant| &variant.name);
        Some(quote! {
            #value
            #[automatically_derived]
            #allow
            impl #parameters #library::value::Finite for #name #arguments #bounds {
                const ALL: &'static [Self] = &[#(Self::#all),*];
            }
        })
    }

    /// An enum as texts.
    fn texts(&self, variants: &[Variant]) -> TokenStream {
        let library = &self.library;
        let texts = &case::texts(&self.item.options, variants);
        let names: Vec<_> = variants.iter().map(|variant| &variant.name).collect();
        let shown = self.name.unraw().to_string();
        self.value(
            &quote!(#library::value::Form::new(#library::value::Kind::Text)),
            &quote!(::core::result::Result::Ok(#library::private::variant_as_text(match self {
                #(Self::#names => #texts),*
            }))),
            &quote!(#library::private::variant_of_text(__stored, #shown, |__text| match __text {
                #(#texts => ::core::option::Option::Some(Self::#names),)*
                _ => ::core::option::Option::None,
            })),
        )
    }

    /// An enum as integers. rustc evaluates the discriminants.
    fn integers(&self, variants: &[Variant], repr: Repr) -> TokenStream {
        let library = &self.library;
        let names: Vec<_> = variants.iter().map(|variant| &variant.name).collect();
        let shown = self.name.unraw().to_string();
        let fitting = self.fitting(variants, repr);
        let value = self.value(
            &quote!(#library::value::Form::new(#library::value::Kind::Int)),
            &quote!(::core::result::Result::Ok(#library::value::Scalar::Int(match self {
                #(Self::#names => Self::#names as ::core::primitive::i64),*
            }))),
            &quote!(#library::private::variant_of_int(__stored, #shown, |__int| match __int {
                #(_ if __int == Self::#names as ::core::primitive::i64 => ::core::option::Option::Some(Self::#names),)*
                _ => ::core::option::Option::None,
            })),
        );
        quote!(#fitting #value)
    }

    /// The discriminants that only rustc knows, held against the range of `repr`.
    fn fitting(&self, variants: &[Variant], repr: Repr) -> TokenStream {
        let (name, allow) = (self.name, &self.allow);
        let known = repr::discriminants(variants);
        let unknown = variants.iter().zip(known).filter(|(_, known)| known.is_none());
        let fitting = unknown.map(|(variant, _)| {
            let (first, last) = match &variant.discriminant {
                Some(discriminant) => text::ends(discriminant),
                None => text::ends(&variant.name),
            };
            let (first, last) = (text::located(first), text::located(last));
            let library = self.library.spanned(first);
            let variant = &variant.name;
            let text = format!(
                "the discriminant of `{}` does not fit into `{}`; write a larger `repr`, or a smaller discriminant",
                variant.unraw(),
                repr.name,
            );
            let repr = Ident::new(repr.name, last);
            let arguments = quote_spanned!(last=> (
                #name::#variant as ::core::primitive::i128,
                ::core::primitive::#repr::MIN as ::core::primitive::i128,
                ::core::primitive::#repr::MAX as ::core::primitive::i128,
                #text,
            ));
            let call = quote_spanned!(first=> #library::private::fits_repr);
            quote!(#allow const _: () = #call #arguments;)
        });
        fitting.collect()
    }
}
