//! `#[actor(sockets(..))]` on a struct.

use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, Lit, LitInt, LitStr, Meta, MetaNameValue, Token};

use super::mistakes::Mistake;
use crate::common::attributes;
use crate::common::mistakes::Mistakes;

/// The declared options of the actor's web sockets.
pub(super) struct SocketOptions {
    pub(super) path: LitStr,
    pub(super) auto_response: Option<(LitStr, LitStr)>,
    pub(super) origins: Vec<LitStr>,
    pub(super) protocols: Vec<LitStr>,
    pub(super) max_bytes: Option<LitInt>,
}

/// The options, each with an example.
const OPTIONS: &[&str] = &[
    "path = \"/ws\"",
    "ping = \"ping\"",
    "pong = \"pong\"",
    "origins(\"https://example.com\")",
    "protocols(\"chat.v1\")",
    "max_bytes = 65536",
];

/// The platform's limit for each text of an auto response.
const MAX_AUTO_RESPONSE: usize = 2048;

/// The platform's limit for a message.
const MAX_BYTES: u64 = 32 << 20;

impl SocketOptions {
    pub(super) fn parse(option: &Meta, mistakes: &mut Mistakes) -> Self {
        let mut sockets = Self {
            // Replaces wrong options, so that handlers of messages cause no further errors.
            path: LitStr::new("/", option.span()),
            auto_response: None,
            origins: Vec::new(),
            protocols: Vec::new(),
            max_bytes: None,
        };
        let Meta::List(list) = option else {
            mistakes.add(option, Mistake::SocketsForm);
            return sockets;
        };
        let before = mistakes.count();
        let options = attributes::options(list.tokens.clone(), OPTIONS, mistakes);
        let get = |name| attributes::find(&options, name);
        match get("path") {
            Some(path) => sockets.path = self::path(path, mistakes).unwrap_or(sockets.path),
            None if mistakes.count() == before => mistakes.add(option, Mistake::SocketsForm),
            None => {}
        }
        sockets.auto_response = auto_response(get("ping"), get("pong"), mistakes);
        let list = |name| get(name).map_or(&[][..], std::slice::from_ref);
        for option in list("origins") {
            sockets.origins = texts(option, mistakes);
            check_origins(&sockets.origins, mistakes);
        }
        for option in list("protocols") {
            sockets.protocols = texts(option, mistakes);
            check_protocols(&sockets.protocols, mistakes);
        }
        sockets.max_bytes = get("max_bytes").and_then(|option| max_bytes(option, mistakes));
        sockets
    }
}

/// How the path of a request for a web socket ends.
fn path(option: &Meta, mistakes: &mut Mistakes) -> Option<LitStr> {
    let path = attributes::text(option, mistakes)?;
    if !path.value().starts_with('/') {
        mistakes.add(path, Mistake::SocketPath(&path.value()));
    }
    Some(path.clone())
}

fn auto_response(
    ping: Option<&Meta>,
    pong: Option<&Meta>,
    mistakes: &mut Mistakes,
) -> Option<(LitStr, LitStr)> {
    let (ping, pong) = match (ping, pong) {
        (Some(ping), Some(pong)) => (ping, pong),
        (Some(one), None) | (None, Some(one)) => {
            mistakes.add(one, Mistake::PingAlone);
            return None;
        }
        (None, None) => return None,
    };
    let mut text = |option| {
        let text = attributes::text(option, mistakes)?;
        let length = text.value().len();
        if length == 0 || length > MAX_AUTO_RESPONSE {
            mistakes.add(text, Mistake::PingLength);
        }
        Some(text.clone())
    };
    Some((text(ping)?, text(pong)?))
}

/// The texts in an option's parentheses.
fn texts(option: &Meta, mistakes: &mut Mistakes) -> Vec<LitStr> {
    let parse = Punctuated::<LitStr, Token![,]>::parse_terminated;
    let texts = match option {
        Meta::List(list) => parse.parse2(list.tokens.clone()).unwrap_or_default(),
        _ => Punctuated::new(),
    };
    if texts.is_empty() {
        let name = attributes::name(option);
        mistakes.add(option, Mistake::NotTexts(&name));
    }
    texts.into_iter().collect()
}

fn check_origins(origins: &[LitStr], mistakes: &mut Mistakes) {
    for origin in origins {
        let text = origin.value();
        let host = text.split_once("://").map(|(_, host)| host);
        let is_origin = host.is_some_and(|host| {
            !host.is_empty() && !host.contains(|c: char| "/*?#@".contains(c) || c.is_whitespace())
        });
        if text != "*" && !is_origin {
            mistakes.add(origin, Mistake::OriginForm(&text));
        }
    }
}

/// A sub-protocol is a token of HTTP.
fn check_protocols(protocols: &[LitStr], mistakes: &mut Mistakes) {
    for protocol in protocols {
        let text = protocol.value();
        let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        if text.is_empty() || !text.chars().all(is_token) {
            mistakes.add(protocol, Mistake::ProtocolForm(&text));
        }
    }
}

fn max_bytes(option: &Meta, mistakes: &mut Mistakes) -> Option<LitInt> {
    if let Meta::NameValue(MetaNameValue {
        value: Expr::Lit(ExprLit {
            lit: Lit::Int(bytes),
            ..
        }),
        ..
    }) = option
        && matches!(bytes.base10_parse::<u64>(), Ok(1..=MAX_BYTES))
        && bytes.suffix().is_empty()
    {
        return Some(bytes.clone());
    }
    mistakes.add(option, Mistake::MaxBytes);
    None
}
