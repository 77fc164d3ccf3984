#![allow(unused)]

use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    #[alarm]
    fn expire(&mut self, session: &str) {}
}

fn main() {}
