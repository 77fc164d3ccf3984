#![allow(unused)]

use actors_core::prelude::*;

#[on_init]
fn tick() {}

fn main() {}
