//! The tests are in `ui` and `workerd`.
