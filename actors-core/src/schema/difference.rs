//! From the database as it is to the tables as they are declared, as far as that is
//! safe: nothing that is stored is lost, and whether it works depends on the two
//! schemas and not on the rows.

use std::collections::BTreeMap;

use super::report::{self, Blocker};
use crate::error::{Error, Result};
use crate::instance::Instance;
use crate::sql::TableDef;
use crate::sqlite::{Column, Index, Table};

/// What the database has, by name in small letters.
pub(crate) struct Stored {
    pub(crate) tables: BTreeMap<String, Table>,
    pub(crate) indices: BTreeMap<String, StoredIndex>,
}

pub(crate) struct StoredIndex {
    pub(crate) table: String,
    pub(crate) index: Index,
}

/// A table as the code declares it, and as the database has it under its name.
pub(crate) struct Pair<'a> {
    pub(crate) def: &'a TableDef,
    pub(crate) create: String,
    pub(crate) declared: Table,
    pub(crate) stored: Option<&'a Table>,
}

/// What becomes of indices that are stored and not declared.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Undeclared {
    Drop,
    Keep,
}

/// Brings the tables to their declared form, and leaves all others alone.
///
/// # Errors
///
/// A difference that is not safe. What has been done before it is for the
/// transaction around this to undo.
pub(crate) fn bring(instance: &Instance, defs: &[&TableDef], undeclared: Undeclared) -> Result<()> {
    let mut stored = Stored::read(instance)?;
    if rename(instance, defs, &stored)? {
        stored = Stored::read(instance)?;
    }
    let pairs = defs
        .iter()
        .map(|def| Pair::new(def, &stored))
        .collect::<Result<Vec<_>>>()?;
    for pair in &pairs {
        let blockers = blockers(pair, &stored);
        if !blockers.is_empty() {
            return Err(Error::schema(report::refusal(pair, &stored, &blockers)));
        }
    }
    for statement in statements(&pairs, &stored, undeclared) {
        instance.own().run(&statement, ()).map_err(|error| {
            Error::schema(format!(
                "the tables can't be brought to what the code declares, and nothing was changed: {}",
                error.message()
            ))
        })?;
    }
    Ok(())
}

impl Stored {
    /// What a database has of these tables when it is new.
    pub(crate) fn of<'a>(defs: impl Iterator<Item = &'a TableDef>) -> Self {
        let mut stored = Self {
            tables: BTreeMap::new(),
            indices: BTreeMap::new(),
        };
        for def in defs {
            let table = def.name.to_ascii_lowercase();
            for def in def.indices {
                if let Some(index) = Index::parse(def.create) {
                    let table = table.clone();
                    let index = StoredIndex { table, index };
                    stored.indices.insert(def.name.to_ascii_lowercase(), index);
                }
            }
            if let Some(found) = Table::parse(&def.create.concat()) {
                stored.tables.insert(table, found);
            }
        }
        stored
    }

    pub(crate) fn read(instance: &Instance) -> Result<Self> {
        let mut stored = Self {
            tables: BTreeMap::new(),
            indices: BTreeMap::new(),
        };
        instance.own().for_each(
            "SELECT name, tbl_name, sql FROM sqlite_master WHERE type IN ('table', 'index') \
             AND sql IS NOT NULL AND substr(name, 1, 4) <> '_cf_'",
            (),
            |(name, table, create): (String, String, String)| {
                let name = name.to_ascii_lowercase();
                if let Some(found) = Table::parse(&create) {
                    stored.tables.insert(name, found);
                } else if let Some(index) = Index::parse(&create) {
                    let table = table.to_ascii_lowercase();
                    stored.indices.insert(name, StoredIndex { table, index });
                }
                Ok(())
            },
        )?;
        Ok(stored)
    }
}

impl<'a> Pair<'a> {
    fn new(def: &'a TableDef, stored: &'a Stored) -> Result<Self> {
        let create = def.create.concat();
        Ok(Self {
            def,
            declared: Table::parse(&create)
                .ok_or_else(|| Error::internal(format!("not a table: {create}")))?,
            create,
            stored: stored.tables.get(&def.name.to_ascii_lowercase()),
        })
    }

    /// The columns that the database lacks.
    pub(crate) fn added(&self) -> impl Iterator<Item = &Column> {
        let stored = self.stored;
        let lacks = move |column: &&Column| {
            stored.is_some_and(|stored| stored.column_called(&column.name).is_none())
        };
        self.declared.columns.iter().filter(lacks)
    }

    /// The indices that are not stored as they are declared: the name, the index, its text.
    pub(crate) fn changed_indices(
        &self,
        stored: &Stored,
    ) -> impl Iterator<Item = (String, Index, &'static str)> {
        self.def.indices.iter().filter_map(|def| {
            let name = def.name.to_ascii_lowercase();
            let index = Index::parse(def.create)?;
            let is_stored = stored
                .indices
                .get(&name)
                .is_some_and(|found| found.index == index && found.table == self.name());
            (!is_stored).then_some((name, index, def.create))
        })
    }

    pub(crate) fn name(&self) -> String {
        self.def.name.to_ascii_lowercase()
    }
}

/// Does the renames that `was` declares, where the old name is stored and the new one
/// is not; answers whether there were any.
pub(crate) fn rename(instance: &Instance, defs: &[&TableDef], stored: &Stored) -> Result<bool> {
    let mut any = false;
    for def in defs {
        let name = def.name.to_ascii_lowercase();
        let mut table = stored.tables.get(&name);
        if let Some((was, old)) = def.was.filter(|_| table.is_none()).and_then(|was| {
            let old = stored.tables.get(&was.to_ascii_lowercase())?;
            Some((was, old))
        }) {
            let statement = format!("ALTER TABLE \"{was}\" RENAME TO \"{}\"", def.name);
            instance.own().run(&statement, ())?;
            table = Some(old);
            any = true;
        }
        for (column, was) in def.renamed {
            let has = |name: &str| {
                table.is_some_and(|table| table.column_called(&name.to_ascii_lowercase()).is_some())
            };
            if has(was) && !has(column) {
                let table = def.name;
                instance.own().run(
                    &format!("ALTER TABLE \"{table}\" RENAME COLUMN \"{was}\" TO \"{column}\""),
                    (),
                )?;
                any = true;
            }
        }
    }
    Ok(any)
}

/// All that stands in the way of a table.
fn blockers(pair: &Pair<'_>, stored: &Stored) -> Vec<Blocker> {
    let Some(found) = pair.stored else {
        return Vec::new();
    };
    let declared = &pair.declared;
    let mut blockers = Vec::new();
    for column in &found.columns {
        match declared.column_called(&column.name) {
            None => blockers.push(Blocker::Gone(column.name.clone())),
            Some(now) if !is_compatible(column, now) => {
                blockers.push(Blocker::Changed(column.name.clone()));
            }
            Some(_) => {}
        }
    }
    for column in pair.added() {
        if let Some(why) = why_not_added(column) {
            blockers.push(Blocker::Added(column.name.clone(), why));
        }
    }
    if found.key != declared.key {
        blockers.push(Blocker::Key);
    }
    if !found.constraints.keys().eq(declared.constraints.keys())
        || found.options != declared.options
    {
        blockers.push(Blocker::Constraints);
    }
    for (name, index, _) in pair.changed_indices(stored) {
        // Rows that are there have NULL in a column that is added, and NULLs differ.
        let is_free = pair.added().any(|column| {
            index.columns.contains(&column.name)
                && column.is_nullable()
                && column.clause("default").is_none()
                && column.clause("as").is_none()
        });
        // The same index under another name, as of a table that was renamed.
        let is_kept = stored
            .indices
            .values()
            .any(|found| found.index == index && found.table == pair.name());
        if index.is_unique && !is_free && !is_kept {
            blockers.push(Blocker::Unique(name));
        }
    }
    blockers
}

/// Whether a stored column serves as the declared one. A default that only the
/// database has is never used where no statement may leave the column out.
pub(crate) fn is_compatible(stored: &Column, declared: &Column) -> bool {
    if declared.is_nullable() || declared.clause("default").is_some() {
        return stored.is_same(declared);
    }
    let mut stored = stored.clone();
    stored
        .clauses
        .retain(|clause, _| !clause.starts_with("default "));
    stored.is_same(declared)
}

/// Why SQLite can't add the column to a table that has rows.
fn why_not_added(column: &Column) -> Option<&'static str> {
    let default = column.clause("default");
    if let Some(generated) = column.clause("as") {
        return generated
            .ends_with("stored")
            .then_some("it is generated and stored");
    }
    if !column.is_nullable() && default.is_none() {
        return Some("it can't be NULL and has no default for the rows that are there");
    }
    if column.clause("references").is_some() && (default.is_some() || !column.is_nullable()) {
        return Some("it references another table, and rows that are there would need a value");
    }
    None
}

/// What is to be done, in an order that works.
fn statements(pairs: &[Pair<'_>], stored: &Stored, undeclared: Undeclared) -> Vec<String> {
    let mut statements = Vec::new();
    for pair in pairs {
        let changed: Vec<_> = pair.changed_indices(stored).collect();
        for (name, found) in &stored.indices {
            let is_declared =
                (pair.def.indices.iter()).any(|index| index.name.eq_ignore_ascii_case(name));
            let is_changed = changed.iter().any(|(changed, ..)| changed == name);
            let is_ours = found.table == pair.name();
            if is_changed || is_ours && !is_declared && undeclared == Undeclared::Drop {
                statements.push(format!("DROP INDEX \"{name}\""));
            }
        }
    }
    for pair in pairs {
        if pair.stored.is_none() {
            statements.push(pair.create.clone());
        }
        for column in pair.added() {
            let (table, definition) = (pair.def.name, &column.source);
            statements.push(format!("ALTER TABLE \"{table}\" ADD COLUMN {definition}"));
        }
    }
    for pair in pairs {
        let changed = pair.changed_indices(stored);
        statements.extend(changed.map(|(_, _, create)| create.to_owned()));
    }
    statements
}
