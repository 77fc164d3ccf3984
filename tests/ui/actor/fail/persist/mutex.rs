use actors_core::prelude::*;
use std::sync::Mutex;

#[actor]
pub struct Counter {
    #[persist]
    seen: Mutex<u64>,
}

#[actor]
impl Counter {}

fn main() {}
