//! An actor in a function's body, as a test would have it.

#![deny(warnings)]

use actors_core::prelude::*;

fn main() {
    #[sql_table]
    struct Word {
        word: String,
    }

    #[actor(tables(Word))]
    struct Counter {
        #[persist]
        count: u32,
    }

    #[actor]
    impl Counter {
        pub fn words(&self, ctx: &Ctx<Self>) -> Result<Vec<String>> {
            let words = Word::all(ctx)?;
            Ok(words.into_iter().map(|word| word.word).collect())
        }

        pub fn count(&self) -> u32 {
            self.count
        }
    }
}
