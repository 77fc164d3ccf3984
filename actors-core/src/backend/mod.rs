//! The platforms: one for Workers, one for tests. Nothing below knows which.

#[cfg(all(not(target_arch = "wasm32"), feature = "testing"))]
pub(crate) mod native;
#[cfg(target_arch = "wasm32")]
pub(crate) mod worker;

/// Bodies beside the values of calls.
#[cfg(all(not(target_arch = "wasm32"), feature = "testing"))]
pub(crate) use self::native::streams;
#[cfg(target_arch = "wasm32")]
pub(crate) use self::worker::streams;
#[cfg(all(not(target_arch = "wasm32"), not(feature = "testing")))]
pub(crate) mod streams {
    use crate::request::Body;

    pub(crate) fn send(_: Body) -> String {
        unreachable!("there is no platform")
    }

    pub(crate) fn claim(_: &[u8]) -> Option<Body> {
        None
    }

    pub(crate) fn arrived() -> Option<Body> {
        None
    }
}
