//! What a `CREATE TABLE` or `CREATE INDEX` says, whatever it looks like: SQLite keeps
//! the text of a table, edits it when the table is altered, and two texts that mean
//! the same differ in quotes, capitals, spaces and the order of the columns.

use std::collections::{BTreeMap, BTreeSet};

/// What is said of a table or of a column, in its normal form, and as it is written.
pub(crate) type Clauses = BTreeMap<String, String>;

/// A table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) columns: Vec<Column>,
    /// The columns of the primary key.
    pub(crate) key: Vec<String>,
    /// What is said of the table beside its columns: checks, foreign keys, `unique (a)`.
    pub(crate) constraints: Clauses,
    /// `strict`, `without rowid`.
    pub(crate) options: BTreeSet<String>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) sql_type: String,
    /// `not null`, `default 0`, `check (a > 0)` and so on, each in its normal form.
    pub(crate) clauses: Clauses,
    /// The definition as it is written, without what is a part of the key.
    pub(crate) source: String,
}

/// An index that somebody has declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Index {
    pub(crate) is_unique: bool,
    pub(crate) columns: Vec<String>,
    /// The columns and the condition, in their normal form.
    pub(crate) definition: String,
}

impl Table {
    /// Reads a `CREATE TABLE`; none if it is no such text.
    pub(crate) fn parse(create: &str) -> Option<Self> {
        let tokens = tokens(create);
        let open = tokens.iter().position(|token| token.is("("))?;
        let close = closing(&tokens, open)?;
        if !tokens.first()?.is("create") || !tokens.get(1)?.is("table") {
            return None;
        }
        let mut table = Self {
            options: split(&tokens[close + 1..]).into_iter().map(join).collect(),
            ..Self::default()
        };
        for definition in split(&tokens[open + 1..close]) {
            if definition.first()?.starts_constraint() {
                table.constraint(definition, create);
            } else {
                table.column(definition, create);
            }
        }
        table.infer_not_null();
        Some(table)
    }

    pub(crate) fn column_called(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    fn constraint(&mut self, tokens: &[Token], text: &str) {
        // Without its name, which nothing depends on.
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
            clauses: Clauses::new(),
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
                    self.options.insert("autoincrement".to_owned());
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

    /// Some keys can't be NULL, though the text does not say so.
    fn infer_not_null(&mut self) {
        let is_rowid = |column: &Column| column.sql_type == "integer" && self.key.len() == 1;
        let without_rowid = self.options.contains("without rowid");
        for column in &mut self.columns {
            if self.key.contains(&column.name) && (without_rowid || is_rowid(column)) {
                let not_null = ("not null".to_owned(), "NOT NULL".to_owned());
                column.clauses.extend([not_null]);
            }
        }
    }
}

impl Column {
    /// What follows that word in one of the column's clauses.
    pub(crate) fn clause(&self, start: &str) -> Option<&str> {
        self.clauses
            .keys()
            .find_map(|clause| clause.strip_prefix(start)?.strip_prefix(' '))
    }

    pub(crate) fn is_nullable(&self) -> bool {
        !self.clauses.contains_key("not null")
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        (&self.name, &self.sql_type) == (&other.name, &other.sql_type)
            && self.clauses.keys().eq(other.clauses.keys())
    }
}

impl Index {
    /// Reads a `CREATE INDEX`; none if it is no such text.
    pub(crate) fn parse(create: &str) -> Option<Self> {
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

/// The statement's words in their normal form: what its meaning depends on.
pub(crate) fn meaning(statement: &str) -> String {
    join(&tokens(statement))
}

/// The words and symbols of a statement that are not in quotes, in small letters.
pub(crate) fn words(statement: &str) -> Vec<String> {
    let tokens = tokens(statement).into_iter();
    let tokens = tokens.filter(|token| !token.is_quoted);
    tokens.map(|token| token.text).collect()
}

/// Where common table expressions can begin in a query, and whether it has some.
pub(crate) fn query(statement: &str) -> Option<(usize, bool)> {
    let tokens = tokens(statement);
    let first = tokens.first()?;
    if first.is_word("select") || first.is_word("values") {
        return Some((0, false));
    }
    let second = tokens.get(1)?;
    first
        .is_word("with")
        .then(|| match second.is_word("recursive") {
            true => (second.end, true),
            false => (first.end, true),
        })
}

/// The names in a piece of a statement, keywords and the names of functions included.
pub(crate) fn names(text: &str) -> Vec<String> {
    let is_name = |token: &Token| {
        token.is_quoted
            || token
                .text
                .starts_with(|c: char| c.is_alphabetic() || c == '_')
    };
    let tokens = tokens(text).into_iter().filter(is_name);
    tokens.map(|token| token.text).collect()
}

/// The text of a `CREATE TABLE` with a line for each column; other texts as they are.
#[cfg(all(not(target_arch = "wasm32"), feature = "testing"))]
pub(crate) fn in_lines(create: &str) -> String {
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

/// A name in the statement that belongs to the framework, as it is written there. SQLite
/// takes a text for a name too, where a statement has no place for a text.
pub(crate) fn framework_name(statement: &str) -> Option<&str> {
    let is_ours = |name: &str| {
        let start = name.as_bytes().get(..OURS.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(OURS.as_bytes()))
    };
    // Nearly all statements have no such name, and need not be read.
    if !statement.split('_').skip(1).any(|rest| {
        let start = rest.as_bytes().get(..OURS.len() - 1);
        start.is_some_and(|start| start.eq_ignore_ascii_case(&OURS.as_bytes()[1..]))
    }) {
        return None;
    }
    let tokens = tokens(statement);
    let mut before: Option<&Token> = None;
    for token in &tokens {
        let names_it = match token.text.strip_prefix('\'') {
            Some(text) => is_ours(text) && before.is_some_and(Token::is_before_name),
            None if token.is_quoted => is_ours(&token.text),
            None => token.text.split('.').any(is_ours),
        };
        if names_it {
            return Some(&statement[token.start..token.end]);
        }
        before = Some(token);
    }
    None
}

/// How the names of the framework's tables and indices begin.
const OURS: &str = "_actors";

/// A part of a statement: a word, a name in quotes, a string or a symbol.
pub(crate) struct Token {
    /// In small letters and without quotes, unless it is a string.
    text: String,
    is_quoted: bool,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Token {
    pub(crate) fn is(&self, text: &str) -> bool {
        self.text == text
    }

    /// Whether nothing is between that token and this one.
    #[cfg_attr(
        not(target_arch = "wasm32"),
        allow(dead_code, reason = "only a Worker asks for it")
    )]
    pub(crate) fn follows(&self, before: &Self) -> bool {
        self.start == before.end
    }

    /// Where the parameter that begins here ends, if one does; `next` is the token right after.
    #[cfg_attr(
        not(target_arch = "wasm32"),
        allow(dead_code, reason = "only a Worker asks for it")
    )]
    pub(crate) fn end_of_parameter(&self, next: Option<&Self>) -> Option<usize> {
        match self.text.as_bytes() {
            _ if self.is_quoted => None,
            [b'$' | b':' | b'@', _, ..] => Some(self.end),
            [b'?'] => {
                let is_number = |next: &&Self| next.text.bytes().all(|byte| byte.is_ascii_digit());
                Some(next.filter(is_number).map_or(self.end, |number| number.end))
            }
            _ => None,
        }
    }

    fn is_word(&self, word: &str) -> bool {
        !self.is_quoted && self.text == word
    }

    /// Whether a name can follow: of a table, an index, a trigger or a view.
    fn is_before_name(&self) -> bool {
        const WORDS: [&str; 17] = [
            "table",
            "index",
            "trigger",
            "view",
            "exists",
            "from",
            "join",
            "into",
            "update",
            "rollback",
            "abort",
            "fail",
            "ignore",
            "replace",
            "on",
            "references",
            "to",
        ];
        self.text.ends_with('.') || WORDS.iter().any(|word| self.is_word(word))
    }

    fn starts_constraint(&self) -> bool {
        ["constraint", "primary", "unique", "check", "foreign"]
            .iter()
            .any(|word| self.is_word(word))
    }
}

/// Cuts a statement up, without space and comments.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let bytes = text.as_bytes();
    let mut start = 0;
    while let Some(first) = bytes.get(start) {
        let rest = &text[start..];
        let length = match first {
            _ if first.is_ascii_whitespace() => {
                start += 1;
                continue;
            }
            b'-' if rest.starts_with("--") => {
                start += rest.find('\n').unwrap_or(rest.len());
                continue;
            }
            b'/' if rest.starts_with("/*") => {
                start += rest[2..].find("*/").map_or(rest.len(), |end| end + 4);
                continue;
            }
            0xef if rest.starts_with('\u{feff}') => {
                start += '\u{feff}'.len_utf8();
                continue;
            }
            b'$' | b'@' | b'#' | b':' => parameter(rest),
            b'\'' | b'"' | b'`' => quoted(rest, *first),
            b'[' => rest.find(']').map_or(rest.len(), |end| end + 1),
            _ if is_word(first) => bytes[start..]
                .iter()
                .take_while(|byte| is_word(byte))
                .count(),
            _ => symbol(rest),
        };
        let is_quoted = matches!(first, b'"' | b'`' | b'[');
        let source = &text[start..start + length];
        tokens.push(Token {
            text: match first {
                b'\'' => source.to_owned(),
                _ if is_quoted => source
                    .get(1..length - 1)
                    .unwrap_or(source)
                    .to_ascii_lowercase(),
                _ => source.to_ascii_lowercase(),
            },
            is_quoted,
            start,
            end: start + length,
        });
        start += length;
    }
    tokens
}

/// Letters of all languages are parts of words, and the dot of a number is.
fn is_word(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'.') || !byte.is_ascii()
}

/// The length of a symbol; letters of other languages are parts of words.
fn symbol(text: &str) -> usize {
    const LONG: [&str; 10] = ["->>", "->", "||", "<=", ">=", "<>", "!=", "==", "<<", ">>"];
    let long = LONG.iter().find(|symbol| text.starts_with(**symbol));
    long.map_or(1, |symbol| symbol.len())
}

/// The length of a named parameter, which may have anything but spaces in parentheses.
fn parameter(text: &str) -> usize {
    let name = |byte: &u8| is_word(byte) || *byte == b':';
    let end = 1 + text.bytes().skip(1).take_while(name).count();
    let Some(suffix) = text[end..].strip_prefix('(').filter(|_| end > 1) else {
        return end;
    };
    let length = suffix.find(|c: char| c.is_ascii_whitespace() || c == ')');
    end + length.map_or(text.len() - end, |length| length + 2)
}

/// The length of a text in quotes; a quote in it is doubled.
fn quoted(text: &str, quote: u8) -> usize {
    let bytes = text.as_bytes();
    let mut end = 1;
    while end < bytes.len() {
        if bytes[end] == quote {
            if bytes.get(end + 1) != Some(&quote) {
                return end + 1;
            }
            end += 1;
        }
        end += 1;
    }
    bytes.len()
}

/// Where the parenthesis that opens at `open` closes.
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

/// The parts between the commas that are in no parentheses.
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
        // `DEFAULT (0)` is `DEFAULT 0`.
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

fn join(tokens: &[Token]) -> String {
    let words: Vec<&str> = tokens.iter().map(|token| &*token.text).collect();
    words.join(" ")
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
    fn a_name_of_the_framework_is_found_however_it_is_written() {
        let named = [
            "DROP TABLE _actors",
            "drop table if exists main._ACTORS",
            "SELECT * FROM words JOIN \"_actors_alarms\"",
            "DELETE FROM [_Actors]",
            "DELETE FROM `_actors`",
            "UPDATE OR IGNORE '_actors' SET state = ''",
            "DROP TABLE main.'_actors'",
            "DROP TABLE \u{feff}_actors",
            "SELECT 1 /*/ ' */; DROP TABLE _actors --'",
            "SELECT $a('); DROP TABLE _actors --",
            "SELECT 'it''s'; DROP TABLE _actors",
            "CREATE TRIGGER t AFTER INSERT ON words BEGIN DELETE FROM _actors; END",
            "ALTER TABLE words RENAME TO _actors_words",
            "DROP INDEX\n_actors_alarms_due",
        ];
        for statement in named {
            assert!(framework_name(statement).is_some(), "{statement}");
        }
        let free = [
            "SELECT '_actors', \"my_actors\", the_actors -- _actors",
            "INSERT INTO words VALUES ('_actors', /* _actors */ '_actors')",
            "SELECT * FROM film_actors",
            "SELECT _act FROM words",
        ];
        for statement in free {
            assert_eq!(framework_name(statement), None, "{statement}");
        }
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
