//! What a Durable Object's runtime lets statements do, in terms of SQLite's authorizer.

use crate::names::{PLATFORM, begins};

/// How statements over rows begin.
pub const ROWS: [&str; 7] = [
    "SELECT", "INSERT", "REPLACE", "UPDATE", "DELETE", "WITH", "VALUES",
];
/// How statements about transactions begin, which only the runtime may use.
pub const TRANSACTIONS: [&str; 6] = ["BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE"];
/// How statements that change the schema begin, which only the framework does.
pub const SCHEMA: [&str; 3] = ["CREATE", "ALTER", "DROP"];
/// How statements about whole databases begin.
pub const ADMINISTRATION: [&str; 5] = ["ATTACH", "DETACH", "VACUUM", "ANALYZE", "REINDEX"];

/// What a statement is about to do, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action<'a> {
    /// `BEGIN`, `SAVEPOINT` and the like: transactions are the runtime's.
    Transaction,
    /// `ATTACH` or `DETACH`.
    Attach,
    /// Creating a temporary table, view, trigger or index.
    Temporary,
    /// A `PRAGMA` of that name.
    Pragma(&'a str),
    /// Reading, changing, creating or dropping a table of that name.
    Table(&'a str),
    /// Anything else.
    Other,
}

/// The pragmas that only return something, and `optimize`.
const PRAGMAS: [&str; 7] = [
    "quick_check",
    "table_info",
    "table_list",
    "table_xinfo",
    "index_list",
    "index_info",
    "optimize",
];

/// Whether the runtime lets an object do this.
pub fn is_allowed(action: Action<'_>) -> bool {
    match action {
        Action::Transaction | Action::Attach | Action::Temporary => false,
        Action::Pragma(name) => PRAGMAS.contains(&name),
        Action::Table(name) => !begins(name, PLATFORM),
        Action::Other => true,
    }
}

/// An [`Action`] of rusqlite's `AuthAction`: a macro, so that this crate need not depend on it.
#[macro_export]
macro_rules! action {
    ($action:expr) => {{
        use ::rusqlite::hooks::AuthAction;
        use $crate::refused::Action;
        match $action {
            AuthAction::Transaction { .. } | AuthAction::Savepoint { .. } => Action::Transaction,
            AuthAction::Attach { .. } | AuthAction::Detach { .. } => Action::Attach,
            AuthAction::CreateTempTable { .. }
            | AuthAction::CreateTempView { .. }
            | AuthAction::CreateTempTrigger { .. }
            | AuthAction::CreateTempIndex { .. } => Action::Temporary,
            AuthAction::Pragma { pragma_name, .. } => Action::Pragma(pragma_name),
            AuthAction::Read { table_name, .. }
            | AuthAction::Insert { table_name }
            | AuthAction::Update { table_name, .. }
            | AuthAction::Delete { table_name }
            | AuthAction::CreateTable { table_name }
            | AuthAction::AlterTable { table_name, .. }
            | AuthAction::DropTable { table_name } => Action::Table(table_name),
            _ => Action::Other,
        }
    }};
}
