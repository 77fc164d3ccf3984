//! The `#[persist]` fields of an actor: one JSON object in the row that each wake reads anyway.

use std::any::Any;
use std::cell::RefCell;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::error::{Error, Result};
use crate::instance::Instance;
use crate::json::{self, Fields};
use crate::schema;

/// An actor's struct with its context, without their type.
#[doc(hidden)]
pub trait AnyActor: Any {
    /// Takes the persisted fields out.
    fn save(&self, saver: &mut Saver) -> Result<()>;
    /// Puts the persisted fields back.
    fn load(&mut self, loader: &mut Loader<'_>) -> Result<()>;
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
        json::write(&mut self.0, value).map_err(|error| unsaved(name, &error))
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
        *field = json::from_text(value.get()).map_err(|error| unread(name, &error))?;
        Ok(())
    }
}

#[cold]
fn unsaved(name: &str, error: &str) -> Error {
    Error::internal(format!(
        "the persisted field `{name}` can't be stored: {error}"
    ))
}

#[cold]
fn unread(name: &str, error: &str) -> Error {
    Error::schema(format!(
        "the persisted field `{name}` can't be read: {error}"
    ))
}

/// Makes an actor's struct as it is before anything is loaded.
type Fresh<'a> = dyn Fn() -> Box<dyn AnyActor> + 'a;

/// What keeps the persisted fields of an actor in memory, as they are stored.
pub(crate) trait Saves {
    /// Fills `actor` from what is stored.
    fn load(&self, actor: &mut dyn AnyActor, stored: &str) -> Result<()>;

    /// The fields of `actor`, if they differ from what is stored. `fresh` makes one like it, with
    /// the default of each field.
    ///
    /// # Errors
    ///
    /// Fields that could be stored but not read back, NaN for example: they fail the turn
    /// that sets them instead of every later wake.
    fn changed(&self, actor: &dyn AnyActor, fresh: &Fresh<'_>) -> Result<Option<String>>;

    /// Stores the fields, or keeps them until the object exists.
    fn store(&self, instance: &Instance, fields: &str) -> Result<()>;

    /// The fields as they were stored last.
    fn fields(&self) -> String;

    /// Records what has been stored.
    fn set(&self, fields: String);

    /// Puts the fields of `actor` back to what is stored.
    fn restore(&self, actor: &mut dyn AnyActor) -> Result<()>;

    /// Fails if a field of `actor` differs from what is stored, after a turn that could only
    /// have changed it through a `Cell` or the like: the change would be lost.
    fn check_still(&self, actor: &dyn AnyActor) -> Result<()>;
}

/// An actor without persisted fields does not include the code for them.
impl Saves for () {
    fn load(&self, _: &mut dyn AnyActor, _: &str) -> Result<()> {
        Ok(())
    }

    fn changed(&self, _: &dyn AnyActor, _: &Fresh<'_>) -> Result<Option<String>> {
        Ok(None)
    }

    fn store(&self, _: &Instance, _: &str) -> Result<()> {
        Ok(())
    }

    fn fields(&self) -> String {
        String::new()
    }

    fn set(&self, _: String) {}

    fn restore(&self, _: &mut dyn AnyActor) -> Result<()> {
        Ok(())
    }

    fn check_still(&self, _: &dyn AnyActor) -> Result<()> {
        Ok(())
    }
}

/// The persisted fields as they are stored.
#[derive(Default)]
pub(crate) struct Saved {
    fields: RefCell<String>,
    /// Stored fields that this struct lacks, kept for code that has them.
    unknown: RefCell<Vec<(String, Box<RawValue>)>>,
}

impl Saves for Saved {
    fn load(&self, actor: &mut dyn AnyActor, stored: &str) -> Result<()> {
        let stored = json::from_text(stored).map_err(|error| {
            Error::schema(format!("the persisted fields can't be read: {error}"))
        })?;
        let mut loader = Loader(stored);
        actor.load(&mut loader)?;
        let unknown = loader.0.0.into_iter();
        self.fields.replace(fields(actor)?);
        self.unknown.replace(
            unknown
                .map(|(name, value)| (name, value.to_owned()))
                .collect(),
        );
        Ok(())
    }

    fn changed(&self, actor: &dyn AnyActor, fresh: &Fresh<'_>) -> Result<Option<String>> {
        let fields = fields(actor)?;
        if fields == *self.fields.borrow() {
            return Ok(None);
        }
        restore(&mut *fresh(), &fields)
            .map_err(|error| Error::internal(format!("not stored, since {error}")))?;
        Ok(Some(fields))
    }

    fn store(&self, instance: &Instance, fields: &str) -> Result<()> {
        match instance.unborn.keeps(fields) {
            true => Ok(()),
            false => schema::store(instance, &self.with_unknown(fields)?),
        }
    }

    fn fields(&self) -> String {
        self.fields.borrow().clone()
    }

    fn set(&self, fields: String) {
        self.fields.replace(fields);
    }

    fn restore(&self, actor: &mut dyn AnyActor) -> Result<()> {
        let mut stored = self.fields.borrow_mut();
        restore(actor, &stored)?;
        // A set may come back in another order.
        *stored = fields(actor)?;
        Ok(())
    }

    fn check_still(&self, actor: &dyn AnyActor) -> Result<()> {
        let (fields, stored) = (fields(actor)?, self.fields.borrow());
        if fields == *stored {
            return Ok(());
        }
        let now: Fields<'_> = serde_json::from_str(&fields)?;
        let stored: Fields<'_> = serde_json::from_str(&stored)?;
        let mut both = now.0.iter().zip(&stored.0);
        match both.find(|((_, now), (_, stored))| now.get() != stored.get()) {
            None => Ok(()),
            Some(((name, _), _)) => Err(Error::internal(format!(
                "a `&self` turn has changed the persisted field `{name}`, which is not stored: \
                 change it in a `&mut self` handler, without `Cell`, `Mutex` and the like"
            ))),
        }
    }
}

impl Saved {
    /// The fields as they are stored: with those that the struct lacks.
    fn with_unknown(&self, fields: &str) -> Result<String> {
        let known = fields.strip_suffix('}').unwrap_or(fields);
        let known = if known == "{" { "" } else { known };
        let mut saver = Saver(known.into());
        for (name, value) in &*self.unknown.borrow() {
            saver.name(name)?;
            saver.0.extend(value.get().bytes());
        }
        saver.finish()
    }
}

fn fields(actor: &dyn AnyActor) -> Result<String> {
    let mut saver = Saver::default();
    actor.save(&mut saver)?;
    saver.finish()
}

fn restore(actor: &mut dyn AnyActor, fields: &str) -> Result<()> {
    actor.load(&mut Loader(serde_json::from_str(fields)?))
}
