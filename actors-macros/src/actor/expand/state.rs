//! An actor's state: its initial fields, and how they are stored.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Field, Fields, GenericArgument, Ident, ItemStruct, PathArguments, Type};

use crate::actor::sockets::SocketOptions;
use crate::actor::span::millis;
use crate::actor::state::{self, Persisted, State};
use crate::common::attributes;
use crate::common::facts::{self, Check, Fact};
use crate::common::mistakes::Mistakes;
use crate::common::start;

pub(crate) fn expand(arguments: TokenStream, item: ItemStruct) -> TokenStream {
    Mistakes::expand(|mistakes| {
        let state = state::parse(arguments, item, mistakes);
        let (item, expanded) = (&state.item, state.expand(mistakes.is_empty()));
        quote!(#item #expanded)
    })
}

impl State {
    fn expand(&self, is_right: bool) -> TokenStream {
        let (krate, ident, tables) = (&self.krate, &self.item.ident, &self.tables);
        let bindings = self.bindings.iter();
        let (stub, checks, state) = (self.stub(), self.checks(), self.state(is_right));
        let prelude = facts::prelude(krate);
        let name = format_ident!("check_bindings_of_{ident}");
        let start = self
            .bindings
            .as_ref()
            .map(|of| start::check_bindings(&name, of, krate));
        quote! {
            #stub

            const _: () = {
                #prelude
                #checks
                #state
            };

            #(
                #[automatically_derived]
                impl #krate::sql::HasTable<#tables> for #ident {}
            )*

            #(
                #[automatically_derived]
                impl #krate::HasBindings<#bindings> for #ident {}
            )*
            #start
        }
    }

    /// The name of the stub in the module of the struct: its type is declared with the handlers.
    fn stub(&self) -> TokenStream {
        let Self { item, krate, .. } = self;
        let (vis, ident, stub) = (&item.vis, &item.ident, stub_name(&item.ident));
        let name = ident.unraw().to_string();
        let docs = format!("A typed client of one [`{name}`], from `{name}::get`.");
        quote! {
            #[doc = #docs]
            #[allow(dead_code)]
            #vis type #stub = <
                <#ident as #krate::State>::Is as #krate::__private::Reached<#ident>
            >::Stub;
        }
    }

    /// What is required of the fields' types and of the tables.
    fn checks(&self) -> TokenStream {
        let Self { item, krate, .. } = self;
        let initial = item.fields.iter().map(|field| check_initial(field, krate));
        let persisted = self.persisted.iter().map(|field| field.check(krate));
        let parents = self.tables.iter().map(|table| {
            let ident = Ident::new(&item.ident.to_string(), table.span());
            quote_spanned! {table.span()=>
                const _: fn() = || {
                    #krate::__private::has_parents::<#ident, _>(<#table>::__parents())
                };
            }
        });
        quote!(#(#initial)* #(#persisted)* #(#parents)*)
    }

    fn state(&self, is_right: bool) -> TokenStream {
        let (krate, ident) = (&self.krate, &self.item.ident);
        let (constants, storage) = (self.constants(), self.storage());
        let is = is(ident, is_right, krate);
        quote! {
            #[automatically_derived]
            impl #krate::State for #ident {
                #constants
                type Is = #is;
                #storage
            }
        }
    }

    /// The values of the options.
    fn constants(&self) -> TokenStream {
        let Self {
            krate,
            binding,
            tables,
            migrations,
            ..
        } = self;
        let name = self.item.ident.unraw().to_string();
        let sockets = match &self.sockets {
            Some(sockets) => sockets.expand(krate),
            None => quote!(::core::option::Option::None),
        };
        let wait = self.wait.map(|wait| {
            let millis = millis(wait);
            quote!(const WAIT: #krate::Duration = #krate::Duration::from_millis(#millis);)
        });
        let bindings = self.bindings.as_ref().map(|bindings| {
            quote! {
                const BINDINGS: ::core::option::Option<#krate::__private::ReadBindings> =
                    ::core::option::Option::Some(#krate::__private::any_bindings::<#bindings>);
            }
        });
        quote! {
            const NAME: &'static str = #name;
            const BINDING: &'static str = #binding;
            const SOCKETS: ::core::option::Option<
                &'static #krate::__private::SocketOptions,
            > = #sockets;
            const TABLES: &'static [#krate::sql::TableDef] =
                &[#(<#tables as #krate::sql::Table>::TABLE),*];
            const MIGRATIONS: &'static [#krate::sql::Migration] = &[#(#migrations),*];
            #bindings
            #wait
        }
    }

    /// How the fields are initialized, and how persisted ones are stored and loaded.
    fn storage(&self) -> TokenStream {
        let Self {
            item,
            krate,
            persisted,
            ..
        } = self;
        let initial = item.fields.iter().map(|field| initial(field, krate));
        let fresh = match &item.fields {
            Fields::Unnamed(_) => quote!(::core::unreachable!()), // a mistake
            _ => quote!(Self { #(#initial),* }),
        };
        let save = persisted.iter().map(|field| field.save(krate));
        let load = persisted.iter().map(|field| field.load(krate));
        let persists = !persisted.is_empty();
        quote! {
            const PERSISTS: bool = #persists;

            fn fresh() -> Self {
                #fresh
            }

            #[allow(unused_variables)]
            fn save(&self, saver: &mut #krate::Saver) -> #krate::Result<()> {
                #(#save)*
                ::core::result::Result::Ok(())
            }

            #[allow(unused_variables)]
            fn load(&mut self, loader: &mut #krate::Loader<'_>) -> #krate::Result<()> {
                #(#load)*
                ::core::result::Result::Ok(())
            }
        }
    }
}

impl SocketOptions {
    pub(super) fn expand(&self, krate: &TokenStream) -> TokenStream {
        let Self {
            path,
            origins,
            protocols,
            ..
        } = self;
        let auto_response = match &self.auto_response {
            Some((ping, pong)) => quote!(::core::option::Option::Some((#ping, #pong))),
            None => quote!(::core::option::Option::None),
        };
        let max_bytes = match &self.max_bytes {
            Some(max_bytes) => quote!(#max_bytes),
            None => quote!(1_048_576),
        };
        quote! {
            ::core::option::Option::Some(&#krate::__private::SocketOptions {
                path: #path,
                auto_response: #auto_response,
                origins: &[#(#origins),*],
                protocols: &[#(#protocols),*],
                max_bytes: #max_bytes,
            })
        }
    }
}

pub(super) fn stub_name(actor: &Ident) -> Ident {
    format_ident!("{actor}Stub")
}

pub(super) fn schedule_name(actor: &Ident) -> Ident {
    format_ident!("{actor}Schedule")
}

pub(super) fn tasks_name(actor: &Ident) -> Ident {
    format_ident!("{actor}Tasks")
}

/// Checks that the struct has handlers.
fn is(ident: &Ident, is_right: bool, krate: &TokenStream) -> TokenStream {
    let has = Fact::Actor.probe(ident, krate);
    match is_right {
        true => quote! {
            #krate::__private::If<{ <#ident as #krate::__private::Handled<{ #has }>>::IS_SO }>
        },
        false => quote!(#krate::__private::If<{ #has }>),
    }
}

/// The field and its default.
fn initial(field: &Field, krate: &TokenStream) -> TokenStream {
    let conditions = attributes::conditions(&field.attrs);
    let name = &field.ident;
    let carrier = Fact::Default.carry(&field.ty, krate);
    quote!(#(#conditions)* #name: #carrier::back(::core::default::Default::default()))
}

fn check_initial(field: &Field, krate: &TokenStream) -> TokenStream {
    let conditions = attributes::conditions(&field.attrs);
    let check = Check::Initial.of(&field.ty, krate);
    quote!(#(#conditions)* #check)
}

/// The part of a type that can change behind `&self`, though no auto trait shows it: a lock or
/// an atomic, recognized by name.
fn locks(ty: &Type) -> Option<Type> {
    const LOCKS: &[&str] = &["Mutex", "RwLock", "OnceLock", "LazyLock"];
    let path = match ty {
        Type::Path(path) => path,
        Type::Tuple(tuple) => return tuple.elems.iter().find_map(locks),
        Type::Array(array) => return locks(&array.elem),
        _ => return None,
    };
    let last = path.path.segments.last()?;
    let name = last.ident.to_string();
    if LOCKS.contains(&&*name) || name.starts_with("Atomic") {
        return Some(ty.clone());
    }
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => locks(ty),
        _ => None,
    })
}

impl Persisted {
    fn check(&self, krate: &TokenStream) -> TokenStream {
        let conditions = &self.conditions;
        let (ty, persisted) = (&self.ty, Check::Persisted.of(&self.ty, krate));
        let still = match locks(ty) {
            Some(lock) => Check::Still.of(&lock, krate),
            None => {
                // A type that can't be stored at all gets only that error.
                let (still, stored) = (Fact::Still.probe(ty, krate), Fact::Serde.probe(ty, krate));
                quote!(const _: () = <#ty as #krate::__private::Still<{ #still || !#stored }>>::CHECKED;)
            }
        };
        quote!(#(#conditions)* #persisted #(#conditions)* #still)
    }

    fn save(&self, krate: &TokenStream) -> TokenStream {
        let (field, conditions) = (&self.name, &self.conditions);
        let name = field.unraw().to_string();
        let carrier = Fact::Persist.carry(&self.ty, krate);
        quote!(#(#conditions)* saver.field(#name, #carrier::view(&self.#field))?;)
    }

    fn load(&self, krate: &TokenStream) -> TokenStream {
        let (field, conditions) = (&self.name, &self.conditions);
        let name = field.unraw().to_string();
        let carrier = Fact::Persist.carry(&self.ty, krate);
        quote!(#(#conditions)* loader.field(#name, #carrier::view_mut(&mut self.#field))?;)
    }
}
