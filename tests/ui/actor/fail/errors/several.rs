use actors_core::prelude::*;

mod several {
    pub(crate) type Result<T, E> = std::result::Result<T, Vec<E>>;
}

#[actor]
pub struct Counter {}

#[actor]
impl Counter {
    pub fn count(&self) -> std::result::Result<u32, Error> {
        Ok(1)
    }

    pub fn check(&self) -> several::Result<u32, Error> {
        Err(Vec::new())
    }
}

fn main() {}
