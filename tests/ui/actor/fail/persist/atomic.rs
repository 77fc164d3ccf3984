use actors_core::prelude::*;
use std::sync::atomic::AtomicU64;

#[actor]
pub struct Counter {
    #[persist]
    seen: Vec<Option<AtomicU64>>,
}

#[actor]
impl Counter {}

fn main() {}
