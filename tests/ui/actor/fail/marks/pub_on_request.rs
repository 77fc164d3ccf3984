#![allow(unused)]

use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    #[on_request]
    pub fn answer(&self, request: Request) -> Result<Response> {
        json_response(200, &self.count)
    }
}

fn main() {}
