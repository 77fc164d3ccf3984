//! D1: SQLite databases outside actors.

use std::rc::Rc;

use actors_sqlite::refused::TRANSACTIONS;

use crate::error::{Error, Result, shortened};
use crate::sql::cell::Rows;
use crate::sql::{FromRow, Params, Row, Value, check_shape};
use crate::turn::BoxFuture;

/// A D1 database, from [`Env::database`](crate::Env::database): SQLite, shared by all of the Worker.
///
/// Values and rows are those of [`Ctx::sql`](crate::Ctx::sql): a tuple of values, a
/// [`FromRow`] type for each row. An integer is bound as an `INTEGER` and a float as a `REAL`.
/// What D1 can't carry exactly is refused when it is bound: integers beyond ±(2^53 - 1), NaN and
/// the infinities. (-0.0 arrives as 0.0, and an infinity that SQL computes as NULL.)
///
/// Each call is a request over the network, and so is a [`batch`](Self::batch) as a whole. Bytes
/// travel as text, four to six times as long: large ones belong in a [`Bucket`](super::Bucket).
/// An actor's own database is next to it: use D1 for what many actors share.
///
/// Limits: 100 values and 100,000 bytes for a statement, 100 columns, 2 MB for a text, a blob or a
/// row, 50 bytes for a pattern of `LIKE`. Tables are created by `wrangler d1 migrations`; under
/// `cargo test` by [`World::database`](https://docs.rs/actors-core).
///
/// ```
/// use actors_core::bindings::Database;
/// use actors_core::prelude::*;
///
/// #[derive(FromRow, Debug, PartialEq)]
/// struct User {
///     id: u64,
///     name: String,
/// }
///
/// async fn register(db: &Database, name: &str) -> Result<User> {
///     let insert = "INSERT INTO users (name) VALUES (?)";
///     let done = db.prepare(insert).bind((name,)).run().await?;
///     let select = db.prepare("SELECT id, name FROM users WHERE id = ?");
///     let user = select.bind((done.last_row_id,)).first().await?;
///     user.ok_or_else(|| Error::not_found("no such user"))
/// }
/// # use actors_core::testing::World;
/// # fn main() -> Result<()> {
/// // In a test:
/// let world = World::new()
///     .database("DB", "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)");
/// let db = world.env().database("DB")?;
/// let ann = world.run(register(&db, "Ann"))?;
/// assert_eq!(ann, User { id: 1, name: "Ann".into() });
/// let error = world.run(register(&db, "Ann")).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Sql);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Database(Rc<dyn D1>);

/// A statement of a [`Database`], from [`Database::prepare`], with its values.
#[must_use = "a statement does nothing until it is run"]
#[derive(Clone)]
pub struct PreparedStatement {
    database: Rc<dyn D1>,
    text: Rc<str>,
    values: Result<Vec<Value<'static>>>,
}

/// What a statement has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueryMeta {
    /// Rows scanned, index rows included, as billed. Under `cargo test` the rows returned.
    pub rows_read: u64,
    /// Rows inserted, changed or deleted, index rows included, as billed. Under `cargo test`
    /// without those of indices.
    pub rows_written: u64,
    /// Rows inserted, changed or deleted.
    pub changes: u64,
    /// The rowid of the last row that was inserted into the database, by whatever statement.
    pub last_row_id: i64,
}

/// The result of one statement of a [`batch`](Database::batch).
pub struct QueryResult {
    text: Rc<str>,
    rows: Rows<'static>,
    meta: QueryMeta,
}

/// A statement as a backend runs it.
pub(crate) struct Query {
    pub(crate) text: Rc<str>,
    pub(crate) values: Vec<Value<'static>>,
}

/// A D1 database of a backend. Its errors are SQLite's messages, without the statement.
pub(crate) trait D1 {
    fn run(&self, query: Query) -> BoxFuture<'static, Result<QueryMeta>>;
    fn all(&self, query: Query) -> BoxFuture<'static, Result<Rows<'static>>>;
    /// Runs them in one transaction. Of columns with the same name only the last one is returned.
    fn batch(
        &self,
        queries: Vec<Query>,
    ) -> BoxFuture<'static, Result<Vec<(Rows<'static>, QueryMeta)>>>;
}

impl Database {
    pub(crate) fn new(database: Rc<dyn D1>) -> Self {
        Self(database)
    }

    /// A statement, whose values are bound to its `?` or `?1`. It runs when one of its methods is
    /// called, and is checked then.
    pub fn prepare(&self, statement: &str) -> PreparedStatement {
        PreparedStatement {
            database: self.0.clone(),
            text: statement.into(),
            values: Ok(Vec::new()),
        }
    }

    /// Runs statements one after the other, as one transaction and one request, and returns the
    /// result of each.
    ///
    /// ```
    /// # use actors_core::{bindings::Database, prelude::*};
    /// async fn transfer(db: &Database, from: &str, to: &str, amount: u32) -> Result<u32> {
    ///     let add = db.prepare("UPDATE accounts SET balance = balance + ?2 WHERE owner = ?1");
    ///     let results = db
    ///         .batch([
    ///             add.clone().bind((from, -i64::from(amount))),
    ///             add.bind((to, amount)),
    ///             db.prepare("SELECT balance FROM accounts WHERE owner = ?").bind((from,)),
    ///         ])
    ///         .await?;
    ///     Ok(results[2].rows()?[0])
    /// }
    /// # let tables = "CREATE TABLE accounts (owner TEXT, balance INTEGER CHECK (balance >= 0));
    /// #     INSERT INTO accounts VALUES ('ann', 10), ('bob', 0)";
    /// # let world = actors_core::testing::World::new().database("DB", tables);
    /// # let db = world.env().database("DB")?;
    /// # assert_eq!(world.run(transfer(&db, "ann", "bob", 7))?, 3);
    /// # assert!(world.run(transfer(&db, "ann", "bob", 7)).is_err());
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Sql`](crate::ErrorKind::Sql) with SQLite's message, if any of them fails or has
    /// a value that can't be bound: then none of them has an effect. D1 doesn't say which it was.
    pub async fn batch(
        &self,
        statements: impl IntoIterator<Item = PreparedStatement>,
    ) -> Result<Vec<QueryResult>> {
        let queries = statements.into_iter().map(|statement| statement.query());
        let queries = queries.collect::<Result<Vec<_>>>()?;
        if queries.is_empty() {
            return Ok(Vec::new());
        }
        let texts: Vec<_> = queries.iter().map(|query| query.text.clone()).collect();
        let results = self.0.batch(queries).await;
        let results = results.map_err(|error| Error::new(error.kind(), message_of(&error)))?;
        Ok(results
            .into_iter()
            .zip(texts)
            .map(|((rows, meta), text)| QueryResult { text, rows, meta })
            .collect())
    }
}

impl PreparedStatement {
    /// Binds the values, a tuple: `(value,)` for one. A value that can't be bound is an error when
    /// the statement runs.
    pub fn bind(mut self, params: impl Params) -> Self {
        let mut bound = Vec::new();
        let kept = params.with(&mut |values| {
            bound = values
                .iter()
                .cloned()
                .map(sendable)
                .collect::<Result<_>>()?;
            Ok(())
        });
        self.values = kept.map(|()| bound);
        self
    }

    /// Runs it for its effect.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Sql`](crate::ErrorKind::Sql) with SQLite's message and the statement.
    pub async fn run(self) -> Result<QueryMeta> {
        let text = self.text.clone();
        let done = self.database.clone().run(self.query()?).await;
        done.map_err(|error| of(error, &text))
    }

    /// Returns its first row, if there is one. D1 reads and sends all of them: write `LIMIT 1`.
    ///
    /// # Errors
    ///
    /// Those of [`all`](Self::all).
    pub async fn first<T: FromRow>(self) -> Result<Option<T>> {
        let text = self.text.clone();
        let rows = self.fetch().await?;
        let mut first = None;
        let read = rows.visit(&mut |row| {
            if first.is_none() {
                check_shape(row, (T::WIDTH, T::NAMES))?;
                first = Some(T::from_row(row)?);
            }
            Ok(())
        });
        read.map_err(|error| of(error, &text))?;
        Ok(first)
    }

    /// Returns all its rows.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Sql`](crate::ErrorKind::Sql) with SQLite's message and the statement; or its
    /// rows can't be read as `T`.
    pub async fn all<T: FromRow>(self) -> Result<Vec<T>> {
        let text = self.text.clone();
        let rows = self.fetch().await?;
        let check = |row: &Row<'_>| check_shape(row, (T::WIDTH, T::NAMES));
        read(&rows, check).map_err(|error| of(error, &text))
    }

    async fn fetch(self) -> Result<Rows<'static>> {
        let text = self.text.clone();
        let rows = self.database.clone().all(self.query()?).await;
        rows.map_err(|error| of(error, &text))
    }

    fn query(self) -> Result<Query> {
        let Self { text, values, .. } = self;
        let checked = values.and_then(|values| check(&text).map(|()| values));
        let values = checked.map_err(|error| of(error, &text))?;
        Ok(Query { text, values })
    }
}

impl QueryResult {
    /// Returns its rows.
    ///
    /// In a batch D1 sends each row by the names of its columns, not by their order. So columns of
    /// a row that is read as several values need different names, and none that is a number.
    ///
    /// # Errors
    ///
    /// The rows can't be read as `T`.
    pub fn rows<T: FromRow>(&self) -> Result<Vec<T>> {
        let rows = read(&self.rows, |row| {
            check_names(row, T::WIDTH)?;
            check_shape(row, (T::WIDTH, T::NAMES))
        });
        rows.map_err(|error| of(error, &self.text))
    }

    /// What the statement has done.
    pub fn meta(&self) -> QueryMeta {
        self.meta
    }
}

fn read<T: FromRow>(rows: &Rows<'_>, check: impl Fn(&Row<'_>) -> Result<()>) -> Result<Vec<T>> {
    let mut all = Vec::new();
    rows.visit(&mut |row| {
        if all.is_empty() {
            check(row)?;
        }
        all.push(T::from_row(row)?);
        Ok(())
    })?;
    Ok(all)
}

/// Checks that the names of a batch's columns have not changed their order or number.
fn check_names(row: &Row<'_>, width: usize) -> Result<()> {
    let is_number = |name: &str| name.bytes().all(|byte| byte.is_ascii_digit());
    match (0..row.len()).any(|index| is_number(row.name(index))) {
        true if width > 1 => Err(Error::sql(
            "a column without a name, or with a number as its name, loses its place in a batch: \
             name each with AS",
        )),
        _ if row.len() < width => Err(Error::sql(format!(
            "the statement returns {} columns with different names, expected {width}: in a batch, \
             name each with AS",
            row.len()
        ))),
        _ => Ok(()),
    }
}

/// The value as D1 carries it, in JSON.
fn sendable(value: Value<'_>) -> Result<Value<'static>> {
    match value {
        Value::Real(real) if real.is_infinite() => Err(Error::sql(
            "an infinite number can't be bound: D1 would make it NULL",
        )),
        // -0.0, which JSON does not have, becomes 0.0.
        Value::Real(real) => Ok(Value::Real(real + 0.0)),
        value => Ok(value.into_owned()),
    }
}

/// Refuses what D1 refuses with a message that doesn't help.
fn check(statement: &str) -> Result<()> {
    let statement = statement.trim_matches(|c: char| c.is_whitespace() || c == ';');
    let end = statement.find(|c: char| !c.is_ascii_alphabetic());
    let verb = &statement[..end.unwrap_or(statement.len())];
    if statement.is_empty() {
        return Err(Error::sql("there is no statement"));
    }
    if TRANSACTIONS
        .iter()
        .any(|word| verb.eq_ignore_ascii_case(word))
    {
        return Err(Error::sql(
            "D1 has no transactions of your own: `Database::batch` runs statements in one",
        ));
    }
    Ok(())
}

/// SQLite's message, without the offset: the statement that D1 gets may be another text.
fn message_of(error: &Error) -> &str {
    let message = error.message().trim_end_matches('.');
    message.split(" at offset ").next().unwrap_or_default()
}

/// The error, with the statement.
fn of(error: Error, statement: &str) -> Error {
    let mut message = message_of(&error).to_owned();
    if !statement.trim().is_empty() {
        message = format!("{message}: {}", shortened(statement));
    }
    Error::new(error.kind(), message)
}
