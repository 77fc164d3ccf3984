//! What all macros have in common.

pub(crate) mod attributes;
pub(crate) mod calls;
pub(crate) mod config;
pub(crate) mod facts;
pub(crate) mod mistakes;
pub(crate) mod start;
pub(crate) mod types;
pub(crate) mod words;
