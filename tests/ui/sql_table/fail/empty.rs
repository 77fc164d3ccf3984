#![allow(unused)]

use actors_core::prelude::*;

#[sql_table]
pub struct Word {}

fn main() {}
