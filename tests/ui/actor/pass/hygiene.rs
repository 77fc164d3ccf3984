//! Names of the user's own that generated code must not take for others.

#![deny(unused, unreachable_pub)]

pub mod own {
    #![allow(dead_code, non_camel_case_types, non_upper_case_globals)]

    use actors_core::{Ctx, Env, State as _, actor, sql_table};

    pub enum Result {}
    pub enum Option {}
    pub enum Vec {}
    pub enum Box {}
    pub enum Error {}
    pub enum Default {}
    pub enum From {}
    pub enum Request {}
    pub enum Response {}
    pub enum Duration {}
    pub enum Stub {}
    pub enum Probe {}
    pub enum bool_ {}
    #[allow(non_snake_case)]
    pub fn Ok() {}
    #[allow(non_snake_case)]
    pub fn Err() {}
    #[allow(non_snake_case)]
    pub fn Some() {}
    pub const None: u32 = 1;
    pub mod core {}
    pub mod std {}
    pub mod actors_core_ {}

    #[sql_table]
    pub struct Word {
        #[sql(primary_key)]
        word: String,
        count: ::core::option::Option<u32>,
    }

    #[actor(tables(Word))]
    pub struct Counter {
        count: u32,
    }

    #[actor]
    impl Counter {
        pub fn add(&mut self, ctx: &Ctx<Self>, by: u32) -> actors_core::Result<u32> {
            self.count += by;
            ctx.alarms().after(actors_core::minutes(1)).expire()?;
            Word::get(ctx, "x")?;
            ::core::result::Result::Ok(self.count)
        }

        #[on_init]
        fn prepare(&mut self) {}

        #[on_request]
        fn answer(&self) -> actors_core::Response {
            actors_core::http::Response::new(actors_core::Body::empty())
        }

        #[alarm]
        fn expire(&mut self) {}
    }

    pub async fn visit(env: &Env) -> actors_core::Result<u32> {
        Counter::get(env, "one")?.add(1).await
    }
}

actors_core::entry!("/counters/{name}" => own::Counter);

fn main() {}
