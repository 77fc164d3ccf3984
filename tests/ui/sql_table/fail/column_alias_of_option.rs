use actors_core::prelude::*;

type Note = Option<String>;

#[sql_table]
pub struct Visit {
    note: Note,
}

fn main() {}
