use actors_core::prelude::*;

#[actor]
pub struct Till {
    #[persist]
    placed: u32,
}

#[actor]
impl Till {
    #[on_request]
    fn place(&mut self, #[once] request: Request<String>) -> Result<Response> {
        self.placed += 1;
        json_response(200, request.body())
    }
}

fn main() {}
