//! The commands of this repository. `cargo xtask help` lists them.

use std::process::ExitCode;

use clap::Parser;

mod bench;
mod crash;
mod dev;
mod test;

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about)]
enum Task {
    /// Serve the examples in workerd on this machine, with their data in `.dev`
    Dev {
        /// The port on 127.0.0.1
        #[arg(long, default_value_t = 8787)]
        port: u16,
    },
    /// Measure the same program as four implementations of it
    Bench(bench::Bench),
    /// Run every check that a change has to pass
    Test,
    /// Kill workerd at random moments while alarms run, and report what happened to them
    Crash {
        /// How many times
        #[arg(long, default_value_t = 200)]
        kills: u32,
        /// The seed for what is done in between, and when
        #[arg(long)]
        seed: Option<u64>,
    },
}

fn main() -> ExitCode {
    let result = match Task::parse() {
        Task::Dev { port } => dev::run(port),
        Task::Bench(bench) => bench::run(&bench),
        Task::Test => test::run(),
        Task::Crash { kills, seed } => crash::run(kills, seed),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
