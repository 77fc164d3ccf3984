//! A shop: its orders are paid, told to a web hook, passed on to a queue, and counted in KV.
//!
//! What it needs of the world is in `wrangler.toml`, but for the secret, `HOOK_KEY`, and the Worker of
//! the class `Billing`. `cargo xtask dev` has none of that: there an order is an internal error, and
//! the terminal says what is missing; `tests/shop.rs` has all of it. Where it is deployed, the same
//! order may be sent as often as one likes:
//!
//! ```sh
//! curl localhost:8787/shops/corner/orders -H 'idempotency-key: 1' --json '{"item": "soup", "cents": 450}'
//! curl localhost:8787/shops/corner/orders
//! ```

use actors_core::prelude::*;
use actors_core::send;
use axum::extract::{Path, State};
use axum::routing::get;
use axum::{Json, Router};
use http::{HeaderMap, Uri};
use serde::{Deserialize, Serialize};

/// What the shop is bound to. A Worker that is only a shop names it in
/// `#[actor(bindings(Bindings))]`, and does not start without it; the other examples do without.
#[bindings]
pub struct Bindings {
    #[secret]
    hook_key: String,
    hook_url: Uri,
    sales: Kv,
    packing: Queue<Parcel>,
}

/// An account of another Worker, in TypeScript perhaps.
#[remote(binding = "BILLING")]
pub trait Billing {
    /// Takes money; with the same key, once. Returns the number of the receipt.
    async fn charge(&self, key: String, cents: u32) -> Result<u64>;
}

/// A message to those who pack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parcel {
    /// The shop's name.
    pub shop: String,
    /// The number of the order.
    pub order: u64,
    /// What to pack.
    pub item: String,
}

/// An order.
#[sql_table(name = "orders")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// Its number.
    #[sql(primary_key, auto)]
    pub number: u64,
    /// What was ordered.
    pub item: String,
    /// What it costs.
    pub cents: u32,
    /// The number of the receipt, once it is paid.
    pub receipt: Option<u64>,
    /// Whether the hook has heard of it.
    pub is_told: bool,
    /// Whether it is with those who pack.
    pub is_passed_on: bool,
}

/// What somebody orders.
#[derive(Clone, Debug, Deserialize)]
pub struct Draft {
    item: String,
    cents: u32,
}

/// A shop.
#[actor(tables(Order))]
pub struct Shop {}

#[actor]
impl Shop {
    /// Takes an order. A second call with the key gets the same number, and takes nothing.
    ///
    /// That is exact, since it is one transaction: so nothing is awaited here. What has to be
    /// awaited is left to an alarm, which is part of the transaction, too.
    pub fn order(
        &self,
        ctx: &Ctx<Self>,
        #[once(keep = "7d")] _key: String,
        item: String,
        cents: u32,
    ) -> Result<u64> {
        let order = Order {
            number: 0,
            item,
            cents,
            receipt: None,
            is_told: false,
            is_passed_on: false,
        };
        let number = order.insert(ctx)?;
        ctx.alarms().after(Duration::ZERO).settle(number)?;
        Ok(number)
    }

    /// All orders, the oldest first.
    pub fn orders(&self, ctx: &Ctx<Self>) -> Result<Vec<Order>> {
        sql!(Order => "SELECT * FROM orders ORDER BY number").all(ctx)
    }

    /// Does what is left to do for an order. Each step is noted when it is done, so after a failure the
    /// next attempt goes on from there. A step whose end was not noted is done again: who is asked
    /// has to know that it is the same.
    #[alarm(retry(max = 20, base = "1s", cap = "1h"))]
    async fn settle(&self, ctx: &Ctx<Self>, number: u64) -> Result<()> {
        let bindings = Bindings::of(ctx.env())?;
        let order = Order::get(ctx, number)?;
        let mut order = order.ok_or_else(|| Error::not_found("the order is gone"))?;
        let shop = ctx.name().unwrap_or_default();
        if order.receipt.is_none() {
            let billing = BillingStub::get(ctx.env(), &shop)?.with_limit(seconds(10));
            let receipt = billing.charge(format!("{shop} {number}"), order.cents);
            order.receipt = Some(receipt.await?);
            order.update(ctx)?;
        }
        if !order.is_told {
            tell(ctx, &bindings, &order).await?;
            order.is_told = true;
            order.update(ctx)?;
        }
        if !order.is_passed_on {
            let parcel = Parcel {
                shop: shop.clone(),
                order: number,
                item: order.item.clone(),
            };
            bindings.packing.send(&parcel).await?;
            order.is_passed_on = true;
            order.update(ctx)?;
        }
        let sold = sql!(Order => "SELECT SUM(cents) FROM orders WHERE is_passed_on");
        let sold: Option<u64> = sold.one(ctx)?;
        bindings.sales.put_json(&shop, &sold).await
    }
}

/// Posts the order to the hook.
async fn tell(ctx: &Ctx<Shop>, bindings: &Bindings, order: &Order) -> Result<()> {
    let request = http::Request::post(&bindings.hook_url)
        .header("authorization", format!("Bearer {}", bindings.hook_key))
        .header("content-type", "application/json")
        .body(serde_json::to_vec(order)?)?;
    let response = ctx.fetch(request).within(seconds(10)).await?;
    match response.status() {
        status if status.is_success() => Ok(()),
        status => Err(Error::internal(format!("the hook answered {status}"))),
    }
}

/// The Worker's part: what has no route of its own.
pub fn router(env: Env) -> Router {
    Router::new()
        .route("/shops/{shop}/orders", get(list).post(take))
        .with_state(env)
}

async fn take(
    State(env): State<Env>,
    Path(shop): Path<String>,
    headers: HeaderMap,
    Json(Draft { item, cents }): Json<Draft>,
) -> Result<Json<u64>, Response> {
    Bindings::of(&env)?; // or an error, and the log says what is missing
    let key = headers
        .get("idempotency-key")
        .and_then(|key| key.to_str().ok());
    let key = key
        .ok_or_else(|| Error::invalid("an `idempotency-key` is needed"))?
        .to_owned();
    let number = send(async move { Shop::get(&env, &shop)?.order(key, item, cents).await });
    Ok(Json(number.await?))
}

async fn list(
    State(env): State<Env>,
    Path(shop): Path<String>,
) -> Result<Json<Vec<Order>>, Response> {
    let orders = send(async move { Shop::get(&env, &shop)?.orders().await });
    Ok(Json(orders.await?))
}
