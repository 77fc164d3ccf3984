use actors_core::prelude::*;

async fn authenticate(request: Request, _: &Env) -> Result<Request> {
    Ok(request)
}

#[actor]
pub struct Room {}

#[actor]
impl Room {}

actors_core::entry! {
    before = authenticate,
    "/rooms/{name}" => Room,
}

fn main() {}
