//! What a Durable Object's runtime lets statements do, as SQLite's authorizer asks for it.

use crate::names::{PLATFORM, begins};

/// How statements over rows begin.
pub const ROWS: [&str; 7] = [
    "SELECT", "INSERT", "REPLACE", "UPDATE", "DELETE", "WITH", "VALUES",
];
/// How statements begin that are about transactions, which the runtime has for itself.
pub const TRANSACTIONS: [&str; 6] = ["BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE"];
/// How statements begin that change the schema, which the framework does.
pub const SCHEMA: [&str; 3] = ["CREATE", "ALTER", "DROP"];
/// How statements begin that are about databases as a whole.
pub const ADMINISTRATION: [&str; 5] = ["ATTACH", "DETACH", "VACUUM", "ANALYZE", "REINDEX"];

/// What a statement is about to do, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action<'a> {
    /// `BEGIN`, `SAVEPOINT` and the like: the runtime has the transactions.
    Transaction,
    /// `ATTACH` or `DETACH`.
    Attach,
    /// To make a temporary table, view, trigger or index.
    Temporary,
    /// A `PRAGMA` of that name.
    Pragma(&'a str),
    /// To read, to change, to make or to drop a table of that name.
    Table(&'a str),
    /// Anything else.
    Other,
}

/// The pragmas that only tell something, and `optimize`.
const PRAGMAS: [&str; 7] = [
    "quick_check",
    "table_info",
    "table_list",
    "table_xinfo",
    "index_list",
    "index_info",
    "optimize",
];

/// Whether the runtime lets an object do it.
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
