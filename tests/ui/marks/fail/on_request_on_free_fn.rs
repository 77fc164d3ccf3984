#![allow(unused)]

use actors_core::prelude::*;

#[on_request]
fn tick() {}

fn main() {}
