//! Calls that happen once: the answer to each is kept under its key, in the transaction of what it
//! did, and returned to whoever calls with that key again.

use super::Instance;
use super::later::{if_there, lacks_table};
use super::remembered::Life;
use crate::error::{Error, ErrorKind, Result};
use crate::fnv::Fnv;
use crate::time::{Duration, Timestamp};
use crate::wire::Packed;
use actors_sqlite::limits;

/// Created for the first answer. `place` is a hash of the method and the key: so new answers are
/// spread evenly over all others, whatever the keys. `arguments` is a fingerprint of the others.
/// Without a rowid, an answer is one row to write: the key is the order of the table, and not an
/// index beside it.
const CREATE: &str = "CREATE TABLE _actors_once (place INTEGER NOT NULL, method TEXT NOT NULL, \
                      key TEXT NOT NULL, arguments INTEGER NOT NULL, expires INTEGER NOT NULL, \
                      answer BLOB NOT NULL, PRIMARY KEY (place, method, key)) STRICT, WITHOUT ROWID";

const SELECT: &str = "SELECT arguments, answer FROM _actors_once \
                      WHERE place = ? AND method = ? AND key = ? AND expires > ?";

const INSERT: &str = "INSERT OR REPLACE INTO _actors_once \
                      (place, method, key, arguments, expires, answer) VALUES (?, ?, ?, ?, ?, ?)";

/// Removes what has expired of the eight answers that follow a place: so of a table that is in use
/// about an eighth has expired.
const REMOVE: &str = "DELETE FROM _actors_once WHERE expires <= ?1 AND place IN \
                      (SELECT place FROM (SELECT place, expires FROM _actors_once \
                      WHERE place > ?2 ORDER BY place LIMIT 8) WHERE expires <= ?1)";

/// The longest key, as JSON, in bytes.
const MAX_KEY: usize = 1_024;

/// What a row has beside the answer.
const REST: usize = 2 * MAX_KEY;

/// A call that happens once.
pub(crate) struct OnceCall {
    pub(crate) method: &'static str,
    /// Its key, as JSON.
    pub(crate) key: String,
    /// A fingerprint of its other arguments.
    pub(crate) arguments: i64,
    /// How long its answer is kept.
    pub(crate) keeps: Duration,
}

impl OnceCall {
    fn place(&self) -> i64 {
        let mut hash = Fnv::default();
        hash.write(self.method);
        hash.write(&self.key);
        hash.finish()
    }
}

impl Instance {
    /// The answer that is kept for the call, if there is one.
    pub(crate) fn kept(&self, call: &OnceCall) -> Result<Option<Packed>> {
        let OnceCall { method, key, .. } = call;
        if key.len() > MAX_KEY {
            let length = key.len();
            return Err(Error::invalid(format!(
                "the key of `{method}` has at most {MAX_KEY} bytes as JSON, this one has {length}"
            )));
        }
        if self.remembered().life != Life::Exists {
            return Ok(None);
        }
        let values = (call.place(), *method, key, self.now());
        let found: Option<(i64, Vec<u8>)> = if_there(self.own().optional(SELECT, values))?;
        let Some((arguments, answer)) = found else {
            return Ok(None);
        };
        if arguments != call.arguments {
            return Err(Error::new(
                ErrorKind::Conflict,
                format!(
                    "`{method}` was called with the key {key} before, and with other arguments: \
                     another call needs another key"
                ),
            ));
        }
        let unreadable = || Error::internal("the kept answer can't be read");
        Packed::from_bytes(&answer).ok_or_else(unreadable).map(Some)
    }

    /// Keeps the answer of the call, in the open transaction.
    pub(crate) fn keep(&self, call: &OnceCall, answer: &Packed) -> Result<()> {
        let OnceCall {
            method,
            key,
            arguments,
            keeps,
        } = call;
        let answer = answer.to_bytes();
        if answer.len() > limits::VALUE - REST {
            let length = answer.len();
            return Err(Error::internal(format!(
                "the answer of `{method}` is kept in a row, which is too small for its {length} \
                 bytes: return less, the key of a row that has it for example"
            )));
        }
        self.begin_to_exist()?;
        let place = call.place();
        let expires: Timestamp = self.now() + *keeps;
        let values = (place, *method, key, arguments, expires, &answer[..]);
        match self.own().run(INSERT, values) {
            Err(error) if lacks_table(&error) => {
                self.own().run(CREATE, ())?;
                self.own().run(INSERT, values).map(drop)
            }
            stored => {
                stored?;
                self.own().run(REMOVE, (self.now(), place)).map(drop)
            }
        }
    }
}
