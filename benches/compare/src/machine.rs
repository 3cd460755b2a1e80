use std::fs;
use std::process::Command;
use std::thread::available_parallelism;

use serde::{Deserialize, Serialize};

/// What a run ran on. What cannot be found out is empty.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Machine {
    pub(crate) cpu: String,
    pub(crate) cores: usize,
    pub(crate) kernel: String,
    pub(crate) rustc: String,
    /// How many processes wanted to run, on average over the minute before the run began.
    pub(crate) load_before: f64,
    /// The same when it was over; the run itself keeps about two busy.
    pub(crate) load_after: f64,
}

impl Machine {
    pub(crate) fn look() -> Self {
        let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = info.lines().find(|line| line.starts_with("model name"));
        let cpu = model.and_then(|line| line.split_once(':'));
        Self {
            cpu: cpu.map_or_else(String::new, |(_, name)| name.trim().to_owned()),
            cores: available_parallelism().map_or(0, usize::from),
            kernel: read("/proc/sys/kernel/osrelease"),
            rustc: rustc(),
            load_before: load(),
            load_after: 0.0,
        }
    }

    pub(crate) fn look_again(&mut self) {
        self.load_after = load();
    }
}

/// The compiler.
pub(crate) fn rustc() -> String {
    let rustc = Command::new("rustc").arg("--version").output();
    let rustc = rustc.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    rustc.unwrap_or_default()
}

fn load() -> f64 {
    let text = read("/proc/loadavg");
    let first = text.split(' ').next().and_then(|first| first.parse().ok());
    first.unwrap_or_default()
}

fn read(path: &str) -> String {
    fs::read_to_string(path)
        .map(|text| text.trim().to_owned())
        .unwrap_or_default()
}
