#![allow(unused)]

use actors_core::prelude::*;

#[alarm]
pub struct Counter {
    count: u32,
}

fn main() {}
