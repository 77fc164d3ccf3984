#![allow(unused)]

use actors_core::prelude::*;

#[derive(Debug)]
pub struct Refused;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    #[alarm]
    fn expire(&mut self, name: String) -> Result<(), Refused> {
        Err(Refused)
    }
}

fn main() {}
