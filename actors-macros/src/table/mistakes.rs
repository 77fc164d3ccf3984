//! Everything that can be wrong with a table and its rows, and what to write instead.

use thiserror::Error;

use crate::common::words::suggestion;

/// Something that is wrong.
#[derive(Clone, Copy, Debug, Error)]
pub(crate) enum Mistake<'a> {
    // #[sql_table]
    #[error("`#[sql_table]` goes on a struct, whose fields are columns")]
    NotATable,
    #[error(
        "a table's columns need names: write `struct Name {{ column: Type }}` with at least one \
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
        "a key of several columns is declared on the table, in order: write \
         `#[sql_table(primary_key({}))]`, and remove the mark here",
        .0.join(", ")
    )]
    TwoPrimaryKeys(&'a [&'a str]),
    #[error("the table already has `primary_key(..)`: remove the mark here")]
    KeyTwice,
    #[error("a key needs columns: write `primary_key(page, day)`")]
    KeyForm,
    #[error("a primary key is unique and already has an index: remove `{0}`")]
    KeyIsIndexed(&'a str),
    #[error(
        "a generated id is never NULL: remove the `Option`, and use 0 in a row that has no id yet"
    )]
    AutoNullable,
    #[error(
        "a generated id is an integer: write `i64`, `u64` or `u32`, or a struct around one that \
         derives `SqlValue`"
    )]
    AutoType,
    #[error("SQLite generates ids only for the primary key: write `#[sql(primary_key, auto)]`")]
    AutoWithoutKey,
    #[error(
        "SQLite generates ids only for a primary key of one column: make this the key, \
         `#[sql(primary_key, auto)]`, and the columns of the other key `unique(by_name(..))`"
    )]
    AutoOfSeveral,
    #[error("without a rowid, SQLite generates no ids: remove `without_rowid` or `auto`")]
    AutoWithoutRowid,
    #[error("SQLite generates the values of this id: remove `{0}`")]
    AutoWith(&'a str),
    #[error(
        "`upsert_by_{by}` is already taken by the unique key `{other}`: give this one another \
             name"
    )]
    UniqueHelperTwice { by: &'a str, other: &'a str },
    #[error(
        "JSON can't be a key, since one value can have many texts: use a type with a column of \
         its own"
    )]
    JsonKey,
    #[error("a generated column can't be in the primary key")]
    GeneratedKey,
    #[error("a primary key is never NULL: remove the `Option`")]
    NullableKey,
    #[error("the runtime allows 100 columns, and this one is the 101st")]
    TooManyColumns,
    #[error(
        "without a rowid, a table needs a primary key: mark a field \
         `#[sql(primary_key)]`"
    )]
    WithoutRowidKey,
    #[error(
        "a default is a literal, which existing rows get without being read: write \
         `default = 0`, `default = \"text\"` or `default = false`"
    )]
    DefaultForm,
    #[error("not a value of the column's `{column}`: write `default = {example}`, for example")]
    DefaultType { column: &'a str, example: &'a str },
    #[error("the column's `{column}` can't hold this value")]
    DefaultRange { column: &'a str },
    #[error("the column holds JSON, but this is not JSON: write `default = \"[]\"`, for example")]
    DefaultJson,
    #[error(
        "name the struct of the other table: `references = Author`, or \
         `references(Author, on_delete = cascade)`"
    )]
    ReferencesForm,
    #[error(
        "`{action}` is not an action{}",
        suggestion(.action, &["cascade", "set_null", "restrict"])
    )]
    OnDelete { action: &'a str },
    #[error("`on_delete = set_null` needs a column that can be NULL: make it an `Option`")]
    SetNull,
    #[error("`stored` is for generated columns: write `generated = \"..\", stored`")]
    StoredAlone,
    #[error("SQLite computes the values of a generated column: remove `{0}`")]
    Generated(&'a str),
    #[error("a unique column already has an index: remove `index`")]
    UniqueIsIndexed,
    #[error("`{0}` is its current name: write the previous one")]
    WasItself(&'a str),
    #[error(
        "there also is a field `{0}`, so the old one can't be told from the new one: write a \
         migration"
    )]
    WasStillThere(&'a str),
    #[error("another field already has `was = \"{0}\"`")]
    WasTwice(&'a str),
    #[error("SQLite does not accept this: it ends too early")]
    ExpressionEnds,
    #[error("SQLite does not accept this: {0}")]
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
        "an index has a name and columns: `index(by_time(timestamp))`; a partial one also has a \
         condition: `index(by_time(timestamp, where = \"count > 0\"))`"
    )]
    IndexForm,
    #[error("`{0}` already names a table or an index, and names in SQLite are unique")]
    IndexTwice(&'a str),
    #[error("`{0}` is already listed")]
    IndexColumnTwice(&'a str),
    #[error("there already is a column `{0}`: SQLite ignores case")]
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
    #[error("only a variant's text can be set here: `#[sql(name = \"in_progress\")]`")]
    VariantOption,
    #[error(
        "another variant is stored as `{0}`: give this one a text of its own, \
         `#[sql(name = \"..\")]`"
    )]
    VariantTwice(&'a str),

    // #[derive(FromRow)]
    #[error(
        "rows are read as a struct whose fields are named like the columns: write \
         `struct Name {{ column: Type }}`"
    )]
    RowFields,
    #[error("a row can't be generic: its columns have one type each")]
    RowGenerics,
}
