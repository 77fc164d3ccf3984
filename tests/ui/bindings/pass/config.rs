use actors_core::{FromBinding, Service};
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

mod own {
    use super::{FromBinding, *};

    pub struct Bucket(String);

    impl FromBinding for Bucket {
        fn from_binding(env: &Env, name: &str) -> Result<Self> {
            env.var(name).map(Self)
        }
    }

    /// Is called as one of ours, and is another type.
    #[bindings(config = "config.toml")]
    #[allow(dead_code)]
    pub struct Bindings {
        bucket_of_my_own: Bucket,
    }
}

fn main() {}
