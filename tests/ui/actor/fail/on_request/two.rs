#![allow(unused)]

use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    #[on_request]
    fn answer(&self, request: Request, path: String) -> Result<Response> {
        json_response(200, &path)
    }
}

fn main() {}
