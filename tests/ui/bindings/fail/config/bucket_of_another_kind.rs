use actors_core::prelude::*;

#[bindings(config = "bucket_of_another_kind.toml")]
pub struct Bindings {
    files: Bucket,
}

fn main() {}
