//! The least that is an actor, in each form.

#![deny(warnings)]

use actors_core::prelude::*;

#[actor]
pub struct Unit;

#[actor]
impl Unit {}

#[actor]
pub struct Braces {}

#[actor]
impl Braces {
    pub fn nothing(&self) {}

    pub fn unit(&self) -> Result<()> {
        Ok(())
    }
}

fn main() {}
