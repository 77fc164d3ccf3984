//! `#[once]` on arguments of all forms, and what a stub can be told.

use actors_core::prelude::*;

#[derive(serde::Serialize, serde::Deserialize)]
pub struct Key {
    customer: u32,
    order: String,
}

#[actor]
pub struct Till {
    #[persist]
    placed: u32,
}

#[actor]
impl Till {
    pub fn place(&mut self, ctx: &Ctx<Self>, #[once] key: Key, item: String) -> Result<u32> {
        let _ = (ctx, key.customer, key.order, item);
        self.placed += 1;
        Ok(self.placed)
    }

    pub fn count(&mut self, by: u32, #[once(keep = "30d")] r#type: (u32, String)) -> u32 {
        let _ = r#type;
        self.placed += by;
        self.placed
    }

    pub fn look(&self, #[once()] arguments: Vec<u8>, argument_0: String) {
        let _ = (arguments, argument_0);
    }

    #[cfg(any())]
    pub fn gone(&self, #[once] order: Unknown) {}
}

pub async fn pay(env: &Env) -> Result<u32> {
    let till = Till::get(env, "t")?.with_limit(seconds(2)).with_retries(3);
    till.look(vec![1], "a".into()).await?;
    till.count(1, (2, "b".into())).await
}

fn main() {}
