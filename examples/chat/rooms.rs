//! The rooms, who may enter them, and how they become more.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use stompframe::prelude::*;
use stompframe::security::RulesHandle;

/// How many rooms there may be: clients make them, so there is an end to it.
const MAX_ROOMS: usize = 500;

/// How long the name of a room may be, in characters.
const MAX_NAME: usize = 40;

/// How many members a room may have.
const MAX_MEMBERS: usize = 20;

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Room {
    id: u64,
    name: String,
    /// Who may enter; empty for everybody.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    members: Vec<String>,
}

impl Room {
    fn is_open_to(&self, user: Option<&str>) -> bool {
        self.members.is_empty() || user.is_some_and(|user| self.members.iter().any(|it| it == user))
    }
}

/// The rooms that people can pick from. Their numbers are their places in the list.
#[derive(Debug)]
pub(crate) struct Rooms(Mutex<Vec<Room>>);

impl Default for Rooms {
    fn default() -> Self {
        let names = ["Lobby", "Rust", "Spring"];
        let rooms = (1..).zip(names).map(|(id, name)| Room {
            id,
            name: name.to_owned(),
            members: Vec::new(),
        });
        Self(Mutex::new(rooms.collect()))
    }
}

impl Rooms {
    /// Whether a user, or somebody without a name, may enter. A room that nobody has made yet is
    /// open, as nothing is said there that was not meant for everybody.
    pub(crate) fn may_enter(&self, room: u64, user: Option<&str>) -> bool {
        let rooms = self.lock();
        rooms
            .iter()
            .find(|it| it.id == room)
            .is_none_or(|it| it.is_open_to(user))
    }

    /// Those that a user, or somebody without a name, may enter.
    fn list(&self, user: Option<&str>) -> Vec<Room> {
        let rooms = self.lock();
        rooms
            .iter()
            .filter(|room| room.is_open_to(user))
            .cloned()
            .collect()
    }

    /// The room of this name that the user may enter; a new one, if there is none.
    fn find_or_create(
        &self,
        NewRoom { name, mut members }: NewRoom,
        user: Option<&str>,
    ) -> Result<Room, HandlerError> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > MAX_NAME {
            let detail = format!("the name of a room has 1 to {MAX_NAME} characters");
            return Err(HandlerError::new(ErrorCode::Conversion, detail));
        }
        match user {
            Some(user) if !members.is_empty() => members.push(user.to_owned()),
            None if !members.is_empty() => {
                let detail = "log in to have a room of your own";
                return Err(HandlerError::new(ErrorCode::Denied, detail));
            }
            _ => {}
        }
        members.sort_unstable();
        members.dedup();
        if members.len() > MAX_MEMBERS {
            let detail = format!("a room has {MAX_MEMBERS} members at most");
            return Err(HandlerError::new(ErrorCode::Conversion, detail));
        }
        let mut rooms = self.lock();
        let is_it = |room: &&Room| {
            room.name.to_lowercase() == name.to_lowercase() && room.members == members
        };
        if let Some(room) = rooms.iter().find(is_it) {
            return Ok(room.clone());
        }
        if rooms.len() >= MAX_ROOMS {
            return Err(HandlerError::new(
                ErrorCode::Denied,
                format!("there are {MAX_ROOMS} rooms already"),
            ));
        }
        let room = Room {
            id: rooms.len() as u64 + 1,
            name: name.to_owned(),
            members,
        };
        rooms.push(room.clone());
        Ok(room)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Room>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A room that somebody would like to have.
#[derive(Debug, Deserialize)]
struct NewRoom {
    name: String,
    /// For whom, beside who asks; without any, it is for everybody.
    #[serde(default)]
    members: Vec<String>,
}

/// The list of rooms, and how it grows.
pub(crate) struct RoomController;

#[controller("/chat/rooms")]
impl RoomController {
    /// Answered once, straight to the client that subscribes.
    #[subscribe_mapping]
    async fn list(&self, user: Option<Principal>, rooms: State<Arc<Rooms>>) -> Payload<Vec<Room>> {
        Payload(rooms.list(user.as_ref().map(Principal::name)))
    }

    /// A room of a name that is there already is found, not created again. Of a room for a few, only
    /// these hear.
    #[message_mapping]
    async fn create(
        &self,
        Payload(room): Payload<NewRoom>,
        user: Option<Principal>,
        rooms: State<Arc<Rooms>>,
        rules: RulesHandle,
        template: MessagingTemplate,
    ) -> Result<(), HandlerError> {
        let room = rooms.find_or_create(room, user.as_ref().map(Principal::name))?;
        if room.members.is_empty() {
            template.send("/topic/chat/rooms", Payload(room)).await?;
            return Ok(());
        }
        // Somebody may have been listening where nobody had made a room yet.
        rules.recheck().await;
        for member in &room.members {
            template
                .send_to_user(member.clone(), "/queue/rooms", Payload(room.clone()))
                .await?;
        }
        Ok(())
    }
}
