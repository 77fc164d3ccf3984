//! All that can be wrong with a statement, and what to write instead.

use std::fmt;
use std::ops::Range;

use crate::common::words::{all_of, any_of, counted, nearest};
use crate::sqlite::shown::message;

/// Something that is wrong.
#[derive(Debug)]
pub(super) enum Mistake {
    // the text
    Empty,
    QuoteNotClosed,
    BraceNotClosed,
    BraceAlone,
    ParenthesisNotClosed,
    ParenthesisNotOpened,
    TooLong(usize),
    SeveralStatements,

    // captures
    Parameter,
    CaptureForm(String),
    CaptureInQuotes,
    CaptureTwice(String),
    ListAndValue(String),
    ListOfRows,
    PartsTooMany(usize),
    RowsDiffer,
    CapturesTooMany(usize),
    ValueForColumn(String),
    #[cfg(feature = "check-sql")]
    ValueForSql(String),

    // what is not run here
    NotAStatement {
        word: String,
        known: Vec<String>,
    },
    Transaction(String),
    Pragma,
    Forbidden(String),
    SchemaChange(String),
    PlatformTable(String),

    // names
    NotATable(String),
    NoSuchTable {
        name: String,
        known: Vec<String>,
    },
    NoSuchColumn {
        name: String,
        known: Vec<String>,
        tables: Vec<String>,
    },
    TextInDoubleQuotes(String),
    NoSuchAlias {
        name: String,
        known: Vec<String>,
    },
    NoSuchFunction {
        name: String,
        known: Vec<String>,
    },
    Ambiguous {
        name: String,
        instead: Vec<String>,
    },

    // rows
    ColumnLeftOut {
        table: String,
        column: String,
    },
    ColumnsTooMany(usize),
    StarUnknown,
    NotNamed {
        example: String,
    },
    NameTwice(String),
    ColumnsUnclear,
    NoType {
        name: String,
    },
    AnnotatedLater,
    #[cfg(feature = "check-sql")]
    StarOfHistory,
    #[cfg(feature = "check-sql")]
    InsertOfHistory {
        table: String,
        columns: Vec<String>,
    },
    Annotation(String),
    NoRows,
    TupleWidth {
        columns: usize,
        fields: usize,
    },
    RowLacks {
        column: String,
        row: String,
        fields: Vec<String>,
    },
    ColumnMissing {
        field: String,
        row: String,
        columns: Vec<String>,
    },
    RowOrder {
        index: usize,
        column: String,
        field: String,
    },
    MayBeNull {
        column: String,
        row: String,
        why: NullBecause,
    },

    // the rest is said in SQLite's words
    Syntax(String),
    Sqlite(String),
}

/// Why a column can be NULL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NullBecause {
    Declared,
    Joined,
    Aggregated,
    Compound,
}

impl fmt::Display for NullBecause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Declared => "the table's field is an `Option`",
            Self::Joined => "an outer join answers NULL where it finds no row",
            Self::Compound => "another SELECT of the compound answers one that can",
            Self::Aggregated => "over no rows the aggregate still answers one, with NULL here",
        })
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "the statement is empty"),
            Self::QuoteNotClosed => write!(f, "this quote is not closed"),
            Self::BraceNotClosed => write!(
                f,
                "this brace is not closed: `{{name}}` binds a value, `{{{{` is a brace"
            ),
            Self::BraceAlone => write!(
                f,
                "this brace was not opened: `{{name}}` binds a value, `}}}}` is a brace"
            ),
            Self::ParenthesisNotClosed => write!(f, "this parenthesis is not closed"),
            Self::ParenthesisNotOpened => write!(f, "this parenthesis was not opened"),
            Self::TooLong(length) => write!(
                f,
                "a statement has at most 100,000 bytes in a Durable Object, and this one has {length}"
            ),
            Self::SeveralStatements => write!(
                f,
                "one `sql!` is one statement: write a `sql!` for each, in a handler they are one \
                 transaction"
            ),

            Self::Parameter => write!(
                f,
                "values are captured: write `{{name}}` for a variable, `{{name = expression}}` for \
                 anything else"
            ),
            Self::CaptureForm(instead) => write!(
                f,
                "a capture is a variable's name or `name = expression`: write `{{{instead}}}`"
            ),
            Self::CaptureInQuotes => write!(
                f,
                "in quotes this would be text, not a value: join them with `||`, as in \
                 `'%' || {{name}} || '%'`; a brace is written `{{{{`"
            ),
            Self::CaptureTwice(name) => write!(
                f,
                "`{name}` is captured above with another expression: choose another name"
            ),
            Self::ListAndValue(name) => write!(
                f,
                "`{name}` is a list behind `IN`, and a value elsewhere: capture it there under \
                 another name, `{{value = {name}}}`"
            ),
            Self::ListOfRows => write!(
                f,
                "a list behind `IN` has single values, for one column: write rows out, `IN (VALUES \
                 ({{a}}, {{b}}), …)`"
            ),
            Self::PartsTooMany(count) => write!(
                f,
                "these alternatives make {count} statements, and SQLite checks at most 64 of one \
                 `sql!`: leave some out, or write two statements"
            ),
            Self::RowsDiffer => write!(
                f,
                "with this alternative the rows have other columns or types than with the first: \
                 an alternative changes which rows there are, and their order"
            ),
            Self::CapturesTooMany(count) => write!(
                f,
                "a statement binds at most 100 values in a Durable Object, and this one has \
                 {count}: pass a list as one, `IN {{list}}`"
            ),

            Self::ValueForColumn(capture) => write!(
                f,
                "`{{{0}}}` is a value, and the same for each row, whatever text is in it: write \
                 the column's name, or choose among names behind the statement, `sql!(… \"… \
                 {{{0}}}\", {0} = match … {{ … => \"name\" }})`",
                name_of(capture)
            ),

            #[cfg(feature = "check-sql")]
            Self::ValueForSql(capture) => write!(
                f,
                "`{{{0}}}` is a value, and can't stand for a part of the SQL: choose that part \
                 behind the statement, `sql!(… \"… {{{0}}}\", {0} = match … {{ … => \"DESC\" }})`; \
                 a table is always named",
                name_of(capture)
            ),

            Self::NotAStatement { word, known } => {
                write!(f, "a statement does not begin with `{word}`")?;
                match nearest(word, known) {
                    Some(near) => write!(f, ": did you mean `{near}`?"),
                    None => write!(f, ": it begins with {}", any_of(known)),
                }
            }
            Self::Transaction(word) => write!(
                f,
                "a Durable Object does not run `{word}`: a synchronous handler is a transaction \
                 already, elsewhere use `ctx.transaction(|| …)`"
            ),
            Self::Pragma => write!(
                f,
                "a Durable Object has its settings from the platform: no `PRAGMA` is needed here"
            ),
            Self::Forbidden(word) => write!(f, "a Durable Object does not run `{word}`"),
            Self::SchemaChange(word) => write!(
                f,
                "tables follow their structs: instead of `{word}`, change the `#[sql_table]`, or \
                 write a migration"
            ),
            Self::PlatformTable(name) => write!(
                f,
                "`{name}` belongs to the platform or the framework, and is not for statements"
            ),

            Self::NotATable(path) => write!(
                f,
                "`{path}` is not a table, but what rows are read as: name it behind the statement, \
                 `sql!(Table => \"…\" as {path})`"
            ),
            Self::NoSuchTable { name, known } => {
                write!(f, "no table `{name}` is named before the `=>`")?;
                match nearest(name, known) {
                    Some(near) => write!(f, ": did you mean `{near}`?"),
                    None if known.is_empty() => {
                        write!(f, ": write `sql!(Struct => \"…\")` with its struct")
                    }
                    None => write!(f, ": add its struct, or write {}", any_of(known)),
                }
            }
            Self::NoSuchColumn {
                name,
                known,
                tables,
            } => {
                write!(f, "there is no column `{name}`")?;
                if !tables.is_empty() {
                    write!(f, " in {}", any_of(tables))?;
                }
                suggest(f, name, known)
            }
            Self::TextInDoubleQuotes(name) => write!(
                f,
                "in double quotes `{name}` is a column, and there is none: a text is in single \
                 quotes, `'{name}'`"
            ),
            Self::NoSuchAlias { name, known } => {
                write!(f, "nothing is called `{name}` in this statement")?;
                suggest(f, name, known)
            }
            Self::NoSuchFunction { name, known } => {
                write!(f, "there is no function `{name}`")?;
                match nearest(name, known) {
                    Some(near) => write!(f, ": did you mean `{near}`?"),
                    None => Ok(()),
                }
            }
            Self::Ambiguous { name, instead } => write!(
                f,
                "`{name}` is a column of several tables: write {}",
                any_of(instead)
            ),

            Self::ColumnLeftOut { table, column } => write!(
                f,
                "`{column}` of `{table}` is never NULL and has no default: name it in the INSERT, \
                 and give it a value"
            ),
            Self::ColumnsTooMany(count) => write!(
                f,
                "a row has at most 100 columns in a Durable Object, and this one has {count}"
            ),
            Self::StarUnknown => write!(
                f,
                "which columns `*` stands for is not known here, since it is not of tables alone or \
                 a join merges some: name them"
            ),
            Self::NotNamed { example } => write!(
                f,
                "a column of a row with several needs a name and a type: write `{example} AS \
                 name: Type`"
            ),
            Self::NameTwice(name) => write!(
                f,
                "two columns are called `{name}`: give one another name, with `AS`"
            ),
            Self::ColumnsUnclear => write!(
                f,
                "which columns this answers is not clear: name each of them, without `*`"
            ),
            Self::NoType { name } => write!(
                f,
                "which Rust type is `{name}`? Write `AS {name}: Type`, such as `AS {name}: u32`"
            ),
            #[cfg(feature = "check-sql")]
            Self::StarOfHistory => write!(
                f,
                "`*` gives the columns in the order in which a database got them, which is not \
                 the same in old and new ones: name them"
            ),
            #[cfg(feature = "check-sql")]
            Self::InsertOfHistory { table, columns } => {
                let columns = match &**columns {
                    [] => "…".to_owned(),
                    columns => columns.join(", "),
                };
                write!(
                    f,
                    "the columns of `{table}` do not have the same order in old and new databases: \
                     name those that get a value, `INSERT INTO {table} ({columns}) …`"
                )
            }
            Self::AnnotatedLater => write!(
                f,
                "the types of a compound's columns are said in its first SELECT"
            ),
            Self::Annotation(found) => write!(
                f,
                "`{found}` is not a type: the type of a column follows its name, as in `AS total: \
                 u32`"
            ),
            Self::NoRows => write!(
                f,
                "this statement answers no rows: leave out `as …` and call `.run(ctx)`, or add \
                 `RETURNING`"
            ),
            Self::TupleWidth { columns, fields } => write!(
                f,
                "the statement answers {}, and the type has {fields}",
                counted(*columns, "column")
            ),
            Self::RowLacks {
                column,
                row,
                fields,
            } => {
                write!(f, "`{row}` has no field `{column}`")?;
                suggest(f, column, fields)
            }
            Self::ColumnMissing {
                field,
                row,
                columns,
            } => {
                write!(
                    f,
                    "`{row}` has a field `{field}`, and the statement answers no such column"
                )?;
                match nearest(field, columns) {
                    Some(near) => write!(f, ": did you mean `{near} AS {field}`?"),
                    None => write!(f, ": it answers {}", all_of(columns)),
                }
            }
            Self::RowOrder {
                index,
                column,
                field,
            } => write!(
                f,
                "column {index} is `{column}`, and field {index} is `{field}`: name the columns in \
                 the order of the fields"
            ),
            Self::MayBeNull { column, row, why } => write!(
                f,
                "`{column}` can be NULL ({why}), and is read into a field of `{row}` that is not an \
                 `Option`: make it one, or write `COALESCE({column}, …) AS {column}`"
            ),

            Self::Syntax(near) => write!(f, "this is not SQL that SQLite understands, at `{near}`"),
            Self::Sqlite(words) => write!(f, "{words}"),
        }
    }
}

/// The name of a capture, without its braces and its expression.
fn name_of(capture: &str) -> &str {
    let inner = capture.trim_matches(['{', '}']);
    inner.split('=').next().unwrap_or(inner).trim()
}

/// Names the nearest, or all if they are few.
fn suggest(f: &mut fmt::Formatter<'_>, wrong: &str, known: &[String]) -> fmt::Result {
    match nearest(wrong, known) {
        Some(near) => write!(f, ": did you mean `{near}`?"),
        None if known.is_empty() || known.len() > 12 => Ok(()),
        None => write!(f, ": there is {}", all_of(known)),
    }
}

/// A mistake and the bytes of the text where it is; everywhere, if they are none.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) place: Option<Range<usize>>,
    pub(super) mistake: Mistake,
}

impl Fault {
    pub(super) fn at(place: Range<usize>, mistake: Mistake) -> Self {
        Self {
            place: Some(place),
            mistake,
        }
    }

    pub(super) fn somewhere(mistake: Mistake) -> Self {
        Self {
            place: None,
            mistake,
        }
    }

    /// The message, with the statement and carets under the place.
    pub(super) fn message(&self, source: &str) -> String {
        message(&self.mistake.to_string(), source, self.place.as_ref())
    }
}
