//! A server and a load generator as processes.

use std::env;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use stompframe_load::Report;

use crate::comparison::Settings;
use crate::plan::{Peer, Scenario};

/// How long a peer may take to start, unless it is told otherwise.
const START: u64 = 30;

/// What a server that goes on has to clear up behind a turn.
const CLEARING: Duration = Duration::from_millis(300);

/// The cores of servers and of the load generator, if they have to stay there.
#[derive(Clone, Copy, Debug)]
pub struct Pins {
    /// Where servers run.
    pub server: Option<usize>,
    /// Where the load generator runs.
    pub generator: Option<usize>,
}

impl Pins {
    /// Wherever the system puts them.
    pub(crate) const NONE: Self = Self {
        server: None,
        generator: None,
    };
}

/// A server that runs until this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    process: Child,
    port: u16,
}

impl Server {
    /// Starts a peer on this core, and waits until it takes connections. It ends with this process, whatever becomes
    /// of it.
    pub(crate) fn start(peer: &Peer, pins: Pins, workspace: &Path) -> io::Result<Self> {
        // The system chooses the port, which is free a moment later.
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let command = peer.command.iter().map(|part| fill(part, port));
        let process = Command::new("setpriv")
            .args(["--pdeathsig", "KILL"])
            .args(pin(pins.server))
            .args(command)
            .current_dir(workspace)
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

    /// Starts one that goes on for the whole comparison, and warms it up in each of these scenarios. It stands still
    /// when it is not its turn.
    pub(crate) fn keep<'a>(
        peer: &Peer,
        scenarios: impl Iterator<Item = &'a Scenario>,
        settings: &Settings,
        workspace: &Path,
    ) -> io::Result<Self> {
        let server = Self::start(peer, settings.pins, workspace)?;
        let length = Duration::from_secs_f64(peer.keep.unwrap_or_default() * settings.warmth);
        for scenario in scenarios {
            let began = Instant::now();
            while began.elapsed() < length {
                server.load(peer, scenario, settings.pins, settings.seconds)?;
            }
        }
        server.stand_still()?;
        Ok(server)
    }

    /// A turn of a server that is kept.
    pub(crate) fn wake_and_load(
        &self,
        peer: &Peer,
        scenario: &Scenario,
        settings: &Settings,
    ) -> io::Result<Report> {
        self.signal("CONT")?;
        let report = self.load(peer, scenario, settings.pins, settings.seconds);
        self.stand_still()?;
        report
    }

    /// A turn that nobody looks at.
    pub(crate) fn rehearse(
        &self,
        peer: &Peer,
        scenario: &Scenario,
        settings: &Settings,
    ) -> io::Result<()> {
        self.load(peer, scenario, settings.pins, settings.seconds)?;
        thread::sleep(CLEARING);
        Ok(())
    }

    fn stand_still(&self) -> io::Result<()> {
        thread::sleep(CLEARING);
        self.signal("STOP")
    }

    /// Runs the load generator against it, on its core.
    pub(crate) fn load(
        &self,
        peer: &Peer,
        scenario: &Scenario,
        pins: Pins,
        seconds: f64,
    ) -> io::Result<Report> {
        let least = scenario.least_seconds.unwrap_or_default();
        let output = Command::new("env")
            .args(pin(pins.generator))
            .arg(fill("{bin}/stompframe-load", 0))
            .args(&scenario.run)
            .args(&peer.arguments)
            .args(["--url", &fill(&peer.url, self.port)])
            .args(["--server-pid", &self.process.id().to_string()])
            .args(["--seconds", &seconds.max(least).to_string()])
            .stdin(Stdio::null())
            .output()?;
        if !output.status.success() {
            let text = String::from_utf8_lossy(&output.stderr);
            return Err(io::Error::other(text.trim().to_owned()));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let last = text.lines().next_back().unwrap_or_default();
        Ok(serde_json::from_str(last)?)
    }

    /// Asks it to end, and waits until it has.
    pub(crate) fn end(mut self) -> io::Result<()> {
        self.signal("TERM")?;
        self.process.wait()?;
        Ok(())
    }

    fn signal(&self, signal: &str) -> io::Result<()> {
        let kill = format!("kill -s {signal} {}", self.process.id());
        run(&["sh".to_owned(), "-c".to_owned(), kill], Path::new("."))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
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

/// What a command begins with that stays on this core.
fn pin(core: Option<usize>) -> Vec<String> {
    core.map_or_else(Vec::new, |core| {
        ["taskset", "-c", &core.to_string()]
            .map(str::to_owned)
            .to_vec()
    })
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
