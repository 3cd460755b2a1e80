//! A small application and its tests, which need no port and no waiting.
//!
//! ```text
//! cargo test --example testing     its tests
//! cargo run --example testing      the application, at ws://127.0.0.1:8080/ws
//! ```
//!
//! People ask questions in a room and others vote for them; whoever enters is given what was asked
//! so far.

use std::sync::{Mutex, MutexGuard, PoisonError};

use stompframe::MessagingBuilder;
use stompframe::prelude::*;

/// A question, and how many want it answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Question {
    text: String,
    votes: u32,
}

/// The questions that were asked, in that order.
#[derive(Default)]
struct Questions(Mutex<Vec<Question>>);

#[controller("/questions")]
impl Questions {
    /// Answered once, straight to who subscribes.
    #[subscribe_mapping("/all")]
    async fn all(&self) -> Payload<Vec<Question>> {
        Payload(self.lock().clone())
    }

    #[message_mapping("/ask")]
    #[send_to("/topic/questions")]
    async fn ask(&self, text: String) -> Result<Payload<Question>, HandlerError> {
        if !text.ends_with('?') {
            let detail = "a question ends with a question mark";
            return Err(HandlerError::new(ErrorCode::Conversion, detail));
        }
        let question = Question { text, votes: 0 };
        self.lock().push(question.clone());
        Ok(Payload(question))
    }

    #[message_mapping("/{number}/vote")]
    #[send_to("/topic/questions")]
    async fn vote(&self, number: usize) -> Option<Payload<Question>> {
        let mut questions = self.lock();
        let question = questions.get_mut(number)?;
        question.votes += 1;
        Some(Payload(question.clone()))
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Question>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Everything but the endpoint: what the tests start, too.
fn messaging(questions: Questions) -> MessagingBuilder {
    Messaging::builder()
        .controller(questions)
        .application_prefix("/app")
        .simple_broker(["/topic"])
}

#[tokio::main]
async fn main() -> Result<(), stompframe::Error> {
    tracing_subscriber::fmt::init();

    let messaging = messaging(Questions::default())
        .endpoint(Endpoint::new("/ws"))
        .build()?;
    let app = axum::Router::new().merge(messaging.router());
    stompframe::serve("127.0.0.1:8080", app, messaging).await
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use stompframe::test::{TestApp, call_on, message};

    use super::*;

    fn question(text: &str, votes: u32) -> Question {
        let text = text.to_owned();
        Question { text, votes }
    }

    #[tokio::test(start_paused = true)]
    async fn what_one_asks_everybody_hears() {
        let app = TestApp::start(messaging(Questions::default()));
        let (ann, bob) = (app.connect().await, app.connect().await);
        let questions = bob.subscribe("/topic/questions").await;
        ann.send_text("/app/questions/ask", "Why?").await;
        let asked: Question = questions.expect_message().await;
        assert_eq!(asked, question("Why?", 0));
        bob.expect_nothing().await;
    }

    #[tokio::test(start_paused = true)]
    async fn who_enters_is_given_what_was_asked() {
        let app = TestApp::start(messaging(Questions::default()));
        let (ann, bob) = (app.connect().await, app.connect().await);
        ann.send_text("/app/questions/ask", "Why?").await;
        ann.send_text("/app/questions/0/vote", "").await;
        let answer = bob.subscribe("/app/questions/all").await;
        let all: Vec<Question> = answer.expect_message().await;
        assert_eq!(all, [question("Why?", 1)]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_no_question_is_refused_and_nobody_hears_of_it() {
        let app = TestApp::start(messaging(Questions::default()));
        let (ann, bob) = (app.connect().await, app.connect().await);
        bob.subscribe("/topic/questions").await;
        let refused = ann.try_send("/app/questions/ask", "Because.").await;
        assert_eq!(refused.unwrap_err().code, ErrorCode::Conversion);
        bob.expect_nothing().await;
    }

    #[tokio::test(start_paused = true)]
    async fn who_has_left_hears_nothing_more() {
        let app = TestApp::start(messaging(Questions::default()));
        let (ann, bob) = (app.connect().await, app.connect().await);
        let questions = bob.subscribe("/topic/questions").await;
        questions.unsubscribe().await;
        ann.send_text("/app/questions/ask", "Why?").await;
        bob.expect_nothing().await;
    }

    #[tokio::test]
    async fn a_vote_for_what_nobody_asked_sends_nothing() -> Result<(), HandlerError> {
        let questions = Arc::new(Questions::default());
        let reply = call_on(&questions, message("/questions/7/vote")).await?;
        assert!(reply.is_empty());
        Ok(())
    }
}
