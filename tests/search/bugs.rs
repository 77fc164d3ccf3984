//! Actors with one bug each, and the same without it.

use actors_core::prelude::*;

/// Somebody else, to wait for.
#[actor]
pub struct Peer {}

#[actor]
impl Peer {
    pub fn nod(&self) {}
}

async fn pause<A>(ctx: &Ctx<A>) -> Result<()> {
    Peer::get(ctx.env(), "p")?.nod().await
}

#[sql_table]
pub struct Number {
    #[sql(primary_key)]
    name: String,
    value: u32,
}

impl Number {
    fn read<A: sql::HasTable<Self>>(ctx: &Ctx<A>, name: &str) -> Result<u32> {
        Ok(Self::get(ctx, name)?.map_or(0, |number| number.value))
    }

    fn write<A: sql::HasTable<Self>>(ctx: &Ctx<A>, name: &str, value: u32) -> Result<()> {
        Self {
            name: name.into(),
            value,
        }
        .upsert(ctx)
    }
}

use actors_core::sql;

#[actor(tables(Number))]
pub struct Tally {}

#[actor]
impl Tally {
    /// Wrong: another turn can come between the reading and the writing.
    pub async fn add_shared(&self, ctx: &Ctx<Self>) -> Result<()> {
        let count = Number::read(ctx, "count")?;
        pause(ctx).await?;
        Number::write(ctx, "count", count + 1)
    }

    pub async fn add_alone(&mut self, ctx: &Ctx<Self>) -> Result<()> {
        let count = Number::read(ctx, "count")?;
        pause(ctx).await?;
        Number::write(ctx, "count", count + 1)
    }

    pub fn total(&self, ctx: &Ctx<Self>) -> Result<u32> {
        Number::read(ctx, "count")
    }
}

#[actor(tables(Number))]
pub struct Bank {}

#[actor]
impl Bank {
    #[on_init]
    fn open(&mut self, ctx: &Ctx<Self>) -> Result<()> {
        if Number::get(ctx, "mine")?.is_none() {
            Number::write(ctx, "mine", 500)?;
            Number::write(ctx, "yours", 500)?;
        }
        Ok(())
    }

    /// Wrong: a crash can come between the two parts.
    pub async fn transfer_in_two_parts(&mut self, ctx: &Ctx<Self>, amount: u32) -> Result<()> {
        Number::write(ctx, "mine", Number::read(ctx, "mine")? - amount)?;
        pause(ctx).await?;
        Number::write(ctx, "yours", Number::read(ctx, "yours")? + amount)
    }

    pub async fn transfer_in_a_transaction(&mut self, ctx: &Ctx<Self>, amount: u32) -> Result<()> {
        pause(ctx).await?;
        ctx.transaction(|| {
            Number::write(ctx, "mine", Number::read(ctx, "mine")? - amount)?;
            Number::write(ctx, "yours", Number::read(ctx, "yours")? + amount)
        })
    }

    pub fn total(&self, ctx: &Ctx<Self>) -> Result<u32> {
        Ok(Number::read(ctx, "mine")? + Number::read(ctx, "yours")?)
    }
}

#[actor]
pub struct Inbox {
    #[persist]
    came: Vec<u32>,
    #[persist]
    doubled: Vec<u32>,
}

#[actor]
impl Inbox {
    pub fn receive(&mut self, number: u32) {
        if self.came.contains(&number) {
            self.doubled.push(number);
        }
        self.came.push(number);
    }

    /// The same, for one who may be told the same twice.
    pub fn receive_once(&mut self, number: u32) {
        if !self.came.contains(&number) {
            self.came.push(number);
        }
    }

    pub fn doubled(&self) -> Vec<u32> {
        self.doubled.clone()
    }
}

#[actor]
pub struct Reminder {}

#[actor]
impl Reminder {
    pub fn remind(&mut self, ctx: &Ctx<Self>, number: u32) -> Result<()> {
        ctx.alarms().after(seconds(1)).send(number).map(drop)
    }

    pub fn remind_once(&mut self, ctx: &Ctx<Self>, number: u32) -> Result<()> {
        ctx.alarms().after(seconds(1)).send_once(number).map(drop)
    }

    /// Wrong: an `async` handler that crashes at its end runs again.
    #[alarm]
    async fn send(&mut self, ctx: &Ctx<Self>, number: u32) -> Result<()> {
        Inbox::get(ctx.env(), "i")?.receive(number).await
    }

    #[alarm]
    async fn send_once(&mut self, ctx: &Ctx<Self>, number: u32) -> Result<()> {
        Inbox::get(ctx.env(), "i")?.receive_once(number).await
    }
}

#[actor]
pub struct Forgetful {
    in_memory: u32,
    #[persist]
    stored: u32,
}

#[actor]
impl Forgetful {
    /// Wrong: it does not survive an eviction.
    pub fn learn_in_memory(&mut self) {
        self.in_memory += 1;
    }

    pub fn learn(&mut self) {
        self.stored += 1;
    }

    pub fn known(&self) -> u32 {
        self.in_memory + self.stored
    }
}
