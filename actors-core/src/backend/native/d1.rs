//! D1 databases in memory.

use std::rc::{Rc, Weak};

use super::disk::Disk;
use super::outside::outside;
use super::sim::Sim;
use crate::bindings::QueryMeta;
use crate::bindings::database::{D1, Query};
use crate::error::{Error, Result};
use crate::sql::cell::{ColumnNames, Packed, Rows};
use crate::turn::BoxFuture;

/// A database, for what is bound to it.
pub(super) struct Database {
    pub(super) sim: Weak<Sim>,
    pub(super) disk: Rc<Disk>,
}

impl Database {
    fn ask<T: 'static>(
        &self,
        work: impl FnOnce(&Disk) -> Result<T> + 'static,
    ) -> BoxFuture<'static, Result<T>> {
        let disk = self.disk.clone();
        outside(&self.sim, move || {
            let outcome = work(&disk);
            disk.commit()?;
            outcome
        })
    }
}

impl D1 for Database {
    fn run(&self, query: Query) -> BoxFuture<'static, Result<QueryMeta>> {
        self.ask(move |disk| Ok(execute(disk, &query)?.1))
    }

    fn all(&self, query: Query) -> BoxFuture<'static, Result<Rows<'static>>> {
        self.ask(move |disk| Ok(execute(disk, &query)?.0))
    }

    fn batch(
        &self,
        queries: Vec<Query>,
    ) -> BoxFuture<'static, Result<Vec<(Rows<'static>, QueryMeta)>>> {
        self.ask(move |disk| {
            let mut results = Vec::new();
            disk.transaction(&mut || {
                for query in &queries {
                    let (rows, meta) = execute(disk, query)?;
                    results.push((by_name(&rows), meta));
                }
                Ok(())
            })?;
            Ok(results)
        })
    }
}

fn execute(disk: &Disk, query: &Query) -> Result<(Rows<'static>, QueryMeta)> {
    let (mut rows, changes) = disk
        .attempt(&query.text, &query.values)
        .map_err(Error::sql)?;
    rows.cells
        .iter_mut()
        .for_each(|cell| *cell = in_json(*cell));
    let meta = QueryMeta {
        rows_read: rows.cells.len().checked_div(rows.width).unwrap_or_default() as u64,
        rows_written: changes,
        changes,
        last_row_id: disk.last_row_id(),
    };
    Ok((rows, meta))
}

/// The cell as JSON carries it to the Worker.
fn in_json(cell: Packed) -> Packed {
    match cell {
        Packed::Number(number) if !number.is_finite() => Packed::Null,
        // JSON.stringify has no -0.0.
        Packed::Number(number) => Packed::Number(number + 0.0),
        cell => cell,
    }
}

/// The rows as JavaScript objects: of columns with the same name, the last one counts.
fn by_name(rows: &Rows<'_>) -> Rows<'static> {
    let all: Vec<&str> = (0..rows.width).map(|column| rows.name(column)).collect();
    let last_of = |name: &str| all.iter().rposition(|known| *known == name);
    let is_first = |&column: &usize| !all[..column].contains(&all[column]);
    let kept: Vec<usize> = (0..rows.width).filter(is_first).collect();
    let sources: Vec<usize> = kept
        .iter()
        .filter_map(|&column| last_of(all[column]))
        .collect();
    let lines = rows.cells.chunks(rows.width.max(1));
    let cells = lines.flat_map(|line| sources.iter().map(|&source| line[source]));
    let names: Vec<String> = kept.iter().map(|&column| all[column].to_owned()).collect();
    Rows {
        width: kept.len(),
        cells: cells.collect(),
        texts: rows.texts.clone(),
        blobs: rows.blobs.clone(),
        names: ColumnNames::new(names),
    }
}
