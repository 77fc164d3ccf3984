//! `Self` is the actor in the stub's types as well.

use actors_core::prelude::*;
use actors_core::serde::{Deserialize, Serialize};

#[actor]
#[derive(Clone, Serialize, Deserialize)]
#[serde(crate = "actors_core::serde")]
pub struct Counter {
    count: u32,
}

#[actor]
impl Counter {
    pub fn copy(&self) -> Self {
        self.clone()
    }

    pub fn merge(&mut self, others: Vec<Self>) -> Result<Option<Self>> {
        self.count += others.iter().map(|other| other.count).sum::<u32>();
        Ok(Some(self.clone()))
    }
}

pub async fn copy(env: &Env) -> Result<Counter> {
    Counter::get(env, "one")?.copy().await
}

fn main() {}
