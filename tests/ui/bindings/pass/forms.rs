//! What `#[bindings]` accepts.

mod framework {
    pub use actors_core;
}

use std::num::NonZeroU32;

use actors_core::prelude::*;
use actors_core::{FromBinding, serde_json};

#[bindings]
struct Nothing {}

/// Documented.
#[bindings]
#[derive(Clone)]
pub struct Bindings {
    /// A field, too.
    #[secret]
    pub(crate) stripe_key: String,
    #[secret]
    pin: NonZeroU32,
    #[secret]
    account: Option<Json<serde_json::Value>>,
    r#type: Option<std::string::String>,
    /// Named like what generated code uses.
    reader: Kv,
    binding_0: bool,
    #[binding = "work-queue"]
    jobs: Queue<(u8, String)>,
    sessions: Sessions,
    #[cfg(any())]
    absent: Missing,
}

#[bindings(crate = crate::framework::actors_core)]
struct Elsewhere {
    cache: Kv,
}

#[derive(Clone)]
struct Sessions(Kv);

impl FromBinding for Sessions {
    fn from_binding(env: &Env, name: &str) -> Result<Self> {
        env.kv(name).map(Self)
    }
}

#[actor(bindings(self::Bindings))]
struct Shop {}

#[actor]
impl Shop {
    pub async fn order(&self, ctx: &Ctx<Self>, what: String) -> Result<()> {
        let Bindings { jobs, sessions, .. } = ctx.bindings();
        sessions.0.put("last", &what).await?;
        jobs.send(&(1, what)).after(minutes(1)).await
    }
}

async fn outside(env: &Env) -> Result<Option<String>> {
    let bindings: std::rc::Rc<Bindings> = Bindings::of(env)?;
    bindings.reader.get(&bindings.stripe_key).await
}

fn main() {
    let _ = (outside, Elsewhere::of, Nothing::of);
}
