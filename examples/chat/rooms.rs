use std::sync::{Mutex, PoisonError};

use stompframe::prelude::*;

/// How many rooms there may be: clients make them, so there is an end to it.
const MAX_ROOMS: usize = 500;

/// How long the name of a room may be, in characters.
const MAX_NAME: usize = 40;

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Room {
    id: u64,
    name: String,
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
        });
        Self(Mutex::new(rooms.collect()))
    }
}

impl Rooms {
    pub(crate) fn list(&self) -> Vec<Room> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn find_or_create(&self, name: &str) -> Result<Room, HandlerError> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > MAX_NAME {
            let detail = format!("the name of a room has 1 to {MAX_NAME} characters");
            return Err(HandlerError::new(ErrorCode::Conversion, detail));
        }
        let mut rooms = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(room) = rooms
            .iter()
            .find(|room| room.name.to_lowercase() == name.to_lowercase())
        {
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
        };
        rooms.push(room.clone());
        Ok(room)
    }
}
