//! SQLite itself, with the tables that a statement may use and the refusals of a Durable
//! Object: it prepares statements, but runs none of the user's, except for migrations.

use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

use actors_sqlite::names::is_private;
use actors_sqlite::refused::{self, Action};
use rusqlite::config::DbConfig;
use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::hooks::{AuthContext, Authorization};
use rusqlite::{Batch, Connection, Error, Statement};

use super::mistakes::Mistake;
use crate::reflection::columns::Reflection;

/// SQLite's error about a statement, in its own words.
#[derive(Debug)]
pub(crate) struct Complaint {
    pub(crate) words: String,
    /// The byte of the statement that it is about, if SQLite reports it.
    pub(crate) offset: Option<usize>,
}

/// SQLite's message when the authorizer denies something.
const REFUSED: &str = "not authorized";

pub(crate) struct Engine(Connection);

/// How many databases are cached: more than a crate has sets of tables.
const KEPT: usize = 100;

/// A database with those tables, unless one of them has a mistake. Creating one takes
/// longer than preparing a statement, so it is cached.
pub(crate) fn of_tables(reflections: Vec<Rc<Reflection>>) -> Option<Rc<Engine>> {
    thread_local! {
        static MADE: RefCell<Vec<Made>> = RefCell::default();
    }
    let made = MADE.with_borrow(|made| {
        let found = made.iter().find(|made| made.is_of(&reflections));
        found.map(|made| made.engine.clone())
    });
    if made.is_some() {
        return made;
    }
    let engine = Rc::new(Engine::new());
    let mut create = reflections.iter().flat_map(|reflection| &reflection.create);
    create.try_for_each(|create| engine.define(create).ok())?;
    MADE.with_borrow_mut(|made| {
        if made.len() >= KEPT {
            made.clear();
        }
        let engine = engine.clone();
        made.push(Made {
            reflections,
            engine,
        });
    });
    Some(engine)
}

/// A cached database, and its tables.
struct Made {
    reflections: Vec<Rc<Reflection>>,
    engine: Rc<Engine>,
}

impl Made {
    fn is_of(&self, reflections: &[Rc<Reflection>]) -> bool {
        let mut both = self.reflections.iter().zip(reflections);
        self.reflections.len() == reflections.len() && both.all(|(a, b)| Rc::ptr_eq(a, b))
    }
}

impl Engine {
    /// An empty database.
    ///
    /// # Panics
    ///
    /// There is no memory left.
    pub(crate) fn new() -> Self {
        let connection = Connection::open_in_memory().expect("SQLite opens in memory");
        // These settings of an open connection can't fail.
        let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false);
        let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false);
        // Tables may refer to others that the statement does not name.
        let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, false);
        Self(connection)
    }

    /// Runs a statement that creates a table or an index.
    pub(crate) fn define(&self, statement: &str) -> Result<(), Complaint> {
        self.0.execute_batch(statement).map_err(Complaint::from)
    }

    /// Prepares a statement, and returns the names of its columns.
    pub(crate) fn prepare(&self, statement: &str) -> Result<Vec<String>, Complaint> {
        let prepared = self.0.prepare(statement)?;
        let names = prepared.column_names();
        Ok(names.map(str::to_owned).collect())
    }

    /// Runs the statements of a migration on tables without rows; an error has its place in
    /// the text.
    pub(crate) fn migrate(&mut self, text: &str) -> Result<(), (Complaint, Range<usize>)> {
        let authorizer =
            |context: AuthContext<'_>| match is_allowed(actors_sqlite::action!(context.action)) {
                true => Authorization::Allow,
                false => Authorization::Deny,
            };
        let _ = self.0.authorizer(Some(authorizer));
        let mut batch = Batch::new(&self.0, text);
        let mut start = 0;
        loop {
            let rest = text.get(start..).unwrap_or_default();
            let lead = rest.len() - rest.trim_start_matches([';', ' ', '\n', '\t', '\r']).len();
            let place = start + lead..start + rest.find(';').unwrap_or(rest.len()).max(lead);
            let next = batch.next().map_err(Complaint::from);
            let Some(mut statement) = next.map_err(|complaint| (complaint, place.clone()))? else {
                return match start {
                    0 => Err((Mistake::NoStatement.into(), 0..text.len())),
                    _ => Ok(()),
                };
            };
            if let Some(source) = statement.expanded_sql() {
                start += rest.find(&source).unwrap_or(0) + source.len();
            }
            let ran = self.run(&mut statement, &text[place.clone()]);
            ran.map_err(|complaint| (complaint, place))?;
        }
    }

    /// Runs one statement of a migration. Tables have no rows here, but may have some at run
    /// time, so a new column without a value for them is refused.
    fn run(&self, statement: &mut Statement<'_>, text: &str) -> Result<(), Complaint> {
        if statement.parameter_count() > 0 {
            return Err(Mistake::Parameters.into());
        }
        let before = self.required();
        let mut rows = statement.query(())?;
        while rows.next()?.is_some() {}
        if self.has_reserved() {
            return Err(Complaint::new(REFUSED.to_owned()));
        }
        let is_alter = text.trim_start().to_ascii_uppercase().starts_with("ALTER");
        if is_alter && before < self.required() {
            return Err(Mistake::RequiredColumn.into());
        }
        Ok(())
    }

    /// Whether anything has a name reserved for the platform or the framework, or is a
    /// trigger or a view that may touch such a name.
    fn has_reserved(&self) -> bool {
        let count = "SELECT COUNT(*) FROM sqlite_master WHERE name LIKE '\\_cf\\_%' ESCAPE '\\' \
                     OR name LIKE '\\_actors%' ESCAPE '\\' OR type IN ('trigger', 'view') \
                     AND (sql LIKE '%\\_actors%' ESCAPE '\\' OR sql LIKE '%\\_cf\\_%' ESCAPE '\\')";
        self.0
            .query_row(count, (), |row| row.get::<_, u32>(0))
            .is_ok_and(|count| count > 0)
    }

    /// How many columns have to be given a value.
    fn required(&self) -> u32 {
        let count = "SELECT COUNT(*) FROM sqlite_master AS t, pragma_table_xinfo(t.name) AS c \
                     WHERE t.type = 'table' AND c.\"notnull\" AND c.dflt_value IS NULL AND c.hidden = 0";
        self.0
            .query_row(count, (), |row| row.get(0))
            .unwrap_or_default()
    }

    /// The available functions.
    pub(crate) fn functions(&self) -> Vec<String> {
        let mut names = Vec::new();
        let _ = self
            .0
            .prepare("SELECT DISTINCT name FROM pragma_function_list")
            .and_then(|mut statement| {
                let rows = statement.query_map((), |row| row.get(0))?;
                names.extend(rows.flatten());
                Ok(())
            });
        names
    }
}

/// What a migration may do: less than the runtime lets an object do, on purpose. It may not touch
/// the framework's own tables, while at run time the framework's statements go through the same
/// check as the user's. And the only pragmas are those that SQLite itself runs when it alters a
/// table: what others set or return is lost with the statement.
fn is_allowed(action: Action<'_>) -> bool {
    match action {
        Action::Table(name) => !is_private(name),
        Action::Pragma(name) => ["quick_check", "table_xinfo"].contains(&name),
        other => refused::is_allowed(other),
    }
}

impl Complaint {
    /// Whether a statement does what [`Engine::migrate`] does not allow.
    pub(crate) fn is_refusal(&self) -> bool {
        self.words == REFUSED || self.words.ends_with(" is prohibited")
    }

    /// One about the whole statement.
    fn new(words: String) -> Self {
        Self {
            words,
            offset: None,
        }
    }
}

impl From<Mistake<'_>> for Complaint {
    fn from(mistake: Mistake<'_>) -> Self {
        Self::new(mistake.to_string())
    }
}

impl From<Error> for Complaint {
    fn from(error: Error) -> Self {
        match error {
            Error::SqlInputError { msg, offset, .. } => Self {
                words: msg,
                offset: usize::try_from(offset).ok(),
            },
            Error::SqliteFailure(_, Some(words)) => Self::new(words),
            other => Self::new(other.to_string()),
        }
    }
}
