#![allow(unused)]

use actors_core::prelude::*;

#[alarm(every = "5m")]
fn tick() {}

fn main() {}
