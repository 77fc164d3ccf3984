//! One actor for all requests.

#![deny(warnings)]

use actors_core::prelude::*;

#[actor]
pub struct Lobby {}

#[actor]
impl Lobby {}

actors_core::entry!(Lobby);

fn main() {}
