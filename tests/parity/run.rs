//! Playing one script against a running server.

use crate::client::Client;
use crate::http;
use crate::normal;
use crate::notation::{self, Variables};
use crate::server::Server;
use crate::session::{Session, Step};
use crate::transcript::{Event, Transcript};

/// The outcome: what was received, and the first wait that was not satisfied.
pub(crate) struct Outcome {
    /// Normalised.
    pub(crate) transcript: Transcript,
    /// The step that got nothing.
    pub(crate) failure: Option<String>,
}

struct Run<'s> {
    session: &'s Session,
    server: &'s Server,
    clients: Vec<(String, Client)>,
    variables: Variables,
}

/// Runs a script. It ends early where a wait is not satisfied, since the rest builds on it.
pub(crate) async fn run(session: &Session, server: &Server) -> Result<Outcome, String> {
    let mut run = Run {
        session,
        server,
        clients: Vec::new(),
        variables: Variables::from([("port".to_owned(), server.port.to_string())]),
    };
    let mut failure = None;
    for (line, step) in &session.steps {
        let result = run.step(step).await;
        let satisfied = result.map_err(|e| format!("{} line {line}: {e}", session.name))?;
        if !satisfied {
            failure = Some(format!("{} line {line}: {step:?}", session.name));
            break;
        }
    }
    let mut transcript = Transcript::default();
    for (_, client) in &mut run.clients {
        client.finish().await;
    }
    for (_, client) in run.clients {
        transcript.clients.push(client.into_events());
    }
    normal::normalise(&mut transcript, &run.variables, &session.text);
    Ok(Outcome {
        transcript,
        failure,
    })
}

impl Run<'_> {
    /// Does one step; false if it waited in vain.
    async fn step(&mut self, step: &Step) -> Result<bool, String> {
        let (port, user_prefix) = (self.server.port, self.user_prefix());
        match step {
            Step::Open {
                client,
                path,
                headers,
                connect,
            } => {
                let client = self.client(client);
                client.open(port, path, headers).await?;
                if *connect {
                    let frame = "CONNECT\naccept-version:1.2\nhost:parity\nheart-beat:0,0\n\n^@";
                    let frame = notation::decode(frame, &Variables::new())?;
                    client.send(false, frame).await;
                    return Ok(wait(client, &connected(), 1).await);
                }
            }
            Step::Send {
                client,
                binary,
                block,
            } => {
                let pieces = notation::decode(block, &self.variables)?;
                self.client(client).send(*binary, pieces).await;
            }
            Step::Expect {
                client,
                what,
                count,
            } => return Ok(wait(self.client(client), what, *count).await),
            Step::Sync { client } => {
                let queue = format!("{user_prefix}/queue/sync");
                return Ok(self.client(client).sync("/app/sync", &queue).await);
            }
            Step::SessionId { client, variable } => {
                let Some(id) = self.client(client).session_id("/app/session").await else {
                    let note = Event::Line("(no session id)".to_owned());
                    self.client(client).note(note);
                    return Ok(false);
                };
                self.variables.insert(variable.clone(), id);
            }
            Step::Close {
                client,
                code,
                reason,
            } => return Ok(self.client(client).close(*code, reason).await),
            Step::Cut { client } => self.client(client).cut(),
            Step::Http { client, block } => {
                let request = notation::decode_plain(block, &self.variables)?;
                let response = http::exchange(port, &request).await;
                let event = response
                    .map_or_else(|e| Event::Line(format!("(no response: {e})")), Event::Http);
                self.client(client).note(event);
            }
            Step::Stop => self.server.ask_to_stop().await?,
        }
        Ok(true)
    }

    /// The prefix of user destinations in the session's variant.
    fn user_prefix(&self) -> &'static str {
        if self.session.variant == "options" {
            "/me"
        } else {
            "/user"
        }
    }

    fn client(&mut self, name: &str) -> &mut Client {
        let known = self.clients.iter().position(|(n, _)| n == name);
        let index = known.unwrap_or_else(|| {
            self.clients.push((name.to_owned(), Client::new(name)));
            self.clients.len() - 1
        });
        &mut self.clients[index].1
    }
}

fn connected() -> crate::session::Expected {
    crate::session::Expected::Frame {
        command: "CONNECTED".to_owned(),
        id: None,
    }
}

/// Waits `count` times; notes what did not come.
async fn wait(client: &mut Client, what: &crate::session::Expected, count: usize) -> bool {
    for _ in 0..count {
        if !client.expect(what).await {
            client.note(Event::Line(format!("(nothing: {})", what.describe())));
            return false;
        }
    }
    true
}
