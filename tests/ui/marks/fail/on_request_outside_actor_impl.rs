#![allow(unused)]

use actors_core::prelude::*;

pub struct Counter {
    count: u32,
}

impl Counter {
    #[on_request]
    fn tick(&mut self) {
        self.count += 1;
    }
}

fn main() {}
