//! The client's end of a web socket: over TCP to workerd, or without a network.

use std::net::TcpStream;
use std::time::Duration;

use actors_core::testing;
use actors_core::{Message, http};
use serde_json::Value;
use tungstenite::handshake::HandshakeError;
use tungstenite::handshake::client::generate_key;
use tungstenite::protocol::frame::CloseFrame;
use tungstenite::{Error, WebSocket};

use crate::world::Response;

pub(crate) enum Client<'a> {
    Workerd(Box<WebSocket<TcpStream>>, Option<String>),
    Native(testing::Client<'a>),
}

/// Opens a web socket over TCP; a refusal is the response.
pub(crate) fn connect(
    port: u16,
    path: &str,
    headers: &[(&str, &str)],
) -> Result<Client<'static>, Response> {
    let host = format!("127.0.0.1:{port}");
    let stream = TcpStream::connect(&host).expect("workerd listens");
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .expect("a timeout");
    stream.set_nodelay(true).expect("no delay");
    let mut request = http::Request::builder()
        .uri(format!("ws://{host}{path}"))
        .header("host", &host)
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", generate_key());
    for (name, value) in headers {
        request = request.header(*name, value.replace("{host}", &host));
    }
    match tungstenite::client(request.body(()).expect("a request"), stream) {
        Ok((socket, response)) => {
            let protocol = response.headers().get("sec-websocket-protocol");
            let protocol = protocol.map(|value| value.to_str().expect("text").to_owned());
            Ok(Client::Workerd(Box::new(socket), protocol))
        }
        Err(HandshakeError::Failure(Error::Http(response))) => {
            let (head, body) = response.into_parts();
            Err(Response {
                status: head.status.as_u16(),
                retry_after: None,
                body: String::from_utf8_lossy(&body.unwrap_or_default()).into_owned(),
            })
        }
        Err(error) => panic!("no web socket, and no response: {error}"),
    }
}

impl Client<'_> {
    pub(crate) fn send(&mut self, message: &Value) {
        self.send_text(&message.to_string());
    }

    pub(crate) fn send_text(&mut self, text: &str) {
        match self {
            Self::Workerd(socket, _) => socket.send(text.into()).expect("it is sent"),
            // As in workerd, a socket goes on when a handler has failed.
            Self::Native(client) => drop(client.send_text(text)),
        }
    }

    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) {
        match self {
            Self::Workerd(socket, _) => socket.send(bytes.to_vec().into()).expect("it is sent"),
            Self::Native(client) => drop(client.send_bytes(bytes)),
        }
    }

    /// The next message.
    #[track_caller]
    pub(crate) fn receive(&mut self) -> Message {
        match self {
            Self::Workerd(socket, _) => match socket.read() {
                Ok(tungstenite::Message::Text(text)) => Message::Text(text.to_string()),
                Ok(tungstenite::Message::Binary(bytes)) => Message::Bytes(bytes),
                other => panic!("not a message: {other:?}"),
            },
            Self::Native(client) => client.receive_message().expect("a message"),
        }
    }

    /// The next message, which is JSON.
    #[track_caller]
    pub(crate) fn json(&mut self) -> Value {
        match self.receive() {
            Message::Text(text) => serde_json::from_str(&text).expect("JSON"),
            other => panic!("not text: {other:?}"),
        }
    }

    pub(crate) fn protocol(&self) -> Option<&str> {
        match self {
            Self::Workerd(_, protocol) => protocol.as_deref(),
            Self::Native(client) => client.protocol(),
        }
    }

    /// What the actor has closed the socket with; waits for it.
    #[track_caller]
    pub(crate) fn closed(&mut self) -> (u16, String) {
        match self {
            Self::Workerd(socket, _) => match socket.read() {
                Ok(tungstenite::Message::Close(Some(CloseFrame { code, reason }))) => {
                    // Answers it.
                    let _ = socket.flush();
                    (code.into(), reason.to_string())
                }
                other => panic!("not closed: {other:?}"),
            },
            Self::Native(client) => client.closed().expect("it is closed"),
        }
    }

    /// Closes the socket, and waits until the other end has answered that; or has
    /// answered that the other end has closed it.
    pub(crate) fn close(self, code: u16, reason: &str) {
        match self {
            Self::Workerd(socket, _) if !socket.can_write() => drop(socket),
            Self::Workerd(socket, _) => assert_eq!(closed_with(socket, code, reason), code),
            Self::Native(client) => drop(client.close(code, reason)),
        }
    }

    /// Closes the socket with any code, and waits for the answer: its code, which there is
    /// none of natively.
    pub(crate) fn close_with(self, code: u16) -> Option<u16> {
        match self {
            Self::Workerd(socket, _) => Some(closed_with(socket, code, "")),
            Self::Native(client) => {
                drop(client.close(code, ""));
                None
            }
        }
    }

    /// Goes away without a word.
    pub(crate) fn vanish(self) {
        match self {
            Self::Workerd(socket, _) => drop(socket),
            Self::Native(client) => drop(client.vanish()),
        }
    }
}

/// Closes a socket over TCP, and answers the code that the other end does so with.
fn closed_with(mut socket: Box<WebSocket<TcpStream>>, code: u16, reason: &str) -> u16 {
    let frame = CloseFrame {
        code: code.into(),
        reason: reason.to_owned().into(),
    };
    socket.close(Some(frame)).expect("it is open");
    let mut answer = socket.read().expect("an answer");
    while !answer.is_close() {
        answer = socket.read().expect("an answer");
    }
    let tungstenite::Message::Close(Some(answer)) = answer else {
        panic!("an answer without a code")
    };
    answer.code.into()
}
