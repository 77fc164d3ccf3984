//! Names: to whom they belong, and how they are quoted.

use crate::lex::{Kind, Token, tokens};

/// How the names of the platform's own tables begin.
pub const PLATFORM: &str = "_cf_";
/// How the names of the framework's tables and indices begin.
pub const FRAMEWORK: &str = "_actors";
/// How the names of SQLite's own tables begin.
pub const SQLITE: &str = "sqlite_";

/// Whether a name begins with that prefix, ignoring case.
pub fn begins(name: &str, prefix: &str) -> bool {
    let start = name.as_bytes().get(..prefix.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
}

/// Whether a name belongs to the platform or to the framework, so that no statement may use it.
pub fn is_private(name: &str) -> bool {
    begins(name, PLATFORM) || begins(name, FRAMEWORK)
}

/// Whether a name can't be used for a user's table, column or index.
pub fn is_reserved(name: &str) -> bool {
    is_private(name) || begins(name, SQLITE)
}

/// The name in quotes, so that it may be a keyword.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A name in the statement that belongs to the framework, as it is written there. SQLite
/// also accepts a text as a name where a text is not allowed.
pub fn framework_name(statement: &str) -> Option<&str> {
    let is_ours = |name: &str| begins(name, FRAMEWORK);
    // Nearly all statements contain no such name, and need not be parsed.
    let mut parts = statement.split('_').skip(1);
    if !parts.any(|part| begins(part, &FRAMEWORK[1..])) {
        return None;
    }
    let tokens = tokens(statement);
    let mut before: Option<&Token> = None;
    for token in &tokens {
        let names_it = match token.text.strip_prefix('\'') {
            Some(text) => is_ours(text) && before.is_some_and(is_before_name),
            None if token.kind == Kind::Name => is_ours(&token.text),
            None => token.text.split('.').any(is_ours),
        };
        if names_it {
            return statement.get(token.start..token.end);
        }
        before = Some(token);
    }
    None
}

/// Whether the name of a table, an index, a trigger or a view can follow.
fn is_before_name(token: &Token) -> bool {
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
    token.text.ends_with('.') || WORDS.iter().any(|word| token.is_word(word))
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
