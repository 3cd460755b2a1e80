//! Session scripts: what clients send, in which order, and what they wait for.
//!
//! The format is described in `sessions/README.md`.

use std::path::Path;

/// A parsed script.
#[derive(Debug)]
pub(crate) struct Session {
    /// The file's name without its ending.
    pub(crate) name: String,
    /// Rows of the checklist that it covers; the first is the one it is listed under.
    pub(crate) rows: Vec<u32>,
    /// What it shows, in one line.
    pub(crate) title: String,
    /// Which variant of the server it talks to.
    pub(crate) variant: String,
    /// What to do, with the number of the line that says so.
    pub(crate) steps: Vec<(usize, Step)>,
    /// The whole text.
    pub(crate) text: String,
}

/// One thing to do.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// Opens a WebSocket connection; with `connect` also sends CONNECT and waits for CONNECTED.
    Open {
        client: String,
        path: String,
        headers: Vec<(String, String)>,
        connect: bool,
    },
    /// Sends a block.
    Send {
        client: String,
        binary: bool,
        block: String,
    },
    /// Waits for something.
    Expect {
        client: String,
        what: Expected,
        count: usize,
    },
    /// A round trip through handler and broker.
    Sync { client: String },
    /// Asks for the session's id.
    SessionId { client: String, variable: String },
    /// Closes with a code and a reason.
    Close {
        client: String,
        code: u16,
        reason: String,
    },
    /// Ends the TCP connection without a close frame.
    Cut { client: String },
    /// Sends a literal HTTP request on a connection of its own.
    Http { client: String, block: String },
    /// Asks the server to stop.
    Stop,
}

/// What a client can wait for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expected {
    /// A frame with this command and, if given, this subscription or receipt id.
    Frame { command: String, id: Option<String> },
    /// A heart-beat.
    HeartBeat,
    /// The end of the connection.
    Close,
}

/// Reads one script.
pub(crate) fn read(path: &Path) -> Result<Session, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    parse(&name, &text).map_err(|e| format!("{}: {e}", path.display()))
}

/// Reads all scripts of a directory, by name.
pub(crate) fn read_all(directory: &Path) -> Result<Vec<Session>, String> {
    let mut paths: Vec<_> = std::fs::read_dir(directory)
        .map_err(|e| format!("{}: {e}", directory.display()))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "session"))
        .collect();
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

fn parse(name: &str, text: &str) -> Result<Session, String> {
    let mut session = Session {
        name: name.to_owned(),
        rows: Vec::new(),
        title: String::new(),
        variant: "main".to_owned(),
        steps: Vec::new(),
        text: text.to_owned(),
    };
    let mut lines = text.lines().enumerate().map(|(i, l)| (i + 1, l)).peekable();
    for (_, line) in lines.by_ref().take_while(|(_, line)| !line.is_empty()) {
        let (key, value) = line.split_once(": ").ok_or("head lines are `key: value`")?;
        match key {
            "row" => {
                let numbers = value.split(", ").map(str::parse);
                session.rows = numbers.collect::<Result<_, _>>().map_err(|_| "bad row")?;
            }
            "title" => value.clone_into(&mut session.title),
            "variant" => value.clone_into(&mut session.variant),
            other => return Err(format!("unknown key {other}")),
        }
    }
    if session.rows.is_empty() || session.title.is_empty() {
        return Err("needs `row` and `title`".to_owned());
    }
    while let Some((number, line)) = lines.next() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut headers = Vec::new();
        let mut block: Option<String> = None;
        while let Some((_, more)) = lines.next_if(|(_, l)| l.starts_with(' ')) {
            let more = more.trim_start();
            if let Some(content) = more.strip_prefix('|') {
                let content = content.strip_prefix(' ').unwrap_or(content);
                match &mut block {
                    Some(block) => {
                        block.push('\n');
                        block.push_str(content);
                    }
                    None => block = Some(content.to_owned()),
                }
            } else {
                let (key, value) = more.split_once(':').ok_or(format!("line {number}"))?;
                headers.push((key.to_owned(), value.to_owned()));
            }
        }
        let step = step(line, headers, block).map_err(|e| format!("line {number}: {e}"))?;
        session.steps.push((number, step));
    }
    Ok(session)
}

/// Reads one step. `headers` are the indented `name:value` lines below it.
fn step(line: &str, headers: Vec<(String, String)>, block: Option<String>) -> Result<Step, String> {
    let mut words = line.splitn(4, ' ');
    let verb = words.next().unwrap_or_default();
    if verb == "stop" {
        return Ok(Step::Stop);
    }
    let client = words.next().ok_or("which client?")?.to_owned();
    let first = words.next();
    let rest = words.next();
    let header_lines: String = headers.iter().map(|(n, v)| format!("{n}:{v}\n")).collect();
    Ok(match verb {
        "open" | "connect" => Step::Open {
            client,
            path: first.ok_or("which path?")?.to_owned(),
            headers,
            connect: verb == "connect",
        },
        "send" => Step::Send {
            client,
            binary: first == Some("binary"),
            block: block.ok_or("send what?")?,
        },
        "subscribe" => Step::Send {
            client,
            binary: false,
            block: format!(
                "SUBSCRIBE\nid:{}\ndestination:{}\n{header_lines}\n^@",
                first.ok_or("which id?")?,
                rest.ok_or("which destination?")?,
            ),
        },
        "unsubscribe" => Step::Send {
            client,
            binary: false,
            block: format!("UNSUBSCRIBE\nid:{}\n\n^@", first.ok_or("which id?")?),
        },
        "say" => Step::Send {
            client,
            binary: false,
            block: format!(
                "SEND\ndestination:{}\n{header_lines}\n{}^@",
                first.ok_or("which destination?")?,
                rest.unwrap_or_default(),
            ),
        },
        "expect" => expect(client, first.ok_or("expect what?")?, rest)?,
        "sync" => Step::Sync { client },
        "session" => Step::SessionId {
            client,
            variable: rest.ok_or("session CLIENT as NAME")?.to_owned(),
        },
        "close" => Step::Close {
            client,
            code: first.unwrap_or("1000").parse().map_err(|_| "which code?")?,
            reason: rest.unwrap_or_default().to_owned(),
        },
        "cut" => Step::Cut { client },
        "http" => Step::Http {
            client,
            block: block.ok_or("which request?")?,
        },
        other => return Err(format!("unknown step {other}")),
    })
}

/// Reads `COMMAND [ID] [xN]`.
fn expect(client: String, command: &str, rest: Option<&str>) -> Result<Step, String> {
    let mut id = None;
    let mut count = 1;
    for word in rest.into_iter().flat_map(|rest| rest.split(' ')) {
        match word.strip_prefix('x').map(str::parse) {
            Some(Ok(number)) => count = number,
            _ => id = Some(word.to_owned()),
        }
    }
    let what = match command {
        "close" => Expected::Close,
        "heart-beat" => Expected::HeartBeat,
        command if command.chars().all(|c| c.is_ascii_uppercase()) => Expected::Frame {
            command: command.to_owned(),
            id,
        },
        other => return Err(format!("cannot expect {other}")),
    };
    Ok(Step::Expect {
        client,
        what,
        count,
    })
}

impl Expected {
    /// As it is written in a script.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Close => "close".to_owned(),
            Self::HeartBeat => "heart-beat".to_owned(),
            Self::Frame { command, id: None } => command.clone(),
            Self::Frame {
                command,
                id: Some(id),
            } => format!("{command} {id}"),
        }
    }
}

impl Session {
    /// Whether it does something to the server that no other session must see.
    pub(crate) fn needs_its_own_server(&self) -> bool {
        let stops = |(_, step): &(usize, Step)| matches!(step, Step::Stop);
        self.steps.iter().any(stops)
    }
}
