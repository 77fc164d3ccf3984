#![allow(unused)]

use actors_core::prelude::*;

#[alarm]
fn tick() {}

fn main() {}
