use actors_core::prelude::*;

#[actor]
pub struct Counter<T: Default + 'static> {
    count: T,
}

#[actor]
impl<T: Default + 'static> Counter<T> {
    pub fn count(&self) -> u32 {
        let _ = &self.count;
        1
    }
}

fn main() {}
