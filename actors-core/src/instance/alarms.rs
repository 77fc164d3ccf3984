//! The table of alarms. What a transaction schedules and completes is written when it ends, or when
//! something else needs the table: many in one statement take a fraction of the time of one in each.

use super::Instance;
use super::remembered::Remembered;
use super::unwritten::{Extent, NewAlarm};
use crate::alarms::Recurrence;
use crate::error::Result;
use crate::sql::Sql;

/// How many ids are taken from SQLite's counter at a time, which is a row to write.
const IDS: i64 = 100;
/// How many alarms are kept before they are written.
const MOST: usize = 1_000;
/// How many one statement writes: with their arguments they fit into one bound value.
const TOGETHER: usize = 100;

const INSERT: &str = "INSERT INTO _actors_alarms \
                      (id, handler, payload, due, planned, key, every, cron, zone, chain) \
                      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

/// Each text is an id and a time of 20 characters each, and the arguments: that is read several
/// times as fast as JSON with three parts.
const INSERT_TOGETHER: &str = "INSERT INTO _actors_alarms (id, handler, payload, due, planned, chain) \
                          SELECT CAST(SUBSTR(value, 1, 20) AS INTEGER), ?2, SUBSTR(value, 41), \
                          CAST(SUBSTR(value, 21, 20) AS INTEGER), \
                          CAST(SUBSTR(value, 21, 20) AS INTEGER), ?3 FROM json_each(?1)";

/// Writes what the open transaction has scheduled and completed since this was done last.
fn write_noted(instance: &Instance) -> Result<()> {
    let Remembered {
        noted_alarms: noted,
        written_alarms: written,
        depth,
        ..
    } = instance.remembered();
    let mut completed = instance.unwritten.completed.borrow_mut();
    let mut scheduled = instance.unwritten.scheduled.borrow_mut();
    instance.delete_alarms(&completed[written.completed..noted.completed])?;
    instance.insert_all(&scheduled[written.scheduled..noted.scheduled])?;
    if depth > 1 {
        // A rollback of the inner transaction would undo that.
        instance.remember(|remembered| remembered.written_alarms = noted);
        return Ok(());
    }
    completed.clear();
    scheduled.clear();
    instance.remember(|remembered| {
        remembered.noted_alarms = Extent::default();
        remembered.written_alarms = Extent::default();
    });
    Ok(())
}

impl Instance {
    /// The database for statements on the table of alarms, which is brought up to date.
    pub(crate) fn alarms(&self) -> Result<Sql<'_>> {
        self.write_alarms()?;
        Ok(self.own())
    }

    /// The id of a new alarm. The open transaction makes the object exist.
    pub(crate) fn new_alarm_id(&self) -> Result<i64> {
        self.begin_to_exist()?;
        let (mut next, mut end) = self.remembered().alarm_ids;
        if next == end {
            end = self.take_alarm_ids()?;
            next = end - IDS;
        }
        self.remember(|remembered| remembered.alarm_ids = (next + 1, end));
        Ok(next)
    }

    /// Takes ids from the counter that AUTOINCREMENT uses, and returns the end of their range: no
    /// other alarm, past or future, has them.
    fn take_alarm_ids(&self) -> Result<i64> {
        let taken = self.own().optional(
            "UPDATE sqlite_sequence SET seq = seq + ? WHERE name = '_actors_alarms' RETURNING seq",
            (IDS,),
        )?;
        let last: i64 = match taken {
            Some(last) => last,
            None => self.own().one(
                "INSERT INTO sqlite_sequence (name, seq) VALUES ('_actors_alarms', ?) \
                 RETURNING seq",
                (IDS,),
            )?,
        };
        Ok(last + 1)
    }

    /// Stores a new alarm, in the open transaction.
    pub(crate) fn schedule(&self, alarm: NewAlarm) -> Result<()> {
        let is_large = alarm.is_large();
        let remembered = self.remembered();
        let noted = remembered.noted_alarms.scheduled;
        let mut scheduled = self.unwritten.scheduled.borrow_mut();
        // A rollback has left the rest behind.
        scheduled.truncate(noted);
        scheduled.push(alarm);
        drop(scheduled);
        self.write_noted.set(write_noted);
        self.remember(|remembered| remembered.noted_alarms.scheduled = noted + 1);
        match is_large || noted + 1 - remembered.written_alarms.scheduled >= MOST {
            true => self.write_alarms(),
            false => Ok(()),
        }
    }

    /// Removes an alarm that is stored, in the open transaction.
    pub(crate) fn complete(&self, id: i64) {
        let mut completed = self.unwritten.completed.borrow_mut();
        completed.truncate(self.remembered().noted_alarms.completed);
        completed.push(id);
        self.write_noted.set(write_noted);
        self.remember(|remembered| remembered.noted_alarms.completed = completed.len());
    }

    /// Writes what has been scheduled and completed, if there is anything.
    pub(crate) fn write_alarms(&self) -> Result<()> {
        let remembered = self.remembered();
        match remembered.noted_alarms == remembered.written_alarms {
            true => Ok(()),
            false => (self.write_noted.get())(self),
        }
    }

    fn delete_alarms(&self, ids: &[i64]) -> Result<()> {
        match ids {
            [] => Ok(0),
            [id] => (self.own()).run("DELETE FROM _actors_alarms WHERE id = ?", (*id,)),
            _ => self.own().run(
                "DELETE FROM _actors_alarms WHERE id IN (SELECT value FROM json_each(?))",
                (serde_json::to_string(ids)?,),
            ),
        }
        .map(drop)
    }

    fn insert_all(&self, alarms: &[NewAlarm]) -> Result<()> {
        let mut rest: Vec<&NewAlarm> = alarms.iter().collect();
        while let [first, ..] = rest[..] {
            let (alike, others): (Vec<_>, _) =
                rest.iter().partition(|alarm| alarm.goes_with(first));
            alike
                .chunks(TOGETHER)
                .try_for_each(|together| self.insert(together))?;
            rest = others;
        }
        Ok(())
    }

    /// Stores alarms that go with each other.
    fn insert(&self, alarms: &[&NewAlarm]) -> Result<()> {
        match alarms {
            [] => Ok(()),
            [alarm] => self.insert_one(alarm),
            [NewAlarm { handler, chain, .. }, ..] => {
                let texts: Vec<String> = alarms.iter().map(|alarm| alarm.as_text()).collect();
                let texts = serde_json::to_string(&texts)?;
                (self.own().run(INSERT_TOGETHER, (texts, *handler, chain))).map(drop)
            }
        }
    }

    fn insert_one(&self, alarm: &NewAlarm) -> Result<()> {
        let NewAlarm {
            id,
            handler,
            payload,
            due,
            planned,
            key,
            recurrence,
            chain,
        } = alarm;
        let recurrence = recurrence.as_ref().map(Recurrence::columns);
        let (every, cron, zone) = recurrence.unwrap_or_default();
        let values = (
            id, *handler, payload, due, planned, key, every, cron, zone, chain,
        );
        self.own().run(INSERT, values).map(drop)
    }
}
