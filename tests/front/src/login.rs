//! Who is asking: a signed cookie says it, and its signature that this Worker has set it.

use std::ops::ControlFlow;
use std::str::FromStr;

use actors_core::prelude::*;
use axum::extract::State;
use cookie::{Cookie, CookieJar, Key};
use http::header::{COOKIE, LOCATION, SET_COOKIE};
use http::{HeaderValue, StatusCode};

use crate::Bindings;

/// The header by which the actor learns who is asking.
const USER: &str = "x-user";

/// Lets only those on who have logged in, and sends browsers to where they can.
pub(crate) async fn authenticate(
    mut request: Request,
    env: &Env,
) -> Result<ControlFlow<Response, Request>> {
    // Nobody else may say who is asking.
    request.headers_mut().remove(USER);
    let path = request.uri().path();
    assert_ne!(path, "/panics", "as it should");
    match path {
        "/changed/binary" => {
            let value = HeaderValue::from_bytes(b"\xe4").map_err(http::Error::from)?;
            request.headers_mut().insert("x-odd", value);
            return Ok(ControlFlow::Continue(request));
        }
        "/changed/body" => return Ok(ControlFlow::Continue(request.map(|_| "a body".into()))),
        _ => {}
    }
    if !path.starts_with("/rooms/") && path != "/me" {
        return Ok(ControlFlow::Continue(request));
    }
    let user = user(&request, &Bindings::of(env)?.cookies.0);
    let wants_page = request
        .headers()
        .get("accept")
        .is_some_and(|what| what == "text/html");
    match user {
        Some(user) => {
            let user = HeaderValue::from_str(&user).map_err(http::Error::from)?;
            request.headers_mut().insert(USER, user);
            Ok(ControlFlow::Continue(request))
        }
        None if wants_page => Ok(ControlFlow::Break(
            http::Response::builder()
                .status(StatusCode::SEE_OTHER)
                .header(LOCATION, "/login")
                .body(Body::empty())?,
        )),
        None => Err(Error::new(ErrorKind::Unauthorized, "log in first")),
    }
}

/// Who is asking, as [`authenticate`] has said.
pub(crate) fn user_of<B>(request: &http::Request<B>) -> &str {
    let user = request.headers().get(USER);
    user.and_then(|user| user.to_str().ok()).unwrap_or("nobody")
}

/// `POST /login` with a name: sets the cookie.
pub(crate) async fn login(State(env): State<Env>, name: String) -> Result<Response, Response> {
    if name.is_empty() || !name.chars().all(|letter| letter.is_ascii_alphanumeric()) {
        return Err(Error::invalid("a name has letters and digits").into());
    }
    let mut jar = CookieJar::new();
    let cookie = Cookie::build(("user", name)).http_only(true).path("/");
    let bindings = Bindings::of(&env)?;
    jar.signed_mut(&bindings.cookies.0).add(cookie);
    let mut response = http::Response::new("welcome".into());
    for cookie in jar.delta() {
        let cookie = HeaderValue::from_str(&cookie.to_string());
        let cookie = cookie.map_err(|error| Error::from(http::Error::from(error)))?;
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// What cookies are signed with: at least 64 bytes.
pub(crate) struct CookieKey(Key);

impl FromStr for CookieKey {
    type Err = cookie::KeyError;

    fn from_str(secret: &str) -> Result<Self, Self::Err> {
        Key::try_from(secret.as_bytes()).map(Self)
    }
}

fn user<B>(request: &http::Request<B>, key: &Key) -> Option<String> {
    let mut jar = CookieJar::new();
    let header = request.headers().get(COOKIE)?.to_str().ok()?;
    for cookie in Cookie::split_parse(header.to_owned()).flatten() {
        jar.add_original(cookie);
    }
    Some(jar.signed(key).get("user")?.value().to_owned())
}
