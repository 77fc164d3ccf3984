//! workerd, the production runtime, on this machine.

use std::{
    fmt::{self, Write as _},
    fs::{self, File},
    io::{BufRead, BufReader, Read, Write as _},
    os::unix::process::CommandExt,
    path::{self, Path},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        Arc, Mutex, MutexGuard,
        mpsc::{self, RecvTimeoutError, Sender},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};

use crate::{
    tools,
    worker::{Binding, Worker},
};

/// How long workerd may take until it listens.
const START: Duration = Duration::from_secs(20);

/// How long [`Server::stop`] waits for requests in flight; workerd itself would wait forever.
const STOP: Duration = Duration::from_secs(2);

/// Runs workerd with the highest possible limit of open files, passes on the signals named on
/// stdin, and kills workerd when stdin ends: at the latest when the process at its other end dies,
/// however that happens.
const KEEPER: &str = r#"
ulimit -n "$(ulimit -Hn)"
"$@" </dev/null 2>&1 &
exec >/dev/null 2>&1
while read -r signal; do kill -s "$signal" $!; done
kill -s KILL $!
wait
"#;

/// A running workerd. It dies with the value, and with the process.
pub struct Server {
    keeper: Child,
    signals: Option<ChildStdin>,
    reader: Option<JoinHandle<()>>,
    log: Arc<Mutex<Log>>,
    disk: Option<File>,
    /// Where each Worker listens, in order.
    ports: Vec<u16>,
}

#[derive(Default)]
struct Log {
    text: String,
    echo: bool,
}

impl Server {
    /// Runs Workers, each of which serves HTTP on 127.0.0.1, and returns once workerd listens.
    ///
    /// The objects' data is in the folder `disk`, which a later server can reuse. The first
    /// Worker listens on `port`; without one, and for the others, a free port is chosen.
    ///
    /// # Errors
    ///
    /// There is no Worker, another workerd uses `disk`, or workerd does not listen within 20
    /// seconds; the error contains its output.
    pub fn start(workers: &[Worker], disk: &Path, port: Option<u16>) -> Result<Server> {
        let workerd = tools::ensure()?.workerd;
        let disk = path::absolute(disk)?;
        let storage = disk.join("storage");
        fs::create_dir_all(&storage)?;
        let lock = File::create(disk.join("lock"))?;
        if lock.try_lock().is_err() {
            bail!("another workerd uses {}: stop it first", disk.display());
        }
        let file = disk.join("workerd.capnp");
        fs::write(&file, config(workers, &storage, port.unwrap_or(0))?)?;

        let mut keeper = Command::new("sh")
            .args(["-c", KEEPER, "sh"])
            .arg(workerd)
            .args(["serve", "--control-fd=1", "--import-path=/"])
            .arg(&file)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // Ctrl-C in the terminal is for us; the keeper has to outlive us for a moment.
            .process_group(0)
            .spawn()
            .context("cannot start sh")?;
        let output = keeper.stdout.take().expect("stdout is piped");
        let (listening, heard) = mpsc::channel();
        let log = Arc::<Mutex<Log>>::default();
        let reader = thread::spawn({
            let log = log.clone();
            move || read_output(output, &log, listening)
        });
        let mut server = Server {
            signals: keeper.stdin.take(),
            keeper,
            reader: Some(reader),
            log,
            disk: Some(lock),
            ports: vec![0; workers.len()],
        };
        for _ in workers {
            match heard.recv_timeout(START) {
                Ok(Listening { socket, port }) => server.ports[socket] = port,
                Err(RecvTimeoutError::Timeout) => {
                    bail!("workerd does not listen after {START:?}:\n{}", server.log())
                }
                Err(RecvTimeoutError::Disconnected) => {
                    bail!("workerd does not start:\n{}", server.log())
                }
            }
        }
        Ok(server)
    }

    /// Returns the URL of the first Worker, without a trailing slash.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port())
    }

    /// Returns the id of the process that workerd is a child of.
    pub fn id(&self) -> u32 {
        self.keeper.id()
    }

    /// Returns the port on 127.0.0.1 that the first Worker listens on.
    pub fn port(&self) -> u16 {
        self.ports[0]
    }

    /// Returns the ports on 127.0.0.1 that the Workers listen on, in the order of the Workers.
    pub fn ports(&self) -> &[u16] {
        &self.ports
    }

    /// Returns what it has written to stdout and stderr so far.
    pub fn log(&self) -> String {
        lock(&self.log).text.clone()
    }

    /// Copies its log to our stderr, from the beginning and from now on.
    pub fn echo(&self) {
        let mut log = lock(&self.log);
        eprint!("{}", log.text);
        log.echo = true;
    }

    /// Returns whether it still runs.
    pub fn is_running(&self) -> bool {
        // Only workerd can write to the pipe, so its end is workerd's end.
        self.reader
            .as_ref()
            .is_some_and(|reader| !reader.is_finished())
    }

    /// Kills it on the spot, as a crash would.
    pub fn kill(&mut self) {
        self.signals = None;
        let _ = self.keeper.wait();
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
        if let Some(disk) = self.disk.take() {
            // A process that another thread starts just now still has a copy of the file, with
            // which the lock would outlive ours.
            let _ = disk.unlock();
        }
    }

    /// Gives it a moment to finish, then kills it.
    pub fn stop(&mut self) {
        if let Some(signals) = &mut self.signals {
            let _ = writeln!(signals, "TERM");
        }
        let deadline = Instant::now() + STOP;
        while self.is_running() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(10));
        }
        self.kill();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A report that a Worker's socket listens, with the number of the Worker.
#[derive(Debug, PartialEq)]
struct Listening {
    socket: usize,
    port: u16,
}

/// Keeps the lines that workerd writes, and reports which sockets listen.
fn read_output(output: impl Read, log: &Mutex<Log>, listening: Sender<Listening>) {
    for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line);
        if let Some(socket) = listening_socket(&line) {
            let _ = listening.send(socket);
            continue;
        }
        let mut log = lock(log);
        log.text.push_str(&line);
        log.text.push('\n');
        if log.echo {
            eprintln!("{line}");
        }
    }
}

/// The socket, if the line is workerd's report (`--control-fd`) that it listens.
fn listening_socket(line: &str) -> Option<Listening> {
    let report = line.strip_prefix(r#"{"event":"listen","socket":"http"#)?;
    let (socket, port) = report.strip_suffix('}')?.split_once(r#"","port":"#)?;
    Some(Listening {
        socket: socket.parse().ok()?,
        port: port.parse().ok()?,
    })
}

fn lock(log: &Mutex<Log>) -> MutexGuard<'_, Log> {
    log.lock().expect("no holder of the log panics")
}

/// The text of workerd's configuration.
fn config(workers: &[Worker], storage: &Path, port: u16) -> Result<String> {
    ensure!(!workers.is_empty(), "there is no Worker to run");
    let mut text = String::new();
    writeln!(text, r#"using Workerd = import "/workerd/workerd.capnp";"#)?;
    writeln!(text, "const config :Workerd.Config = (")?;
    writeln!(text, "  services = [")?;
    for worker in workers {
        write_worker(&mut text, worker)?;
    }
    let storage = Quoted(storage.display());
    writeln!(
        text,
        r#"    (name = "disk", disk = (path = {storage}, writable = true)),"#
    )?;
    writeln!(text, "  ],")?;
    writeln!(text, "  sockets = [")?;
    for (number, worker) in workers.iter().enumerate() {
        let port = if number == 0 { port } else { 0 };
        let name = Quoted(&worker.name);
        writeln!(
            text,
            r#"    (name = "http{number}", address = "127.0.0.1:{port}", http = (), service = {name}),"#
        )?;
    }
    writeln!(text, "  ],")?;
    writeln!(text, ");")?;
    Ok(text)
}

fn write_worker(text: &mut String, worker: &Worker) -> Result<()> {
    let name = &worker.name;
    writeln!(text, "    (name = {}, worker = (", Quoted(name))?;
    writeln!(text, "      modules = [")?;
    for module in &worker.modules {
        let (name, path) = (Quoted(&module.name), path::absolute(&module.path)?);
        let path = Quoted(path.display());
        let kind = if module.name.ends_with(".wasm") {
            "wasm"
        } else {
            "esModule"
        };
        writeln!(text, "        (name = {name}, {kind} = embed {path}),")?;
    }
    writeln!(text, "      ],")?;
    writeln!(
        text,
        "      compatibilityDate = {},",
        Quoted(&worker.compatibility_date)
    )?;
    writeln!(text, "      compatibilityFlags = [")?;
    for flag in &worker.compatibility_flags {
        writeln!(text, "        {},", Quoted(flag))?;
    }
    writeln!(text, "      ],")?;
    writeln!(text, "      durableObjectNamespaces = [")?;
    for object in &worker.objects {
        let (class, sqlite) = (Quoted(&object.class), object.sqlite);
        let key = Quoted(format!("{name}-{}", object.class));
        write!(
            text,
            "        (className = {class}, uniqueKey = {key}, enableSql = {sqlite}"
        )?;
        if let (Some(image), Some(_)) = (&object.container, &worker.engine) {
            write!(text, ", container = (imageName = {})", Quoted(image))?;
        }
        writeln!(text, "),")?;
    }
    writeln!(text, "      ],")?;
    if let Some(socket) = &worker.engine {
        let socket = Quoted(format!("unix:{}", socket.display()));
        writeln!(
            text,
            r#"      containerEngine = (localDocker = (socketPath = {socket}, containerEgressInterceptorImage = "proxy")),"#
        )?;
    }
    writeln!(
        text,
        r#"      durableObjectStorage = (localDisk = "disk"),"#
    )?;
    writeln!(text, "      bindings = [")?;
    for (name, binding) in &worker.bindings {
        let value = match binding {
            Binding::Text(value) => format!("text = {}", Quoted(value)),
            Binding::Json(value) => format!("json = {}", Quoted(value)),
            Binding::Object(class) => format!("durableObjectNamespace = {}", Quoted(class)),
            Binding::ObjectOf(class, worker) => {
                let (class, worker) = (Quoted(class), Quoted(worker));
                format!("durableObjectNamespace = (className = {class}, serviceName = {worker})")
            }
            Binding::Service(name) => format!("service = {}", Quoted(name)),
        };
        writeln!(text, "        (name = {}, {value}),", Quoted(name))?;
    }
    writeln!(text, "      ],")?;
    writeln!(text, "    )),")?;
    Ok(())
}

/// A string of the configuration, in quotes.
struct Quoted<T>(T);

impl<T: fmt::Display> fmt::Display for Quoted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let escaped = self
            .0
            .to_string()
            .replace('\\', r"\\")
            .replace('"', r#"\""#);
        write!(f, "\"{}\"", escaped.replace('\n', r"\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::{Module, Object};

    #[test]
    fn writes_a_config() {
        let worker = Worker {
            name: "example".to_owned(),
            modules: vec![
                Module {
                    name: "index.js".to_owned(),
                    path: "/b/index.js".into(),
                },
                Module {
                    name: "index_bg.wasm".to_owned(),
                    path: "/b/index_bg.wasm".into(),
                },
            ],
            objects: vec![Object {
                class: "Room".to_owned(),
                sqlite: true,
                container: Some("node:24".to_owned()),
            }],
            bindings: vec![
                ("ROOM".to_owned(), Binding::Object("Room".to_owned())),
                (
                    "MOTTO".to_owned(),
                    Binding::Text("say \"\\\"\nor not".to_owned()),
                ),
                (
                    "FAR".to_owned(),
                    Binding::ObjectOf("Far".to_owned(), "away".to_owned()),
                ),
            ],
            compatibility_date: "2026-11-01".to_owned(),
            compatibility_flags: vec!["nodejs_compat".to_owned()],
            engine: Some("/e.sock".into()),
        };
        let expected = r#"using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "example", worker = (
      modules = [
        (name = "index.js", esModule = embed "/b/index.js"),
        (name = "index_bg.wasm", wasm = embed "/b/index_bg.wasm"),
      ],
      compatibilityDate = "2026-11-01",
      compatibilityFlags = [
        "nodejs_compat",
      ],
      durableObjectNamespaces = [
        (className = "Room", uniqueKey = "example-Room", enableSql = true, container = (imageName = "node:24")),
      ],
      containerEngine = (localDocker = (socketPath = "unix:/e.sock", containerEgressInterceptorImage = "proxy")),
      durableObjectStorage = (localDisk = "disk"),
      bindings = [
        (name = "ROOM", durableObjectNamespace = "Room"),
        (name = "MOTTO", text = "say \"\\\"\nor not"),
        (name = "FAR", durableObjectNamespace = (className = "Far", serviceName = "away")),
      ],
    )),
    (name = "disk", disk = (path = "/d", writable = true)),
  ],
  sockets = [
    (name = "http0", address = "127.0.0.1:8787", http = (), service = "example"),
  ],
);
"#;
        assert_eq!(config(&[worker], Path::new("/d"), 8787).unwrap(), expected);
        assert!(config(&[], Path::new("/d"), 8787).is_err());
    }

    #[test]
    fn reads_the_port() {
        let line = r#"{"event":"listen","socket":"http2","port":39539}"#;
        let (socket, port) = (2, 39539);
        assert_eq!(listening_socket(line), Some(Listening { socket, port }));
        assert_eq!(listening_socket("driver saw /"), None);
    }
}
