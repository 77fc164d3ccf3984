//! What a `#[remote]` trait may have.

#![deny(warnings)]

use actors_core::prelude::*;
use serde::{Deserialize, Serialize};

mod own {
    use super::*;

    #[derive(Serialize, Deserialize)]
    pub struct Receipt {
        pub number: u32,
    }

    /// In another module, for everyone.
    #[remote]
    pub trait Billing {
        async fn charge(&self, cents: u32, card: Option<String>) -> Result<Receipt>;
        async fn forgive(&self) -> Result<()>;
        #[remote(name = "type")]
        async fn r#type(&self) -> actors_core::Result<String>;
        #[cfg(any())]
        async fn never(&self, not: Existing) -> Result<Existing>;
        async fn explicit(&self, call: u32, fake: u32) -> std::result::Result<u32, Error>;
    }
}

use own::{Billing, BillingStub};

/// Never used.
#[remote(service = "MAILER")]
trait Mailer {
    async fn send(&self, to: String) -> Result<()>;
}

/// Without methods.
#[remote(binding = "EMPTY")]
trait Empty {}

async fn charge(billing: &impl Billing) -> Result<u32> {
    billing.forgive().await?;
    billing.r#type().await?;
    billing.explicit(1, 2).await?;
    Ok(billing.charge(5, None).await?.number)
}

pub async fn charge_ann(env: &Env) -> Result<u32> {
    charge(&BillingStub::get(env, "ann")?).await
}

fn main() {}
