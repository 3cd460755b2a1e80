use std::env;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use stompframe_load::Report;

use crate::plan::Peer;

/// How long a peer may take to start, unless it is told otherwise.
const START: u64 = 30;

/// A server that runs until this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    process: Child,
    port: u16,
}

impl Server {
    /// Starts a peer on this core, and waits until it takes connections.
    pub(crate) fn start(peer: &Peer, core: usize) -> io::Result<Self> {
        let port = match peer.port {
            Some(port) => port,
            // The system chooses one, which is free a moment later.
            None => TcpListener::bind("127.0.0.1:0")?.local_addr()?.port(),
        };
        let command = peer.command.iter().map(|part| fill(part, port));
        let process = Command::new("taskset")
            .args(["-c", &core.to_string()])
            .args(command)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()?;
        let mut server = Self { process, port };
        let patience = Duration::from_secs(peer.start_seconds.unwrap_or(START));
        let deadline = Instant::now() + patience;
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        while TcpStream::connect(address).is_err() {
            if let Some(status) = server.process.try_wait()? {
                return Err(io::Error::other(format!("it has ended: {status}")));
            }
            if Instant::now() > deadline {
                return Err(io::Error::other("it takes no connections"));
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    /// Runs the load generator against it, on this core.
    pub(crate) fn load(
        &self,
        peer: &Peer,
        run: &[String],
        core: usize,
        seconds: f64,
    ) -> io::Result<Report> {
        let mut command = Command::new("taskset");
        command
            .args(["-c", &core.to_string(), &fill("{bin}/stompframe-load", 0)])
            .args(run)
            .args(&peer.arguments)
            .args(["--url", &fill(&peer.url, self.port)])
            .args(["--server-pid", &self.process.id().to_string()])
            .args(["--seconds", &seconds.to_string()]);
        if let Some(warm_up) = peer.warm_up {
            command.args(["--warm-up", &warm_up.to_string()]);
        }
        let output = command.stdin(Stdio::null()).output()?;
        if !output.status.success() {
            let text = String::from_utf8_lossy(&output.stderr);
            return Err(io::Error::other(text.trim().to_owned()));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let last = text.lines().next_back().unwrap_or_default();
        Ok(serde_json::from_str(last)?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The programs of this list that are nowhere in `PATH`.
pub(crate) fn missing(programs: &[String]) -> Vec<String> {
    let path = env::var_os("PATH").unwrap_or_default();
    let there = |program: &&String| env::split_paths(&path).any(|at| at.join(program).is_file());
    programs.iter().filter(|it| !there(it)).cloned().collect()
}

/// Runs a command to its end in this directory.
pub(crate) fn run(command: &[String], at: &Path) -> io::Result<()> {
    let Some((program, arguments)) = command.split_first() else {
        return Ok(());
    };
    let status = Command::new(program)
        .args(arguments)
        .current_dir(at)
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other(format!("{}: {status}", command.join(" "))))
    }
}

/// `{port}`, and where this program and its siblings are.
fn fill(text: &str, port: u16) -> String {
    let bin = env::current_exe().ok();
    let bin = bin
        .as_deref()
        .and_then(Path::parent)
        .unwrap_or(Path::new("."));
    text.replace("{port}", &port.to_string())
        .replace("{bin}", &bin.to_string_lossy())
}
