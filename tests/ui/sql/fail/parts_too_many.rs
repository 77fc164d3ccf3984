use actors_core::prelude::*;

#[sql_table(name = "words")]
pub struct Word {
    #[sql(primary_key)]
    word: String,
    count: u32,
    share: f64,
}

#[actor(tables(Word))]
pub struct Words {}

#[actor]
impl Words {
    fn ask(&self, ctx: &Ctx<Self>, a: u8) -> Result<Vec<String>> {
        sql!(Word => "SELECT word FROM words WHERE TRUE {one} {two} {three} ORDER BY {order}",
            one = match a { 0 => "AND count > 1", 1 => "AND count > 2", 2 => "AND count > 3", _ => "" },
            two = match a { 0 => "AND count < 7", 1 => "AND count < 8", 2 => "AND count < 9", _ => "" },
            three = match a { 0 => "AND word > 'a'", 1 => "AND word > 'b'", _ => "" },
            order = if a == 1 { "word" } else { "count" },
        )
        .all(ctx)
    }
}

fn main() {}
