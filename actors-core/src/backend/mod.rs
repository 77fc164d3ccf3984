//! The platforms: one for Workers, one for tests. Nothing below knows which.

#[cfg(all(not(target_arch = "wasm32"), feature = "testing"))]
pub(crate) mod native;
#[cfg(target_arch = "wasm32")]
pub(crate) mod worker;
