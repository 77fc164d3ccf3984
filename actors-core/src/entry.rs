//! The Worker's own fetch handler: which instance a request is for.

use std::borrow::Cow;

use matchit::Router;
use percent_encoding::percent_decode_str;

use crate::actor::State;
use crate::error::{Error, Result};
use crate::rpc::check_name;

/// One line of [`entry!`](crate::entry).
#[doc(hidden)]
pub struct Route {
    /// The path, with `{name}` for the part that names the instance; all paths if `None`.
    pub path: Option<&'static str>,
    /// The actor's binding.
    pub binding: &'static str,
    /// How the path of a request for one of the actor's web sockets ends.
    pub socket: Option<&'static str>,
    pub name: Name,
}

impl Route {
    /// A route to an instance of `A`.
    pub const fn to<A: State>(path: Option<&'static str>, name: Name) -> Self {
        Self {
            path,
            binding: A::BINDING,
            socket: match A::SOCKETS {
                Some(options) => Some(options.path),
                None => None,
            },
            name,
        }
    }

    /// Whether a request with that path can be for a web socket: the socket's path must
    /// come after the instance's name, so that an instance may have the same name as a
    /// socket's path.
    fn may_upgrade(&self, path: &str) -> bool {
        let (Some(pattern), Some(socket), Name::InPath) = (self.path, self.socket, &self.name)
        else {
            return true;
        };
        let Some(named) = pattern.split('/').position(|part| part.contains("{name}")) else {
            return true;
        };
        let depth = |path: &str| path.matches('/').count();
        !path.ends_with(socket) || named + depth(socket) <= depth(path)
    }
}

/// The instance that a request is for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) binding: &'static str,
    pub(crate) name: String,
    /// Whether the request can be for a web socket.
    pub(crate) may_upgrade: bool,
}

/// How a route names the instance.
#[doc(hidden)]
pub enum Name {
    /// Always the same one.
    Fixed(&'static str),
    /// The path's `{name}`.
    InPath,
    /// The result of the user's closure, which gets the request without its body.
    Chosen(fn(&http::Request<()>) -> Option<String>),
}

/// The routes of a Worker.
pub(crate) struct Routes {
    router: Router<&'static Route>,
    fallback: Option<&'static Route>,
}

impl Routes {
    /// # Errors
    ///
    /// Two routes conflict; each single route is checked by the macro.
    pub(crate) fn new(routes: &'static [Route]) -> Result<Self> {
        let mut router = Router::new();
        for route in routes {
            if let Some(path) = route.path {
                router
                    .insert(path, route)
                    .map_err(|error| Error::internal(format!("route \"{path}\": {error}")))?;
            }
        }
        let fallback = routes.iter().find(|route| route.path.is_none());
        Ok(Self { router, fallback })
    }

    /// The instance that the request is for.
    ///
    /// # Errors
    ///
    /// No route matches the path, or the instance's name is invalid.
    pub(crate) fn find(
        &self,
        path: &str,
        head: impl FnOnce() -> Result<http::Request<()>>,
    ) -> Result<Found> {
        let nothing = || Error::not_found(format!("nothing is served at {path}"));
        let found = self.router.at(path).ok();
        let route = match &found {
            Some(found) => *found.value,
            None => self.fallback.ok_or_else(nothing)?,
        };
        let name = match route.name {
            Name::Fixed(name) => name.to_owned(),
            Name::InPath => {
                let name = found.and_then(|found| found.params.get("name").map(decode));
                name.ok_or_else(nothing)??.into_owned()
            }
            Name::Chosen(choose) => choose(&head()?).ok_or_else(nothing)?,
        };
        check_name(&name)?;
        Ok(Found {
            binding: route.binding,
            name,
            may_upgrade: route.may_upgrade(path),
        })
    }
}

fn decode(text: &str) -> Result<Cow<'_, str>> {
    percent_decode_str(text)
        .decode_utf8()
        .map_err(|_| Error::invalid(format!("`{text}` is not UTF-8 in percent-encoding")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(routes: &'static [Route], path: &str) -> Result<Found> {
        Routes::new(routes)?.find(path, || Ok(http::Request::builder().uri(path).body(())?))
    }

    /// The binding and the name.
    fn instance(path: &str) -> (&'static str, String) {
        let found = find(TABLE, path).expect("a route");
        (found.binding, found.name)
    }

    fn status(path: &str) -> u16 {
        let error = find(TABLE, path).expect_err("no instance");
        error.kind().status()
    }

    const fn route(path: &'static str, binding: &'static str, name: Name) -> Route {
        Route {
            path: Some(path),
            binding,
            socket: Some("/ws"),
            name,
        }
    }

    const TABLE: &[Route] = &[
        route("/rooms/{name}", "ROOM", Name::InPath),
        route("/rooms/{name}/ws", "ROOM", Name::InPath),
        route("/limits/{name}/{*rest}", "LIMITER", Name::InPath),
        route(
            "/shards/{*rest}",
            "SHARD",
            Name::Chosen(|request| request.uri().query().map(str::to_owned)),
        ),
        route("/files/{*name}", "FILE", Name::InPath),
    ];

    #[test]
    fn the_path_names_the_instance() {
        assert_eq!(instance("/rooms/attic"), ("ROOM", "attic".into()));
        assert_eq!(instance("/limits/a/b/c"), ("LIMITER", "a".into()));
    }

    #[test]
    fn names_are_decoded() {
        assert_eq!(instance("/rooms/a%20b%2Fc%25").1, "a b/c%");
        assert_eq!(status("/rooms/%ff"), 400);
    }

    #[test]
    fn names_are_short_enough_for_the_platform_to_keep() {
        let path = |length: usize| format!("/rooms/{}", "%C3%A4".repeat(length));
        assert_eq!(instance(&path(512)).1.len(), 1024);
        assert_eq!(status(&path(513)), 400);
    }

    #[test]
    fn a_closure_chooses_or_declines() {
        let routes = Routes::new(TABLE).unwrap();
        let head = |uri: String| move || Ok(http::Request::builder().uri(uri).body(())?);
        let find = |uri: &str| routes.find("/shards/x", head(uri.to_owned()));
        assert_eq!(find("/shards/x?7").unwrap().name, "7");
        assert_eq!(find("/shards/x").unwrap_err().kind().status(), 404);
        let long = find(&format!("/shards/x?{}", "7".repeat(1025)));
        assert_eq!(long.unwrap_err().kind().status(), 400);
    }

    #[test]
    fn other_paths_are_not_found() {
        for path in ["/rooms", "/", "/rooms//ws", "/rooms/"] {
            assert_eq!(status(path), 404, "{path}");
        }
    }

    #[test]
    fn the_path_of_a_socket_comes_after_the_name() {
        let may_upgrade = |path| find(TABLE, path).expect("a route").may_upgrade;
        assert!(!may_upgrade("/rooms/ws"), "it is the instance `ws`");
        for path in ["/rooms/ws/ws", "/rooms/attic/ws", "/limits/ws/ws"] {
            assert!(may_upgrade(path), "{path}");
        }
        // Where the name may have slashes, it can't be told from what follows.
        assert!(may_upgrade("/files/a/ws"));
        let routes = Routes::new(TABLE).unwrap();
        let head = || Ok(http::Request::builder().uri("/shards/ws?ws").body(())?);
        assert!(routes.find("/shards/ws", head).unwrap().may_upgrade);
    }

    #[test]
    fn a_route_without_a_path_takes_the_rest() {
        const ONE: &[Route] = &[Route {
            path: None,
            binding: "COUNTER",
            socket: None,
            name: Name::Fixed("default"),
        }];
        let found = find(ONE, "/any/thing").unwrap();
        assert_eq!((found.binding, &*found.name), ("COUNTER", "default"));
    }
}
