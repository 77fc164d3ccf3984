#![allow(unused)]

use actors_core::prelude::*;

#[on_close]
fn tick() {}

fn main() {}
