//! Sessions: who is signed in, with which device, and until when.
//!
//! The page is at `/session`. A session is an object of its own, which ends by itself and then
//! leaves nothing behind; a user is an object that knows its sessions. What a browser sees of all
//! this, the cookie and the pages, is in [`front`].

pub mod front;

use actors_core::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use subtle::ConstantTimeEq as _;

/// The SHA-256 of a session's secret. Only the cookie has the secret itself: neither what is
/// stored nor what is logged is enough to take over a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof(pub String);

/// How long a session lasts.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Lifetime {
    /// After how many seconds without a request it ends: sliding.
    pub idle: u32,
    /// After how many seconds it ends in any case: absolute.
    pub total: u32,
}

/// What a session is about to be.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Beginning {
    /// Whose it is.
    pub user: String,
    /// What shows that a request is the session's.
    pub proof: Proof,
    /// How long it lasts.
    pub lifetime: Lifetime,
    /// When the user signed in.
    pub since: Timestamp,
}

/// Who makes a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Visitor {
    /// The user's name.
    pub user: String,
    /// When this was asked.
    pub now: Timestamp,
    /// When the user signed in.
    pub since: Timestamp,
    /// When the session was last used, to within a tenth of its idle time.
    pub seen: Timestamp,
    /// When the session ends, unless it is used before.
    pub ends: Timestamp,
    /// What the session knows of the user's taste.
    pub preferences: Preferences,
}

/// Typed data of a session. A field that is added later needs `#[serde(default)]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Preferences {
    /// How pages look.
    pub theme: Theme,
}

/// How pages look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the system does.
    #[default]
    Auto,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// Data of a session that is any JSON, by name.
#[sql_table(name = "session_values")]
pub struct Kept {
    #[sql(primary_key)]
    name: String,
    #[sql(json)]
    value: Value,
}

/// The largest value, in bytes of JSON, and how many a session keeps.
const VALUE: usize = 16_384;
const VALUES: u32 = 32;

/// How late a session may begin. Its user waits for that, but the user's process can be lost
/// meanwhile, and then nobody does.
const LATEST: Duration = minutes(1);

/// A session. Its name is public: it is in logs, and in the list of the user's devices.
#[actor(tables(Kept))]
pub struct Session {
    #[persist]
    open: Option<Open>,
    #[persist]
    preferences: Preferences,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Open {
    beginning: Beginning,
    seen: Timestamp,
}

// None of this is served over HTTP: only this Worker's own code can call it.
#[actor]
impl Session {
    /// Begins it. Its user is who calls this, after having noted it: see [`User::sign_in`].
    pub fn begin(&mut self, ctx: &Ctx<Self>, beginning: Beginning) -> Result<()> {
        let conflict = |why| Err(Error::new(ErrorKind::Conflict, why));
        if self.open.is_some() {
            return conflict("this session has begun before");
        }
        if ctx.now() - beginning.since > LATEST {
            return conflict("this session was to begin long ago");
        }
        let seen = beginning.since;
        let open = self.open.insert(Open { beginning, seen });
        ctx.alarms().at(open.ends()).expire().map(drop)
    }

    /// Uses it: who makes this request? None if there is no such session, or no longer.
    ///
    /// Whoever tries an id that there is not creates nothing: the object begins to exist when
    /// something is stored.
    pub fn touch(&mut self, ctx: &Ctx<Self>, proof: Proof) -> Option<Visitor> {
        let (now, preferences) = (ctx.now(), self.preferences);
        let open = self.open.as_mut()?;
        if !open.is_live(now) || !open.is_shown_by(&proof) {
            return None;
        }
        // Each change is a row written, so not each request is one.
        if now - open.seen >= open.idle() / 10 {
            open.seen = now;
        }
        Some(open.visitor(now, preferences))
    }

    /// Looks at it without using it; none if it has ended.
    pub fn look(&self, ctx: &Ctx<Self>) -> Option<Visitor> {
        let open = self.live(ctx).ok()?;
        Some(open.visitor(ctx.now(), self.preferences))
    }

    /// Sets the typed data.
    pub fn prefer(&mut self, ctx: &Ctx<Self>, preferences: Preferences) -> Result<()> {
        self.live(ctx)?;
        self.preferences = preferences;
        Ok(())
    }

    /// Keeps a value for as long as the session lasts; `null` removes it.
    pub fn keep(&mut self, ctx: &Ctx<Self>, name: String, value: Value) -> Result<()> {
        self.live(ctx)?;
        if value.is_null() {
            return Kept::delete(ctx, &name).map(drop);
        }
        if name.len() + value.to_string().len() > VALUE {
            return Err(Error::invalid(format!("a value has at most {VALUE} bytes")));
        }
        Kept { name, value }.upsert(ctx)?;
        let count: u32 = sql!(Kept => "SELECT COUNT(*) FROM session_values").one(ctx)?;
        match count > VALUES {
            // The error undoes the row.
            true => Err(Error::invalid(format!("a session keeps {VALUES} values"))),
            false => Ok(()),
        }
    }

    /// Returns the value with that name.
    pub fn kept(&self, ctx: &Ctx<Self>, name: String) -> Result<Option<Value>> {
        self.live(ctx)?;
        Ok(Kept::get(ctx, &name)?.map(|kept| kept.value))
    }

    /// Ends it, if there is one; nothing is left of it.
    pub fn end(&mut self, ctx: &Ctx<Self>) -> Result<()> {
        match self.open {
            Some(_) => ctx.destroy(),
            None => Ok(()),
        }
    }

    /// Runs when the session would end, had it not been used since. One that was is not set
    /// anew at each request, which costs rows: it finds here that it has time left.
    #[alarm]
    fn expire(&mut self, ctx: &Ctx<Self>) -> Result<()> {
        match self.live(ctx) {
            Ok(open) => ctx.alarms().at(open.ends()).expire().map(drop),
            Err(_) => ctx.destroy(),
        }
    }

    /// The alarm may be late: a session has ended when its time is over, whether or not it is
    /// still stored.
    fn live(&self, ctx: &Ctx<Self>) -> Result<&Open> {
        let open = self.open.as_ref().filter(|open| open.is_live(ctx.now()));
        open.ok_or_else(|| Error::new(ErrorKind::Unauthorized, "the session has ended"))
    }
}

impl Open {
    fn idle(&self) -> Duration {
        seconds(self.beginning.lifetime.idle.into())
    }

    /// When it ends, unless it is used before.
    fn ends(&self) -> Timestamp {
        self.beginning.until().min(self.seen + self.idle())
    }

    fn is_live(&self, now: Timestamp) -> bool {
        now < self.ends()
    }

    /// In a time that does not depend on how much of it is right.
    fn is_shown_by(&self, proof: &Proof) -> bool {
        let (known, shown) = (&self.beginning.proof.0, &proof.0);
        known.as_bytes().ct_eq(shown.as_bytes()).into()
    }

    fn visitor(&self, now: Timestamp, preferences: Preferences) -> Visitor {
        Visitor {
            user: self.beginning.user.clone(),
            now,
            since: self.beginning.since,
            seen: self.seen,
            ends: self.ends(),
            preferences,
        }
    }
}

impl Beginning {
    /// When it ends in any case.
    fn until(&self) -> Timestamp {
        self.since + seconds(self.lifetime.total.into())
    }
}

/// A session that a user has begun.
#[sql_table(name = "devices")]
pub struct Device {
    #[sql(primary_key)]
    session: String,
    /// What the user may know the device by.
    name: String,
    since: Timestamp,
}

/// A device on which a user is signed in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listed {
    /// The session's name.
    pub session: String,
    /// What the user may know the device by.
    pub device: String,
    /// When the user signed in there.
    pub since: Timestamp,
    /// When the session was last used, to within a tenth of its idle time.
    pub seen: Timestamp,
}

/// A user, who knows their sessions. A session does not know of this list: one that has expired
/// need not tell anybody, and two objects that don't call each other can't wait for each other.
#[actor(tables(Device))]
pub struct User {}

#[actor]
impl User {
    /// Begins a session that has never been used as such.
    ///
    /// First it is noted, then it begins: wherever this is cut short, there is no session that
    /// its user could not find and end. `&mut self` keeps all else waiting until it has begun.
    pub async fn sign_in(
        &mut self,
        ctx: &Ctx<Self>,
        session: String,
        proof: Proof,
        device: String,
        lifetime: Lifetime,
    ) -> Result<()> {
        let beginning = Beginning {
            user: ctx.name().unwrap_or_default(),
            proof,
            lifetime,
            since: ctx.now(),
        };
        ctx.transaction(|| {
            let (session, since) = (session.clone(), beginning.since);
            ctx.alarms().at(beginning.until()).forget(session.clone())?;
            let name = device;
            Device {
                session,
                name,
                since,
            }
            .insert(ctx)
        })?;
        Session::get(ctx.env(), &session)?.begin(beginning).await
    }

    /// Returns where the user is signed in, the latest first.
    pub async fn devices(&self, ctx: &Ctx<Self>) -> Result<Vec<Listed>> {
        let mut listed = Vec::new();
        for Device {
            session,
            name,
            since,
        } in self.noted(ctx)?
        {
            match Session::get(ctx.env(), &session)?.look().await? {
                Some(visitor) => listed.push(Listed {
                    session,
                    device: name,
                    since,
                    seen: visitor.seen,
                }),
                None if ctx.now() - since > LATEST => self.drop_note(ctx, &session)?,
                // It may be about to begin.
                None => {}
            }
        }
        Ok(listed)
    }

    /// Signs out on one device; a session that is not this user's is an error.
    pub async fn sign_out(&mut self, ctx: &Ctx<Self>, session: String) -> Result<()> {
        if Device::get(ctx, &session)?.is_none() {
            return Err(Error::not_found("you are not signed in there"));
        }
        end(ctx, &session).await
    }

    /// Signs out on all devices. If it fails, some may be left: it can be called again.
    pub async fn sign_out_everywhere(&mut self, ctx: &Ctx<Self>) -> Result<()> {
        for device in self.noted(ctx)? {
            end(ctx, &device.session).await?;
        }
        Ok(())
    }

    /// Runs when the session has ended in any case.
    #[alarm]
    fn forget(&mut self, ctx: &Ctx<Self>, session: String) -> Result<()> {
        self.drop_note(ctx, &session)
    }

    fn noted(&self, ctx: &Ctx<Self>) -> Result<Vec<Device>> {
        sql!(Device => "SELECT * FROM devices ORDER BY since DESC, session").all(ctx)
    }

    /// With the last of its sessions the object ends: to sign in again makes a new one.
    fn drop_note(&self, ctx: &Ctx<Self>, session: &str) -> Result<()> {
        ctx.transaction(|| {
            Device::delete(ctx, session)?;
            match sql!(Device => "SELECT COUNT(*) FROM devices").one(ctx)? {
                0 => ctx.destroy(),
                _left => Ok(()),
            }
        })
    }
}

/// To end a session twice is no different from ending it once, so a lost answer does no harm.
async fn end(ctx: &Ctx<User>, session: &str) -> Result<()> {
    let session = Session::get(ctx.env(), session)?;
    session.with_idempotent_retries(2).end().await
}
