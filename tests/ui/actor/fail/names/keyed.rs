#![allow(unused)]

use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    #[alarm]
    fn keyed(&mut self, key: String) {}
}

fn main() {}
