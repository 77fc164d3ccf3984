use actors_core::prelude::*;

#[derive(SqlValue)]
pub enum State {
    New,
    Done(u32),
}

fn main() {}
