//! What people say, in rooms and to each other.

use std::sync::Arc;

use serde_json::{Map, Value};
use stompframe::prelude::*;

use crate::rooms::Rooms;

/// What is said in a room, and who comes and goes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChatMessage {
    chat_room_id: u64,
    r#type: ChatMessageType,
    writer: String,
    /// What else the clients of this chat have agreed upon, such as `message`: the server passes it
    /// on as it is.
    #[serde(flatten)]
    more: Map<String, Value>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum ChatMessageType {
    Enter,
    Message,
    Leave,
}

/// The room is named in the message and not in the destination, so rules about destinations do not
/// know it: the handler asks, and says itself where it goes.
#[message_mapping("/chat")]
async fn chat(
    Payload(mut message): Payload<ChatMessage>,
    user: Option<Principal>,
    users: UserRegistry,
    rooms: State<Arc<Rooms>>,
    template: MessagingTemplate,
) -> Result<(), HandlerError> {
    let name = user.as_ref().map(Principal::name);
    if !rooms.may_enter(message.chat_room_id, name) {
        return Err(denied("only members may speak in this room"));
    }
    match name {
        Some(name) => name.clone_into(&mut message.writer),
        // Nobody speaks in the name of somebody who is here.
        None if users.user(&message.writer).is_some() => {
            return Err(denied("this name is taken: log in with it"));
        }
        None => {}
    }
    let room = format!("/topic/chat/room/{}", message.chat_room_id);
    template.send(room, Payload(message)).await?;
    Ok(())
}

#[derive(Debug, Deserialize)]
struct Whisper {
    to: String,
    message: String,
}

#[derive(Clone, Debug, Serialize)]
struct Whispered {
    from: String,
    to: String,
    message: String,
}

/// Reaches all sessions of both: what one writes on the phone, one reads at the desk.
#[message_mapping("/chat/private")]
async fn whisper(
    Payload(Whisper { to, message }): Payload<Whisper>,
    user: Principal,
    users: UserRegistry,
    template: MessagingTemplate,
) -> Result<(), HandlerError> {
    if users.user(&to).is_none() {
        return Err(HandlerError::new(
            ErrorCode::NoRoute,
            "this person is not here",
        ));
    }
    let from = user.name().to_owned();
    let both = if from == to {
        vec![from.clone()]
    } else {
        vec![from.clone(), to.clone()]
    };
    for name in both {
        let whispered = Whispered {
            from: from.clone(),
            to: to.clone(),
            message: message.clone(),
        };
        template
            .send_to_user(name, "/queue/private", Payload(whispered))
            .await?;
    }
    Ok(())
}

fn denied(detail: &'static str) -> HandlerError {
    HandlerError::new(ErrorCode::Denied, detail)
}
