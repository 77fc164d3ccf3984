use actors_core::prelude::*;

#[actor]
pub struct Till {
    #[persist]
    placed: u32,
}

#[actor]
impl Till {
    pub fn place(#[once] &mut self, order: u32) -> u32 {
        let _ = order;
        self.placed += 1;
        self.placed
    }
}

fn main() {}
