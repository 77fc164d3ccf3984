use actors_core::prelude::*;

#[actor]
pub struct Plain {}

actors_core::entry!("/plain/{name}" => Plain);

fn main() {}
