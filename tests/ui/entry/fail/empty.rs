#![allow(unused)]

use actors_core::prelude::*;

actors_core::entry!();

fn main() {}
