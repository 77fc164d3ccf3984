//! A crate as a tree of modules, read from its files by following `mod` from `lib.rs`.

use std::collections::BTreeMap;

use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, Ident, Item, ItemMod, ItemUse, Lit, Meta, Token, UseTree};

/// The text of files by their path, relative to `src`.
pub(crate) type Sources = BTreeMap<String, String>;

/// The index of a module in [`Crate::modules`].
pub(crate) type ModuleId = usize;

/// A crate, without what is compiled for tests only.
pub(crate) struct Crate {
    /// The first is the root. Of a module with one file or another by `cfg`, each is one.
    pub(crate) modules: Vec<Module>,
}

/// A module: a file, or a block in one.
pub(crate) struct Module {
    /// The path of its file.
    pub(crate) file: String,
    pub(crate) parent: Option<ModuleId>,
    pub(crate) items: Vec<Item>,
    /// What the names at its top stand for; there may be more than one thing by `cfg`, and by
    /// the namespaces of types, values and macros.
    pub(crate) names: BTreeMap<String, Vec<Name>>,
    /// The modules and enums that it imports `*` of.
    pub(crate) globs: Vec<Vec<String>>,
}

/// What a name in a module stands for.
pub(crate) enum Name {
    /// An item that the module defines.
    Item,
    /// A module in it.
    Module(ModuleId),
    /// An import of a path.
    Import(Vec<String>),
    /// Something of another crate.
    Foreign,
}

/// One path of a `use` item.
pub(crate) struct Leaf {
    pub(crate) path: Vec<String>,
    /// The name that it gets here; none if it is `_` or `*`.
    pub(crate) name: Option<String>,
    pub(crate) is_glob: bool,
    pub(crate) line: usize,
}

/// Where `mod name;` is looked for.
#[derive(Clone)]
struct Folders {
    /// Of `mod name;` itself.
    children: String,
    /// What a `#[path]` is relative to.
    attributes: String,
}

impl Crate {
    /// Reads the crate whose root is `lib.rs`.
    ///
    /// # Panics
    ///
    /// A file does not parse, or there is no file for a `mod`.
    pub(crate) fn read(sources: &Sources) -> Crate {
        let mut result = Crate {
            modules: Vec::new(),
        };
        result.add_file(sources, "lib.rs", None, String::new());
        result
    }

    /// The module and those around it, up to the root.
    pub(crate) fn ancestors(&self, module: ModuleId) -> impl Iterator<Item = ModuleId> {
        std::iter::successors(Some(module), |id| self.modules[*id].parent)
    }

    fn add_file(
        &mut self,
        sources: &Sources,
        file: &str,
        parent: Option<ModuleId>,
        children: String,
    ) -> ModuleId {
        let parsed = syn::parse_file(&sources[file]);
        let parsed = parsed.unwrap_or_else(|error| {
            panic!("{file}:{}: {error}", error.span().start().line);
        });
        let folders = Folders {
            children,
            attributes: folder_of(file).to_owned(),
        };
        self.add_module(sources, file, parent, parsed.items, &folders)
    }

    fn add_module(
        &mut self,
        sources: &Sources,
        file: &str,
        parent: Option<ModuleId>,
        mut items: Vec<Item>,
        folders: &Folders,
    ) -> ModuleId {
        items.retain(|item| !is_for_tests(attributes(item)));
        let id = self.modules.len();
        self.modules.push(Module {
            file: file.to_owned(),
            parent,
            items: Vec::new(),
            names: BTreeMap::new(),
            globs: Vec::new(),
        });
        for item in &mut items {
            match item {
                Item::Mod(item) => self.add_child(sources, id, item, folders),
                Item::Use(item) => self.import(id, item),
                item => {
                    let name = match item {
                        Item::ExternCrate(_) => Name::Foreign,
                        _ => Name::Item,
                    };
                    if let Some(ident) = ident(item) {
                        self.name(id, ident.unraw().to_string(), name);
                    }
                }
            }
        }
        items.retain(|item| !matches!(item, Item::Mod(_)));
        self.modules[id].items = items;
        id
    }

    fn add_child(
        &mut self,
        sources: &Sources,
        parent: ModuleId,
        item: &mut ItemMod,
        folders: &Folders,
    ) {
        let file = self.modules[parent].file.clone();
        let name = item.ident.unraw().to_string();
        if let Some((_, items)) = item.content.take() {
            let folder = join(&folders.children, &name);
            let folders = Folders {
                children: folder.clone(),
                attributes: folder,
            };
            let child = self.add_module(sources, &file, Some(parent), items, &folders);
            return self.name(parent, name, Name::Module(child));
        }
        // A file that is named by a `#[path]` has its children beside it, as a `mod.rs` has.
        let by_attribute = path_attributes(&item.attrs).into_iter().map(|path| {
            let path = join(&folders.attributes, &path);
            let children = folder_of(&path).to_owned();
            (path, children)
        });
        let folder = join(&folders.children, &name);
        let by_name = [format!("{folder}.rs"), format!("{folder}/mod.rs")];
        let by_name = by_name.map(|path| (path, folder.clone()));
        let found = match has_path(&item.attrs) {
            true => by_attribute.collect(),
            false => by_attribute.chain(by_name).collect::<Vec<_>>(),
        };
        let mut found = found
            .into_iter()
            .filter(|(path, _)| sources.contains_key(path))
            .peekable();
        assert!(
            found.peek().is_some(),
            "{file}:{}: no file for `mod {name};`",
            item.ident.span().start().line
        );
        for (path, children) in found {
            let child = self.add_file(sources, &path, Some(parent), children);
            self.name(parent, name.clone(), Name::Module(child));
        }
    }

    fn import(&mut self, module: ModuleId, item: &ItemUse) {
        for leaf in leaves(item) {
            if leaf.is_glob {
                self.modules[module].globs.push(leaf.path);
            } else if let Some(name) = leaf.name {
                let what = match item.leading_colon {
                    Some(_) => Name::Foreign,
                    None => Name::Import(leaf.path),
                };
                self.name(module, name, what);
            }
        }
    }

    fn name(&mut self, module: ModuleId, name: String, what: Name) {
        let names = &mut self.modules[module].names;
        names.entry(name).or_default().push(what);
    }
}

/// The paths of a `use`, `{…}` taken apart.
pub(crate) fn leaves(item: &ItemUse) -> Vec<Leaf> {
    let mut leaves = Vec::new();
    add_leaves(&item.tree, &mut Vec::new(), &mut leaves);
    leaves
}

/// Adds the paths of a tree to `leaves`; `path` is what stands before it.
pub(crate) fn add_leaves(tree: &UseTree, path: &mut Vec<String>, leaves: &mut Vec<Leaf>) {
    let depth = path.len();
    let mut name = None;
    match tree {
        UseTree::Path(inner) => {
            path.push(inner.ident.unraw().to_string());
            add_leaves(&inner.tree, path, leaves);
            path.truncate(depth);
            return;
        }
        UseTree::Group(group) => {
            for tree in &group.items {
                add_leaves(tree, path, leaves);
            }
            return;
        }
        UseTree::Name(last) => {
            push_last(path, &last.ident);
            name = path.last().cloned();
        }
        UseTree::Rename(last) => {
            push_last(path, &last.ident);
            name = Some(last.rename.unraw().to_string()).filter(|name| name != "_");
        }
        UseTree::Glob(_) => {}
    }
    leaves.push(Leaf {
        path: path.clone(),
        name,
        is_glob: matches!(tree, UseTree::Glob(_)),
        line: tree.span().start().line,
    });
    path.truncate(depth);
}

/// Adds the last name of a path; `a::{self}` is `a`.
fn push_last(path: &mut Vec<String>, last: &Ident) {
    if path.is_empty() || last != "self" {
        path.push(last.unraw().to_string());
    }
}

/// Whether a `cfg` leaves the item out of all but tests.
pub(crate) fn is_for_tests(attributes: &[Attribute]) -> bool {
    let cfgs = attributes.iter().filter(|a| a.path().is_ident("cfg"));
    cfgs.filter_map(|a| a.parse_args::<Meta>().ok())
        .any(|cfg| asks_for_tests(&cfg))
}

fn asks_for_tests(cfg: &Meta) -> bool {
    match cfg {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) if list.path.is_ident("all") => {
            let parts = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
            parts.is_ok_and(|parts| parts.iter().any(asks_for_tests))
        }
        _ => false,
    }
}

/// Whether the module has a `#[path]` for all configurations.
fn has_path(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|a| a.path().is_ident("path"))
}

/// The files that `#[path = "…"]` and `#[cfg_attr(…, path = "…")]` name.
fn path_attributes(attributes: &[Attribute]) -> Vec<String> {
    let mut paths = Vec::new();
    for attribute in attributes {
        if attribute.path().is_ident("path") {
            paths.extend(text_of(&attribute.meta));
        } else if attribute.path().is_ident("cfg_attr") {
            let parts = attribute
                .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
                .unwrap_or_default();
            let path = parts.iter().filter(|part| part.path().is_ident("path"));
            paths.extend(path.filter_map(text_of));
        }
    }
    paths
}

fn text_of(meta: &Meta) -> Option<String> {
    let Meta::NameValue(meta) = meta else {
        return None;
    };
    match &meta.value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Some(text.value()),
        _ => None,
    }
}

pub(crate) fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::ForeignMod(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// The name that an item defines.
fn ident(item: &Item) -> Option<&Ident> {
    Some(match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::ExternCrate(item) => item.rename.as_ref().map_or(&item.ident, |(_, name)| name),
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    })
}

fn folder_of(file: &str) -> &str {
    file.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The path from `src` of a path from one of its folders.
fn join(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}
