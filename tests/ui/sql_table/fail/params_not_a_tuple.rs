use actors_core::prelude::*;

pub fn forget<A>(ctx: &Ctx<A>, word: String) -> Result<u64> {
    ctx.sql().run("DELETE FROM word WHERE word = ?", word)
}

fn main() {}
