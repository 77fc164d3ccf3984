#![allow(unused)]

use actors_core::prelude::*;

pub struct Session {
    id: u32,
}

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    #[alarm]
    fn expire(&mut self, session: Session) {}
}

fn main() {}
