//! The names in one file: the modules it declares, what it defines and imports, and the paths it mentions.
//!
//! Modules and items are read with syn. Inside of items the tokens are read: a path is the same tokens
//! in an expression, a type, a pattern and the arguments or the body of a macro.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Item, ItemMod, ItemUse, UseTree};

use super::cfg;
use super::tokens::{
    self, attribute_at, behind_item, inherent_type, is, is_at, is_brace, is_item_start,
    is_only_for_tests, is_path_start, path_at, text_of, trees,
};

/// A path as written, without generic arguments.
pub type Path = Vec<String>;

/// The names in a module, or in a block that has imports of its own.
#[derive(Debug, Default)]
pub struct Scope {
    pub modules: Vec<Module>,
    pub definitions: Vec<Definition>,
    pub imports: Vec<Import>,
    /// Every other path, with the first line that has it.
    pub mentions: BTreeMap<Mention, usize>,
    /// The names after a `.` or the generic arguments of a type: fields and methods.
    pub members: BTreeSet<String>,
    /// The types with inherent methods here, and the lines of their `impl`.
    pub inherent: Vec<(Path, usize)>,
    /// The blocks in here with imports of their own.
    pub blocks: Vec<Scope>,
    /// The names in the arguments of item macros, each of which the macro may define.
    pub given_to_macros: BTreeSet<String>,
    /// What would hide uses, and where: it must not be written.
    pub hiding: Vec<(&'static str, usize)>,
    /// How many items only tests compile: nothing in them is read.
    pub for_tests: usize,
}

/// `mod name;` or `mod name { … }`.
#[derive(Debug)]
pub struct Module {
    pub name: String,
    pub line: usize,
    pub visible: Visible,
    pub body: ModuleBody,
    pub for_tests: bool,
}

#[derive(Debug)]
pub enum ModuleBody {
    Inline(Scope),
    /// In a file of its own: at one of the paths that attributes give, or at the usual one.
    File {
        paths: Vec<String>,
        usual: bool,
    },
}

/// Where a name is visible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visible {
    Everywhere,
    /// In the parent of the module, and below.
    Parent,
    /// In the module, and below.
    Here,
}

#[derive(Debug)]
pub struct Definition {
    pub name: String,
    pub visible: Visible,
    pub kind: Kind,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Kind {
    Type,
    /// With the names of its members.
    Trait(Vec<String>),
    /// `type Name = path`, where it is a path.
    Alias(Path),
    Value,
    Macro {
        exported: bool,
    },
}

/// `use path as name`, or `use path::*` without a name.
#[derive(Debug)]
pub struct Import {
    pub path: Path,
    pub name: Option<String>,
    pub visible: Visible,
    pub line: usize,
}

/// A path that is used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mention {
    pub path: Path,
    /// Whether it is a macro that is called.
    pub called: bool,
}

/// The macros whose arguments are code for another crate.
const QUOTES: [&str; 3] = ["quote", "quote_spanned", "parse_quote"];

impl Scope {
    /// The names in the text of a file.
    pub fn of_file(text: &str) -> syn::Result<Self> {
        let file = syn::parse_file(text)?;
        let mut scope = Self::default();
        let attributes = file.attrs.iter().map(ToTokens::to_token_stream).collect();
        if is_only_for_tests(&trees(attributes)) {
            scope.for_tests += 1;
        } else {
            scope.items(&file.items);
        }
        Ok(scope)
    }

    fn items(&mut self, items: &[Item]) {
        for item in items {
            let tokens = trees(item.to_token_stream());
            let for_tests = is_only_for_tests(&tokens);
            self.for_tests += usize::from(for_tests);
            match item {
                Item::Mod(item) => self.module(item, for_tests),
                _ if for_tests => {}
                Item::Use(item) => self.import(item),
                _ => {
                    self.define(item);
                    self.walk(&tokens);
                }
            }
        }
    }

    fn module(&mut self, item: &ItemMod, for_tests: bool) {
        let body = match &item.content {
            Some((_, items)) => {
                let mut scope = Self::default();
                scope.items(items);
                ModuleBody::Inline(scope)
            }
            None => paths_of(item),
        };
        self.modules.push(Module {
            name: text_of(&item.ident),
            line: item.ident.span().start().line,
            visible: visible(&item.vis),
            body,
            for_tests,
        });
    }

    fn define(&mut self, item: &Item) {
        let (ident, vis, kind) = match item {
            Item::Const(item) => (&item.ident, &item.vis, Kind::Value),
            Item::Enum(item) => (&item.ident, &item.vis, Kind::Type),
            Item::Fn(item) => (&item.sig.ident, &item.vis, Kind::Value),
            Item::Static(item) => (&item.ident, &item.vis, Kind::Value),
            Item::Struct(item) => (&item.ident, &item.vis, Kind::Type),
            Item::Trait(item) => (&item.ident, &item.vis, Kind::Trait(members_of(item))),
            Item::TraitAlias(item) => (&item.ident, &item.vis, Kind::Trait(Vec::new())),
            Item::Type(item) => (&item.ident, &item.vis, alias_of(&item.ty)),
            Item::Union(item) => (&item.ident, &item.vis, Kind::Type),
            Item::Macro(item) => return self.define_macro(item),
            Item::ExternCrate(item) if item.ident == "self" => {
                let line = item.ident.span().start().line;
                return self.hiding.push(("gives the crate another name", line));
            }
            _ => return,
        };
        self.definitions.push(Definition { name: text_of(ident), visible: visible(vis), kind });
    }

    fn define_macro(&mut self, item: &syn::ItemMacro) {
        let Some(ident) = &item.ident else {
            return names_in(item.mac.tokens.clone(), &mut self.given_to_macros);
        };
        let exported = item.attrs.iter().any(|attribute| attribute.path().is_ident("macro_export"));
        self.definitions.push(Definition {
            name: text_of(ident),
            visible: Visible::Here,
            kind: Kind::Macro { exported },
        });
    }

    fn import(&mut self, item: &ItemUse) {
        if item.leading_colon.is_none() {
            self.import_tree(&item.tree, &mut Vec::new(), visible(&item.vis));
        }
    }

    fn import_tree(&mut self, tree: &UseTree, prefix: &mut Path, visible: Visible) {
        match tree {
            UseTree::Path(tree) => {
                prefix.push(text_of(&tree.ident));
                self.import_tree(&tree.tree, prefix, visible);
                prefix.pop();
            }
            UseTree::Group(tree) => {
                for tree in &tree.items {
                    self.import_tree(tree, prefix, visible);
                }
            }
            UseTree::Name(tree) => self.import_name(prefix, &tree.ident, &tree.ident, visible),
            UseTree::Rename(tree) => self.import_name(prefix, &tree.ident, &tree.rename, visible),
            UseTree::Glob(tree) => {
                let line = tree.star_token.spans[0].start().line;
                self.imports.push(Import { path: prefix.clone(), name: None, visible, line });
            }
        }
    }

    fn import_name(&mut self, prefix: &Path, ident: &Ident, name: &Ident, visible: Visible) {
        let mut path = prefix.clone();
        if ident != "self" || path.is_empty() {
            path.push(text_of(ident));
        }
        let name = if name == "self" { path.last().cloned() } else { Some(text_of(name)) };
        self.imports.push(Import { path, name, visible, line: ident.span().start().line });
    }

    /// Reads the tokens of an item or of a part of it.
    fn walk(&mut self, trees: &[TokenTree]) {
        let mut at = 0;
        while at < trees.len() {
            at = self.step(trees, at);
        }
    }

    /// Reads what is at `at`, and returns where the next begins.
    fn step(&mut self, trees: &[TokenTree], at: usize) -> usize {
        match &trees[at] {
            TokenTree::Punct(punct) if punct.as_char() == '#' => {
                let Some((attribute, next)) = attribute_at(trees, at) else { return at + 1 };
                if cfg::is_for_tests(attribute) {
                    self.for_tests += 1;
                    return behind_item(trees, next);
                }
                self.attribute(attribute);
                next
            }
            TokenTree::Group(group) => {
                self.group(group);
                at + 1
            }
            TokenTree::Ident(ident) if is_path_start(trees, at) => {
                if ident == "use" {
                    if let Some(next) = self.block_import(trees, at) {
                        return next;
                    }
                } else if ident == "mod" && trees.get(at + 2).is_some_and(is_brace) {
                    let line = ident.span().start().line;
                    self.hiding
                        .push(("has a module in a block, where `super` is not followed", line));
                } else if ident == "impl" && is_item_start(trees, at) {
                    self.inherent.extend(inherent_type(trees, at + 1));
                }
                self.path(trees, at)
            }
            TokenTree::Ident(ident) => {
                self.members.insert(text_of(ident));
                at + 1
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => at + 1,
        }
    }

    /// A brace is a scope of its own if something is imported in it.
    fn group(&mut self, group: &Group) {
        let within = trees(group.stream());
        if group.delimiter() != Delimiter::Brace {
            return self.walk(&within);
        }
        let mut block = Self::default();
        block.walk(&within);
        self.members.append(&mut block.members);
        if block.imports.is_empty() {
            self.merge(block);
        } else {
            self.blocks.push(block);
        }
    }

    fn merge(&mut self, block: Self) {
        for (mention, line) in block.mentions {
            self.mention(mention, line);
        }
        self.inherent.extend(block.inherent);
        self.blocks.extend(block.blocks);
        self.hiding.extend(block.hiding);
        self.for_tests += block.for_tests;
    }

    fn mention(&mut self, mention: Mention, line: usize) {
        let first = self.mentions.entry(mention).or_insert(line);
        *first = line.min(*first);
    }

    fn block_import(&mut self, trees: &[TokenTree], at: usize) -> Option<usize> {
        let end = at + trees[at..].iter().position(|tree| is(tree, ';'))?;
        let tokens: TokenStream = trees[at..=end].iter().cloned().collect();
        self.import(&syn::parse2(tokens).ok()?);
        Some(end + 1)
    }

    fn path(&mut self, trees: &[TokenTree], at: usize) -> usize {
        let (path, next) = path_at(trees, at);
        self.members.extend(path[1..].iter().cloned());
        let line = trees[at].span().start().line;
        let is_macro = is_at(trees, next, '!') && !is_at(trees, next + 1, '=');
        if is_macro && path.last().is_some_and(|name| name == "include") {
            self.hiding.push(("includes a file, which is not read", line));
        }
        let is_keyword = matches!(path[0].as_str(), "crate" | "self" | "super" | "Self");
        // `name: …` declares a field, a parameter or a local.
        let is_declared = is_at(trees, next, ':') && path[0].starts_with(char::is_lowercase);
        if path.len() > 1 || !(is_keyword || is_declared) {
            self.mention(Mention { path: path.clone(), called: is_macro }, line);
        }
        // Quoted code is code of the user's crate.
        let is_quote = is_macro && path.last().is_some_and(|name| QUOTES.contains(&name.as_str()));
        if is_quote { next + 2 } else { next }
    }

    /// Paths in an attribute are those with `::`, also in a string: a single name is an option of it.
    fn attribute(&mut self, attribute: &Group) {
        let within = trees(attribute.stream());
        if matches!(within.first(), Some(TokenTree::Ident(name)) if name == "doc") {
            return;
        }
        let mut scope = Self::default();
        scope.walk(&within);
        scope.strings(&within);
        for (mention, line) in scope.mentions {
            if mention.path.len() > 1 {
                self.mention(mention, line);
            }
        }
    }

    fn strings(&mut self, trees: &[TokenTree]) {
        for tree in trees {
            match tree {
                TokenTree::Group(group) => self.strings(&tokens::trees(group.stream())),
                TokenTree::Literal(literal) => {
                    let text = syn::parse2::<syn::LitStr>(literal.to_token_stream());
                    let path = text.and_then(|text| text.parse::<syn::Path>());
                    let path = path.iter().flat_map(|path| &path.segments);
                    let path: Path = path.map(|segment| text_of(&segment.ident)).collect();
                    if matches!(path.first().map(String::as_str), Some("crate" | "self" | "super"))
                    {
                        let line = literal.span().start().line;
                        self.mention(Mention { path, called: false }, line);
                    }
                }
                _ => {}
            }
        }
    }
}

fn visible(vis: &syn::Visibility) -> Visible {
    match vis {
        syn::Visibility::Inherited => Visible::Here,
        syn::Visibility::Restricted(vis) if vis.path.is_ident("self") => Visible::Here,
        syn::Visibility::Restricted(vis) if vis.path.is_ident("super") => Visible::Parent,
        _ => Visible::Everywhere,
    }
}

fn members_of(item: &syn::ItemTrait) -> Vec<String> {
    let name = |item: &syn::TraitItem| match item {
        syn::TraitItem::Const(item) => Some(text_of(&item.ident)),
        syn::TraitItem::Fn(item) => Some(text_of(&item.sig.ident)),
        _ => None,
    };
    item.items.iter().filter_map(name).collect()
}

fn alias_of(ty: &syn::Type) -> Kind {
    match ty {
        syn::Type::Path(ty) if ty.qself.is_none() => {
            Kind::Alias(ty.path.segments.iter().map(|segment| text_of(&segment.ident)).collect())
        }
        _ => Kind::Type,
    }
}

/// The files that `mod name;` can be, by `#[path = …]` and `#[cfg_attr(…, path = …)]`.
fn paths_of(item: &ItemMod) -> ModuleBody {
    let mut paths = Vec::new();
    let mut usual = true;
    for attribute in &item.attrs {
        let tokens = trees(attribute.meta.to_token_stream());
        if attribute.path().is_ident("path") {
            usual = false;
            paths_in(&tokens, &mut paths);
        } else if attribute.path().is_ident("cfg_attr") {
            paths_in(&tokens, &mut paths);
        }
    }
    ModuleBody::File { paths, usual }
}

/// Every `path = "…"`.
fn paths_in(trees: &[TokenTree], paths: &mut Vec<String>) {
    for at in 0..trees.len() {
        match &trees[at] {
            TokenTree::Group(group) => paths_in(&tokens::trees(group.stream()), paths),
            TokenTree::Ident(name) if name == "path" && is_at(trees, at + 1, '=') => {
                let literal = trees.get(at + 2).map(ToTokens::to_token_stream).unwrap_or_default();
                paths.extend(syn::parse2::<syn::LitStr>(literal).map(|literal| literal.value()));
            }
            _ => {}
        }
    }
}

fn names_in(tokens: TokenStream, names: &mut BTreeSet<String>) {
    for tree in tokens {
        match tree {
            TokenTree::Group(group) => names_in(group.stream(), names),
            TokenTree::Ident(ident) => {
                names.insert(text_of(&ident));
            }
            _ => {}
        }
    }
}
