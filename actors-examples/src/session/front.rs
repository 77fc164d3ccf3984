//! What a browser sees of its session: a cookie, and pages with forms.
//!
//! **The log-in here is a stand-in**: any name will do, and the code is the same for everybody. In
//! its place belongs what shows who somebody is: a passkey, or an identity provider. All that
//! follows from it is meant to be copied:
//!
//! - The cookie has an id and a secret, 128 and 256 random bits. The id names the session's object
//!   and is nothing to hide; the secret is compared in constant time, and stored as its hash.
//! - `__Host-`, `Secure` and `Path=/` bind the cookie to this host and to encryption, `HttpOnly`
//!   keeps it from scripts, `SameSite=Lax` from what other sites post. Chromium takes 127.0.0.1 as
//!   secure, as a test shows; browsers differ in that, and Safari needs https there, too.
//! - Each sign-in makes a new session, and ends the one that the browser had.
//! - A request that changes something has to come from a page of this origin.
//! - Attempts to sign in are limited, by the [rate limiter](crate::rate_limiter).

use std::ops::ControlFlow;

use actors_core::prelude::*;
use actors_core::send;
use axum::extract::{Form, Path, State};
use axum::routing::{get, post};
use axum::{Extension, Router};
use cookie::{Cookie, SameSite};
use http::HeaderMap;
use http::header::{COOKIE, LOCATION, ORIGIN, SET_COOKIE, USER_AGENT};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::{Lifetime, Listed, Preferences, Proof, Session, Theme, User, Visitor};
use crate::rate_limiter::{Config, RateLimiter};

/// The cookie's name. A browser takes one with this prefix only as this Worker sets it: no other
/// host of the domain, and nobody without encryption, can set it in its place.
const COOKIE_NAME: &str = "__Host-session";

/// What a visitor has to know. A stand-in: see above.
const CODE: &str = "0000";

/// How often a minute somebody may try to sign in.
const ATTEMPTS: u32 = 10;

/// How long sessions last, in seconds, where that is set.
#[bindings]
pub struct Settings {
    session_idle: Option<u32>,
    session_total: Option<u32>,
}

impl Settings {
    /// Half an hour without a request, 30 days in any case.
    fn lifetime(&self) -> Lifetime {
        Lifetime {
            idle: self.session_idle.unwrap_or(30 * 60),
            total: self.session_total.unwrap_or(30 * 24 * 60 * 60),
        }
    }
}

/// Who makes the request, for the handlers below.
#[derive(Clone)]
struct SignedIn {
    session: String,
    visitor: Visitor,
}

/// Nobody, if that is none.
type Who = Option<SignedIn>;

/// The `before` of the Worker: finds out who makes a request, and refuses what another site has
/// a browser do.
pub async fn authenticate(
    mut request: Request,
    env: &Env,
) -> Result<ControlFlow<Response, Request>> {
    // The other examples are open to everybody.
    if !request.uri().path().starts_with("/session") {
        return Ok(ControlFlow::Continue(request));
    }
    if !request.method().is_safe() && !is_from_here(&request) {
        let why = "this has to come from a page of this site";
        return Err(Error::new(ErrorKind::Forbidden, why));
    }
    let who = who(request.headers(), env).await?;
    // Unlike a header, an extension can't come from outside.
    request.extensions_mut().insert(who);
    Ok(ControlFlow::Continue(request))
}

/// Whether the request is from a page of this origin. Browsers say so with each `POST`. The scheme
/// is not compared: where a proxy decrypts, it is another here.
fn is_from_here(request: &Request) -> bool {
    let origin = request.headers().get(ORIGIN);
    let origin = origin.and_then(|origin| origin.to_str().ok()?.split_once("://"));
    let here = request.uri().authority();
    origin.is_some_and(|(_, host)| here.is_some_and(|here| here.as_str() == host))
}

async fn who(headers: &HeaderMap, env: &Env) -> Result<Who> {
    let Some((session, secret)) = credentials(headers) else {
        return Ok(None);
    };
    let visitor = Session::get(env, &session)?
        .touch(proof_of(&secret))
        .await?;
    Ok(visitor.map(|visitor| SignedIn { session, visitor }))
}

/// The id and the secret in the cookie, if they look like ours.
fn credentials(headers: &HeaderMap) -> Option<(String, String)> {
    let cookies = headers.get_all(COOKIE).iter();
    let cookies = cookies.filter_map(|header| header.to_str().ok());
    let mut cookies = cookies.flat_map(Cookie::split_parse).flatten();
    let cookie = cookies.find(|cookie| cookie.name() == COOKIE_NAME)?;
    let (id, secret) = cookie.value().split_once('.')?;
    let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_ours = id.len() == 32 && secret.len() == 64 && is_hex(id) && is_hex(secret);
    is_ours.then(|| (id.to_owned(), secret.to_owned()))
}

fn proof_of(secret: &str) -> Proof {
    Proof(hex(&Sha256::digest(secret)))
}

/// That many random bytes, as hexadecimal digits.
fn random<const BYTES: usize>() -> Result<String> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(|error| Error::internal(error.to_string()))?;
    Ok(hex(&bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The `Set-Cookie` for a session, or for the end of one.
fn cookie(value: &str, seconds: u32) -> String {
    let cookie = Cookie::build((COOKIE_NAME, value))
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(cookie::time::Duration::seconds(seconds.into()));
    cookie.to_string()
}

/// The `fallback` of the Worker: all of `/session`.
pub fn router(env: Env) -> Router {
    Router::new()
        .route("/session", get(page))
        .route("/session/sign-in", post(sign_in))
        .route("/session/sign-out", post(sign_out))
        .route("/session/sign-out/{session}", post(sign_out_there))
        .route("/session/sign-out-everywhere", post(sign_out_everywhere))
        .route("/session/theme", post(set_theme))
        .route("/session/note", post(set_note))
        .with_state(env)
}

/// What a handler returns; its errors are responses.
type Answer = Result<Response, Response>;

async fn page(State(env): State<Env>, Extension(who): Extension<Who>) -> Answer {
    match who {
        Some(who) => Ok(send(account(env, who)).await?),
        None => Ok(sign_in_page(200, "")?),
    }
}

#[derive(Deserialize)]
struct SignIn {
    name: String,
    code: String,
}

async fn sign_in(
    State(env): State<Env>,
    Extension(who): Extension<Who>,
    headers: HeaderMap,
    Form(form): Form<SignIn>,
) -> Answer {
    let Some(name) = user_name(&form.name) else {
        return Ok(sign_in_page(400, "A name has 1 to 24 letters and digits.")?);
    };
    Ok(send(async move {
        if !may_try(&env, &headers, &name).await? {
            return sign_in_page(429, "Too many attempts: try again in a minute.");
        }
        if !bool::from(form.code.as_bytes().ct_eq(CODE.as_bytes())) {
            // Nothing tells whether there is such a user.
            return sign_in_page(401, "The name or the code is wrong.");
        }
        // The session that this browser had is over, whoever's it was.
        if let Some(before) = who {
            Session::get(&env, &before.session)?.end().await?;
        }
        begin(&env, &name, device(&headers)).await
    })
    .await?)
}

/// Lets the browser have a session that nobody has had before.
async fn begin(env: &Env, name: &str, device: String) -> Result<Response> {
    let (session, secret) = (random::<16>()?, random::<32>()?);
    let lifetime = Settings::of(env)?.lifetime();
    let user = User::get(env, name)?;
    user.sign_in(session.clone(), proof_of(&secret), device, lifetime)
        .await?;
    let cookie = cookie(&format!("{session}.{secret}"), lifetime.total);
    see_page(Some(cookie))
}

/// Whether somebody there may try that name once more.
async fn may_try(env: &Env, headers: &HeaderMap, name: &str) -> Result<bool> {
    let from = headers.get("cf-connecting-ip");
    let from = from.and_then(|from| from.to_str().ok()).unwrap_or("here");
    let attempts = Config {
        limit: ATTEMPTS,
        period: 60,
        utc_day: false,
        burst: None,
        burst_window: None,
        daily: None,
        bucket_size: None,
    };
    let limiter = RateLimiter::get(env, "sign-in")?;
    let decision = limiter.increment(format!("{name} {from}"), attempts, None);
    Ok(decision.await?.success)
}

async fn sign_out(State(env): State<Env>, Extension(who): Extension<Who>) -> Answer {
    if let Some(who) = who {
        send(async move { Session::get(&env, &who.session)?.end().await }).await?;
    }
    Ok(see_page(Some(cookie("", 0)))?)
}

async fn sign_out_there(
    State(env): State<Env>,
    Extension(who): Extension<Who>,
    Path(session): Path<String>,
) -> Answer {
    let who = signed_in(who)?;
    // The user knows whether it is theirs.
    send(async move { User::get(&env, &who.visitor.user)?.sign_out(session).await }).await?;
    Ok(see_page(None)?)
}

async fn sign_out_everywhere(State(env): State<Env>, Extension(who): Extension<Who>) -> Answer {
    let user = signed_in(who)?.visitor.user;
    send(async move { User::get(&env, &user)?.sign_out_everywhere().await }).await?;
    Ok(see_page(Some(cookie("", 0)))?)
}

async fn set_theme(
    State(env): State<Env>,
    Extension(who): Extension<Who>,
    Form(preferences): Form<Preferences>,
) -> Answer {
    let session = signed_in(who)?.session;
    send(async move { Session::get(&env, &session)?.prefer(preferences).await }).await?;
    Ok(see_page(None)?)
}

#[derive(Deserialize)]
struct Note {
    text: String,
}

async fn set_note(
    State(env): State<Env>,
    Extension(who): Extension<Who>,
    Form(Note { text }): Form<Note>,
) -> Answer {
    let session = signed_in(who)?.session;
    let length = text.chars().count();
    let note = json!({ "text": text, "length": length });
    send(async move {
        let session = Session::get(&env, &session)?;
        session.keep("note".into(), note).await
    })
    .await?;
    Ok(see_page(None)?)
}

fn signed_in(who: Who) -> Result<SignedIn> {
    who.ok_or_else(|| Error::new(ErrorKind::Unauthorized, "sign in first"))
}

/// A name that can be a user's: `Ann` and `ann` are the same.
fn user_name(name: &str) -> Option<String> {
    let name = name.trim().to_lowercase();
    let is_right =
        (1..=24).contains(&name.chars().count()) && name.chars().all(char::is_alphanumeric);
    is_right.then_some(name)
}

/// What a user may know the device by.
fn device(headers: &HeaderMap) -> String {
    let agent = headers
        .get(USER_AGENT)
        .and_then(|agent| agent.to_str().ok());
    let agent = agent.unwrap_or_default();
    let named = |names: &[(&str, &'static str)]| {
        let known = names.iter().find(|(mark, _)| agent.contains(mark));
        known.map(|(_, name)| *name)
    };
    let browser = named(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = named(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "An unknown device".to_owned(),
    }
}

/// Sends the browser back to the page, so that a reload does not post again.
fn see_page(cookie: Option<String>) -> Result<Response> {
    let mut response = http::Response::builder()
        .status(303)
        .header(LOCATION, "/session");
    if let Some(cookie) = cookie {
        response = response.header(SET_COOKIE, cookie);
    }
    Ok(response.body(Body::empty())?)
}

fn sign_in_page(status: u16, refusal: &str) -> Result<Response> {
    let main = html! {
        h1 { "Sign in" }
        form method="post" action="/session/sign-in" {
            label { "Name" input name="name" autocomplete="username" maxlength="24" required autofocus; }
            label { "Code" input name="code" type="password" autocomplete="current-password" required
                aria-describedby="stand-in"; }
            p #stand-in .quiet {
                "This log-in is a stand-in: any name will do, and the code is " code { (CODE) } "."
            }
            p .bad role="alert" { (refusal) }
            button { "Sign in" }
        }
    };
    render(status, Theme::Auto, &main)
}

async fn account(env: Env, SignedIn { session, visitor }: SignedIn) -> Result<Response> {
    let devices = User::get(&env, &visitor.user)?.devices().await?;
    let note = Session::get(&env, &session)?.kept("note".into()).await?;
    let note = note.unwrap_or_default();
    let theme = visitor.preferences.theme;
    let now = visitor.now;
    let main = html! {
        h1 { "Hello, " span #user { (visitor.user) } }
        p .quiet { "Unless you use it, this session ends in " (span(visitor.ends - now)) "." }
        h2 { "Where you are signed in" }
        ul #devices { @for device in &devices { (entry(device, &session, now)) } }
        form method="post" action="/session/sign-out" { button { "Sign out" } }
        form method="post" action="/session/sign-out-everywhere" {
            button .second { "Sign out everywhere" }
        }
        h2 { "What this session knows" }
        form method="post" action="/session/theme" .row {
            label { "Theme" select name="theme" {
                @for (value, name, is) in [
                    ("auto", "as the system", theme == Theme::Auto),
                    ("light", "light", theme == Theme::Light),
                    ("dark", "dark", theme == Theme::Dark),
                ] { option value=(value) selected[is] { (name) } }
            } }
            button .second { "Set" }
        }
        form method="post" action="/session/note" {
            label { "A note, which is gone with the session"
                textarea name="text" rows="3" maxlength="2000" {
                    (note["text"].as_str().unwrap_or_default())
                }
            }
            button .second { "Keep" }
        }
    };
    render(200, theme, &main)
}

/// A device in the list.
fn entry(device: &Listed, own: &str, now: Timestamp) -> Markup {
    html! {
        li {
            div {
                strong { (device.device) }
                div .quiet {
                    "since " (ago(now, device.since)) ", last used " (ago(now, device.seen))
                }
            }
            @if device.session == own {
                span .quiet { "this one" }
            } @else {
                form method="post" action={ "/session/sign-out/" (device.session) } {
                    button .second aria-label={ "Sign out on " (device.device) } { "Sign out" }
                }
            }
        }
    }
}

fn ago(now: Timestamp, then: Timestamp) -> String {
    match now - then {
        recent if recent < seconds(60) => "just now".to_owned(),
        past => format!("{} ago", span(past)),
    }
}

/// The largest unit of a span of time.
fn span(span: Duration) -> String {
    let units = [
        (86_400, "day"),
        (3_600, "hour"),
        (60, "minute"),
        (1, "second"),
    ];
    let seconds = span.as_secs().max(1);
    let fitting = units.into_iter().find(|(unit, _)| seconds >= *unit);
    let (unit, name) = fitting.unwrap_or((1, "second"));
    match seconds / unit {
        1 => format!("1 {name}"),
        count => format!("{count} {name}s"),
    }
}

/// A page. It has no script, so its policy allows none; and it is nobody else's to keep.
fn render(status: u16, theme: Theme, main: &Markup) -> Result<Response> {
    let theme = match theme {
        Theme::Auto => "light dark",
        Theme::Light => "light",
        Theme::Dark => "dark",
    };
    let page = html! {
        (DOCTYPE)
        html lang="en" style={ "color-scheme: " (theme) } {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { "actors: session" }
                style { (PreEscaped(crate::site::BASE)) (PreEscaped(include_str!("page.css"))) }
            }
            body { main { (main) } }
        }
    };
    let response = http::Response::builder()
        .status(status)
        .header("content-type", "text/html; charset=utf-8")
        .header("cache-control", "no-store")
        // With `no-referrer`, a browser would not say where a form comes from.
        .header("referrer-policy", "same-origin")
        .header(
            "content-security-policy",
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; \
             frame-ancestors 'none'",
        );
    Ok(response.body(page.into_string().into())?)
}
