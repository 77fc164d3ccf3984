//! All that can be wrong with a table and what is in its rows, and what to write instead.

use thiserror::Error;

use crate::common::words::suggestion;

/// Something that is wrong.
#[derive(Clone, Copy, Debug, Error)]
pub(crate) enum Mistake<'a> {
    // #[sql_table]
    #[error("`#[sql_table]` goes on a struct, whose fields are columns")]
    NotATable,
    #[error(
        "a table's columns have names: write `struct Name {{ column: Type }}` with at least one \
         field"
    )]
    TableFields,
    #[error("a table can't be generic: its columns have one type each")]
    TableGenerics,
    #[error(
        "not a type that a column can have: `bool`, integers, `f32`, `f64`, `String`, `Vec<u8>`, \
         `Timestamp`, what derives `SqlValue`, or `Option` of one of these; any serde type with \
         `#[sql(json)]`"
    )]
    ColumnType,
    #[error("a column is NULL or not: one `Option` is enough")]
    ColumnNested,
    #[error(
        "a table has the same columns in every build: remove the `cfg`, or put it on the whole \
         struct"
    )]
    ColumnCondition,
    #[error(
        "a key of several columns is said of the table, in their order: write \
         `#[sql_table(primary_key({}))]`, and no mark here",
        .0.join(", ")
    )]
    TwoPrimaryKeys(&'a [&'a str]),
    #[error("the table has `primary_key(..)` already: remove the mark here")]
    KeyTwice,
    #[error("a key has columns: write `primary_key(page, day)`")]
    KeyForm,
    #[error("a primary key is unique and has an index already: remove `{0}`")]
    KeyIsIndexed(&'a str),
    #[error(
        "a generated id is never NULL: remove the `Option`, and write 0 in a row that has no id \
         yet"
    )]
    AutoNullable,
    #[error(
        "a generated id is an integer: write `i64`, `u64` or `u32`, or a struct around one that \
         derives `SqlValue`"
    )]
    AutoType,
    #[error("SQLite numbers rows in their primary key: write `#[sql(primary_key, auto)]`")]
    AutoWithoutKey,
    #[error(
        "SQLite numbers rows where the primary key is one column: make this the key, \
         `#[sql(primary_key, auto)]`, and the columns of the other key `unique(by_name(..))`"
    )]
    AutoOfSeveral,
    #[error("without a rowid, SQLite does not number rows: remove `without_rowid` or `auto`")]
    AutoWithoutRowid,
    #[error("SQLite makes the values of a generated id: remove `{0}`")]
    AutoWith(&'a str),
    #[error("`upsert_by_{by}` is taken by the unique key `{other}`: give this one another name")]
    UniqueHelperTwice { by: &'a str, other: &'a str },
    #[error(
        "JSON can't be a key, since one value has many texts: use a type with a column of its own"
    )]
    JsonKey,
    #[error("a generated column can't be in the primary key")]
    GeneratedKey,
    #[error("a primary key is never NULL: remove the `Option`")]
    NullableKey,
    #[error("the runtime allows 100 columns, and this one is the 101st")]
    TooManyColumns,
    #[error(
        "without a rowid, rows are found by their primary key alone: mark a field \
         `#[sql(primary_key)]`"
    )]
    WithoutRowidKey,
    #[error(
        "a default is a literal, which rows that are there can get without being read: write \
         `default = 0`, `default = \"text\"` or `default = false`"
    )]
    DefaultForm,
    #[error("not a value of the column's `{column}`: write `default = {example}`, for example")]
    DefaultType { column: &'a str, example: &'a str },
    #[error("the column's `{column}` does not hold this value")]
    DefaultRange { column: &'a str },
    #[error("the column holds JSON, and this is none: write `default = \"[]\"`, for example")]
    DefaultJson,
    #[error(
        "name the struct of the other table: `references = Author`, or \
         `references(Author, on_delete = cascade)`"
    )]
    ReferencesForm,
    #[error(
        "`{action}` is not what can be done{}",
        suggestion(.action, &["cascade", "set_null", "restrict"])
    )]
    OnDelete { action: &'a str },
    #[error("`on_delete = set_null` needs a column that may be NULL: make it an `Option`")]
    SetNull,
    #[error("`stored` says where a generated column is kept: write `generated = \"..\", stored`")]
    StoredAlone,
    #[error("SQLite makes the values of a generated column: remove `{0}`")]
    Generated(&'a str),
    #[error("what is unique has an index already: remove `index`")]
    UniqueIsIndexed,
    #[error("`{0}` is the name that it has now")]
    WasItself(&'a str),
    #[error(
        "there is a field `{0}` too, and nobody can tell the old one from the new one: write a \
         migration"
    )]
    WasStillThere(&'a str),
    #[error("another field says already that it was `{0}`")]
    WasTwice(&'a str),
    #[error("SQLite does not take this: it ends too early")]
    ExpressionEnds,
    #[error("SQLite does not take this: {0}")]
    Expression(&'a str),
    #[error("the table has no column `{column}`{}", suggestion(.column, .columns))]
    ExpressionColumn {
        column: &'a str,
        columns: &'a [&'a str],
    },
    #[error("the struct has no field `{field}`{}", suggestion(.field, .fields))]
    NoSuchField {
        field: &'a str,
        fields: &'a [&'a str],
    },
    #[error(
        "an index has a name and columns: `index(by_time(timestamp))`; a partial one has a \
         condition too: `index(by_time(timestamp, where = \"count > 0\"))`"
    )]
    IndexForm,
    #[error("`{0}` is already the name of a table or an index, and SQLite has one of each name")]
    IndexTwice(&'a str),
    #[error("`{0}` is named already")]
    IndexColumnTwice(&'a str),
    #[error("there is already a column `{0}`: SQLite does not tell capitals from small letters")]
    ColumnTwice(&'a str),

    // #[derive(SqlValue)]
    #[error(
        "`SqlValue` is for enums without fields and structs around one value, such as \
         `struct UserId(String)`: store others with `#[sql(json)]` on the table's field"
    )]
    NotAValue,
    #[error("a column has one type: derive `SqlValue` for a type without generics")]
    ValueGenerics,
    #[error(
        "a variant with fields is more than a text: store the enum with `#[sql(json)]` on the \
         table's field"
    )]
    VariantFields,
    #[error("a variant's text is all that can be said here: `#[sql(name = \"in_progress\")]`")]
    VariantOption,
    #[error(
        "another variant is stored as `{0}`: give this one a text of its own, \
         `#[sql(name = \"..\")]`"
    )]
    VariantTwice(&'a str),

    // #[derive(FromRow)]
    #[error(
        "rows are read as a struct whose fields are called like the columns: write \
         `struct Name {{ column: Type }}`"
    )]
    RowFields,
    #[error("a row can't be generic: its columns have one type each")]
    RowGenerics,
}
