//! The stub of a `#[remote]` trait.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::{Ident, Signature};

use super::interface::Interface;
use super::method::{Call, Method};
use crate::common::facts::{self, Check, Fact, Facts};

impl Interface {
    pub(super) fn expand(&self) -> TokenStream {
        let Self { item, krate, .. } = self;
        let facts = &Facts::new(krate);
        let (vis, ident, stub) = (&item.vis, &item.ident, format_ident!("{}Stub", item.ident));
        let (of_trait, fake) = (self.of_trait(&stub, facts), self.fake(&stub, facts));
        let get = self.get(&stub);
        let (asked, prelude) = (facts.items(), facts::prelude(krate));
        let docs = format!("A typed client, which implements [`{}`].", ident.unraw());
        quote! {
            #[allow(async_fn_in_trait)]
            #item

            #[doc = #docs]
            #[allow(dead_code)]
            #vis struct #stub(#krate::__private::FarStub);

            const _: () = {
                #prelude
                #asked
                #get
                #of_trait
                #fake
            };
        }
    }

    /// How a stub is got.
    fn get(&self, stub: &Ident) -> TokenStream {
        let Self { krate, binding, .. } = self;
        let interface = self.item.ident.unraw().to_string();
        let get = match self.is_service {
            true => quote! {
                /// Returns a stub of the service. Getting a stub costs nothing and makes no call.
                ///
                /// # Errors
                ///
                /// The Worker has no such service binding.
                pub fn get(env: &#krate::Env) -> #krate::Result<Self> {
                    #krate::__private::far_service(env, #interface, #binding).map(Self)
                }
            },
            false => quote! {
                /// Returns a stub of the object with that name. Getting a stub costs nothing and
                /// makes no call.
                ///
                /// # Errors
                ///
                /// The Worker has no such Durable Object binding, or the name has more than 1,024
                /// bytes.
                pub fn get(env: &#krate::Env, name: &::core::primitive::str) -> #krate::Result<Self> {
                    #krate::__private::far_object(env, #interface, #binding, name).map(Self)
                }
            },
        };
        quote! {
            #[allow(dead_code, unreachable_pub)]
            impl #stub {
                #get

                /// The same stub, whose calls fail with `Unavailable` if they take longer than that.
                pub fn with_limit(self, limit: #krate::Duration) -> Self {
                    Self(self.0.with_limit(limit))
                }

                /// The same stub, which makes a call again, up to so many times, if it certainly has
                /// not run. One with a `Body` is made once: a stream can't be sent again.
                pub fn with_retries(self, retries: u32) -> Self {
                    Self(self.0.with_retries(retries))
                }

                /// The same stub, which makes a call again, up to so many times, even if it may have
                /// run: for calls of which a second one does no harm. One with a `Body` is made once.
                pub fn with_idempotent_retries(self, retries: u32) -> Self {
                    Self(self.0.with_idempotent_retries(retries))
                }
            }
        }
    }

    /// The trait, implemented by calls.
    fn of_trait(&self, stub: &Ident, facts: &Facts<'_>) -> TokenStream {
        let ident = &self.item.ident;
        let methods = self.methods.iter().map(|method| method.stub(facts));
        quote! {
            #[automatically_derived]
            impl #ident for #stub {
                #(#methods)*
            }
        }
    }

    /// How anything that implements the trait is called in a test.
    fn fake(&self, stub: &Ident, facts: &Facts<'_>) -> TokenStream {
        let Self {
            item,
            krate,
            binding,
            is_service,
            ..
        } = self;
        let ident = &item.ident;
        let right = || self.methods.iter().filter(|method| method.call.is_some());
        let names = right().map(
            |Method {
                 conditions, called, ..
             }| quote!(#(#conditions)* #called),
        );
        let calls = right().map(|method| method.fake(ident, facts));
        quote! {
            #[automatically_derived]
            impl<__Fake: #ident + 'static> #krate::__private::FakedBy<__Fake> for #stub {
                const BINDING: &'static ::core::primitive::str = #binding;
                const IS_SERVICE: ::core::primitive::bool = #is_service;
                const METHODS: &'static [&'static ::core::primitive::str] = &[#(#names),*];

                #[allow(unused_variables)]
                fn call(
                    fake: ::std::rc::Rc<__Fake>,
                    method: ::core::primitive::usize,
                    call: #krate::__private::Call,
                ) -> #krate::__private::Turn<#krate::__private::Reply> {
                    let names = <Self as #krate::__private::FakedBy<__Fake>>::METHODS;
                    match names[method] {
                        #(#calls)*
                        _ => ::core::unreachable!(),
                    }
                }
            }
        }
    }
}

impl Method {
    /// The method of the stub.
    fn stub(&self, facts: &Facts<'_>) -> TokenStream {
        let Self {
            signature,
            conditions,
            called,
            call,
        } = self;
        let Some(call) = call else {
            return unwritten(signature, self);
        };
        let (boundary, values) = (call.boundary(self, facts), call.values());
        quote! {
            #(#conditions)*
            #signature {
                #boundary::call_far(&self.0, #called, (#(#values,)*)).await
            }
        }
    }

    /// The arm that calls the method of a fake.
    fn fake(&self, of: &Ident, facts: &Facts<'_>) -> Option<TokenStream> {
        let Self {
            signature,
            conditions,
            called,
            call,
        } = self;
        let call = call.as_ref()?;
        let (boundary, name) = (call.boundary(self, facts), &signature.ident);
        let names = call.values();
        let names = names.iter().map(|value| value.unraw().to_string());
        // The user's names could clash.
        let values = (0..call.arguments.len()).map(|index| format_ident!("argument_{index}"));
        let values: Vec<_> = values.collect();
        Some(quote! {
            #(#conditions)*
            #called => #boundary::fake(call, &[#(#names),*], async move |(#(#values,)*)| {
                <__Fake as #of>::#name(&*fake, #(#values),*).await
            }),
        })
    }
}

/// A method with a mistake in it: the trait is implemented all the same.
fn unwritten(signature: &Signature, method: &Method) -> TokenStream {
    let conditions = &method.conditions;
    quote! {
        #(#conditions)*
        #[allow(unused_variables)]
        #signature {
            ::core::unreachable!()
        }
    }
}

impl Call {
    fn values(&self) -> Vec<&Ident> {
        self.arguments
            .iter()
            .map(|argument| &argument.name)
            .collect()
    }

    /// The `Signature` of the method; requires what is needed of each type in it.
    fn boundary(&self, method: &Method, facts: &Facts<'_>) -> Ident {
        let (conditions, krate) = (&method.conditions, facts.krate);
        let arguments = self.arguments.iter().map(|argument| {
            facts.check(conditions, Check::FarArgument, &argument.ty);
            facts.carrier(conditions, &argument.ty)
        });
        let arguments: Vec<_> = arguments.collect();
        facts.check(conditions, Check::Received, &self.value);
        facts.check(conditions, Check::Ours, &self.returned);
        let outcome = facts.choose(conditions, Fact::Ours, &self.returned);
        let value = facts.carrier(conditions, &self.value);
        let parts = quote!((#(#arguments,)*), #outcome, #value);
        facts.name(
            conditions,
            &parts,
            || quote!(#krate::__private::Signature<#parts>),
        )
    }
}
