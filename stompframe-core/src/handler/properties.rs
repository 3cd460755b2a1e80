use std::collections::HashMap;

use super::Origin;
use crate::destination::fill;

/// The values for placeholders, such as `${chat.path}`, in mappings and the destinations of replies.
#[derive(Clone, Debug, Default)]
pub(crate) struct Properties(HashMap<String, String>);

impl Properties {
    /// Gives a value, and says whether there was one.
    pub(crate) fn insert(&mut self, name: String, value: String) -> bool {
        self.0.insert(name, value).is_some()
    }

    /// Fills the placeholders in all that a handler says about destinations, and says whether that
    /// could be done. If not, why goes to `problems`.
    pub(crate) fn fill<'t>(
        &self,
        texts: impl Iterator<Item = &'t mut String>,
        origin: Origin,
        problems: &mut Vec<String>,
    ) -> bool {
        let before = problems.len();
        for text in texts {
            let value = |name: &str| self.0.get(name).cloned();
            let filled = fill(text, &value, &mut |name, _| {
                let problem = format!(
                    "{origin}: nobody gave a value for `${{{name}}}` in \"{text}\": add `.property(\"{name}\", ..)`, or \
                     a default as in `${{{name}:..}}`"
                );
                // The methods of a controller share its exception handlers; once is enough.
                if !problems.contains(&problem) {
                    problems.push(problem);
                }
                String::new()
            });
            match filled {
                Ok(filled) => *text = filled,
                Err(error) => problems.push(format!("{origin}: {error}")),
            }
        }
        problems.len() == before
    }
}
