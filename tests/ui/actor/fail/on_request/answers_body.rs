#![allow(unused)]

use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    #[on_request]
    async fn answer(&self, request: Request) -> Response<u32> {
        http::Response::new(1)
    }
}

fn main() {}
