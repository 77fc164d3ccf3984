//! What a statement consists of, as far as its types depend on it: where it reads from
//! (`scopes.rs`), the columns of its rows (`items.rs`), and what its captures are compared with
//! or written to (`targets.rs`). All three read its tree.

use actors_sqlite::names::{SQLITE, begins};
use std::collections::HashMap;
use std::ops::Range;

use super::items::{self, Item, Star};
use super::mistakes::Fault;
use super::scopes::Scopes;
use super::sources::Source;
use super::targets::{self, Insert, Target};
use super::text::Text;
use super::tree::Block;
use crate::reflection::columns::Table;

pub(super) struct Statement<'a> {
    pub(super) text: &'a Text<'a>,
    pub(super) scopes: Scopes<'a>,
    pub(super) insert: Option<Insert>,
    /// The columns of the rows, of each arm of a compound query; none if there are no rows.
    pub(super) arms: Option<Vec<Vec<Item>>>,
    /// By the captures' tokens.
    pub(super) targets: HashMap<usize, Target>,
}

impl<'a> Statement<'a> {
    pub(super) fn new(text: &'a Text<'a>, tree: &'a Block, tables: &'a [Table]) -> Self {
        let scopes = Scopes::new(text, tree, tables);
        let insert = targets::insert(&scopes);
        Self {
            text,
            arms: items::arms(&scopes),
            targets: targets::targets(&scopes, insert.as_ref()),
            insert,
            scopes,
        }
    }

    /// The names in FROM clauses that are not tables.
    pub(super) fn unknown_sources(&self) -> impl Iterator<Item = &Source> {
        self.scopes.sources().filter(|source| {
            let name = self.text.name(source.place).unwrap_or_default();
            source.is_table && source.table.is_none() && !begins(&name, SQLITE)
        })
    }

    /// A colon that does not introduce a type: SQLite's own form of a parameter.
    pub(super) fn stray_colon(&self) -> Option<Range<usize>> {
        let items = self.arms.iter().flatten().flatten();
        let annotations = items.filter_map(|item| item.annotation.clone());
        let annotations: Vec<_> = annotations.collect();
        let is_stray = |index: &usize| {
            self.text.is(*index, ":") && !annotations.iter().any(|range| range.contains(index))
        };
        let colon = (0..self.text.len()).find(is_stray)?;
        Some(self.text.place(&(colon..colon + 2)))
    }

    /// What each `*` over tables is spelled out as, by its tokens.
    pub(super) fn stars(&self) -> Result<Vec<Star>, Fault> {
        items::stars(&self.scopes, self.arms.as_deref())
    }
}
