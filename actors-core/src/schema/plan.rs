//! Plans the way from the stored tables to the declared ones, as far as that is safe: no
//! stored data is lost, and whether it works depends only on the two schemas, not on the
//! rows.
//!
//! All of this is pure: it returns a plan, and `bring.rs` carries it out.

use crate::sql::TableDef;
use actors_sqlite::ddl::{Column, Index, Table};
use actors_sqlite::map::Map;

/// What the database has, by lower-case name.
#[derive(Default)]
pub(crate) struct Stored {
    pub(crate) tables: Map<Table>,
    pub(crate) indices: Map<StoredIndex>,
}

pub(crate) struct StoredIndex {
    pub(crate) table: String,
    pub(crate) index: Index,
}

/// A table as the code declares it, and as the database has it.
pub(crate) struct Pair<'a> {
    pub(crate) def: &'a TableDef,
    pub(crate) create: String,
    pub(crate) declared: Table,
    pub(crate) stored: Option<&'a Table>,
}

/// What happens to stored indices that are not declared.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Undeclared {
    Drop,
    Keep,
}

impl Stored {
    /// What a new database has with these tables.
    pub(crate) fn of<'a>(defs: impl Iterator<Item = &'a TableDef>) -> Self {
        let mut stored = Self::default();
        for def in defs {
            let table = def.name.to_ascii_lowercase();
            for def in def.indices {
                stored.add(def.name, &table, def.create);
            }
            stored.add(&table, &table, &def.create.concat());
        }
        stored
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.tables.keys().next().is_none()
    }

    /// Adds a table or an index, from the statement that created it.
    pub(crate) fn add(&mut self, name: &str, table: &str, create: &str) {
        let name = name.to_ascii_lowercase();
        if let Some(found) = Table::parse(create) {
            self.tables.insert(name, found);
        } else if let Some(index) = Index::parse(create) {
            let table = table.to_ascii_lowercase();
            self.indices.insert(name, StoredIndex { table, index });
        }
    }
}

impl<'a> Pair<'a> {
    fn new(def: &'a TableDef, stored: &'a Stored) -> Self {
        let create = def.create.concat();
        Self {
            def,
            // Anything but a `CREATE TABLE` has no columns here; SQLite reports the error.
            declared: Table::parse(&create).unwrap_or_default(),
            create,
            stored: stored.tables.get(&def.name.to_ascii_lowercase()),
        }
    }

    /// The columns that the database lacks.
    pub(crate) fn added(&self) -> impl Iterator<Item = &Column> {
        let stored = self.stored;
        let lacks = move |column: &&Column| {
            stored.is_some_and(|stored| stored.column_called(&column.name).is_none())
        };
        self.declared.columns.iter().filter(lacks)
    }

    /// The declared indices that the database lacks or has differently: the name, the index, its
    /// text.
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

/// Something that prevents bringing a table into its declared form.
#[derive(Debug)]
pub(crate) enum Blocker {
    /// A stored column that is not declared.
    Gone(String),
    /// A column that can't be added, and why.
    Added(String, &'static str),
    /// A declared column that differs from the stored one.
    Changed(String),
    /// A different primary key.
    Key,
    /// Different checks, foreign keys or options of the table.
    Constraints,
    /// A new unique index over existing rows.
    Unique(String),
}

/// A table that can't be brought into its declared form safely.
pub(crate) struct Refusal<'a> {
    pub(crate) pair: Pair<'a>,
    pub(crate) blockers: Vec<Blocker>,
}

/// The renames that `was` declares, where the old name is stored and the new one is not. SQLite
/// rewrites everything that uses a renamed name, so the rest is planned on its result.
pub(crate) fn renames(stored: &Stored, declared: &[&TableDef]) -> Vec<String> {
    let mut statements = Vec::new();
    for def in declared {
        let mut table = stored.tables.get(&def.name.to_ascii_lowercase());
        if table.is_none()
            && let Some(was) = def.was
            && let Some(old) = stored.tables.get(&was.to_ascii_lowercase())
        {
            let name = def.name;
            statements.push(format!("ALTER TABLE \"{was}\" RENAME TO \"{name}\""));
            table = Some(old);
        }
        let has = |name: &str| {
            table.is_some_and(|table| table.column_called(&name.to_ascii_lowercase()).is_some())
        };
        let renamed = def.renamed.iter();
        for (column, was) in renamed.filter(|(column, was)| has(was) && !has(column)) {
            let table = def.name;
            statements.push(format!(
                "ALTER TABLE \"{table}\" RENAME COLUMN \"{was}\" TO \"{column}\""
            ));
        }
    }
    statements
}

/// The statements that bring the tables into their declared form, in an order that works.
///
/// # Errors
///
/// An unsafe difference: the first table that has one.
pub(crate) fn plan<'a>(
    stored: &'a Stored,
    declared: &[&'a TableDef],
    undeclared: Undeclared,
) -> Result<Vec<String>, Box<Refusal<'a>>> {
    let pairs = declared.iter().map(|def| Pair::new(def, stored));
    let mut planned = Vec::new();
    for pair in pairs {
        let blockers = blockers(&pair, stored);
        if !blockers.is_empty() {
            return Err(Box::new(Refusal { pair, blockers }));
        }
        planned.push(pair);
    }
    Ok(statements(&planned, stored, undeclared))
}

/// Everything that prevents changing a table.
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
        // Existing rows have NULL in an added column, and NULLs never conflict.
        let is_free = pair.added().any(|column| {
            index.columns.contains(&column.name)
                && column.is_nullable()
                && column.clause("default").is_none()
                && column.clause("as").is_none()
        });
        // The same index under another name, as after renaming the table.
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

/// Whether a stored column can serve as the declared one. A default that only the database
/// has is never used if no statement may omit the column.
pub(crate) fn is_compatible(stored: &Column, declared: &Column) -> bool {
    if declared.is_nullable() || declared.clause("default").is_some() {
        return stored.is_same(declared);
    }
    let mut stored = stored.clone();
    stored
        .clauses
        .retain(|clause| !clause.starts_with("default "));
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
        return Some("it can't be NULL and has no default for the existing rows");
    }
    if column.clause("references").is_some() && (default.is_some() || !column.is_nullable()) {
        return Some("it references another table, and existing rows would need a value");
    }
    None
}

/// The statements to run, in an order that works.
fn statements(pairs: &[Pair<'_>], stored: &Stored, undeclared: Undeclared) -> Vec<String> {
    let mut statements = Vec::new();
    for pair in pairs {
        let changed: Vec<_> = pair.changed_indices(stored).collect();
        for (name, found) in stored.indices.iter() {
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

#[cfg(test)]
mod tests {
    use super::*;

    const fn table(create: &'static [&'static str]) -> TableDef {
        TableDef {
            of: "Note",
            name: "notes",
            was: Some("jottings"),
            create,
            columns: &["text", "at"],
            indices: &[],
            renamed: &[("text", "words")],
        }
    }

    static NOTES: TableDef =
        table(&["CREATE TABLE \"notes\" (\"text\" TEXT NOT NULL, \"at\" INTEGER) STRICT"]);

    fn stored(tables: &[(&str, &str)]) -> Stored {
        let mut stored = Stored::default();
        for (name, create) in tables {
            stored.add(name, name, create);
        }
        stored
    }

    #[test]
    fn a_plan_is_asked_for_without_a_database() {
        let planned = |stored: &Stored| plan(stored, &[&NOTES], Undeclared::Drop).ok();
        let new = planned(&stored(&[])).expect("a new database can have it");
        assert_eq!(new, [NOTES.create.concat()]);
        let old = stored(&[("notes", "CREATE TABLE notes (text TEXT NOT NULL) STRICT")]);
        let added = planned(&old).expect("a column that can be NULL is added");
        assert_eq!(added, ["ALTER TABLE \"notes\" ADD COLUMN \"at\" INTEGER"]);
        assert_eq!(planned(&Stored::of([&NOTES].into_iter())), Some(vec![]));
    }

    #[test]
    fn a_plan_is_refused_with_all_that_is_in_its_way() {
        let old = "CREATE TABLE notes (text INTEGER NOT NULL, gone TEXT, at INTEGER)";
        let old = stored(&[("notes", old)]);
        let Err(refusal) = plan(&old, &[&NOTES], Undeclared::Drop) else {
            panic!("it is not safe");
        };
        let blockers = format!("{:?}", refusal.blockers);
        assert_eq!(blockers, "[Changed(\"text\"), Gone(\"gone\"), Constraints]");
    }

    #[test]
    fn renames_come_first_and_only_where_the_new_name_is_free() {
        let old = stored(&[("jottings", "CREATE TABLE jottings (words TEXT NOT NULL)")]);
        assert_eq!(
            renames(&old, &[&NOTES]),
            [
                "ALTER TABLE \"jottings\" RENAME TO \"notes\"",
                "ALTER TABLE \"notes\" RENAME COLUMN \"words\" TO \"text\"",
            ]
        );
        let both = stored(&[
            ("jottings", "CREATE TABLE jottings (words TEXT)"),
            ("notes", "CREATE TABLE notes (text TEXT, words TEXT)"),
        ]);
        assert!(renames(&both, &[&NOTES]).is_empty());
    }
}
