use actors_core::prelude::*;

#[actor]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    pub fn add(
        &mut self,
        a: u32, b: u32, c: u32, d: u32, e: u32, f: u32, g: u32,
        h: u32, i: u32, j: u32, k: u32, l: u32, m: u32,
    ) {
        self.count += a + b + c + d + e + f + g + h + i + j + k + l + m;
    }
}

fn main() {}
