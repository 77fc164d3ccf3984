//! The framework's own tables.
//!
//! Their columns are parts of their `create`, each followed by a comma or the end, so that a wake
//! can add those that an older framework did not have: they must be nullable or have a default.

use super::Instance;
use crate::error::Result;
use crate::sql::{IndexDef, TableDef};

/// The framework's own row: the fingerprint of the schema, the persisted fields, and what
/// only schema changes need.
pub(crate) const META: TableDef = TableDef {
    of: "the framework",
    name: "_actors",
    was: None,
    create: &[
        "CREATE TABLE IF NOT EXISTS _actors (",
        "id INTEGER PRIMARY KEY CHECK (id = 0)",
        ", ",
        "fingerprint INTEGER NOT NULL",
        ", ",
        "state TEXT NOT NULL",
        ", ",
        "schema TEXT NOT NULL DEFAULT '{}'",
        ") STRICT",
    ],
    columns: &["id", "fingerprint", "state", "schema"],
    indices: &[],
    renamed: &[],
};

/// Created for the first alarm. `due` is when the alarm is attempted next, NULL when it is set
/// aside; `planned` is the time that it was meant for. A recurring one has `every`, in
/// milliseconds, or `cron` and perhaps a `zone`. `started` is a
/// [`Mark`](crate::alarms::due::Mark), and `chain` counts the alarms up to this one that have
/// scheduled each other to run at once.
pub(super) const ALARMS: TableDef = TableDef {
    of: "the framework",
    name: "_actors_alarms",
    was: None,
    create: &[
        "CREATE TABLE _actors_alarms (",
        "id INTEGER PRIMARY KEY AUTOINCREMENT",
        ", ",
        "handler TEXT NOT NULL",
        ", ",
        "payload TEXT NOT NULL",
        ", ",
        "due INTEGER",
        ", ",
        "planned INTEGER NOT NULL DEFAULT 0",
        ", ",
        "key TEXT",
        ", ",
        "every INTEGER",
        ", ",
        "cron TEXT",
        ", ",
        "zone TEXT",
        ", ",
        "declared INTEGER NOT NULL DEFAULT 0",
        ", ",
        "attempts INTEGER NOT NULL DEFAULT 0",
        ", ",
        "started INTEGER NOT NULL DEFAULT 0",
        ", ",
        "error TEXT",
        ", ",
        "chain INTEGER NOT NULL DEFAULT 0",
        ") STRICT",
    ],
    columns: &[
        "id", "handler", "payload", "due", "planned", "key", "every", "cron", "zone", "declared",
        "attempts", "started", "error", "chain",
    ],
    // A row that is not in an index costs no write there.
    indices: &[
        IndexDef {
            name: "_actors_alarms_due",
            create: "CREATE INDEX _actors_alarms_due ON _actors_alarms (due) \
                     WHERE due IS NOT NULL",
        },
        IndexDef {
            name: "_actors_alarms_key",
            create: "CREATE UNIQUE INDEX _actors_alarms_key ON _actors_alarms (key) \
                     WHERE key IS NOT NULL",
        },
    ],
    renamed: &[],
};

/// The framework's own tables.
pub(crate) fn own() -> impl Iterator<Item = &'static TableDef> {
    const OWN: [&TableDef; 2] = [&META, &ALARMS];
    OWN.into_iter()
}

impl TableDef {
    /// Creates the table and its indices.
    pub(crate) fn create(&self, run: &dyn Fn(&str) -> Result<u64>) -> Result<()> {
        run(&self.create.iter().copied().collect::<String>())?;
        let mut indices = self.indices.iter();
        indices.try_for_each(|index| run(index.create).map(drop))
    }
}

/// Adds the columns of the framework's tables that an older framework did not have.
pub(crate) fn add_columns(instance: &Instance) -> Result<()> {
    let mut own = own();
    own.try_for_each(|def| {
        let stored: Vec<String> = instance
            .own()
            .all("SELECT name FROM pragma_table_info(?)", (def.name,))?;
        let lacks = |name: &str| !stored.is_empty() && !stored.iter().any(|stored| stored == name);
        let definitions = def.create.iter().skip(1).step_by(2);
        let mut columns = def.columns.iter().zip(definitions);
        columns.try_for_each(|(name, definition)| match lacks(name) {
            true => {
                let add = format!("ALTER TABLE {} ADD COLUMN {definition}", def.name);
                instance.own().run(&add, ()).map(drop)
            }
            false => Ok(()),
        })
    })
}

/// The fingerprint of an object that [`Ctx::destroy`] has ended.
pub(crate) const DESTROYED: i64 = -1;

#[cfg(test)]
mod tests {
    use super::own;
    use actors_sqlite::ddl::Table;

    #[test]
    fn each_column_is_a_part_of_the_statement() {
        for def in own() {
            let definitions = def.create.iter().skip(1).step_by(2);
            let first = definitions.map(|definition| definition.split(' ').next().unwrap());
            assert!(first.eq(def.columns.iter().copied()), "{}", def.name);
            let created = def.create.concat().replace("IF NOT EXISTS ", "");
            let table = Table::parse(&created).expect("a table");
            let parsed = table.columns.iter().map(|column| &*column.name);
            assert!(parsed.eq(def.columns.iter().copied()), "{}", def.name);
        }
    }
}
