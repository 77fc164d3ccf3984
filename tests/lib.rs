//! The tests are in `behaviour`, `browser`, `crash`, `examples`, `layers` and `search`; those of compile
//! errors are a package of their own, `ui`.
