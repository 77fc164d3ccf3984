//! Handlers that are compiled or not.

#![deny(warnings)]

use actors_core::prelude::*;

#[actor]
pub struct Off {
    count: u32,
}

#[actor]
impl Off {
    #[cfg(any())]
    #[on_init]
    fn prepare(&mut self) -> Result<()> {
        missing()
    }

    #[cfg(any())]
    #[on_request]
    fn answer(&self, request: Missing) -> Missing {}

    pub fn count(&self) -> u32 {
        self.count
    }
}

#[actor]
pub struct On {
    count: u32,
}

#[actor]
impl On {
    #[cfg(all())]
    #[on_init]
    fn prepare(&mut self) {
        self.count = 1;
    }

    #[cfg(all())]
    #[on_request]
    fn answer(&self, _request: Request) -> Result<Response> {
        json_response(200, &self.count)
    }

    #[cfg(all())]
    #[alarm]
    fn ring(&mut self, count: u32) {
        self.count = count;
    }
}

fn main() {}
