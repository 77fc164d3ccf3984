//! Whether a request may become a web socket: the checks, in order.

use http::{HeaderMap, Method, StatusCode, Uri, header};

use super::options::SocketOptions;
use crate::request::{Request, Response};

/// Why a request does not become a web socket.
pub(crate) struct Refusal {
    status: StatusCode,
    message: &'static str,
    header: Option<(header::HeaderName, &'static str)>,
}

impl Refusal {
    fn new(status: StatusCode, message: &'static str) -> Self {
        Self {
            status,
            message,
            header: None,
        }
    }

    fn with(self, name: header::HeaderName, value: &'static str) -> Self {
        let header = Some((name, value));
        Self { header, ..self }
    }

    pub(crate) fn into_response(self) -> Response {
        let mut response = Response::new(self.message.into());
        *response.status_mut() = self.status;
        if let Some((name, value)) = self.header {
            let value = header::HeaderValue::from_static(value);
            response.headers_mut().insert(name, value);
        }
        response
    }
}

/// The sub-protocol for a request that may become a web socket, or why it may not.
pub(crate) fn check(request: &Request, options: &SocketOptions) -> Result<Option<String>, Refusal> {
    let headers = request.headers();
    if !asks(list(headers, header::UPGRADE)) {
        let message = "this path is for web sockets";
        return Err(
            Refusal::new(StatusCode::UPGRADE_REQUIRED, message).with(header::UPGRADE, "websocket")
        );
    }
    if request.method() != Method::GET {
        let message = "a web socket is opened with GET";
        return Err(
            Refusal::new(StatusCode::METHOD_NOT_ALLOWED, message).with(header::ALLOW, "GET")
        );
    }
    if text(headers, header::SEC_WEBSOCKET_VERSION).is_some_and(|version| version != "13") {
        let message = "only version 13 of the web socket protocol is supported";
        return Err(Refusal::new(StatusCode::UPGRADE_REQUIRED, message)
            .with(header::SEC_WEBSOCKET_VERSION, "13"));
    }
    if !may_connect(request, options.origins) {
        let message = "pages from other origins may not connect";
        return Err(Refusal::new(StatusCode::FORBIDDEN, message));
    }
    protocol(headers, options.protocols)
}

/// Whether the page that asks has the same origin or a listed one. Programs other than
/// browsers send no origin, and may connect.
fn may_connect(request: &Request, origins: &[&str]) -> bool {
    let mut given = request.headers().get_all(header::ORIGIN).iter();
    let Some(origin) = given.next() else {
        return true;
    };
    if origins.contains(&"*") {
        return true;
    }
    let (Some(origin), None) = (origin.to_str().ok().and_then(Origin::parse), given.next()) else {
        return false;
    };
    let is_listed = |listed: &&str| Origin::parse(listed).as_ref() == Some(&origin);
    Origin::of(request.uri()).as_ref() == Some(&origin) || origins.iter().any(is_listed)
}

/// The origin of a page.
#[derive(PartialEq)]
struct Origin {
    scheme: String,
    host: String,
    port: Option<u16>,
}

impl Origin {
    /// Parses the header, which is `null` for a page without an origin.
    fn parse(text: &str) -> Option<Self> {
        let (_, host) = text.split_once("://")?;
        let is_bare = !host.contains(['/', '?', '#', '@']);
        is_bare.then(|| Self::of(&text.parse().ok()?)).flatten()
    }

    fn of(uri: &Uri) -> Option<Self> {
        let scheme = uri.scheme_str()?.to_ascii_lowercase();
        let default = match &*scheme {
            "http" => Some(80),
            "https" => Some(443),
            _ => None,
        };
        Some(Self {
            host: uri.host()?.to_ascii_lowercase(),
            port: uri.port_u16().or(default),
            scheme,
        })
    }
}

/// The first of our sub-protocols that the client supports.
fn protocol(headers: &HeaderMap, ours: &[&str]) -> Result<Option<String>, Refusal> {
    let theirs: Vec<_> = list(headers, header::SEC_WEBSOCKET_PROTOCOL).collect();
    let common = ours.iter().find(|ours| theirs.contains(ours));
    match common {
        None if !ours.is_empty() && !theirs.is_empty() => Err(Refusal::new(
            StatusCode::BAD_REQUEST,
            "none of the requested sub-protocols is supported",
        )),
        common => Ok(common.map(|name| (*name).to_owned())),
    }
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Whether a web socket is among the requested upgrades.
pub(crate) fn asks<'a>(mut names: impl Iterator<Item = &'a str>) -> bool {
    names.any(|name| name.eq_ignore_ascii_case("websocket"))
}

/// The parts of a header that is a comma-separated list.
fn list(headers: &HeaderMap, name: header::HeaderName) -> impl Iterator<Item = &str> {
    let values = headers.get_all(name).iter();
    values
        .filter_map(|value| value.to_str().ok())
        .flat_map(parts)
}

pub(crate) fn parts(value: &str) -> impl Iterator<Item = &str> {
    let parts = value.split(',').map(str::trim);
    parts.filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(url: &str, origins: &[&str], listed: &[&str]) -> bool {
        let mut request = Request::default();
        *request.uri_mut() = url.parse().expect("a URL");
        for origin in origins {
            let origin = header::HeaderValue::from_str(origin).expect("a header");
            request.headers_mut().append(header::ORIGIN, origin);
        }
        may_connect(&request, listed)
    }

    #[test]
    fn an_origin_is_a_scheme_a_host_and_a_port() {
        let url = "https://chat.example/rooms/a/ws";
        for same in ["https://chat.example", "https://CHAT.example:443"] {
            assert!(admits(url, &[same], &[]), "{same}");
        }
        let others = [
            "http://chat.example",
            "http://chat.example:443",
            "https://chat.example:8443",
            "https://chat.example.evil.example",
            "https://evil.example/chat.example",
            "https://chat.example@evil.example",
            "https://user@chat.example",
            "https://chat.example/",
            "https://chat.example, https://chat.example",
            "chat.example",
            "//chat.example",
            "https://",
            "null",
            "",
        ];
        for other in others {
            assert!(
                !admits(url, &[other], &["https://friend.example"]),
                "{other}"
            );
        }
        assert!(!admits(url, &["https://chat.example"; 2], &[]));
        assert!(admits(url, &[], &[]), "a program names none");
        assert!(admits("http://[::1]:8787/ws", &["http://[::1]:8787"], &[]));
        assert!(!admits("http://[::1]:8787/ws", &["http://[::1]"], &[]));
    }

    #[test]
    fn origins_can_be_listed() {
        let url = "https://chat.example/ws";
        let listed = ["https://Friend.example:443", "app://localhost"];
        for friend in ["https://friend.example", "app://localhost"] {
            assert!(admits(url, &[friend], &listed), "{friend}");
        }
        for other in ["http://friend.example", "app://localhost:1", "null", ""] {
            assert!(!admits(url, &[other], &listed), "{other}");
            assert!(admits(url, &[other], &["*"]), "{other}");
        }
    }
}
