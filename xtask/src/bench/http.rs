//! A plain HTTP client, and the load that it makes.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};

/// How many connections a load uses.
const CONNECTIONS: usize = 8;

/// How long a response may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// A response.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
}

/// A connection that is kept alive.
pub(super) struct Connection(BufReader<TcpStream>);

impl Connection {
    pub(super) fn open(port: u16) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Sends a request made by [`request`], and waits for its response.
    pub(super) fn send(&mut self, request: &[u8]) -> Result<Answer> {
        self.0.get_mut().write_all(request)?;
        let line = self.line()?;
        let status = line
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        let status = status.with_context(|| format!("no status line: {line:?}"))?;
        let mut length = Some(0);
        loop {
            let header = self.line()?.to_ascii_lowercase();
            match header.split_once(": ") {
                Some(("content-length", value)) => length = Some(value.parse()?),
                Some(("transfer-encoding", _)) => length = None,
                Some(_) => {}
                None => break,
            }
        }
        let body = match length {
            Some(length) => self.exactly(length)?,
            None => self.chunks()?,
        };
        Ok(Answer { status, body })
    }

    /// Like [`send`](Self::send), but anything except success is an error.
    pub(super) fn succeed(&mut self, request: &[u8]) -> Result<Vec<u8>> {
        let Answer { status, body } = self.send(request)?;
        if !(200..300).contains(&status) {
            let body = String::from_utf8_lossy(&body);
            let request = String::from_utf8_lossy(request);
            let request = request.lines().next().unwrap_or_default();
            bail!("{request} was answered {status}: {body}");
        }
        Ok(body)
    }

    fn chunks(&mut self) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let length = usize::from_str_radix(&self.line()?, 16)?;
            body.extend(self.exactly(length)?);
            self.line()?;
            if length == 0 {
                return Ok(body);
            }
        }
    }

    fn exactly(&mut self, length: usize) -> Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.0.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        ensure!(
            self.0.read_line(&mut line)? > 0,
            "the connection was closed"
        );
        line.truncate(line.trim_end().len());
        Ok(line)
    }
}

/// The bytes of a request; a GET has no body.
pub(super) fn request(method: &str, path: &str, body: &str) -> Vec<u8> {
    let head = format!("{method} {path} HTTP/1.1\r\nhost: bench\r\n");
    let length = match method {
        "GET" => String::new(),
        _ => format!("content-length: {}\r\n", body.len()),
    };
    format!("{head}{length}\r\n{body}").into()
}

/// Measures how many requests per second are answered over 8 connections, each of which sends
/// its next request once it has the response, until there is none.
pub(super) fn load(port: u16, next: impl Fn() -> Option<Vec<u8>> + Sync) -> Result<f64> {
    let answered = AtomicU64::new(0);
    let start = Instant::now();
    let work = || -> Result<()> {
        let mut connection = Connection::open(port)?;
        while let Some(request) = next() {
            connection.succeed(&request)?;
            answered.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(work)).collect();
        let mut results = workers.into_iter().map(|worker| worker.join());
        results.try_for_each(|result| result.expect("it does not panic"))
    })?;
    Ok(answered.into_inner() as f64 / start.elapsed().as_secs_f64())
}

/// Measures as [`load`] does, for a given time.
pub(super) fn load_for(
    time: Duration,
    port: u16,
    next: impl Fn() -> Vec<u8> + Sync,
) -> Result<f64> {
    let start = Instant::now();
    load(port, || (start.elapsed() < time).then(&next))
}

/// Measures how many requests per second the client itself can send, to a server that does nothing.
pub(super) fn ceiling(time: Duration) -> Result<f64> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    thread::spawn(move || {
        for stream in listener.incoming().take(CONNECTIONS).flatten() {
            thread::spawn(move || answer_all(stream));
        }
    });
    load_for(time, port, || request("GET", "/", ""))
}

/// Responds to each request with no content, as soon as its head has arrived.
fn answer_all(mut stream: TcpStream) -> Result<()> {
    stream.set_nodelay(true)?;
    let reader = BufReader::new(stream.try_clone()?);
    for line in reader.lines() {
        if line?.is_empty() {
            stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_answers_of_any_length() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let parts = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\na\r\n0123456789\r\n0\r\n\r\n";
            let whole = "HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nabc";
            let none = "HTTP/1.1 204 No Content\r\n\r\n";
            let answers = format!("{parts}{whole}{none}");
            stream.write_all(answers.as_bytes()).unwrap();
            stream
        });
        let mut connection = Connection::open(port).unwrap();
        let mut answer = || {
            let Answer { status, body } = connection.send(&request("GET", "/", "")).unwrap();
            (status, String::from_utf8(body).unwrap())
        };
        assert_eq!(answer(), (200, "ab0123456789".to_owned()));
        assert_eq!(answer(), (404, "abc".to_owned()));
        assert_eq!(answer(), (204, String::new()));
        server.join().unwrap();
    }
}
