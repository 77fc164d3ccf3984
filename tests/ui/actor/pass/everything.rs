//! A whole actor, under lints that a strict crate turns on.

#![deny(missing_docs, unused, unreachable_pub, dead_code, private_interfaces, missing_debug_implementations)]
#![deny(clippy::all, clippy::pedantic)]
#![allow(clippy::unused_async, clippy::unnecessary_wraps, clippy::missing_errors_doc)]
#![allow(missing_debug_implementations, reason = "the actors need none")]

pub mod counting {
    //! Counting.

    use actors_core::prelude::*;

    /// What was counted.
    #[sql_table(name = "things", index(by_time(since)), unique(by_kind(kind, name)))]
    pub struct Thing {
        #[sql(primary_key)]
        name: String,
        #[sql(index)]
        kind: Option<u32>,
        r#type: Vec<u8>,
        since: Timestamp,
    }

    /// Counts.
    #[actor(tables(Thing), binding = "COUNTING")]
    pub struct Counter {
        /// Kept.
        #[persist]
        r#type: String,
        /// Not kept.
        count: u32,
        #[cfg(any())]
        #[persist]
        never: Missing,
    }

    #[actor]
    impl Counter {
        /// The most that is counted.
        pub const LIMIT: u32 = 7;

        /// Adds one.
        pub fn add(&mut self, ctx: &Ctx<Self>, name: String) -> Result<u32> {
            let thing = Thing {
                name,
                kind: None,
                r#type: Vec::new(),
                since: ctx.now(),
            };
            thing.insert(ctx)?;
            self.count = (self.count + 1).min(Self::LIMIT);
            ctx.alarms().after(minutes(1)).keyed("one").expire(thing.name, self.count)?;
            Ok(self.count)
        }

        /// Names that the generated code could use as well.
        pub async fn names(
            &self,
            actor: u32,
            ctx_: u32,
            object: u32,
            call: u32,
            due: u32,
            request: u32,
            saver: u32,
            stub: u32,
            r#type: u32,
            mut argument_0: u32,
        ) -> u32 {
            argument_0 += actor + ctx_ + object + call + due + request + saver + stub + r#type;
            argument_0
        }

        /// A keyword for a name.
        pub fn r#match(&self, r#in: Option<String>) -> bool {
            r#in.as_deref() == Some(&self.r#type)
        }

        /// Never there.
        #[cfg(any())]
        pub fn never(&self, missing: Missing) -> Missing {
            missing
        }

        /// No more than a function.
        #[must_use]
        pub fn greeting() -> &'static str {
            "hello"
        }

        /// For this crate alone, with what no caller could pass.
        pub(crate) fn private(&self, text: &str) -> usize {
            text.len() + self.count as usize
        }

        #[on_init]
        fn prepare(&mut self, ctx: &Ctx<Self>) -> Result<()> {
            self.count = u32::try_from(Thing::all(ctx)?.len()).unwrap_or_default();
            Ok(())
        }

        #[on_request]
        async fn answer(&self, request: Request<String>) -> Result<Response<String>> {
            Ok(http::Response::new(format!("{} {}", request.body(), self.private(""))))
        }

        #[alarm]
        async fn expire(&mut self, ctx: &Ctx<Self>, name: String, count: u32) -> Result<()> {
            self.count -= count.min(self.count);
            Thing::delete(ctx, name.as_str())?;
            Ok(())
        }

        #[alarm(every = "1h 30m")]
        fn tick(&mut self) {
            self.count = 0;
        }

        #[cfg(any())]
        #[alarm(every = "1d")]
        fn never_ticks(&mut self) {}
    }

    /// From another actor.
    pub async fn visit(env: &Env) -> Result<u32> {
        let counter: CounterStub = Counter::get(env, "visits")?;
        counter.r#match(None).await?;
        counter.add(Counter::greeting().into()).await
    }
}

fn main() {}
