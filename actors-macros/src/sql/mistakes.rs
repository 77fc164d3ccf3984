//! Everything that can be wrong with a statement, and what to write instead.

use std::ops::Range;

use thiserror::Error;

use crate::common::words::{all_of, any_of, counted, nearest, nearest_or};
use crate::sqlite::shown::Shown;

/// Something that is wrong.
#[derive(Debug, Error)]
pub(super) enum Mistake {
    // the macro
    #[error("write the tables and the statement: `sql!(Table, Other => \"SELECT …\")`")]
    Form,
    #[error("values are captured in the text: write `{{name}}` or `{{name = expression}}` there")]
    ValueBehind,
    #[error(
        "a part of the statement is text, chosen by `if` or `match`: write \
         `name = if … {{ \"…\" }} else {{ \"…\" }}` or `name = match … {{ … => \"…\" }}`; a value \
         is captured in the text, `{{name = expression}}`"
    )]
    PartForm,
    #[error("there is already a part `{0}`")]
    PartTwice(String),
    #[error("the statement has no `{{{0}}}`, where its text would go")]
    PartUnused(String),
    #[error("what a statement runs for is written `for item in items`")]
    EachForm,
    #[error(
        "a statement that runs for each item is the same for all of them: choose its parts by `if` \
         or `match` around two statements"
    )]
    EachWithParts,
    #[error(
        "a statement that runs for each item returns no rows: query in a loop over the items, or \
         once for all of them with `IN {{list}}`"
    )]
    EachWithRows,

    // the text
    #[error("the statement is empty")]
    Empty,
    #[error("this quote is not closed")]
    QuoteNotClosed,
    #[error("this brace is not closed: `{{name}}` binds a value, `{{{{` is a brace")]
    BraceNotClosed,
    #[error("this brace was not opened: `{{name}}` binds a value, `}}}}` is a brace")]
    BraceAlone,
    #[error("this parenthesis is not closed")]
    ParenthesisNotClosed,
    #[error("this parenthesis was not opened")]
    ParenthesisNotOpened,
    #[error("a statement has at most 100,000 bytes in a Durable Object, this one has {0}")]
    TooLong(usize),
    #[error(
        "one `sql!` is one statement: write one for each, a synchronous handler makes them one \
         transaction"
    )]
    SeveralStatements,

    // captures
    #[error(
        "values are captured: write `{{name}}` for a variable, `{{name = expression}}` for \
         anything else"
    )]
    Parameter,
    #[error("a capture is a variable's name or `name = expression`: write `{{{0}}}`")]
    CaptureForm(String),
    #[error(
        "in quotes this would be text, not a value: concatenate with `||`, as in \
         `'%' || {{name}} || '%'`; a brace is written `{{{{`"
    )]
    CaptureInQuotes,
    #[error("`{0}` is already captured with another expression: choose another name")]
    CaptureTwice(String),
    #[error(
        "`{0}` is a list after `IN`, and a value elsewhere: capture it there under another name, \
         `{{value = {0}}}`"
    )]
    ListAndValue(String),
    #[error(
        "a list after `IN` has single values, for one column: write rows out, \
         `IN (VALUES ({{a}}, {{b}}), …)`"
    )]
    ListOfRows,
    #[error(
        "these alternatives make {0} statements, and SQLite checks at most 64 for one `sql!`: \
         remove some, or write two statements"
    )]
    PartsTooMany(usize),
    #[error(
        "with this alternative the rows have other columns or types than with the first: an \
         alternative can only change which rows there are, and their order"
    )]
    RowsDiffer,
    #[error(
        "a statement binds at most 100 values in a Durable Object, this one has {0}: pass a list \
         as one, `IN {{list}}`"
    )]
    CapturesTooMany(usize),
    #[error(
        "`{{{capture}}}` is a value, the same for each row, whatever its text: write the column's \
         name, or choose among names after the statement, `sql!(… \"… {{{capture}}}\", \
         {capture} = match … {{ … => \"name\" }})`",
        capture = name_of(.0)
    )]
    ValueForColumn(String),
    #[cfg(feature = "check-sql")]
    #[error(
        "`{{{capture}}}` is a value, and can't be a part of the SQL: choose that part after the \
         statement, `sql!(… \"… {{{capture}}}\", {capture} = match … {{ … => \"DESC\" \
         }})`; a table can't be chosen",
        capture = name_of(.0)
    )]
    ValueForSql(String),

    // what is not run here
    #[error("a statement does not begin with `{word}`{}", beginning(.word, .known))]
    NotAStatement { word: String, known: Vec<String> },
    #[error(
        "a Durable Object does not run `{0}`: a synchronous handler already is a transaction, \
         elsewhere use `ctx.transaction(|| …)`"
    )]
    Transaction(String),
    #[error("a Durable Object gets its settings from the platform: no `PRAGMA` is needed here")]
    Pragma,
    #[error("a Durable Object does not run `{0}`")]
    Forbidden(String),
    #[error(
        "tables follow their structs: instead of `{0}`, change the `#[sql_table]`, or write a \
         migration"
    )]
    SchemaChange(String),
    #[error("`{0}` belongs to the platform or the framework, and can't be used in statements")]
    PlatformTable(String),

    // names
    #[error(
        "`{0}` is not a table, but what rows are read as: name it after the statement, \
         `sql!(Table => \"…\" as {0})`"
    )]
    NotATable(String),
    #[error("no table `{name}` is named before the `=>`{}", table_instead(.name, .known))]
    NoSuchTable { name: String, known: Vec<String> },
    #[error("there is no column `{name}`{}{}", within(.tables), instead(.name, .known))]
    NoSuchColumn {
        name: String,
        known: Vec<String>,
        tables: Vec<String>,
    },
    #[error(
        "in double quotes `{0}` is a column, and there is none: put a text in single quotes, \
         `'{0}'`"
    )]
    TextInDoubleQuotes(String),
    #[error("there is no `{name}` in this statement{}", instead(.name, .known))]
    NoSuchAlias { name: String, known: Vec<String> },
    #[error("there is no function `{name}`{}", nearest_or(.name, .known, String::new))]
    NoSuchFunction { name: String, known: Vec<String> },
    #[error("`{name}` is a column of several tables: write {}", any_of(.instead))]
    Ambiguous { name: String, instead: Vec<String> },

    // rows
    #[error(
        "`{column}` of `{table}` is never NULL and has no default: name it in the INSERT, and give \
         it a value"
    )]
    ColumnLeftOut { table: String, column: String },
    #[error("a row has at most 100 columns in a Durable Object, this one has {0}")]
    ColumnsTooMany(usize),
    #[error(
        "the columns of `*` are unknown here, since not all its sources are tables, or a join \
         merges some: name them"
    )]
    StarUnknown,
    #[error(
        "a column of a row with several needs a name and a type: write `{example} AS name: Type`"
    )]
    NotNamed { example: String },
    #[error("two columns are named `{0}`: give one another name, with `AS`")]
    NameTwice(String),
    #[error("the columns of the result are unclear: name each of them, without `*`")]
    ColumnsUnclear,
    #[error("which Rust type is `{name}`? Write `AS {name}: Type`, such as `AS {name}: u32`")]
    NoType { name: String },
    #[error("the types of a compound's columns go in its first SELECT")]
    AnnotatedLater,
    #[cfg(feature = "check-sql")]
    #[error(
        "`*` gives the columns in the order in which a database got them, which differs between \
         old and new ones: name them"
    )]
    StarOfHistory,
    #[cfg(feature = "check-sql")]
    #[error(
        "the columns of `{table}` differ in order between old and new databases: name those \
         that get a value, `INSERT INTO {table} ({}) …`",
        or_dots(.columns)
    )]
    InsertOfHistory { table: String, columns: Vec<String> },
    #[error("`{0}` is not a type: the type of a column follows its name, as in `AS total: u32`")]
    Annotation(String),
    #[error(
        "this statement returns no rows: remove `as …` and call `.run(ctx)`, or add `RETURNING`"
    )]
    NoRows,
    #[error("the statement returns {}, but the type has {fields}", counted(*.columns, "column"))]
    TupleWidth { columns: usize, fields: usize },
    #[error("`{row}` has no field `{column}`{}", instead(.column, .fields))]
    RowLacks {
        column: String,
        row: String,
        fields: Vec<String>,
    },
    #[error(
        "`{row}` has a field `{field}`, but the statement returns no such column{}",
        column_instead(.field, .columns)
    )]
    ColumnMissing {
        field: String,
        row: String,
        columns: Vec<String>,
    },
    #[error(
        "column {index} is `{column}`, but field {index} is `{field}`: name the columns in the \
         order of the fields"
    )]
    RowOrder {
        index: usize,
        column: String,
        field: String,
    },
    #[error(
        "`{column}` can be NULL ({why}), but is read into a field of `{row}` that is not an \
         `Option`: make it one, or write `COALESCE({column}, …) AS {column}`"
    )]
    MayBeNull {
        column: String,
        row: String,
        why: NullBecause,
    },

    // everything else is in SQLite's words
    #[error("SQLite does not understand this, at `{0}`")]
    Syntax(String),
    #[error("the statement ends too early")]
    TooEarly,
    #[error("{0}")]
    Sqlite(String),
}

/// Why a column can be NULL.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub(super) enum NullBecause {
    #[error("the table's field is an `Option`")]
    Declared,
    #[error("an outer join returns NULL where it finds no row")]
    Joined,
    #[error("over no rows the aggregate still returns one, with NULL here")]
    Aggregated,
    #[error("another SELECT of the compound returns one that can")]
    Compound,
}

/// The texts of rustc's errors where types don't match. rustc inserts the types: `{Self}` is that
/// of the value or the field, `{T}` that of the column.
#[derive(Debug, Error)]
pub(super) enum Misfit<'a> {
    #[error("`{{Self}}` can't be written to `{0}`, which is `{{T}}`")]
    Written(&'a str),
    #[error("`{{Self}}` can't be compared with `{0}`, which is `{{T}}`")]
    Compared(&'a str),
    #[error("`{0}` and its column differ in type")]
    OtherType(&'a str),
    #[error("`{0}` and its column differ in kind")]
    OtherKind(&'a str),
    #[error("the column is JSON, and expects `Json(..)`: write `{{{name} = Json({value})}}`")]
    Json { name: &'a str, value: &'a str },
    #[error(
        "convert milliseconds with `Timestamp::from_millis`: write \
         `{{{name} = Timestamp::from_millis({value})}}`"
    )]
    Time { name: &'a str, value: &'a str },
    #[error("`{0}`, which is `{{T}}`, can't be read as `{{Self}}`")]
    Read(&'a str),
    #[error("`{column}`, which is `{{T}}`, can't be read as `{field}`, which is `{{Self}}`")]
    ReadInto { column: &'a str, field: &'a str },
    #[error("a column and its field differ in kind")]
    OtherFieldKind,
}

/// The name of a capture, without its braces and its expression.
fn name_of(capture: &str) -> &str {
    let inner = capture.trim_matches(['{', '}']);
    inner.split('=').next().unwrap_or(inner).trim()
}

/// What a statement can begin with.
fn beginning(word: &str, known: &[String]) -> String {
    nearest_or(word, known, || {
        format!(": it begins with {}", any_of(known))
    })
}

/// What to write for a table that is not listed.
fn table_instead(name: &str, known: &[String]) -> String {
    nearest_or(name, known, || match known {
        [] => ": write `sql!(Struct => \"…\")` with its struct".to_owned(),
        known => format!(": add its struct, or write {}", any_of(known)),
    })
}

/// What to write for a field without a column.
fn column_instead(field: &str, columns: &[String]) -> String {
    match nearest(field, columns) {
        Some(near) => format!(": did you mean `{near} AS {field}`?"),
        None => format!(": it returns {}", all_of(columns)),
    }
}

/// The tables that something is in, if there are any.
fn within(tables: &[String]) -> String {
    match tables {
        [] => String::new(),
        tables => format!(" in {}", any_of(tables)),
    }
}

/// The nearest name, or all if they are few.
fn instead(wrong: &str, known: &[String]) -> String {
    nearest_or(wrong, known, || match known.len() {
        1..=12 => format!(": there is {}", all_of(known)),
        _ => String::new(),
    })
}

#[cfg(feature = "check-sql")]
fn or_dots(columns: &[String]) -> String {
    match columns {
        [] => "…".to_owned(),
        columns => columns.join(", "),
    }
}

/// A mistake and the bytes of the text where it is; everywhere if there are none.
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

    /// The mistake, with the statement and carets under the place.
    pub(super) fn shown(&self, statement: &str) -> Shown {
        Shown::new(&self.mistake, statement, self.place.as_ref())
    }
}
