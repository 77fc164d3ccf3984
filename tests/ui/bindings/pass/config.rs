use actors_core::Service;
use actors_core::prelude::*;

/// All of it is in the file, or need not be.
#[bindings(config = "config.toml")]
#[allow(dead_code)]
pub struct Bindings {
    greeting: String,
    #[secret]
    key: String,
    cache: Kv,
    files: Bucket,
    db: Database,
    jobs: Queue<String>,
    #[binding = "BILLING"]
    far: Service,
    other: Option<Kv>,
}

#[bindings(config = false)]
#[allow(dead_code)]
pub struct Elsewhere {
    cache: Kv,
}

fn main() {}
