#![allow(unused)]

use actors_core::prelude::*;

pub struct Plain;

actors_core::entry!("/plain/{name}" => Plain);

fn main() {}
