//! What there is to know of a task.

use serde::de::DeserializeOwned;

use super::TaskId;
use crate::error::{Error, ErrorKind, Result};
use crate::json;
use crate::sql::{FromRow, Row};
use crate::time::Timestamp;

/// A task of an actor, from [`Tasks::get`](super::Tasks::get).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Task<R = serde_json::Value> {
    /// Its id.
    pub id: TaskId<R>,
    /// The name of its `#[task]` method.
    pub name: String,
    /// Its key, if it is `keyed`.
    pub key: Option<String>,
    /// The version of the code that it was started with.
    pub version: u32,
    /// When it was started.
    pub started: Timestamp,
    /// When its state was stored last.
    pub changed: Timestamp,
    /// What it is doing.
    pub state: TaskState<R>,
    progress: Option<String>,
}

impl<R> Task<R> {
    /// What it has reported with [`Run::progress`](super::Run::progress) last.
    ///
    /// # Errors
    ///
    /// That is of another type.
    pub fn progress<P: DeserializeOwned>(&self) -> Result<Option<P>> {
        let progress = self.progress.as_deref();
        progress
            .map(|text| read(&self.name, "progress", text))
            .transpose()
    }
}

/// What a task is doing.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum TaskState<R = serde_json::Value> {
    /// It waits for a place among those that run, to begin or to go on.
    Queued,
    /// It is in memory.
    Running,
    /// It sleeps.
    Asleep {
        /// When it goes on.
        until: Timestamp,
    },
    /// It waits for a signal.
    AwaitsEvent {
        /// Of that name.
        name: String,
        /// When it goes on without, or has reached its time limit.
        until: Option<Timestamp>,
    },
    /// Something has failed and will be attempted again: a step, or the task itself if it panicked
    /// or took the process down.
    Retrying {
        /// How often it has failed.
        attempt: u32,
        /// The last error.
        error: String,
        /// When it is attempted next.
        at: Timestamp,
    },
    /// It can't go on, and needs [`retry`](super::Tasks::retry) or
    /// [`discard`](super::Tasks::discard): the code is not that of its journal, or it panicked at
    /// each attempt.
    SetAside {
        /// The last error.
        error: String,
    },
    /// It has returned this.
    Done(R),
    /// It has failed for good.
    Failed(Error),
    /// It was cancelled, and has cleaned up.
    Cancelled,
}

/// Which of its [states](TaskState) a task is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs, reason = "those of `TaskState`")]
pub enum Phase {
    Queued = 0,
    Running = 1,
    Asleep = 2,
    AwaitsEvent = 3,
    Retrying = 4,
    SetAside = 5,
    Done = 6,
    Failed = 7,
    Cancelled = 8,
}

impl Phase {
    const ALL: [Self; 9] = [
        Self::Queued,
        Self::Running,
        Self::Asleep,
        Self::AwaitsEvent,
        Self::Retrying,
        Self::SetAside,
        Self::Done,
        Self::Failed,
        Self::Cancelled,
    ];

    /// Whether the task has ended.
    pub const fn is_final(self) -> bool {
        self as u8 >= Self::Done as u8
    }
}

impl<R> TaskState<R> {
    /// Which state it is, without what belongs to it.
    pub fn phase(&self) -> Phase {
        match self {
            Self::Queued => Phase::Queued,
            Self::Running => Phase::Running,
            Self::Asleep { .. } => Phase::Asleep,
            Self::AwaitsEvent { .. } => Phase::AwaitsEvent,
            Self::Retrying { .. } => Phase::Retrying,
            Self::SetAside { .. } => Phase::SetAside,
            Self::Done(_) => Phase::Done,
            Self::Failed(_) => Phase::Failed,
            Self::Cancelled => Phase::Cancelled,
        }
    }
}

/// The columns of a [`Task`]. The alarm of a task has its id, and says what the task's row does not:
/// whether it is due, has failed, or is set aside. The parameters are the time, and the tasks in
/// memory as JSON.
pub(super) const SELECT: &str = "SELECT * FROM (SELECT t.id, t.name, t.key, t.version, t.started, \
     t.changed, CASE WHEN t.state >= 6 THEN t.state \
     WHEN t.id IN (SELECT value FROM json_each(?2)) THEN 1 \
     WHEN a.id IS NOT NULL AND a.due IS NULL THEN 5 WHEN a.attempts > 0 THEN 4 \
     WHEN a.due <= ?1 THEN 0 ELSE t.state END AS phase, COALESCE(a.due, t.until) AS until, \
     t.about, CASE WHEN a.attempts > 0 THEN a.attempts ELSE t.attempts END, \
     COALESCE(a.error, t.error), t.progress, t.result FROM _actors_tasks AS t \
     LEFT JOIN _actors_alarms AS a ON a.id = t.id WHERE t.expires IS NULL OR t.expires > ?1)";

/// A task as it is stored.
pub(super) struct StoredTask {
    pub(super) id: i64,
    name: String,
    key: Option<String>,
    version: u32,
    started: Timestamp,
    changed: Timestamp,
    phase: u32,
    until: Option<Timestamp>,
    about: Option<String>,
    attempts: u32,
    error: Option<String>,
    progress: Option<String>,
    result: Option<String>,
}

impl FromRow for StoredTask {
    const WIDTH: usize = 13;

    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            key: row.get(2)?,
            version: row.get(3)?,
            started: row.get(4)?,
            changed: row.get(5)?,
            phase: row.get(6)?,
            until: row.get(7)?,
            about: row.get(8)?,
            attempts: row.get(9)?,
            error: row.get(10)?,
            progress: row.get(11)?,
            result: row.get(12)?,
        })
    }
}

impl StoredTask {
    pub(super) fn read<R: DeserializeOwned>(mut self) -> Result<Task<R>> {
        let state = match self.phase() {
            Phase::Done => TaskState::Done(read(&self.name, "result", self.result())?),
            _ => self.state(),
        };
        Ok(Task {
            id: TaskId::new(self.id),
            name: self.name,
            key: self.key,
            version: self.version,
            started: self.started,
            changed: self.changed,
            state,
            progress: self.progress,
        })
    }

    pub(super) fn phase(&self) -> Phase {
        Phase::ALL
            .get(self.phase as usize)
            .copied()
            .unwrap_or(Phase::Queued)
    }

    fn result(&self) -> &str {
        self.result.as_deref().unwrap_or("null")
    }

    fn state<R>(&mut self) -> TaskState<R> {
        let error = self.error.take().unwrap_or_default();
        let until = self.until;
        match self.phase() {
            Phase::Queued | Phase::Done => TaskState::Queued,
            Phase::Running => TaskState::Running,
            Phase::Asleep => TaskState::Asleep {
                until: until.unwrap_or_default(),
            },
            Phase::AwaitsEvent => TaskState::AwaitsEvent {
                name: self.about.take().unwrap_or_default(),
                until,
            },
            Phase::Retrying => TaskState::Retrying {
                attempt: self.attempts,
                error,
                at: until.unwrap_or_default(),
            },
            Phase::SetAside => TaskState::SetAside { error },
            Phase::Failed => {
                let kind = ErrorKind::from_name(&error).unwrap_or(ErrorKind::Internal);
                TaskState::Failed(Error::new(kind, self.result.take().unwrap_or_default()))
            }
            Phase::Cancelled => TaskState::Cancelled,
        }
    }
}

fn read<T: DeserializeOwned>(task: &str, what: &str, text: &str) -> Result<T> {
    json::from_text(text).map_err(|error| {
        Error::schema(format!(
            "the {what} of the task `{task}` is of another type: {error}"
        ))
    })
}
