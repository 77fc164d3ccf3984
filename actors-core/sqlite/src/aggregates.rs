//! Functions of all rows, as far as the runtime's SQLite has them.

/// Their names.
pub const AGGREGATES: &[&str] = &[
    "AVG",
    "COUNT",
    "GROUP_CONCAT",
    "JSON_GROUP_ARRAY",
    "JSON_GROUP_OBJECT",
    "JSONB_GROUP_ARRAY",
    "JSONB_GROUP_OBJECT",
    "MAX",
    "MEDIAN",
    "MIN",
    "PERCENTILE",
    "PERCENTILE_CONT",
    "PERCENTILE_DISC",
    "STRING_AGG",
    "SUM",
    "TOTAL",
];

/// Whether a call with so many arguments is one of an aggregate: `MIN` and `MAX` of several are
/// functions of one row.
pub fn is_aggregate(name: &str, arguments: usize) -> bool {
    let is = |known: &str| known.eq_ignore_ascii_case(name);
    let is_scalar = arguments > 1 && (is("MIN") || is("MAX"));
    !is_scalar && AGGREGATES.iter().any(|known| is(known))
}
