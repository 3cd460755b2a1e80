use bytestring::ByteString;
use smallvec::SmallVec;

use super::syntax::{Part, SyntaxError, parse_template};

/// Where a reply goes: text with the variables of the mapping's pattern in it, as in
/// `/topic/rooms/{room}`.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    parts: Vec<TemplatePart>,
}

#[derive(Clone, Debug)]
enum TemplatePart {
    Literal(ByteString),
    /// The position of the variable in the pattern.
    Variable(usize),
}

impl Template {
    /// Reads a template whose placeholders must be among these variables.
    pub(crate) fn parse(source: &str, variables: &[String]) -> Result<Self, SyntaxError> {
        let parts = parse_template(source)?.into_iter().map(|part| match part {
            Part::Variable { name, .. } => variables
                .iter()
                .position(|variable| *variable == name)
                .map(TemplatePart::Variable)
                .ok_or_else(|| SyntaxError(format!("`{{{name}}}` is no variable of the mapping"))),
            Part::Literal(text) => Ok(TemplatePart::Literal(text.into())),
            Part::One | Part::Many => Err(SyntaxError("a template has no wildcards".to_owned())),
        });
        Ok(Self {
            parts: parts.collect::<Result<_, _>>()?,
        })
    }

    /// The destination, with the values in their places. One without variables is shared, not
    /// copied.
    pub(crate) fn expand<'v>(&self, value: impl Fn(usize) -> &'v str) -> ByteString {
        if let [TemplatePart::Literal(destination)] = &*self.parts {
            return destination.clone();
        }
        let texts: SmallVec<[&str; 8]> = self
            .parts
            .iter()
            .map(|part| match part {
                TemplatePart::Literal(text) => text,
                TemplatePart::Variable(index) => value(*index),
            })
            .collect();
        // Just as long as it has to be, and so the text becomes shared without another allocation.
        texts.concat().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_go_to_their_places() {
        let variables = ["room".to_owned(), "user".to_owned()];
        let template = Template::parse("/topic/{user}.in/{room}", &variables).unwrap();
        assert_eq!(
            template.expand(|index| ["7", "ann"][index]),
            "/topic/ann.in/7"
        );
        assert!(
            Template::parse("/topic/{rom}", &variables)
                .unwrap_err()
                .to_string()
                .contains("`{rom}`")
        );
    }
}
