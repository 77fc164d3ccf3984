//! The meaning of a `CREATE TABLE` or `CREATE INDEX`, regardless of its form: SQLite keeps
//! the text of a table, and edits it when the table is altered; two texts with the same
//! meaning may differ in quotes, case, whitespace and the order of the columns.

use crate::lex::{Token, join, tokens};
use crate::map::Map;

/// Clauses of a table or of a column: the normal form, and the text as written.
pub type Clauses = Map<String>;

/// A table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The columns, in their order.
    pub columns: Vec<Column>,
    /// The columns of the primary key.
    pub key: Vec<String>,
    /// The table constraints: checks, foreign keys, `unique (a)`.
    pub constraints: Clauses,
    /// `strict`, `without rowid`.
    pub options: Map<()>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name, in lower case.
    pub name: String,
    /// Its type, in lower case.
    pub sql_type: String,
    /// `not null`, `default 0`, `check (a > 0)` and so on, each in its normal form.
    pub clauses: Clauses,
    /// The definition as written, without the part about the key.
    pub source: String,
}

/// A declared index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    /// Whether it is `UNIQUE`.
    pub is_unique: bool,
    /// The columns that it begins with, in lower case.
    pub columns: Vec<String>,
    /// The columns and the condition, in their normal form.
    pub definition: String,
}

impl Table {
    /// Reads a `CREATE TABLE`; none if the text is something else.
    pub fn parse(create: &str) -> Option<Self> {
        let tokens = tokens(create);
        let open = tokens.iter().position(|token| token.is("("))?;
        let close = closing(&tokens, open)?;
        if !tokens.first()?.is("create") || !tokens.get(1)?.is("table") {
            return None;
        }
        let mut table = Self::default();
        for option in split(&tokens[close + 1..]) {
            table.options.insert(join(option), ());
        }
        for definition in split(&tokens[open + 1..close]) {
            if starts_constraint(definition.first()?) {
                table.constraint(definition, create);
            } else {
                table.column(definition, create);
            }
        }
        table.infer_not_null();
        Some(table)
    }

    /// The column of that name, which is in lower case.
    pub fn column_called(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    fn constraint(&mut self, tokens: &[Token], text: &str) {
        // Without its name, on which nothing depends.
        let tokens = match tokens {
            [first, _, rest @ ..] if first.is_word("constraint") => rest,
            all => all,
        };
        if tokens.first().is_some_and(|token| token.is_word("primary")) {
            self.key = columns_of(tokens);
        } else {
            self.constraints.insert(join(tokens), source(tokens, text));
        }
    }

    fn column(&mut self, tokens: &[Token], text: &str) {
        let starts: Vec<usize> = clause_starts(tokens);
        let first = starts.first().copied().unwrap_or(tokens.len());
        let name = tokens[0].text.clone();
        let mut column = Column {
            sql_type: join(&tokens[1..first.max(1)]),
            clauses: Clauses::default(),
            source: text[tokens[0].start..tokens[first.max(1) - 1].end].to_owned(),
            name,
        };
        for (index, start) in starts.iter().enumerate() {
            let end = starts.get(index + 1).copied().unwrap_or(tokens.len());
            let clause = &tokens[*start..end];
            if clause[0].is_word("constraint") {
                continue;
            }
            if clause[0].is_word("primary") {
                self.key = vec![column.name.clone()];
                if clause.iter().any(|token| token.is_word("autoincrement")) {
                    self.options.insert("autoincrement".to_owned(), ());
                }
                continue;
            }
            if clause[0].is_word("unique") {
                let unique = format!("unique ( {} )", column.name);
                self.constraints.insert(unique.clone(), unique);
                continue;
            }
            let source = source(clause, text);
            column.source.push(' ');
            column.source.push_str(&source);
            column.clauses.insert(normal(clause), source);
        }
        self.columns.push(column);
    }

    /// Some keys can't be NULL even without `NOT NULL`.
    fn infer_not_null(&mut self) {
        let is_rowid = |column: &Column| column.sql_type == "integer" && self.key.len() == 1;
        let without_rowid = self.options.contains("without rowid");
        for column in &mut self.columns {
            if self.key.contains(&column.name) && (without_rowid || is_rowid(column)) {
                let clauses = &mut column.clauses;
                clauses.insert("not null".to_owned(), "NOT NULL".to_owned());
            }
        }
    }
}

impl Column {
    /// The rest of the column's clause that begins with that word.
    pub fn clause(&self, start: &str) -> Option<&str> {
        self.clauses
            .keys()
            .find_map(|clause| clause.strip_prefix(start)?.strip_prefix(' '))
    }

    /// Whether it may be NULL.
    pub fn is_nullable(&self) -> bool {
        !self.clauses.contains("not null")
    }

    /// Whether it has the same name, the same type and the same clauses.
    pub fn is_same(&self, other: &Self) -> bool {
        (&self.name, &self.sql_type) == (&other.name, &other.sql_type)
            && self.clauses.keys().eq(other.clauses.keys())
    }
}

impl Index {
    /// Reads a `CREATE INDEX`; none if the text is something else.
    pub fn parse(create: &str) -> Option<Self> {
        let tokens = tokens(create);
        let on = tokens.iter().position(|token| token.is_word("on"))?;
        let definition = tokens.get(on + 2..)?;
        Some(Self {
            is_unique: tokens.get(1)?.is_word("unique"),
            columns: columns_of(definition),
            definition: join(definition),
        })
    }
}

/// The text of a `CREATE TABLE` with a line for each column; other texts unchanged.
pub fn in_lines(create: &str) -> String {
    let tokens = tokens(create);
    let open = tokens.iter().position(|token| token.is("("));
    let parts = open.and_then(|open| Some((open, closing(&tokens, open)?)));
    let Some((open, close)) = parts.filter(|_| Table::parse(create).is_some()) else {
        return create.to_owned();
    };
    let lines = split(&tokens[open + 1..close]);
    let lines: Vec<String> = lines.into_iter().map(|part| source(part, create)).collect();
    format!(
        "{}\n    {}\n{}",
        &create[..tokens[open].end],
        lines.join(",\n    "),
        &create[tokens[close].start..]
    )
}

/// Whether a definition in a `CREATE TABLE` is a table constraint, not a column.
fn starts_constraint(token: &Token) -> bool {
    ["constraint", "primary", "unique", "check", "foreign"]
        .iter()
        .any(|word| token.is_word(word))
}

/// Where the parenthesis at `open` is closed.
fn closing(tokens: &[Token], open: usize) -> Option<usize> {
    let mut depth = 0;
    tokens
        .iter()
        .enumerate()
        .skip(open)
        .find_map(|(index, token)| {
            depth += i32::from(token.is("(")) - i32::from(token.is(")"));
            (depth == 0).then_some(index)
        })
}

/// The parts between the commas outside parentheses.
fn split(tokens: &[Token]) -> Vec<&[Token]> {
    let mut depth = 0;
    let parts = tokens.split(|token| {
        depth += i32::from(token.is("(")) - i32::from(token.is(")"));
        depth == 0 && token.is(",")
    });
    parts.filter(|part| !part.is_empty()).collect()
}

/// Where the clauses of a column's definition begin.
fn clause_starts(tokens: &[Token]) -> Vec<usize> {
    const WORDS: [&str; 11] = [
        "constraint",
        "primary",
        "not",
        "null",
        "unique",
        "check",
        "default",
        "collate",
        "references",
        "generated",
        "as",
    ];
    let mut depth = 0;
    let mut starts = Vec::new();
    for (index, token) in tokens.iter().enumerate().skip(1) {
        depth += i32::from(token.is("(")) - i32::from(token.is(")"));
        let after = |words: &[&str]| words.iter().any(|word| tokens[index - 1].is_word(word));
        let goes_on = match token.text.as_str() {
            "null" => after(&["not", "set", "default"]),
            "default" => after(&["set"]),
            "as" => after(&["always"]),
            _ => false,
        };
        if depth == 0 && !goes_on && WORDS.iter().any(|word| token.is_word(word)) {
            starts.push(index);
        }
    }
    starts
}

/// A clause in its normal form.
fn normal(clause: &[Token]) -> String {
    let text = join(clause);
    if clause[0].is_word("default") {
        // `DEFAULT (0)` means `DEFAULT 0`.
        return match clause {
            [_, open, value, _] if open.is("(") => format!("default {}", value.text),
            _ => text,
        };
    }
    if clause[0].is_word("as") || clause[0].is_word("generated") {
        let text = match text.strip_prefix("generated always ") {
            Some(rest) => rest.to_owned(),
            None => text,
        };
        let is_said = text.ends_with(") stored") || text.ends_with(") virtual");
        return if is_said {
            text
        } else {
            format!("{text} virtual")
        };
    }
    text
}

/// The words in the first parentheses.
fn columns_of(tokens: &[Token]) -> Vec<String> {
    let Some(open) = tokens.iter().position(|token| token.is("(")) else {
        return Vec::new();
    };
    let close = closing(tokens, open).unwrap_or(tokens.len());
    let parts = split(&tokens[open + 1..close]);
    parts.into_iter().map(|part| part[0].text.clone()).collect()
}

/// The tokens as they are written.
fn source(tokens: &[Token], text: &str) -> String {
    match tokens {
        [] => String::new(),
        [first, ..] => text[first.start..tokens[tokens.len() - 1].end].to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_texts_of_one_table_are_the_same() {
        let ours = r#"CREATE TABLE "people" ("id" INTEGER NOT NULL, "name" TEXT NOT NULL DEFAULT 'it''s, (', "n" INTEGER AS ("id" * 2), CHECK ("id" > 0), PRIMARY KEY ("id")) STRICT"#;
        let theirs = "create table people (
            [id] integer primary key, -- the key
            n INTEGER generated always AS (id*2) VIRTUAL,
            name text DEFAULT ('it''s, (') not null,
            constraint positive check (id > 0)
        ) strict";
        let (ours, theirs) = (Table::parse(ours).unwrap(), Table::parse(theirs).unwrap());
        assert_eq!(ours.key, theirs.key);
        assert!(ours.constraints.keys().eq(theirs.constraints.keys()));
        assert_eq!(ours.options, theirs.options);
        for column in &ours.columns {
            assert!(
                column.is_same(theirs.column_called(&column.name).unwrap()),
                "{column:?}"
            );
        }
        assert_eq!(
            theirs.columns[2].source,
            "name text DEFAULT ('it''s, (') not null"
        );
    }

    #[test]
    fn a_name_may_be_a_keyword() {
        let table = Table::parse(r#"CREATE TABLE "check" ("check" TEXT, "not" INTEGER NOT NULL REFERENCES "a" ON DELETE SET DEFAULT)"#).unwrap();
        assert_eq!(table.columns.len(), 2);
        assert_eq!(
            table.columns[1].clause("references"),
            Some("a on delete set default")
        );
        assert!(table.columns[0].is_nullable() && !table.columns[1].is_nullable());
    }

    #[test]
    fn an_index_is_its_columns_and_its_condition() {
        let index =
            Index::parse("CREATE UNIQUE INDEX IF NOT EXISTS i ON t (\"a\", b) WHERE a > 'A'")
                .unwrap();
        assert!(index.is_unique);
        assert_eq!(index.columns, ["a", "b"]);
        assert_eq!(index.definition, "( a , b ) where a > 'A'");
    }
}
