#![allow(unused)]

use actors_core::prelude::*;

pub trait Prepare {
    fn prepare(&mut self);
}

pub struct Counter {}

impl Prepare for Counter {
    #[on_init]
    fn prepare(&mut self) {}
}

fn main() {}
