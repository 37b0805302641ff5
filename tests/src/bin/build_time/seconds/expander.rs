//! Writes a program with its macros expanded by the compilers themselves, as they are in the
//! workspace: `expander <from> <to>`, each a folder of Rust files. Prints how long the macros take in
//! this process, in nanoseconds: the least of several rounds.

use std::path::Path;
use std::time::{Duration, Instant};
use std::{env, fs};

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Item, Meta};

pub fn main() {
    let mut arguments = env::args().skip(1);
    let (from, to) = (arguments.next().expect("a folder"), arguments.next().expect("a folder"));
    let mut took = Duration::ZERO;
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let source = fs::read_to_string(&path).expect("a file");
        let file = syn::parse_file(&source).expect("Rust");
        took += (0..5).map(|_| timed(&file.items)).min().expect("a round");
        let (attrs, items) = (&file.attrs, file.items.iter().map(expanded));
        let text = prettyplease::unparse(&syn::parse_quote!(#(#attrs)* #(#items)*));
        fs::write(Path::new(&to).join(path.file_name().expect("a file")), text).expect("a folder");
    }
    println!("{}", took.as_nanos());
}

fn timed(items: &[Item]) -> Duration {
    let begun = Instant::now();
    items.iter().for_each(|item| drop(expanded(item)));
    begun.elapsed()
}

/// An item with what its macro makes of it.
fn expanded(item: &Item) -> TokenStream {
    match item {
        Item::Macro(it) if it.mac.path.is_ident("fact") => crate::fact::expand(&it.mac.tokens),
        Item::Fn(it) if it.attrs.iter().any(|attr| attr.path().is_ident("policy")) => {
            let mut function = it.clone();
            let at = function.attrs.iter().position(|attr| attr.path().is_ident("policy"));
            let arguments = match function.attrs.remove(at.expect("it is there")).meta {
                Meta::List(list) => list.tokens,
                _ => TokenStream::new(),
            };
            crate::policy::expand(&arguments, &function.to_token_stream())
        }
        Item::Struct(it) if it.fields.iter().any(|field| !field.attrs.is_empty()) => {
            let impls = crate::sources::expand(&it.to_token_stream());
            let mut plain = it.clone();
            plain.attrs.clear();
            plain.fields.iter_mut().for_each(|field| field.attrs.clear());
            quote!(#plain #impls)
        }
        item => item.to_token_stream(),
    }
}
