//! Variables and secrets.

use std::collections::BTreeMap;

use actors_core::prelude::*;

pub(crate) fn scenario(env: &Env) -> Result<Vec<String>> {
    let say = |result: Result<String>| result.unwrap_or_else(|error| error.to_string());
    let limits = |name: &str| env.json::<BTreeMap<String, u32>>(name);
    Ok(vec![
        say(env.var("GREETING")),
        say(env.secret("KEY")),
        say(limits("LIMITS").map(|limits| format!("{limits:?}"))),
        say(limits("KEY").map(|limits| format!("{limits:?}"))),
        say(env.var("LIMITS")),
        say(env.var("OTHER")),
        say(env.secret("OTHER")),
        say(limits("OTHER").map(|limits| format!("{limits:?}"))),
    ])
}
