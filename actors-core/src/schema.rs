//! The database as a wake finds it, and as it should be.

use crate::actor::Actor;
use crate::alarms;
use crate::ctx::Ctx;
use crate::error::{Error, ErrorKind, Result};
use crate::sql::TableDef;

/// The framework's own row: what the database was made for, and the persisted fields.
const META: &str = "CREATE TABLE _actors (id INTEGER PRIMARY KEY CHECK (id = 0), \
                    fingerprint INTEGER NOT NULL, state TEXT NOT NULL) STRICT";

/// The fingerprint of an object that [`Ctx::destroy`] has ended.
const DESTROYED: i64 = -1;

/// Brings the database to what the actor declares, and answers the stored
/// persisted fields. One row read when nothing has changed.
pub(crate) fn open<A: Actor>(ctx: &Ctx<A>) -> Result<String> {
    let wanted = fingerprint::<A>();
    let stored = stored(ctx)?.filter(|(found, _)| !bury(ctx, *found));
    match stored {
        Some((found, state)) if found == wanted => Ok(state),
        Some((_, state)) => ctx.transaction(|| create(ctx, wanted)).map(|()| state),
        None => ctx
            .transaction(|| {
                ctx.sql().run(META, ())?;
                alarms::create_table(ctx)?;
                create(ctx, wanted)
            })
            .map(|()| "{}".to_owned()),
    }
}

/// Says that the object is at its end: what finds this does the rest.
pub(crate) fn mark_destroyed<A>(ctx: &Ctx<A>) -> Result<()> {
    ctx.sql()
        .run(
            "UPDATE _actors SET fingerprint = ? WHERE id = 0",
            (DESTROYED,),
        )
        .map(drop)
}

/// Does the rest of [`Ctx::destroy`], if it was called; answers whether it was.
pub(crate) fn finish_destroy<A>(ctx: &Ctx<A>) -> Result<bool> {
    Ok(stored(ctx)?.is_some_and(|(found, _)| bury(ctx, found)))
}

fn bury<A>(ctx: &Ctx<A>, found: i64) -> bool {
    let is_destroyed = found == DESTROYED;
    if is_destroyed {
        ctx.platform().delete_all();
        ctx.is_destroyed.set(false);
    }
    is_destroyed
}

/// Stores the persisted fields.
pub(crate) fn store<A>(ctx: &Ctx<A>, state: &str) -> Result<()> {
    ctx.sql()
        .run("UPDATE _actors SET state = ? WHERE id = 0", (state,))
        .map(drop)
}

fn stored<A>(ctx: &Ctx<A>) -> Result<Option<(i64, String)>> {
    let row = ctx
        .sql()
        .optional("SELECT fingerprint, state FROM _actors WHERE id = 0", ());
    match row {
        Err(error)
            if error.kind() == ErrorKind::Sql && error.message().contains("no such table") =>
        {
            Ok(None)
        }
        row => row,
    }
}

fn create<A: Actor>(ctx: &Ctx<A>, fingerprint: i64) -> Result<()> {
    for table in A::TABLES {
        ensure(ctx, table.name, table.create)?;
        for index in table.indices {
            ensure(ctx, index.name, index.create)?;
        }
    }
    alarms::reconcile(ctx)?;
    ctx.sql()
        .run(
            "INSERT INTO _actors (id, fingerprint, state) VALUES (0, ?, '{}') \
             ON CONFLICT (id) DO UPDATE SET fingerprint = excluded.fingerprint",
            (fingerprint,),
        )
        .map(drop)
}

/// Creates what is missing; what is there must be as declared.
fn ensure<A>(ctx: &Ctx<A>, name: &str, create: &str) -> Result<()> {
    let found: Option<String> = ctx
        .sql()
        .optional("SELECT sql FROM sqlite_master WHERE name = ?", (name,))?;
    match found {
        None => ctx.sql().run(create, ()).map(drop),
        Some(found) if found == create => Ok(()),
        Some(found) => Err(Error::schema(format!(
            "`{name}` is stored in another form than the code declares, and nothing was changed.\n\
             stored:   {found}\ndeclared: {create}"
        ))),
    }
}

/// 53 bits (the integers that a row holds exactly) over all that a wake has to establish.
fn fingerprint<A: Actor>() -> i64 {
    let mut hash = Fnv::default();
    hash.write(env!("CARGO_PKG_VERSION"));
    for TableDef {
        name,
        create,
        indices,
    } in A::TABLES
    {
        hash.write(name);
        hash.write(create);
        for index in *indices {
            hash.write(index.create);
        }
    }
    for handler in A::HANDLERS.alarms {
        if let Some(declared) = handler.declared {
            hash.write(handler.name);
            hash.write(&format!("{:?}", declared.recurrence()));
        }
    }
    i64::try_from(hash.0 >> 11).unwrap_or_default()
}

/// FNV-1a, which is short and stays the same for ever.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    fn write(&mut self, text: &str) {
        for byte in text.bytes().chain([0xff]) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}
