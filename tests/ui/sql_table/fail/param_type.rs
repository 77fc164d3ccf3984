use actors_core::prelude::*;

pub fn forget<A>(ctx: &Ctx<A>, letter: char) -> Result<u64> {
    ctx.sql().run("DELETE FROM word WHERE word = ?", (letter,))
}

fn main() {}
