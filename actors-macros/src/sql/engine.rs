//! SQLite itself, with the tables that a statement may use and what a Durable Object
//! refuses: it prepares statements, and runs none of the user's.

use rusqlite::config::DbConfig;
use rusqlite::{Connection, Error};

/// What SQLite says against a statement, in its own words.
#[derive(Debug)]
pub(crate) struct Complaint {
    pub(crate) words: String,
    /// Which byte of the statement it is about, where SQLite says so.
    pub(crate) offset: Option<usize>,
}

pub(crate) struct Engine(Connection);

impl Engine {
    /// An empty database.
    ///
    /// # Panics
    ///
    /// There is no memory for one.
    pub(crate) fn new() -> Self {
        let connection = Connection::open_in_memory().expect("SQLite opens in memory");
        // As settings of an open connection these can't fail.
        let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false);
        let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false);
        // Tables may refer to others that the statement does not name.
        let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, false);
        Self(connection)
    }

    /// Runs a statement that makes a table or an index.
    pub(crate) fn define(&self, statement: &str) -> Result<(), Complaint> {
        self.0.execute_batch(statement).map_err(Complaint::from)
    }

    /// Prepares a statement, and answers the names of its columns.
    pub(crate) fn prepare(&self, statement: &str) -> Result<Vec<String>, Complaint> {
        let prepared = self.0.prepare(statement)?;
        let names = prepared.column_names();
        Ok(names.map(str::to_owned).collect())
    }

    /// The functions that there are.
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

impl From<Error> for Complaint {
    fn from(error: Error) -> Self {
        match error {
            Error::SqlInputError { msg, offset, .. } => Self {
                words: msg,
                offset: usize::try_from(offset).ok(),
            },
            Error::SqliteFailure(_, Some(words)) => Self {
                words,
                offset: None,
            },
            other => Self {
                words: other.to_string(),
                offset: None,
            },
        }
    }
}
