//! `crate = …` where the framework is under another name.

mod framework {
    pub mod actors {
        pub use actors_core::*;
    }
}

pub mod counting {
    use crate::framework::actors::prelude::*;

    #[sql_table(crate = crate::framework::actors)]
    pub struct Word {
        #[sql(primary_key)]
        word: String,
        count: u32,
    }

    #[actor(tables(Word), crate = crate::framework::actors)]
    pub struct Counter {
        #[persist]
        count: u32,
    }

    #[actor(crate = crate::framework::actors)]
    impl Counter {
        pub fn add(&mut self, ctx: &Ctx<Self>, word: String) -> Result<u32> {
            Word { word, count: 1 }.upsert(ctx)?;
            self.count += 1;
            Ok(self.count)
        }

        #[alarm(every = "1d")]
        fn tick(&mut self) {}
    }
}

fn main() {}
