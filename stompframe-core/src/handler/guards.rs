use std::sync::Arc;

use super::mapping::MappingKind;
use super::{MappingRegistry, lookup_path};
use crate::message::Message;
use crate::security::{Guard, Guards};

/// The rules beside an application's mappings.
pub(crate) struct MappingGuards {
    prefixes: Vec<String>,
    registry: Arc<MappingRegistry>,
    is_empty: bool,
}

impl MappingGuards {
    pub(crate) fn new(prefixes: Vec<String>, registry: Arc<MappingRegistry>) -> Self {
        Self {
            prefixes,
            is_empty: !registry.has_rules(),
            registry,
        }
    }
}

impl Guards for MappingGuards {
    fn find<'a>(&'a self, message: &'a Message) -> Option<Guard<'a>> {
        if self.is_empty {
            return None;
        }
        let kind = MappingKind::of(message.message_type())?;
        let path = lookup_path(&self.prefixes, message.destination())?;
        let (route, captures) = self.registry.find(kind, path)?;
        Some(Guard {
            rule: route.rule.as_ref()?,
            mapping: &route.origin,
            names: &route.variables,
            path,
            captures,
        })
    }

    fn is_empty(&self) -> bool {
        self.is_empty
    }
}
