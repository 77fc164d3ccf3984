//! What the macros generate, one small input for each mark, so that a review sees how a change to
//! the macros affects it. `INSTA_UPDATE=always cargo test -p actors-macros --features cron` renews
//! them.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{parse_quote, parse2};

use crate::actor::expand::{handlers, state};
use crate::table::{row, value};
use crate::{bindings, entry, migration, remote, table};

/// The formatted items.
pub(crate) fn shown(items: TokenStream) -> String {
    prettyplease::unparse(&parse2(items).expect("items"))
}

/// Compares what is generated for an `#[actor] impl` with that handler.
fn of_handler(name: &str, handler: TokenStream) {
    let block = parse_quote!(impl Room { #handler });
    insta::assert_snapshot!(name, shown(handlers::expand(quote!(), block)));
}

#[test]
fn actor_on_a_struct() {
    let item = parse_quote! {
        /// A room.
        pub struct Room {
            #[persist]
            topic: String,
            guests: u32,
        }
    };
    let options = quote!(tables(Word), sockets(path = "/ws"));
    insta::assert_snapshot!(shown(state::expand(options, item)));
}

#[test]
fn methods() {
    of_handler(
        "method",
        quote! {
            /// Adds a word.
            pub fn add(&mut self, ctx: &Ctx<Self>, word: String) -> Result<u32> {
                Ok(1)
            }
        },
    );
    of_handler(
        "method_that_happens_once",
        quote! {
            pub fn place(&mut self, ctx: &Ctx<Self>, #[once(keep = "2d")] order: u64, item: String) {}
        },
    );
    of_handler(
        "method_that_reads",
        quote! {
            pub fn word(&self, ctx: &Ctx<Self>, id: u32) -> Result<Option<Word>> {
                Word::get(ctx, id)
            }
        },
    );
    of_handler(
        "method_with_one_write",
        quote! {
            pub fn forget(&mut self, ctx: &Ctx<Self>) -> Result<()> {
                sql!(Word => "DELETE FROM words").run(ctx).map(drop)
            }
        },
    );
    of_handler(
        "async_method",
        quote! {
            pub async fn look(&self) -> u32 {
                1
            }
        },
    );
}

#[test]
fn marks() {
    of_handler("on_init", quote! { #[on_init] fn begin(&mut self) {} });
    of_handler(
        "on_request",
        quote! {
            #[on_request]
            async fn answer(&self, request: Request) -> Response {
                Response::default()
            }
        },
    );
    of_handler(
        "on_connect_and_on_message",
        quote! {
            #[on_connect]
            fn join(&mut self, request: &Request) -> Result<Admission<Guest>> {
                Ok(Admission::new(Guest))
            }
            #[on_message]
            fn say(&mut self, socket: &Socket<Guest>, text: String) {}
        },
    );
    of_handler(
        "on_close_and_on_error",
        quote! {
            #[on_message(text)]
            fn hear(&mut self, text: String) {}
            #[on_close]
            fn leave(&mut self) {}
            #[on_error]
            fn fail(&mut self, error: Error) {}
        },
    );
    of_handler(
        "alarm",
        quote! { #[alarm] fn expire(&mut self, user: String) {} },
    );
    of_handler(
        "alarm_that_recurs",
        quote! { #[alarm(every = "5m", retry(max = 3))] async fn tidy(&self) {} },
    );
}

#[test]
fn tasks() {
    of_handler(
        "task",
        quote! {
            /// Builds.
            #[task]
            async fn build(&self, ctx: &Ctx<Self>, run: &Run, plan: String) -> Result<u32> {
                Ok(1)
            }
        },
    );
    of_handler(
        "task_without_a_receiver",
        quote! {
            #[task(version = 2, retry(max = 3), timeout = "1d", keep = "1h", at_most = 10)]
            async fn build(run: &Run<Self>) {}
        },
    );
}

/// `cargo test -p actors-macros` alone lacks the feature `cron`; the whole workspace has it.
#[cfg(feature = "cron")]
#[test]
fn an_alarm_by_a_cron_expression() {
    of_handler(
        "alarm_by_cron",
        quote! { #[alarm(cron = "0 3 * * MON", tz = "Europe/Berlin")] fn tidy(&mut self) {} },
    );
}

#[test]
fn sql_table() {
    let item = parse_quote! {
        pub struct Word {
            #[sql(primary_key)]
            word: String,
            #[sql(index, default = 1)]
            count: u32,
        }
    };
    insta::assert_snapshot!(shown(table::expand(quote!(), item)));
}

#[test]
fn bindings_of_a_worker() {
    let item = parse_quote! {
        pub struct Bindings {
            #[secret]
            stripe_key: String,
            #[binding = "OTHER"]
            cache: Option<Kv>,
        }
    };
    insta::assert_snapshot!("bindings", shown(bindings::expand(quote!(), item)));
}

#[test]
fn derives() {
    let an_enum = parse_quote!(
        enum State {
            Open,
            AllDone,
        }
    );
    insta::assert_snapshot!("sql_value", shown(value::expand(an_enum)));
    let a_row = parse_quote!(
        struct Top {
            word: String,
            count: u32,
        }
    );
    insta::assert_snapshot!("from_row", shown(row::expand(a_row)));
}

#[test]
fn a_remote_trait() {
    let item = parse_quote! {
        /// An account.
        pub trait Billing {
            /// Takes money from it.
            async fn charge(&self, cents: u32) -> Result<Receipt>;
            #[remote(name = "sendReminder")]
            async fn remind(&self) -> Result<()>;
        }
    };
    insta::assert_snapshot!("remote", shown(remote::expand(quote!(), item)));
    let item = parse_quote! { trait Mailer {} };
    let options = quote!(service = "MAILER");
    insta::assert_snapshot!("remote_service", shown(remote::expand(options, item)));
}

#[test]
fn functions() {
    let routes = parse_quote!(
        "/" => Site, |_| Some("all".to_owned()), "/rooms/{name}" => Room,
        bindings(Bindings)
    );
    insta::assert_snapshot!("entry", shown(entry::expand(routes)));
    let change = quote! { pub SPLIT: Word => "UPDATE word SET count = 1" };
    insta::assert_snapshot!("migration", shown(migration::expand(change)));
}
