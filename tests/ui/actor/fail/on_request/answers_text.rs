#![allow(unused)]

use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    #[on_request]
    fn answer(&self, request: Request) -> Result<String> {
        Ok("hello".to_owned())
    }
}

fn main() {}
