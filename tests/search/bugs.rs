//! Actors with one bug each, and the same without it.

use actors_core::BodySender;
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

#[actor(tables(Number))]
pub struct Tenant {
    #[persist]
    visits: u32,
}

#[actor]
impl Tenant {
    /// Answers how many visits there were.
    pub fn visit(&mut self, ctx: &Ctx<Self>) -> Result<u32> {
        self.visits += 1;
        Number::write(ctx, "visits", self.visits)?;
        ctx.alarms().after(minutes(2)).keyed("clean").clean()?;
        Ok(self.visits)
    }

    pub fn visits(&self, ctx: &Ctx<Self>) -> Result<(u32, u32)> {
        Ok((self.visits, Number::read(ctx, "visits")?))
    }

    /// Wrong: it is too late to fail when the end is committed.
    pub async fn leave_in_debt_in_two_parts(&mut self, ctx: &Ctx<Self>) -> Result<()> {
        ctx.destroy()?;
        pause(ctx).await?;
        Err(Error::invalid("the rent is not paid"))
    }

    /// The same, undone.
    pub fn leave_in_debt(&mut self, ctx: &Ctx<Self>) -> Result<()> {
        ctx.destroy()?;
        Err(Error::invalid("the rent is not paid"))
    }

    /// The same, undone in part, and then by an alarm.
    pub async fn leave_in_debt_later(&mut self, ctx: &Ctx<Self>) -> Result<()> {
        let _ = ctx.transaction(|| ctx.destroy().and(Err::<(), _>(Error::invalid("not yet"))));
        pause(ctx).await?;
        ctx.alarms().after(seconds(1)).move_out().map(drop)
    }

    #[alarm(retry(max = 2))]
    fn move_out(&mut self, ctx: &Ctx<Self>) -> Result<()> {
        ctx.destroy()?;
        Err(Error::invalid("the rent is not paid"))
    }

    #[alarm]
    fn clean(&mut self, ctx: &Ctx<Self>) -> Result<()> {
        Number::write(ctx, "cleaned", self.visits)
    }

    pub fn cleaned(&self, ctx: &Ctx<Self>) -> Result<u32> {
        Number::read(ctx, "cleaned")
    }
}

/// One who asks another, who asks back.
#[actor]
pub struct Talker {
    #[persist]
    said: u32,
}

#[actor]
impl Talker {
    /// Wrong: the other asks this one back, which waits for it.
    pub async fn introduce(&mut self, ctx: &Ctx<Self>, own: String, other: String) -> Result<u32> {
        self.said += 1;
        Talker::get(ctx.env(), &other)?.greet_back(own).await
    }

    pub async fn greet_back(&mut self, ctx: &Ctx<Self>, whom: String) -> Result<u32> {
        Talker::get(ctx.env(), &whom)?.said().await
    }

    /// Wrong if the other does the same at that time.
    pub async fn call(&mut self, ctx: &Ctx<Self>, other: String) -> Result<u32> {
        self.said += 1;
        pause(ctx).await?;
        Talker::get(ctx.env(), &other)?.hear(self.said).await
    }

    /// Tells the other what it would ask for, beside whatever else there is.
    pub async fn call_shared(&self, ctx: &Ctx<Self>, other: String) -> Result<u32> {
        pause(ctx).await?;
        Talker::get(ctx.env(), &other)?.repeat(self.said).await
    }

    pub fn hear(&mut self, said: u32) -> u32 {
        said
    }

    pub async fn repeat(&self, ctx: &Ctx<Self>, said: u32) -> Result<u32> {
        pause(ctx).await?;
        Ok(said)
    }

    pub fn said(&self) -> u32 {
        self.said
    }
}

/// One who counts how often each order was placed.
#[actor]
pub struct Till {
    #[persist]
    orders: Vec<u32>,
}

#[actor]
impl Till {
    /// Wrong: who is not answered can't know whether it was placed.
    pub fn place(&mut self, order: u32) -> usize {
        self.orders.push(order);
        self.orders.len()
    }

    /// The same, for one who asks again.
    pub fn place_once(&mut self, #[once(keep = "30d")] order: u32) -> usize {
        self.place(order)
    }

    pub fn orders(&self) -> Vec<u32> {
        self.orders.clone()
    }
}

/// Pays by a request to a bank, until that is confirmed.
#[actor]
pub struct Payer {}

#[actor]
impl Payer {
    /// Wrong: a payment whose confirmation was lost is made again.
    pub async fn pay(&self, ctx: &Ctx<Self>) -> Result<()> {
        Self::request(ctx, "").await
    }

    /// Wrong as well.
    pub async fn pay_until_confirmed(&self, ctx: &Ctx<Self>) -> Result<()> {
        while Self::request(ctx, "").await.is_err() {}
        Ok(())
    }

    /// The bank knows a payment that it has seen.
    pub async fn pay_once(&self, ctx: &Ctx<Self>, number: u32) -> Result<()> {
        while Self::request(ctx, &number.to_string()).await.is_err() {}
        Ok(())
    }

    async fn request(ctx: &Ctx<Self>, key: &str) -> Result<()> {
        let request = http::Request::post(format!("https://bank.example/pay/{key}")).body(())?;
        ctx.fetch(request).within(seconds(5)).await?;
        Ok(())
    }
}

/// Counts aloud, for readers who come and go.
#[actor]
pub struct Counter {
    #[persist]
    said: u64,
    readers: Vec<BodySender>,
}

#[actor]
impl Counter {
    /// Wrong: it is heard before it is stored.
    pub fn say(&mut self) {
        self.said += 1;
        let line = line(self.said);
        self.readers
            .retain(|reader| reader.send(line.clone()).is_ok());
    }

    pub fn say_in_vain(&mut self) -> Result<()> {
        self.say();
        Err(Error::invalid("in vain"))
    }

    pub fn listen(&mut self, from: Cursor) -> Result<Body> {
        let (sender, body) = Body::channel();
        let first: u64 = serde_json::from_str(&from.to_string())?;
        for number in first + 1..=self.said {
            sender.send(line(number))?;
        }
        self.readers.push(sender);
        Ok(body)
    }
}

fn line(number: u64) -> String {
    format!("{{\"cursor\":{number},\"value\":{number}}}\n")
}

/// The same with a stream.
#[actor(sockets(path = "/ws"))]
pub struct Announcer {
    #[persist]
    said: u64,
}

#[actor]
impl Announcer {
    pub fn say(&mut self, ctx: &Ctx<Self>) -> Result<()> {
        self.said += 1;
        ctx.streams().named("numbers").append(&self.said)?;
        Ok(())
    }

    pub fn say_in_vain(&mut self, ctx: &Ctx<Self>) -> Result<()> {
        self.say(ctx)?;
        Err(Error::invalid("in vain"))
    }

    pub fn listen(&self, ctx: &Ctx<Self>, from: Cursor) -> Body {
        ctx.streams().named("numbers").lines(from)
    }

    #[on_connect]
    fn follow(&self, ctx: &Ctx<Self>, request: &Request) -> Result<Admission<()>> {
        let numbers = ctx.streams().named("numbers");
        Ok(Admission::new(()).follow(&numbers, Cursor::of(request)?))
    }
}
