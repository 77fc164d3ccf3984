use actors_core::prelude::*;

#[actor]
pub struct Till {
    #[persist]
    placed: u32,
}

#[actor]
impl Till {
    pub fn place(&mut self, #[once] order: u32, note: Body) -> u32 {
        let _ = (order, note);
        self.placed += 1;
        self.placed
    }
}

fn main() {}
