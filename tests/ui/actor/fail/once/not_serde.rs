use actors_core::prelude::*;

pub struct OrderId(u32);

#[actor]
pub struct Till {
    #[persist]
    placed: u32,
}

#[actor]
impl Till {
    pub fn place(&mut self, #[once] order: OrderId) -> u32 {
        let _ = order.0;
        self.placed += 1;
        self.placed
    }
}

fn main() {}
