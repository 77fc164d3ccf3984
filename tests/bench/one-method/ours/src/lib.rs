//! An actor with one method and nothing else.

use actors_core::prelude::*;

/// It counts.
#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    /// One more.
    pub fn add(&mut self) -> u32 {
        self.count += 1;
        self.count
    }
}
