//! Starting and stopping what the sessions talk to.
//!
//! Both servers keep one contract: they listen on 127.0.0.1, on the port `PORT` or on a free one if
//! that is 0, print the line `ready PORT` once they accept connections, are told their variant, and
//! stop in good order on SIGTERM.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// How to start a server.
#[derive(Debug, Clone)]
pub(crate) enum Program {
    /// The Spring application's jar.
    Spring(PathBuf),
    /// The executable that stands for this crate.
    Twin(PathBuf),
}

impl Program {
    /// The Spring application that `record` has built.
    pub(crate) fn spring() -> Result<Self, String> {
        let jar = std::env::var_os("PARITY_SPRING").ok_or("PARITY_SPRING names the jar")?;
        Ok(Self::Spring(jar.into()))
    }

    /// The example `parity`: the one that `PARITY_TWIN` names, or the one next to this test.
    ///
    /// `cargo test` builds the examples before it runs any test. Only `cargo test --test parity`
    /// does not, so a missing executable is built here.
    pub(crate) fn twin() -> Result<Self, String> {
        if let Some(path) = std::env::var_os("PARITY_TWIN") {
            return Ok(Self::Twin(path.into()));
        }
        let test = std::env::current_exe().map_err(|e| e.to_string())?;
        let profile = test.parent().and_then(Path::parent);
        let profile = profile.ok_or("the test is not in a target directory")?;
        let path = profile
            .join("examples")
            .join("parity")
            .with_extension(std::env::consts::EXE_EXTENSION);
        if !path.exists() {
            let mut build = std::process::Command::new(env!("CARGO"));
            build.args(["build", "--quiet", "--example", "parity"]);
            if profile.ends_with("release") {
                build.arg("--release");
            }
            let built = build.status().map_err(|e| e.to_string())?;
            if !built.success() {
                return Err("the example `parity` does not build".to_owned());
            }
        }
        Ok(Self::Twin(path))
    }

    fn command(&self, variant: &str) -> Command {
        let mut command = match self {
            Self::Spring(jar) => {
                let mut command = Command::new("java");
                command.args(["-XX:TieredStopAtLevel=1", "-jar"]).arg(jar);
                command.arg(format!("--spring.profiles.active={variant}"));
                command
            }
            Self::Twin(path) => Command::new(path),
        };
        command.env("PORT", "0").env("PARITY_VARIANT", variant);
        command
    }
}

/// A running server. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    /// Where it listens.
    pub(crate) port: u16,
}

impl Server {
    /// Starts a variant and waits until it is ready.
    pub(crate) async fn start(program: &Program, variant: &str) -> Result<Self, String> {
        let mut child = program
            .command(variant)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|e| format!("{program:?}: {e}"))?;
        let stdout = child.stdout.take().ok_or("no standard output")?;
        let mut lines = BufReader::new(stdout).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            if let Some(port) = line.strip_prefix("ready ") {
                let port = port.parse().map_err(|_| format!("bad port {port}"))?;
                // Keeps the pipe from filling up.
                tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
                return Ok(Self { child, port });
            }
        }
        Err(format!("{program:?} ended before it was ready"))
    }

    /// Asks it to stop.
    pub(crate) async fn ask_to_stop(&self) -> Result<(), String> {
        let id = self.child.id().ok_or("has ended")?.to_string();
        let mut kill = Command::new("kill");
        let done = kill.args(["-TERM", &id]).status().await;
        done.map_err(|e| e.to_string()).map(drop)
    }

    /// Stops it and waits for its end.
    pub(crate) async fn stop(mut self) -> Result<(), String> {
        self.ask_to_stop().await?;
        self.child.wait().await.map_err(|e| e.to_string()).map(drop)
    }
}
