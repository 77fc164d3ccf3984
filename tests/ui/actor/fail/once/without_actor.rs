use actors_core::prelude::*;

pub struct Till {
    placed: u32,
}

impl Till {
    #[once]
    pub fn place(&mut self, order: u32) -> u32 {
        let _ = order;
        self.placed += 1;
        self.placed
    }
}

fn main() {}
