//! What one run of the test does: recording, playing, reporting, blessing.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::compare;
use crate::run::{self, Outcome};
use crate::server::{Program, Server};
use crate::session::Session;
use crate::transcript::Transcript;
use crate::verdicts::{Verdict, Verdicts};

/// How many twins run at a time.
const TWINS: usize = 16;

/// Where a session's transcript is; `side` is `spring` or `twin`.
pub(crate) fn transcript_path(side: &str, name: &str) -> PathBuf {
    PathBuf::from(format!("tests/parity/transcripts/{side}/{name}.txt"))
}

/// How often a session is played against Spring before what it did is believed.
///
/// Spring drops an ERROR frame, and the close frame too, if they overtake the thread that is still
/// busy with the message before. What was expected and did not come is therefore tried again.
const TRIES: usize = 4;

/// Plays all sessions against Spring, one server per variant. With `write` the transcripts are stored,
/// otherwise they must be what is stored already.
pub(crate) async fn spring(sessions: Vec<Session>, write: bool) -> Result<Vec<String>, String> {
    let program = Program::spring()?;
    let mut servers: BTreeMap<String, Server> = BTreeMap::new();
    let mut problems = Vec::new();
    for session in &sessions {
        if !servers.contains_key(&session.variant) {
            let server = Server::start(&program, &session.variant).await?;
            servers.insert(session.variant.clone(), server);
        }
        let mut problem = None;
        for attempt in 1..=TRIES {
            let outcome = if session.needs_its_own_server() {
                let server = Server::start(&program, &session.variant).await?;
                let outcome = run::run(session, &server).await?;
                server.stop().await?;
                outcome
            } else {
                run::run(session, &servers[&session.variant]).await?
            };
            problem = keep(session, outcome, write)?;
            match &problem {
                None => break,
                Some(_) => println!("{}: try {attempt} of {TRIES} failed", session.name),
            }
        }
        problems.extend(problem);
    }
    for (_, server) in servers {
        server.stop().await?;
    }
    Ok(problems)
}

/// Stores or compares what Spring did; tells what is wrong with it.
fn keep(session: &Session, outcome: Outcome, write: bool) -> Result<Option<String>, String> {
    let text = outcome.transcript.to_text();
    if let Some(failure) = outcome.failure {
        return Ok(Some(format!("no answer: {failure}\n{text}")));
    }
    let path = transcript_path("spring", &session.name);
    if write {
        store(&path, &text)?;
        return Ok(None);
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    Ok((stored != text).then(|| {
        let diff = compare::diff(&stored, &text);
        format!("{}: not as recorded\n{diff}", session.name)
    }))
}

/// A session with what both sides did.
pub(crate) struct Comparison {
    pub(crate) session: Session,
    pub(crate) spring: String,
    pub(crate) twin: String,
    pub(crate) same: bool,
}

/// Plays all sessions against the twin, a fresh one for each.
pub(crate) async fn twin(
    sessions: Vec<Session>,
    verdicts: &Verdicts,
) -> Result<Vec<Comparison>, String> {
    let program = Arc::new(Program::twin()?);
    let permits = Arc::new(Semaphore::new(TWINS));
    let mut tasks = JoinSet::new();
    for session in sessions {
        let (program, permits) = (Arc::clone(&program), Arc::clone(&permits));
        tasks.spawn(async move {
            let _permit = permits.acquire().await.map_err(|e| e.to_string())?;
            let server = Server::start(&program, &session.variant).await?;
            let outcome = run::run(&session, &server).await?;
            Ok::<(Session, Outcome), String>((session, outcome))
        });
    }
    let mut comparisons = Vec::new();
    while let Some(done) = tasks.join_next().await {
        let (session, outcome) = done.map_err(|e| e.to_string())??;
        let path = transcript_path("spring", &session.name);
        let spring = std::fs::read_to_string(&path)
            .map_err(|e| format!("{}: {e}; record it first", path.display()))?;
        let recorded = Transcript::from_text(&spring)?;
        comparisons.push(Comparison {
            same: compare::same(&recorded, &outcome.transcript, &verdicts.allow),
            spring,
            twin: outcome.transcript.to_text(),
            session,
        });
    }
    comparisons.sort_by(|a, b| a.session.name.cmp(&b.session.name));
    Ok(comparisons)
}

/// Where reality and the verdict file disagree.
pub(crate) fn judge(comparison: &Comparison, verdicts: &Verdicts) -> Option<String> {
    let name = &comparison.session.name;
    let verdict = verdicts.sessions.get(name)?;
    match (verdict, comparison.same) {
        (Verdict::SameWire, true) => None,
        (Verdict::SameWire, false) => Some(format!(
            "{name}: the verdict is `same-wire`, but (- Spring, + twin)\n{}",
            compare::diff(&comparison.spring, &comparison.twin)
        )),
        (other, true) => Some(format!(
            "{name}: the verdict is `{}`, but the wire is the same",
            other.label()
        )),
        (_, false) => {
            let stored = std::fs::read_to_string(transcript_path("twin", name));
            let stored = stored.unwrap_or_default();
            (stored != comparison.twin).then(|| {
                let diff = compare::diff(&stored, &comparison.twin);
                format!("{name}: the twin changed (PARITY=bless stores it)\n{diff}")
            })
        }
    }
}

/// Prints reality next to the verdict.
pub(crate) fn report(comparisons: &[Comparison], verdicts: &Verdicts) {
    for comparison in comparisons {
        let name = &comparison.session.name;
        let verdict = verdicts.sessions.get(name);
        let label = verdict.map_or("unjudged", Verdict::label);
        let reality = if comparison.same { "same" } else { "DIFFERENT" };
        println!(
            "{reality:9}  {label:11}  {name}: {}",
            comparison.session.title
        );
        if !comparison.same {
            print!("{}", compare::diff(&comparison.spring, &comparison.twin));
        }
    }
    let same = comparisons.iter().filter(|c| c.same).count();
    println!("{same} of {} are the same on the wire", comparisons.len());
}

/// Stores the twin's transcripts where they differ from Spring's, removes them where they do not, and
/// writes a proposal for the verdict file.
pub(crate) fn bless(comparisons: &[Comparison], verdicts: &Verdicts) -> Result<(), String> {
    let mut proposal = verdicts.sessions.clone();
    for comparison in comparisons {
        let name = &comparison.session.name;
        let path = transcript_path("twin", name);
        let verdict = if comparison.same {
            if path.exists() {
                std::fs::remove_file(&path).map_err(|e| e.to_string())?;
            }
            Verdict::SameWire
        } else {
            store(&path, &comparison.twin)?;
            match verdicts.sessions.get(name) {
                Some(verdict) if *verdict != Verdict::SameWire => verdict.clone(),
                _ => Verdict::Missing {
                    what: "not judged yet".to_owned(),
                },
            }
        };
        proposal.insert(name.clone(), verdict);
    }
    let lines: String = proposal.iter().map(|(n, v)| v.to_line(n)).collect();
    let path = PathBuf::from("target/parity-verdicts.toml");
    store(&path, &format!("[sessions]\n{lines}"))?;
    println!("the `[sessions]` table could be {}", path.display());
    Ok(())
}

fn store(path: &PathBuf, text: &str) -> Result<(), String> {
    let problem = |e: std::io::Error| format!("{}: {e}", path.display());
    if let Some(directory) = path.parent() {
        std::fs::create_dir_all(directory).map_err(problem)?;
    }
    std::fs::write(path, text).map_err(problem)
}
