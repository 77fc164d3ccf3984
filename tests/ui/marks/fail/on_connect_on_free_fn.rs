#![allow(unused)]

use actors_core::prelude::*;

#[on_connect]
fn tick() {}

fn main() {}
