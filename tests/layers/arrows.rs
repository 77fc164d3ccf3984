//! Which file imports which.
//!
//! - A path leads to the file that defines what it names, through re-exports and `use`. What the
//!   file does not show, since a macro makes it, is taken to be in the module that is named.
//! - A path to a module is no import; what is then named through it is.
//! - `mod child;` is no import, nor is a re-export of something from a module below, unless the
//!   file uses it too: so a `mod.rs` can show what is in its folder. Nor is a fully public one:
//!   it is the crate's face, in which a module has what users look for there.
//! - Paths in the arguments of macros and in attributes (`#[serde(with = "…")]`) count; those in
//!   `quote!` are of another crate.
//! - What is for tests only does not count.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, Ident, Literal, Spacing, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::visit::{self, Visit};
use syn::{Attribute, ImplItemFn, Item, ItemUse, Macro, Meta, Path, UseTree, Visibility};

use crate::source::{self, Crate, Leaf, ModuleId, Name, is_for_tests, leaves};

/// Macros whose arguments are code of another crate.
const QUOTING: [&str; 4] = [
    "parse_quote",
    "parse_quote_spanned",
    "quote",
    "quote_spanned",
];

/// The imports of each pair of files: where they are, as lines and paths.
pub(crate) type Arrows = BTreeMap<(String, String), BTreeSet<(usize, String)>>;

/// Returns all imports of a crate.
pub(crate) fn arrows(krate: &Crate) -> Arrows {
    let mut arrows = Arrows::new();
    for (id, module) in krate.modules.iter().enumerate() {
        let mut paths = Paths::default();
        for item in &module.items {
            paths.visit_item(item);
        }
        let resolver = Resolver { krate, origin: id };
        for reference in &paths.found {
            for target in resolver.defining(reference, &paths) {
                let to = &krate.modules[target].file;
                if *to != module.file {
                    let key = (module.file.clone(), to.clone());
                    let text = reference.path.join("::");
                    arrows
                        .entry(key)
                        .or_default()
                        .insert((reference.line, text));
                }
            }
        }
    }
    arrows
}

/// A path in a module.
struct Reference {
    path: Vec<String>,
    line: usize,
    kind: Kind,
}

enum Kind {
    /// In a `use`; the name is that of a re-export.
    Use {
        exported: Option<String>,
        is_public: bool,
    },
    /// In a `use` of `*`.
    Glob,
    /// In quotes in an attribute, where it may be a module whose functions are called.
    Text,
    /// Anywhere else.
    Inline,
}

/// Collects the paths in the items of one module.
#[derive(Default)]
struct Paths {
    found: Vec<Reference>,
    /// The names that paths outside of `use` begin with.
    used: BTreeSet<String>,
    /// What is imported in the body of a function.
    local: BTreeMap<String, Vec<String>>,
    depth: usize,
}

impl Paths {
    fn inline(&mut self, path: Vec<String>, line: usize, kind: Kind) {
        self.used.extend(path.first().cloned());
        if let [first, _, ..] = path.as_slice() {
            // What a function imports is written out.
            let path = match self.local.get(first) {
                Some(import) => import.iter().chain(&path[1..]).cloned().collect(),
                None => path,
            };
            self.found.push(Reference { path, line, kind });
        }
    }

    fn leaf(&mut self, leaf: Leaf, is_export: bool, is_public: bool) {
        let kind = match leaf.is_glob {
            true => Kind::Glob,
            false => Kind::Use {
                exported: leaf.name.filter(|_| is_export),
                is_public,
            },
        };
        let (path, line) = (leaf.path, leaf.line);
        self.found.push(Reference { path, line, kind });
    }

    /// Finds paths in what only a macro can read.
    fn tokens(&mut self, tokens: TokenStream, in_attribute: bool) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Ident(ident) => {
                    let end = self.run(&tokens, at, ident);
                    at = end;
                    continue;
                }
                TokenTree::Group(group) => self.tokens(group.stream(), in_attribute),
                TokenTree::Literal(literal) if in_attribute => self.text(literal),
                _ => {}
            }
            at += 1;
        }
    }

    /// Reads `a::b::c` and `a::{b, c}` from the name at `start`, and returns where it ends.
    fn run(&mut self, tokens: &[TokenTree], start: usize, first: &Ident) -> usize {
        let mut path = vec![first.unraw().to_string()];
        let mut at = start + 1;
        let mut tree = None;
        while is_colons(&tokens[at..]) {
            match tokens.get(at + 2) {
                Some(TokenTree::Ident(next)) => path.push(next.unraw().to_string()),
                Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                    let group = TokenTree::Group(group.clone());
                    tree = syn::parse2::<UseTree>(group.into()).ok();
                    at += 3;
                    break;
                }
                _ => break,
            }
            at += 3;
        }
        if is_foreign(&tokens[..start], first) {
            return at;
        }
        match tree {
            Some(tree) => {
                let mut leaves = Vec::new();
                source::add_leaves(&tree, &mut path, &mut leaves);
                for leaf in leaves {
                    self.leaf(leaf, false, false);
                }
            }
            None => self.inline(path, first.span().start().line, Kind::Inline),
        }
        at
    }

    /// A path in quotes, as serde has them.
    fn text(&mut self, literal: &Literal) {
        let text = syn::parse_str::<syn::LitStr>(&literal.to_string());
        let path = text.ok().and_then(|text| text.parse::<Path>().ok());
        if let Some(path) = path.filter(|path| path.leading_colon.is_none()) {
            self.inline(segments(&path), literal.span().start().line, Kind::Text);
        }
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_for_tests(source::attributes(item)) {
            self.depth += 1;
            visit::visit_item(self, item);
            self.depth -= 1;
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if item.leading_colon.is_some() {
            return;
        }
        let is_export = !matches!(item.vis, Visibility::Inherited);
        let is_public = matches!(item.vis, Visibility::Public(_));
        for leaf in leaves(item) {
            if self.depth > 1
                && let Some(name) = &leaf.name
            {
                self.local.insert(name.clone(), leaf.path.clone());
            }
            self.leaf(leaf, is_export, is_public);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        if !is_for_tests(&item.attrs) {
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_path(&mut self, path: &'ast Path) {
        if path.leading_colon.is_none() {
            let line = path.segments.first().map(|s| s.ident.span().start().line);
            self.inline(segments(path), line.unwrap_or_default(), Kind::Inline);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast Macro) {
        self.visit_path(&item.path);
        let name = item.path.segments.last().map(|s| s.ident.to_string());
        if !name.is_some_and(|name| QUOTING.contains(&name.as_str())) {
            self.tokens(item.tokens.clone(), false);
        }
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let Meta::List(list) = &attribute.meta {
            self.tokens(list.tokens.clone(), true);
        }
    }

    /// `pub(in crate::a)` imports nothing.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}
}

fn segments(path: &Path) -> Vec<String> {
    let segments = path.segments.iter();
    segments.map(|s| s.ident.unraw().to_string()).collect()
}

fn is_colons(tokens: &[TokenTree]) -> bool {
    let [TokenTree::Punct(one), TokenTree::Punct(two), ..] = tokens else {
        return false;
    };
    one.as_char() == ':' && one.spacing() == Spacing::Joint && two.as_char() == ':'
}

/// Whether what stands before a name makes it another crate's, or a variable of a macro.
fn is_foreign(before: &[TokenTree], name: &Ident) -> bool {
    match before {
        [.., TokenTree::Punct(last)] if last.as_char() == '$' => name != "crate",
        [.., TokenTree::Punct(_), TokenTree::Punct(_)] => is_colons(&before[before.len() - 2..]),
        _ => false,
    }
}

/// What a name stands for: the module that defines it, or that it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Item(ModuleId),
    Module(ModuleId),
}

/// Finds what paths in a module lead to.
struct Resolver<'a> {
    krate: &'a Crate,
    origin: ModuleId,
}

/// The names that are being looked up, so that a name that leads to itself ends.
type Seen = BTreeSet<(ModuleId, String)>;

impl Resolver<'_> {
    /// The modules that define what a reference imports.
    fn defining(&self, reference: &Reference, paths: &Paths) -> BTreeSet<ModuleId> {
        let path = &reference.path;
        if matches!(reference.kind, Kind::Inline | Kind::Text) && !self.begins_with_a_module(path) {
            return BTreeSet::new();
        }
        let targets = self.resolve(self.origin, path, &mut Seen::new());
        let targets = targets.into_iter().filter_map(|target| match target {
            Target::Item(module) => Some(module),
            Target::Module(module) => {
                matches!(reference.kind, Kind::Glob | Kind::Text).then_some(module)
            }
        });
        targets
            .filter(|target| match &reference.kind {
                Kind::Use {
                    exported: Some(name),
                    is_public,
                } => paths.used.contains(name) || !(*is_public || self.is_below(*target)),
                _ => true,
            })
            .collect()
    }

    /// Whether a path in code goes through a module, rather than a type that a `use` has brought.
    fn begins_with_a_module(&self, path: &[String]) -> bool {
        let first = &path[..1];
        let targets = self.resolve(self.origin, first, &mut Seen::new());
        targets.iter().any(|t| matches!(t, Target::Module(_)))
    }

    fn is_below(&self, module: ModuleId) -> bool {
        self.krate.ancestors(module).any(|id| id == self.origin)
    }

    /// What a path in `module` leads to; nothing if that is another crate.
    fn resolve(&self, module: ModuleId, path: &[String], seen: &mut Seen) -> BTreeSet<Target> {
        let Some((first, rest)) = path.split_first() else {
            return BTreeSet::from([Target::Module(module)]);
        };
        let parent = || self.krate.modules[module].parent.unwrap_or(module);
        let mut targets = match first.as_str() {
            "crate" => BTreeSet::from([Target::Module(0)]),
            "self" => BTreeSet::from([Target::Module(module)]),
            "super" => BTreeSet::from([Target::Module(parent())]),
            name => self.look_up(module, name, seen).unwrap_or_default(),
        };
        for name in rest {
            targets = self.step(&targets, name, seen);
        }
        targets
    }

    /// What `name` is in each of `targets`.
    fn step(&self, targets: &BTreeSet<Target>, name: &str, seen: &mut Seen) -> BTreeSet<Target> {
        let mut next = BTreeSet::new();
        let mut is_known = false;
        for target in targets {
            match target {
                Target::Item(_) => {
                    is_known = true;
                    next.insert(*target);
                }
                Target::Module(module) if name == "super" => {
                    is_known = true;
                    let parent = self.krate.modules[*module].parent;
                    next.insert(Target::Module(parent.unwrap_or(*module)));
                }
                Target::Module(module) => {
                    if let Some(found) = self.look_up(*module, name, seen) {
                        is_known = true;
                        next.extend(found);
                    }
                }
            }
        }
        if is_known {
            return next;
        }
        // A macro makes it.
        let modules = targets.iter().map(|target| match target {
            Target::Item(module) | Target::Module(module) => Target::Item(*module),
        });
        modules.collect()
    }

    /// What a module knows by a name; `None` if it knows none.
    fn look_up(&self, module: ModuleId, name: &str, seen: &mut Seen) -> Option<BTreeSet<Target>> {
        if !seen.insert((module, name.to_owned())) {
            return Some(BTreeSet::new());
        }
        let found = self.look_up_anew(module, name, seen);
        seen.remove(&(module, name.to_owned()));
        found
    }

    fn look_up_anew(
        &self,
        module: ModuleId,
        name: &str,
        seen: &mut Seen,
    ) -> Option<BTreeSet<Target>> {
        let scope = &self.krate.modules[module];
        if let Some(names) = scope.names.get(name) {
            let mut found = BTreeSet::new();
            for name in names {
                match name {
                    Name::Item => drop(found.insert(Target::Item(module))),
                    Name::Module(id) => drop(found.insert(Target::Module(*id))),
                    Name::Import(path) => found.extend(self.resolve(module, path, seen)),
                    Name::Foreign => {}
                }
            }
            return Some(self.fitting(found));
        }
        let globs = scope.globs.iter();
        globs
            .flat_map(|path| self.resolve(module, path, &mut seen.clone()))
            .find_map(|target| match target {
                Target::Module(id) => self.look_up(id, name, &mut seen.clone()),
                Target::Item(_) => None,
            })
    }

    /// Of a module and an item with the same name, leaves the module; of modules that exclude
    /// each other by `cfg`, the one that the origin is in.
    fn fitting(&self, mut found: BTreeSet<Target>) -> BTreeSet<Target> {
        let is_module = |target: &Target| matches!(target, Target::Module(_));
        if found.iter().any(is_module) {
            found.retain(is_module);
        }
        let mut around = self.krate.ancestors(self.origin).map(Target::Module);
        match around.find(|module| found.contains(module)) {
            Some(ours) => BTreeSet::from([ours]),
            None => found,
        }
    }
}
