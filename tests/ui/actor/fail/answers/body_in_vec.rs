use actors_core::prelude::*;

#[actor]
pub struct Mirror {}

#[actor]
impl Mirror {
    pub fn download(&self) -> Result<Vec<Body>> {
        Ok(Vec::new())
    }
}

fn main() {}
