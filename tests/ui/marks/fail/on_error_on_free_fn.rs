#![allow(unused)]

use actors_core::prelude::*;

#[on_error]
fn tick() {}

fn main() {}
