//! Random tables and rows: what is declared is stored, and one schema becomes another with
//! all its rows, or not at all.

use std::collections::BTreeMap;

use fastrand::Rng;

use super::bring::{bring, read};
use super::newer::{Standing, standing};
use super::plan::{Stored, Undeclared, renames};
use super::record::parts;
use crate::actor::host::{address, def_of};
use crate::backend::native::Sim;
use crate::env::Env;
use crate::error::{ErrorKind, Result};
use crate::instance::Instance;
use crate::sql::{IndexDef, TableDef, Value};

#[actors_macros::actor(crate = crate)]
struct Nobody {}

#[actors_macros::actor(crate = crate)]
impl Nobody {}

const TYPES: [&str; 4] = ["INTEGER", "REAL", "TEXT", "BLOB"];
const NAMES: [&str; 8] = [
    "id", "name", "group", "x", "Größe", "was_it", "select", "at",
];

#[derive(Clone, Debug)]
struct Column {
    name: String,
    was: Option<String>,
    sql_type: &'static str,
    is_nullable: bool,
    default: Option<&'static str>,
    has_check: bool,
    generated: Option<String>,
}

#[derive(Clone, Debug)]
struct Table {
    name: String,
    was: Option<String>,
    columns: Vec<Column>,
    key: Vec<String>,
    is_without_rowid: bool,
    /// The columns of each index, and whether it is unique.
    indices: Vec<(Vec<String>, bool)>,
}

impl Column {
    fn random(rng: &mut Rng, name: &str) -> Self {
        let sql_type = TYPES[rng.usize(..4)];
        Self {
            name: name.to_owned(),
            was: None,
            sql_type,
            is_nullable: rng.bool(),
            default: rng.bool().then_some(match sql_type {
                "INTEGER" => "-7",
                "REAL" => "0.5",
                "TEXT" => "'it''s (a, b)'",
                _ => "x'00ff'",
            }),
            has_check: rng.u8(..4) == 0,
            generated: None,
        }
    }

    /// As `#[sql_table]` writes it.
    fn definition(&self, key: &[String]) -> String {
        let mut text = format!("\"{}\" {}", self.name, self.sql_type);
        if !self.is_nullable {
            text.push_str(" NOT NULL");
        }
        if key == [self.name.clone()] {
            text.push_str(" PRIMARY KEY");
        }
        if let Some(default) = self.default {
            text.push_str(&format!(" DEFAULT {default}"));
        }
        if self.has_check {
            text.push_str(&format!(
                " CHECK (\"{}\" IS NULL OR length(\"{0}\") >= 0)",
                self.name
            ));
        }
        if let Some(generated) = &self.generated {
            text.push_str(&format!(" GENERATED ALWAYS AS ({generated}) VIRTUAL"));
        }
        text
    }

    fn value(&self, rng: &mut Rng) -> Value<'static> {
        if self.is_nullable && rng.u8(..4) == 0 {
            return Value::Null;
        }
        let texts = ["", "it's", "🦀 a\0b", "; DROP TABLE a --", "x"];
        match self.sql_type {
            "INTEGER" => {
                Value::Integer([0, 1, -1, (1 << 53) - 1, rng.i64(-99..99)][rng.usize(..5)])
            }
            "REAL" => Value::Real([0.0, -0.1, 1e300, f64::INFINITY, rng.f64()][rng.usize(..5)]),
            "TEXT" => Value::Text(format!("{}{}", texts[rng.usize(..5)], rng.u8(..)).into()),
            _ => Value::Blob(vec![rng.u8(..); rng.usize(..4)].into()),
        }
    }
}

impl Table {
    fn random(rng: &mut Rng, name: &str) -> Self {
        let mut names = NAMES.to_vec();
        rng.shuffle(&mut names);
        let mut columns: Vec<Column> = names[..rng.usize(1..6)]
            .iter()
            .map(|name| Column::random(rng, name))
            .collect();
        let key: Vec<String> = (columns.iter_mut())
            .take(rng.usize(..3))
            .map(|column| {
                column.is_nullable = false;
                column.name.clone()
            })
            .collect();
        let mut table = Self {
            name: name.to_owned(),
            was: None,
            is_without_rowid: !key.is_empty() && rng.u8(..4) == 0,
            indices: Vec::new(),
            columns,
            key,
        };
        if rng.bool() {
            table.add_generated();
        }
        for _ in 0..rng.usize(..3) {
            table.add_index(rng);
        }
        table
    }

    fn add_generated(&mut self) {
        let of = &self.columns[0];
        self.columns.push(Column {
            name: "made".to_owned(),
            was: None,
            sql_type: "TEXT",
            is_nullable: true,
            default: None,
            has_check: false,
            generated: Some(format!("hex(\"{}\")", of.name)),
        });
    }

    fn add_index(&mut self, rng: &mut Rng) {
        let column = self.columns[rng.usize(..self.columns.len())].name.clone();
        let index = (vec![column], rng.u8(..3) == 0);
        if !self.indices.iter().any(|(columns, _)| *columns == index.0) {
            self.indices.push(index);
        }
    }

    fn def(&self) -> TableDef {
        let columns = self
            .columns
            .iter()
            .map(|column| column.definition(&self.key));
        let mut create = columns.collect::<Vec<_>>().join(", ");
        if self.key.len() > 1 {
            create.push_str(&format!(", PRIMARY KEY (\"{}\")", self.key.join("\", \"")));
        }
        let rowid = if self.is_without_rowid {
            ", WITHOUT ROWID"
        } else {
            ""
        };
        let create = format!("CREATE TABLE \"{}\" ({create}) STRICT{rowid}", self.name);
        let indices = self.indices.iter().map(|(columns, is_unique)| {
            let name = format!("{}_{}", self.name, columns[0]);
            let unique = if *is_unique { "UNIQUE " } else { "" };
            IndexDef {
                create: leak(format!(
                    "CREATE {unique}INDEX \"{name}\" ON \"{}\" (\"{}\")",
                    self.name, columns[0]
                )),
                name: leak(name),
            }
        });
        let renamed = self
            .columns
            .iter()
            .filter_map(|column| Some((leak(column.name.clone()), leak(column.was.clone()?))));
        let names = self.columns.iter().map(|column| leak(column.name.clone()));
        TableDef {
            of: "Random",
            name: leak(self.name.clone()),
            was: self.was.clone().map(leak),
            create: vec![leak(create)].leak(),
            columns: names.collect::<Vec<_>>().leak(),
            indices: indices.collect::<Vec<_>>().leak(),
            renamed: renamed.collect::<Vec<_>>().leak(),
        }
    }

    /// Makes a random change, and returns whether it is certainly safe.
    fn mutate(&mut self, rng: &mut Rng) -> bool {
        let mut is_safe = true;
        let place = rng.usize(..self.columns.len());
        let column = self.columns[place].clone();
        let is_free = !self.key.contains(&column.name)
            && column.generated.is_none()
            && !self.columns.iter().any(|other| {
                (other.generated.as_ref()).is_some_and(|text| text.contains(&column.name))
            })
            && !self
                .indices
                .iter()
                .any(|(columns, _)| columns.contains(&column.name));
        match rng.u8(..9) {
            0..=2 => {
                let unused = NAMES.iter().find(|name| {
                    !self
                        .columns
                        .iter()
                        .any(|column| column.name == **name || column.was.as_deref() == Some(name))
                });
                if let Some(name) = unused {
                    let at = rng.usize(..=self.columns.len());
                    let column = Column::random(rng, name);
                    is_safe = column.is_nullable || column.default.is_some();
                    self.columns.insert(at, column);
                }
            }
            3 if column.generated.is_none() && !self.key.contains(&column.name) => {
                let name = format!("{}_now", column.name);
                let is_used = self.columns.iter().any(|other| {
                    other.name == name
                        || (other.generated.as_ref())
                            .is_some_and(|text| text.contains(&column.name))
                });
                if !is_used {
                    for (columns, _) in &mut self.indices {
                        columns.retain(|indexed| *indexed != column.name);
                        if columns.is_empty() {
                            columns.push(name.clone());
                        }
                    }
                    let column = &mut self.columns[place];
                    column.was.get_or_insert(column.name.clone());
                    column.name = name;
                }
            }
            4 => {
                self.add_index(rng);
                is_safe = self.indices.last().is_none_or(|(_, is_unique)| !is_unique);
            }
            5 => drop(self.indices.pop()),
            6 if is_free && self.columns.len() > 1 => {
                self.columns.remove(place);
                is_safe = false;
            }
            7 if is_free => {
                self.columns[place].is_nullable ^= true;
                is_safe = false;
            }
            8 if is_free => {
                self.columns[place].sql_type = TYPES[rng.usize(..4)];
                is_safe = false;
            }
            _ => rng.shuffle(&mut self.columns),
        }
        // A default fits its column.
        for column in &mut self.columns {
            if column.default.is_some() && column.sql_type != "TEXT" {
                column.default = match column.sql_type {
                    "INTEGER" => Some("-7"),
                    "REAL" => Some("0.5"),
                    _ => Some("x'00ff'"),
                };
            } else if column.default.is_some() {
                column.default = Some("'it''s (a, b)'");
            }
        }
        is_safe
    }
}

/// Definitions are `'static`, as the macro makes them.
fn leak(text: String) -> &'static str {
    text.leak()
}

fn schema(rng: &mut Rng) -> Vec<Table> {
    let names = ["a", "B", "order"];
    names[..rng.usize(1..4)]
        .iter()
        .map(|name| Table::random(rng, name))
        .collect()
}

fn with_database(test: impl FnOnce(&Instance)) {
    let sim = Sim::new(None);
    let slot = sim.slot(&address::<Nobody>(), "a").expect("SQLite opens");
    let (platform, env) = (sim.platform(&slot), Env::new(sim));
    test(&Instance::new(platform, env, def_of::<Nobody>()));
}

fn bring_all(instance: &Instance, schema: &[Table]) -> Result<()> {
    let defs: Vec<TableDef> = schema.iter().map(Table::def).collect();
    let defs: Vec<&TableDef> = defs.iter().collect();
    instance.transaction(|| bring(instance, &defs, Undeclared::Drop))
}

/// Fills the tables, leaving out rows that are not unique.
fn fill(instance: &Instance, schema: &[Table], rng: &mut Rng) -> Vec<Vec<Vec<Value<'static>>>> {
    let tables = schema.iter().map(|table| {
        let written: Vec<_> = written(table).collect();
        let names: Vec<&str> = written.iter().map(|column| &*column.name).collect();
        let insert = format!(
            "INSERT INTO \"{}\" (\"{}\") VALUES ({})",
            table.name,
            names.join("\", \""),
            vec!["?"; names.len()].join(", ")
        );
        let rows = (0..rng.usize(..8))
            .map(|_| -> Vec<_> { written.iter().map(|column| column.value(rng)).collect() });
        let rows: Vec<_> = rows.collect();
        rows.into_iter()
            .filter(|row| match instance.sql().run(&insert, &row[..]) {
                Ok(_) => true,
                Err(error) => {
                    assert!(error.message().contains("UNIQUE"), "{error}");
                    false
                }
            })
            .collect()
    });
    tables.collect()
}

fn written(table: &Table) -> impl Iterator<Item = &Column> {
    table
        .columns
        .iter()
        .filter(|column| column.generated.is_none())
}

/// The cells of some columns, as types and bytes, in a fixed order.
fn rows(instance: &Instance, table: &str, columns: &[&str]) -> Vec<String> {
    let cells: Vec<String> = columns
        .iter()
        .map(|column| format!("typeof(\"{column}\") || hex(CAST(\"{column}\" AS BLOB))"))
        .collect();
    if cells.is_empty() {
        return Vec::new();
    }
    let select = format!(
        "SELECT {} FROM \"{table}\" ORDER BY 1",
        cells.join(" || ' ' || ")
    );
    instance.sql().all(&select, ()).expect("rows")
}

/// Everything that is stored.
fn dump(instance: &Instance) -> BTreeMap<String, Vec<String>> {
    let statement =
        "SELECT name, type, COALESCE(sql, ''), CAST(rootpage AS TEXT) FROM sqlite_master";
    let stored: Vec<(String, String, String, String)> =
        instance.sql().all(statement, ()).expect("a schema");
    let mut dump = BTreeMap::new();
    for (name, kind, sql, page) in stored {
        let mut lines = vec![sql, page];
        if kind == "table" && !name.starts_with("sqlite_") {
            let columns: Vec<String> = instance
                .sql()
                .all("SELECT name FROM pragma_table_xinfo(?)", (&name,))
                .expect("columns");
            let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
            lines.extend(rows(instance, &name, &columns));
        }
        dump.insert(name, lines);
    }
    dump
}

/// The columns and indices, as SQLite reports them.
fn shape(instance: &Instance) -> Vec<String> {
    let statement = "SELECT t.name || ' ' || c.name || ' ' || c.type || c.\"notnull\" || c.pk || \
                     c.hidden
            FROM sqlite_master AS t, pragma_table_xinfo(t.name) AS c WHERE t.type = 'table'
        UNION ALL SELECT t.name || ' ' || i.name || i.\"unique\" || i.partial || group_concat(c.name)
            FROM sqlite_master AS t, pragma_index_list(t.name) AS i, pragma_index_info(i.name) AS c
            WHERE t.type = 'table' AND i.origin = 'c' GROUP BY t.name, i.name ORDER BY 1";
    instance.sql().all(statement, ()).expect("a shape")
}

/// Prints which case fails.
struct Case(u64);

impl Drop for Case {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("this is the case of seed {}", self.0);
        }
    }
}

#[test]
fn what_is_declared_is_stored_and_rows_come_back() {
    for seed in 0..300 {
        let _case = Case(seed);
        let mut rng = Rng::with_seed(seed);
        let schema = schema(&mut rng);
        with_database(|instance| {
            bring_all(instance, &schema).expect("a new database");
            let filled = fill(instance, &schema, &mut rng);
            for (table, expected) in schema.iter().zip(filled) {
                let names: Vec<&str> = written(table).map(|column| &*column.name).collect();
                let types: Vec<_> = written(table).map(|column| column.sql_type).collect();
                let shown = |row: &[Value<'_>]| -> String {
                    let cells = row
                        .iter()
                        .zip(&types)
                        .map(|(value, sql_type)| cell(value, sql_type));
                    cells.collect::<Vec<_>>().join(" ")
                };
                let mut expected: Vec<String> = expected.iter().map(|row| shown(row)).collect();
                expected.sort();
                assert_eq!(rows(instance, &table.name, &names), expected, "{table:#?}");
            }
            let before = dump(instance);
            bring_all(instance, &schema).expect("it is as declared");
            assert_eq!(dump(instance), before, "nothing to do is nothing done");
        });
    }
}

/// A stored value, as `rows` shows it.
fn cell(value: &Value<'_>, sql_type: &str) -> String {
    let hex = |bytes: &[u8]| -> String { bytes.iter().map(|byte| format!("{byte:02X}")).collect() };
    match value {
        Value::Null => "null".to_owned(),
        Value::Integer(integer) => format!(
            "{}{}",
            sql_type.to_lowercase(),
            hex(integer.to_string().as_bytes())
        ),
        Value::Text(text) => format!("text{}", hex(text.as_bytes())),
        Value::Blob(bytes) => format!("blob{}", hex(bytes)),
        Value::Real(real) => {
            let text: String = with_text(*real);
            format!("real{}", hex(text.as_bytes()))
        }
    }
}

/// A number as SQLite writes it.
fn with_text(real: f64) -> String {
    let connection = rusqlite::Connection::open_in_memory().expect("SQLite opens");
    let text = connection.query_row("SELECT CAST(? AS TEXT)", [real], |row| row.get(0));
    text.expect("a text")
}

#[test]
fn a_schema_becomes_another_with_all_rows_or_stays_byte_for_byte() {
    let (mut brought, mut refused) = (0, 0);
    for seed in 0..1500 {
        let _case = Case(seed);
        let mut rng = Rng::with_seed(seed);
        let old = schema(&mut rng);
        let mut new = old.clone();
        let mut is_safe = true;
        for table in &mut new {
            for _ in 0..rng.usize(..3) {
                is_safe &= table.mutate(&mut rng);
            }
            if rng.u8(..6) == 0 {
                table.was = Some(table.name.clone());
                table.name.push_str("_now");
            }
        }
        with_database(|instance| {
            bring_all(instance, &old).expect("a new database");
            fill(instance, &old, &mut rng);
            let before = dump(instance);
            let kept: Vec<_> = old
                .iter()
                .zip(&new)
                .map(|(old, new)| kept_columns(old, new))
                .collect();
            let rows_of = |tables: &[Table], side: fn(&(String, String)) -> &str| -> Vec<_> {
                let tables = tables.iter().zip(&kept);
                tables
                    .map(|(table, kept)| {
                        rows(
                            instance,
                            &table.name,
                            &kept.iter().map(side).collect::<Vec<_>>(),
                        )
                    })
                    .collect()
            };
            let data = rows_of(&old, |names| &names.0);
            match bring_all(instance, &new) {
                Ok(()) => {
                    brought += 1;
                    assert_eq!(rows_of(&new, |names| &names.1), data, "{old:#?}\n{new:#?}");
                    for (old, kept) in old.iter().zip(&kept) {
                        assert_eq!(old.columns.len(), kept.len(), "no column is lost");
                    }
                    let after = dump(instance);
                    bring_all(instance, &new).expect("it is as declared");
                    assert_eq!(dump(instance), after, "once is enough");
                    let shape = shape(instance);
                    with_database(|instance| {
                        bring_all(instance, &new).expect("a new database");
                        assert_eq!(shape, self::shape(instance), "as a new one");
                    });
                }
                Err(error) => {
                    refused += 1;
                    assert!(!is_safe, "{error}\n{old:#?}\n{new:#?}");
                    assert_eq!(error.kind(), ErrorKind::Schema, "{error}");
                    assert!(
                        error.message().contains("The migration to write"),
                        "{error}\n{old:#?}\n{new:#?}"
                    );
                    assert_eq!(dump(instance), before);
                    follow_advice(instance, &new);
                }
            }
        });
    }
    assert!(
        brought > 300 && refused > 300,
        "{brought} were brought, {refused} were refused"
    );
}

#[test]
fn what_older_code_leaves_alone_takes_and_keeps_all_that_it_writes() {
    let (mut left, mut not) = (0, 0);
    for seed in 0..1500 {
        let _case = Case(seed);
        let mut rng = Rng::with_seed(seed);
        let old = schema(&mut rng);
        let mut new = old.clone();
        for table in &mut new {
            for _ in 0..rng.usize(..4) {
                table.mutate(&mut rng);
            }
        }
        if rng.bool() {
            new.push(Table::random(&mut rng, "later"));
        }
        let stored = |schema: &[Table]| {
            let defs: Vec<TableDef> = schema.iter().map(Table::def).collect();
            Stored::of(defs.iter())
        };
        with_database(|instance| {
            bring_all(instance, &new).expect("a new database");
            let found = read(instance).expect("a schema");
            let defs: Vec<TableDef> = new.iter().map(Table::def).collect();
            let known = parts(&defs);
            match standing(instance, &stored(&old), &found, &known).expect("a standing") {
                Standing::Lacks(_) | Standing::Forbids(_) => not += 1,
                Standing::Same | Standing::More => {
                    left += 1;
                    let seed = rng.u64(..);
                    let written = fill(instance, &old, &mut Rng::with_seed(seed));
                    with_database(|instance| {
                        bring_all(instance, &old).expect("a new database");
                        let expected = fill(instance, &old, &mut Rng::with_seed(seed));
                        let (written, expected) = (format!("{written:?}"), format!("{expected:?}"));
                        assert_eq!(written, expected, "{old:#?}\n{new:#?}");
                    });
                }
            }
        });
    }
    assert!(left > 300 && not > 300, "{left} left alone, {not} not");
}

/// Runs the statements that refusals suggest, table by table: then the schema is as
/// declared, unless rows prevent it.
fn follow_advice(instance: &Instance, schema: &[Table]) {
    let defs: Vec<TableDef> = schema.iter().map(Table::def).collect();
    let defs: Vec<&TableDef> = defs.iter().collect();
    for _ in 0..=schema.len() {
        let Err(refusal) = bring_all(instance, schema) else {
            return;
        };
        let advice = refusal.message();
        if refusal.kind() == ErrorKind::Schema && advice.contains("=> r#\"") {
            let (_, rest) = advice.split_once("=> r#\"").expect("statements");
            let (statements, _) = rest.split_once("\"#").expect("an end");
            for statement in renames(&read(instance).expect("a schema"), &defs) {
                instance.own().run(&statement, ()).expect("other names");
            }
            let Err(error) = instance.sql().run(statements, ()) else {
                continue;
            };
            let is_data = ["constraint failed", "cannot store"]
                .iter()
                .any(|text| error.message().contains(text));
            assert!(is_data, "{error}\n{advice}");
            return;
        }
    }
    panic!(
        "it does not help: {}",
        bring_all(instance, schema).unwrap_err()
    );
}

/// The columns that both have: their names in the old and in the new table.
fn kept_columns(old: &Table, new: &Table) -> Vec<(String, String)> {
    let now = |name: &str| {
        let mut columns = new.columns.iter();
        columns.find(|column| column.was.as_deref().unwrap_or(&column.name) == name)
    };
    old.columns
        .iter()
        .filter_map(|column| Some((column.name.clone(), now(&column.name)?.name.clone())))
        .collect()
}
