//! Which instance a request is for.

use std::borrow::Cow;
use std::cmp::Reverse;

use percent_encoding::percent_decode_str;

#[cfg(not(target_arch = "wasm32"))]
use crate::actor::Reached;
use crate::actor::State;
#[cfg(not(target_arch = "wasm32"))]
use crate::env::Address;
use crate::error::{Error, Result};
use crate::rpc::check_name;

/// One line of [`entry!`](macro@crate::entry).
#[doc(hidden)]
pub struct Route {
    /// The path, with `{name}` for the part that names the instance; all paths if `None`.
    pub path: Option<&'static str>,
    /// The actor's binding.
    pub binding: &'static str,
    /// How the path of a request for one of the actor's web sockets ends.
    pub socket: Option<&'static str>,
    pub name: Name,
    /// How an instance is reached, where there is no runtime to do it.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) address: fn() -> Address,
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
            #[cfg(not(target_arch = "wasm32"))]
            address: <A::Is as Reached<A>>::address,
        }
    }

    /// The actor's binding.
    pub const fn binding(&self) -> &'static str {
        self.binding
    }

    /// How the path matches, if it does.
    fn matched<'a>(&self, path: &'a str) -> Option<Match<'a>> {
        Match::of(self.path?, path)
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
pub(crate) struct Found {
    pub(crate) route: &'static Route,
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

/// How a path matches a route, which the macro has checked: that it is one, and that no other
/// matches the same paths.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Match<'a> {
    /// For each part of the route between two `/`, how much of it is fixed: what fixes more is
    /// smaller.
    parts: Vec<Part>,
    name: Option<&'a str>,
}

/// How many bytes are fixed, what follows them, and how many bytes are fixed after that.
type Part = (Reverse<usize>, Kind, Reverse<usize>);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Nothing,
    /// What is in braces.
    Varies,
    /// The rest of the path.
    Rest,
}

impl<'a> Match<'a> {
    fn of(route: &str, path: &'a str) -> Option<Self> {
        let (mut parts, mut name) = (Vec::new(), None);
        let mut left = Some(path);
        for part in route.split('/') {
            let all = left?;
            let (first, rest) = match all.split_once('/') {
                Some((first, rest)) => (first, Some(rest)),
                None => (all, None),
            };
            let Some((before, braced, after)) = braces(part) else {
                if unescaped(part) != first {
                    return None;
                }
                parts.push((Reverse(first.len()), Kind::Nothing, Reverse(0)));
                left = rest;
                continue;
            };
            let (before, after) = (unescaped(before), unescaped(after));
            let (kind, whole, parameter) = match braced.strip_prefix('*') {
                Some(parameter) => (Kind::Rest, all, parameter),
                None => (Kind::Varies, first, braced),
            };
            let value = whole.strip_prefix(&*before)?.strip_suffix(&*after)?;
            if value.is_empty() {
                return None;
            }
            if parameter == "name" {
                name = name.or(Some(value));
            }
            parts.push((Reverse(before.len()), kind, Reverse(after.len())));
            left = if whole.len() == all.len() { None } else { rest };
        }
        left.is_none().then_some(Self { parts, name })
    }
}

/// What is before, in and after the braces in a part of a route; two of them are one as text.
fn braces(part: &str) -> Option<(&str, &str, &str)> {
    let mut open = 0;
    loop {
        open += part[open..].find('{')?;
        match part[open + 1..].starts_with('{') {
            true => open += 2,
            false => break,
        }
    }
    let (braced, after) = part[open + 1..].split_once('}')?;
    Some((&part[..open], braced, after))
}

fn unescaped(text: &str) -> Cow<'_, str> {
    match text.contains(['{', '}']) {
        true => text.replace("{{", "{").replace("}}", "}").into(),
        false => text.into(),
    }
}

/// The error for a path that nobody serves.
pub(crate) fn nothing(path: &str) -> Error {
    Error::not_found(format!("nothing is served at {path}"))
}

/// The instance that the request is for, if a route matches its path.
///
/// # Errors
///
/// The instance's name is invalid.
pub(crate) fn find(
    routes: &'static [Route],
    path: &str,
    head: impl FnOnce() -> Result<http::Request<()>>,
) -> Result<Option<Found>> {
    let matching = routes
        .iter()
        .filter_map(|route| Some((route.matched(path)?, route)));
    let (name, route) = match matching.min_by(|(a, _), (b, _)| a.cmp(b)) {
        Some((found, route)) => (found.name, route),
        None => {
            let mut routes = routes.iter();
            match routes.find(|route| route.path.is_none()) {
                Some(fallback) => (None, fallback),
                None => return Ok(None),
            }
        }
    };
    let name = match route.name {
        Name::Fixed(name) => Some(name.to_owned()),
        Name::InPath => name.map(decode).transpose()?.map(Cow::into_owned),
        Name::Chosen(choose) => choose(&head()?),
    };
    let Some(name) = name else { return Ok(None) };
    check_name(&name)?;
    Ok(Some(Found {
        route,
        name,
        may_upgrade: route.may_upgrade(path),
    }))
}

fn decode(text: &str) -> Result<Cow<'_, str>> {
    percent_decode_str(text)
        .decode_utf8()
        .map_err(|_| Error::invalid(format!("`{text}` is not UTF-8 in percent-encoding")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fails as a Worker without a fallback does.
    fn find(routes: &'static [Route], path: &str) -> Result<Found> {
        let head = || Ok(http::Request::builder().uri(path).body(())?);
        super::find(routes, path, head)?.ok_or_else(|| nothing(path))
    }

    /// The binding and the name.
    fn instance(path: &str) -> (&'static str, String) {
        let found = find(TABLE, path).expect("a route");
        (found.route.binding, found.name)
    }

    fn status(path: &str) -> u16 {
        find(TABLE, path).map_or_else(|error| error.kind().status(), |_| 200)
    }

    const fn route(path: &'static str, binding: &'static str, name: Name) -> Route {
        Route {
            path: Some(path),
            binding,
            socket: Some("/ws"),
            name,
            address: || unreachable!(),
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
        let head = |uri: String| move || Ok(http::Request::builder().uri(uri).body(())?);
        let find = |uri: &str| super::find(TABLE, "/shards/x", head(uri.to_owned()));
        assert_eq!(find("/shards/x?7").unwrap().unwrap().name, "7");
        assert!(find("/shards/x").unwrap().is_none());
        let long = find(&format!("/shards/x?{}", "7".repeat(1025)));
        assert_eq!(long.err().unwrap().kind().status(), 400);
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
        let head = || Ok(http::Request::builder().uri("/shards/ws?ws").body(())?);
        assert!(
            super::find(TABLE, "/shards/ws", head)
                .unwrap()
                .unwrap()
                .may_upgrade
        );
    }

    /// The index of the best match, and its name.
    fn best<'a>(routes: &[String], path: &'a str) -> Option<(usize, Option<&'a str>)> {
        let matching = routes.iter().enumerate();
        let matching = matching.filter_map(|(at, route)| Some((Match::of(route, path)?, at)));
        matching.min().map(|(found, at)| (at, found.name))
    }

    #[test]
    fn routes_match_as_the_macro_has_checked() {
        const PARTS: [&str; 12] = [
            "a", "b", "ab", "", "{name}", "{x}", "a{name}", "{name}b", "a{x}b", "{*name}", "a{*x}",
            "{{a}}",
        ];
        const PIECES: [&str; 8] = ["a", "b", "ab", "aab", "", "abb", "{a}", "c"];
        let mut state: u32 = 7;
        let mut below = |count: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as usize % count
        };
        let mut matched = 0;
        for _ in 0..20_000 {
            let mut router = matchit::Router::new();
            let mut routes = Vec::new();
            for _ in 0..4 {
                let parts: Vec<&str> = (0..=below(3)).map(|_| PARTS[below(12)]).collect();
                let route = format!("/{}", parts.join("/"));
                if router.insert(&route, routes.len()).is_ok() {
                    routes.push(route);
                }
            }
            for _ in 0..8 {
                let pieces: Vec<&str> = (0..=below(3)).map(|_| PIECES[below(8)]).collect();
                let path = format!("/{}", pieces.join("/"));
                // It does not try everything, so it may miss a route that matches.
                let Ok(found) = router.at(&path) else {
                    continue;
                };
                matched += 1;
                let expected = Some((*found.value, found.params.get("name")));
                assert_eq!(best(&routes, &path), expected, "{path} in {routes:?}");
            }
        }
        assert!(matched > 20_000, "{matched}");
    }

    #[test]
    fn a_route_without_a_path_takes_the_rest() {
        const ONE: &[Route] = &[Route {
            path: None,
            binding: "COUNTER",
            socket: None,
            name: Name::Fixed("default"),
            address: || unreachable!(),
        }];
        let found = find(ONE, "/any/thing").unwrap();
        assert_eq!((found.route.binding, &*found.name), ("COUNTER", "default"));
    }
}
