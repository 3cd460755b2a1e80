use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

/// A process, as Linux shows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Process(u32);

impl Process {
    /// Fails where there is no such process, or no Linux.
    pub(crate) fn new(pid: u32) -> Result<Self, String> {
        let process = Self(pid);
        match process.cpu() {
            Ok(_) => Ok(process),
            Err(error) => Err(format!("process {pid} cannot be looked at: {error}")),
        }
    }

    /// The CPU time of all its threads, exact to the nanosecond, which `stat` is not.
    pub(crate) fn cpu(self) -> io::Result<Duration> {
        let mut sum = Duration::ZERO;
        for task in fs::read_dir(format!("/proc/{}/task", self.0))? {
            // A thread may have ended in between.
            sum += share_of(&task?.path()).map_or(Duration::ZERO, |share| share.ran);
        }
        Ok(sum)
    }

    /// Its resident memory, in bytes.
    pub(crate) fn memory(self) -> io::Result<u64> {
        self.status("VmRSS:")
    }

    /// The most that its resident memory has been, in bytes.
    pub(crate) fn memory_peak(self) -> io::Result<u64> {
        self.status("VmHWM:")
    }

    fn status(self, name: &str) -> io::Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0))?;
        let kib = status
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        kib.map(|kib| kib * 1024)
            .ok_or_else(|| io::Error::other(format!("no {name} in its status")))
    }
}

/// What the generator's thread has had, where that can be seen.
pub(crate) fn own_share() -> Option<Share> {
    share_of(Path::new("/proc/thread-self")).ok()
}

/// What the scheduler gave to a thread.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Share {
    /// How long it has run.
    pub(crate) ran: Duration,
    /// How long it could have, and others did.
    pub(crate) waited: Duration,
}

fn share_of(task: &Path) -> io::Result<Share> {
    let text = fs::read_to_string(task.join("schedstat"))?;
    let mut numbers = text.split(' ').map(str::parse);
    let mut next = || {
        let number = numbers.next().and_then(Result::ok);
        number
            .map(Duration::from_nanos)
            .ok_or_else(|| io::Error::other("schedstat has no numbers"))
    };
    Ok(Share {
        ran: next()?,
        waited: next()?,
    })
}
