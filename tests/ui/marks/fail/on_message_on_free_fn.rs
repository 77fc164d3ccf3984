#![allow(unused)]

use actors_core::prelude::*;

#[on_message]
fn tick() {}

fn main() {}
