//! Aggregate functions of the runtime's SQLite.

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

/// Whether a call with so many arguments is an aggregate: `MIN` and `MAX` of several arguments
/// are scalar functions.
pub fn is_aggregate(name: &str, arguments: usize) -> bool {
    let is = |known: &str| known.eq_ignore_ascii_case(name);
    let is_scalar = arguments > 1 && (is("MIN") || is("MAX"));
    !is_scalar && AGGREGATES.iter().any(|known| is(known))
}
