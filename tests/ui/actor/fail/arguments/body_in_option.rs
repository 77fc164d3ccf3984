use actors_core::prelude::*;

#[actor]
pub struct Mirror {}

#[actor]
impl Mirror {
    pub fn upload(&mut self, data: Option<Body>) -> bool {
        data.is_some()
    }
}

fn main() {}
