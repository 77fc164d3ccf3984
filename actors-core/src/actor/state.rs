//! The struct of an actor, and its `#[persist]` fields: one JSON object in the row that each wake reads anyway.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::env::Env;
use crate::error::{Error, Result};
use crate::json::{self, Fields};
use crate::rpc::Stub;
use crate::sockets::SocketOptions;
use crate::sql::{Migration, TableDef};
use crate::time::Duration;

/// What `#[actor]` on a struct declares.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an actor",
    label = "not an actor",
    note = "put `#[actor]` on the struct as well as on its `impl` block"
)]
pub trait State: Sized + 'static {
    /// The name of the Durable Object class, which is the struct's.
    const NAME: &'static str;
    /// The name of the binding in `wrangler.toml`.
    const BINDING: &'static str;
    /// What `#[actor(sockets(..))]` says.
    #[doc(hidden)]
    const SOCKETS: Option<&'static SocketOptions>;
    /// The tables of `#[actor(tables(..))]`.
    #[doc(hidden)]
    const TABLES: &'static [TableDef];
    /// The migrations of `#[actor(migrations(..))]`.
    #[doc(hidden)]
    const MIGRATIONS: &'static [Migration];
    /// How long a call, a request or a message waits for its turn before it fails with
    /// [`ErrorKind::Busy`](crate::ErrorKind): 30 seconds, or the value of `#[actor(wait =
    /// "..")]`.
    const WAIT: Duration = Duration::from_secs(30);

    /// How instances are reached: [`If<true>`](If), since an actor without an
    /// `#[actor] impl` does not compile.
    #[doc(hidden)]
    type Is: Reached<Self>;

    /// Returns a stub of the instance with that name; the instance is created by the first
    /// call. Getting a stub costs nothing and makes no call.
    ///
    /// Inside an actor, `env` is [`Ctx::env`](crate::Ctx::env).
    ///
    /// # Errors
    ///
    /// The Worker has no binding for the actor, or the name has more than 1,024 bytes.
    fn get(env: &Env, name: &str) -> Result<<Self::Is as Reached<Self>>::Stub> {
        Self::Is::named(env, name)
    }

    /// The struct as it is before anything is loaded: each field's default.
    #[doc(hidden)]
    fn fresh() -> Self;
    /// Whether it has `#[persist]` fields.
    #[doc(hidden)]
    const PERSISTS: bool;
    /// Takes the `#[persist]` fields out.
    ///
    /// # Errors
    ///
    /// Those of [`Saver::field`].
    #[doc(hidden)]
    fn save(&self, saver: &mut Saver) -> Result<()>;
    /// Puts the `#[persist]` fields back.
    ///
    /// # Errors
    ///
    /// Those of [`Loader::field`].
    #[doc(hidden)]
    fn load(&mut self, loader: &mut Loader<'_>) -> Result<()>;
}

/// How the instances of a struct are reached. The struct itself says so, so that a missing
/// `#[actor] impl` is one error at the struct, however often it is used.
#[doc(hidden)]
pub trait Reached<A> {
    type Stub;
    fn named(env: &Env, name: &str) -> Result<Self::Stub>;
    /// The same without the actor's type.
    fn stub(env: &Env, name: &str) -> Result<Stub>;
}

/// Takes the persisted fields out of an actor's struct.
#[derive(Default)]
pub struct Saver(Vec<u8>);

impl Saver {
    /// Adds a field.
    ///
    /// # Errors
    ///
    /// A value that JSON can't represent, such as NaN or a map with keys that are not text.
    pub fn field<T: Serialize>(&mut self, name: &str, value: &T) -> Result<()> {
        self.name(name)?;
        json::write(&mut self.0, value).map_err(|error| {
            Error::internal(format!(
                "the persisted field `{name}` can't be stored: {error}"
            ))
        })
    }

    fn name(&mut self, name: &str) -> Result<()> {
        self.0.push(if self.0.is_empty() { b'{' } else { b',' });
        serde_json::to_writer(&mut self.0, name)?;
        self.0.push(b':');
        Ok(())
    }

    fn finish(mut self) -> Result<String> {
        self.0
            .extend(if self.0.is_empty() { "{}" } else { "}" }.bytes());
        String::from_utf8(self.0).map_err(|error| Error::internal(error.to_string()))
    }
}

/// Puts the persisted fields back into an actor's struct.
pub struct Loader<'a>(Fields<'a>);

impl Loader<'_> {
    /// Fills a field; one that has never been stored becomes its default.
    ///
    /// # Errors
    ///
    /// What is stored can't be read as the field's type.
    pub fn field<T: DeserializeOwned + Default>(
        &mut self,
        name: &str,
        field: &mut T,
    ) -> Result<()> {
        let Some(value) = self.0.remove(name) else {
            *field = T::default();
            return Ok(());
        };
        *field = json::from_text(value.get()).map_err(|error| {
            Error::schema(format!(
                "the persisted field `{name}` can't be read: {error}"
            ))
        })?;
        Ok(())
    }
}

/// An actor's struct reduced to its persisted fields, so that what follows is compiled once.
pub(crate) trait Persisted {
    fn save(&self, saver: &mut Saver) -> Result<()>;
    fn load(&mut self, loader: &mut Loader<'_>) -> Result<()>;
    /// The struct with the default of each field.
    fn fresh(&self) -> Box<dyn Persisted>;
}

impl<A: State> Persisted for A {
    fn save(&self, saver: &mut Saver) -> Result<()> {
        State::save(self, saver)
    }

    fn load(&mut self, loader: &mut Loader<'_>) -> Result<()> {
        State::load(self, loader)
    }

    fn fresh(&self) -> Box<dyn Persisted> {
        Box::new(A::fresh())
    }
}

/// The persisted fields as they are stored.
#[derive(Default)]
pub(crate) struct Saved {
    fields: String,
    /// Stored fields that this struct lacks, kept for code that has them.
    unknown: Vec<(String, Box<RawValue>)>,
}

// An actor without persisted fields does not include the code for them.
impl Saved {
    /// Fills `actor` from what is stored.
    pub(crate) fn load<A: State>(actor: &mut A, stored: &str) -> Result<Self> {
        match A::PERSISTS {
            true => Self::load_fields(actor, stored),
            false => Ok(Self::default()),
        }
    }

    fn load_fields(actor: &mut dyn Persisted, stored: &str) -> Result<Self> {
        let stored = json::from_text(stored).map_err(|error| {
            Error::schema(format!("the persisted fields can't be read: {error}"))
        })?;
        let mut loader = Loader(stored);
        actor.load(&mut loader)?;
        let unknown = loader.0.0.into_iter();
        Ok(Self {
            fields: fields(actor)?,
            unknown: unknown
                .map(|(name, value)| (name, value.to_owned()))
                .collect(),
        })
    }

    /// The fields of `actor`, if they differ from what is stored.
    ///
    /// # Errors
    ///
    /// Fields that could be stored but not read back, NaN for example: they fail the turn
    /// that sets them instead of every later wake.
    pub(crate) fn changed<A: State>(&self, actor: &A) -> Result<Option<String>> {
        match A::PERSISTS {
            true => self.changed_fields(actor),
            false => Ok(None),
        }
    }

    fn changed_fields(&self, actor: &dyn Persisted) -> Result<Option<String>> {
        let fields = fields(actor)?;
        if fields == self.fields {
            return Ok(None);
        }
        restore(&mut *actor.fresh(), &fields)
            .map_err(|error| Error::internal(format!("not stored, since {error}")))?;
        Ok(Some(fields))
    }

    /// The fields as they are stored: with those that the struct lacks.
    pub(crate) fn with_unknown(&self, fields: &str) -> Result<String> {
        let known = fields.strip_suffix('}').unwrap_or(fields);
        let known = if known == "{" { "" } else { known };
        let mut saver = Saver(known.into());
        for (name, value) in &self.unknown {
            saver.name(name)?;
            saver.0.extend(value.get().bytes());
        }
        saver.finish()
    }

    /// Fails if a field of `actor` differs from what is stored, after a turn that could only
    /// have changed it through a `Cell` or the like: the change would be lost.
    pub(crate) fn check_still(&self, actor: &dyn Persisted) -> Result<()> {
        let fields = fields(actor)?;
        if fields == self.fields {
            return Ok(());
        }
        let now: Fields<'_> = serde_json::from_str(&fields)?;
        let stored: Fields<'_> = serde_json::from_str(&self.fields)?;
        let mut both = now.0.iter().zip(&stored.0);
        match both.find(|((_, now), (_, stored))| now.get() != stored.get()) {
            None => Ok(()),
            Some(((name, _), _)) => Err(Error::internal(format!(
                "a `&self` turn has changed the persisted field `{name}`, which is not stored: \
                 change it in a `&mut self` handler, without `Cell`, `Mutex` and the like"
            ))),
        }
    }

    /// The fields as they were stored last.
    pub(crate) fn fields(&self) -> &str {
        &self.fields
    }

    /// Records what has been stored.
    pub(crate) fn set(&mut self, fields: String) {
        self.fields = fields;
    }

    /// Puts the fields of `actor` back to what is stored.
    pub(crate) fn restore<A: State>(&mut self, actor: &mut A) -> Result<()> {
        match A::PERSISTS {
            true => self.restore_fields(actor),
            false => Ok(()),
        }
    }

    fn restore_fields(&mut self, actor: &mut dyn Persisted) -> Result<()> {
        restore(actor, &self.fields)?;
        // A set may come back in another order.
        self.fields = fields(actor)?;
        Ok(())
    }
}

fn fields(actor: &dyn Persisted) -> Result<String> {
    let mut saver = Saver::default();
    actor.save(&mut saver)?;
    saver.finish()
}

fn restore(actor: &mut dyn Persisted, fields: &str) -> Result<()> {
    actor.load(&mut Loader(serde_json::from_str(fields)?))
}
