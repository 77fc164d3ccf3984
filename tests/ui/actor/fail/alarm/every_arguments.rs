#![allow(unused)]

use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    #[alarm(every = "5m")]
    fn tick(&mut self, name: String) {}
}

fn main() {}
