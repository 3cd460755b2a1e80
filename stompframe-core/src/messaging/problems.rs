use std::error::Error as StdError;
use std::fmt;

/// Everything that is wrong with an application, found before it starts.
///
/// Both `Display` and `Debug` list the problems, one on a line: returned from `main`, it is
/// readable.
pub struct BuildError {
    problems: Vec<String>,
}

impl BuildError {
    /// Fails if there are any problems.
    pub(super) fn check(problems: Vec<String>) -> Result<(), Self> {
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Self { problems })
        }
    }

    /// The problems, each a sentence that names the place and says the fix.
    #[must_use]
    pub fn problems(&self) -> &[String] {
        &self.problems
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.problems.len();
        write!(
            f,
            "messaging cannot start: {count} problem{}",
            if count == 1 { "" } else { "s" }
        )?;
        for problem in &self.problems {
            write!(f, "\n  - {problem}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl StdError for BuildError {}
