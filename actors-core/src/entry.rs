//! The Worker's own fetch handler: which instance a request is for.

use std::borrow::Cow;

use matchit::Router;
use percent_encoding::percent_decode_str;

use crate::actor::Actor;
use crate::error::{Error, Result};

/// One line of [`entry!`](crate::entry).
#[doc(hidden)]
pub struct Route {
    /// The path, with `{name}` for the part that names the instance; all paths if `None`.
    pub path: Option<&'static str>,
    /// The actor's binding.
    pub binding: &'static str,
    pub name: Name,
}

impl Route {
    /// A route to an instance of `A`.
    pub const fn to<A: Actor>(path: Option<&'static str>, name: Name) -> Self {
        Self {
            path,
            binding: A::BINDING,
            name,
        }
    }
}

/// How a route names the instance.
#[doc(hidden)]
pub enum Name {
    /// Always the same one.
    Fixed(&'static str),
    /// The path's `{name}`.
    InPath,
    /// As the user's closure says, from the request without its body.
    Chosen(fn(&http::Request<()>) -> Option<String>),
}

/// The routes of a Worker, ready to be asked.
pub(crate) struct Routes {
    router: Router<&'static Route>,
    fallback: Option<&'static Route>,
}

impl Routes {
    /// # Errors
    ///
    /// Two routes that a path could take; a single one is checked by the macro.
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

    /// The binding and the name of the instance that the request is for.
    pub(crate) fn find(
        &self,
        path: &str,
        head: impl FnOnce() -> Result<http::Request<()>>,
    ) -> Result<(&'static str, String)> {
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
        Ok((route.binding, name))
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

    fn find(routes: &'static [Route], path: &str) -> Result<(&'static str, String)> {
        Routes::new(routes)?.find(path, || Ok(http::Request::builder().uri(path).body(())?))
    }

    const TABLE: &[Route] = &[
        Route {
            path: Some("/rooms/{name}"),
            binding: "ROOM",
            name: Name::InPath,
        },
        Route {
            path: Some("/limits/{name}/{*rest}"),
            binding: "LIMITER",
            name: Name::InPath,
        },
        Route {
            path: Some("/shards/{*rest}"),
            binding: "SHARD",
            name: Name::Chosen(|request| request.uri().query().map(str::to_owned)),
        },
    ];

    #[test]
    fn the_path_names_the_instance() {
        assert_eq!(
            find(TABLE, "/rooms/attic").unwrap(),
            ("ROOM", "attic".into())
        );
        assert_eq!(
            find(TABLE, "/limits/a/b/c").unwrap(),
            ("LIMITER", "a".into())
        );
    }

    #[test]
    fn names_are_decoded() {
        assert_eq!(find(TABLE, "/rooms/a%20b%2Fc%25").unwrap().1, "a b/c%");
        assert!(find(TABLE, "/rooms/%ff").is_err());
    }

    #[test]
    fn a_closure_chooses_or_declines() {
        let routes = Routes::new(TABLE).unwrap();
        let head = |uri: &'static str| move || Ok(http::Request::builder().uri(uri).body(())?);
        assert_eq!(
            routes.find("/shards/x", head("/shards/x?7")).unwrap().1,
            "7"
        );
        let error = routes.find("/shards/x", head("/shards/x")).unwrap_err();
        assert_eq!(error.kind().status(), 404);
    }

    #[test]
    fn other_paths_are_not_found() {
        assert_eq!(find(TABLE, "/rooms").unwrap_err().kind().status(), 404);
        assert_eq!(find(TABLE, "/").unwrap_err().kind().status(), 404);
    }

    #[test]
    fn a_route_without_a_path_takes_the_rest() {
        const ONE: &[Route] = &[Route {
            path: None,
            binding: "COUNTER",
            name: Name::Fixed("default"),
        }];
        assert_eq!(
            find(ONE, "/any/thing").unwrap(),
            ("COUNTER", "default".into())
        );
    }
}
