//! What is to come of a comparison, and whether it did.

use serde::{Deserialize, Serialize};

use crate::metric::Metric;
use crate::spread::{Spread, short};

/// A figure that is to be reached.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    /// What it says, for people.
    pub title: String,
    /// The scenario.
    pub scenario: String,
    /// Whose figure it is.
    #[serde(default = "stompframe")]
    pub peer: String,
    /// Whose figure it is divided by; the figure counts as it is, if there is none.
    pub against: Option<String>,
    /// The other's figure is taken away from it instead.
    #[serde(default)]
    pub difference: bool,
    /// Which figure.
    pub metric: Metric,
    /// What it has to be: at least or at most, as the figure is.
    pub must: f64,
    /// What it should be.
    pub aim: f64,
    /// What keeps it from being so, as profiles show; told where the aim is missed.
    #[serde(default)]
    pub why: Option<String>,
}

fn stompframe() -> String {
    "stompframe".to_owned()
}

/// What became of a goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is as it should be.
    Reached,
    /// It is as it has to be.
    Met,
    Missed,
    /// Somebody is missing.
    Unmeasured,
}

impl Verdict {
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Reached => "met, and the aim",
            Self::Met => "met",
            Self::Missed => "**missed**",
            Self::Unmeasured => "not measured",
        }
    }
}

/// A goal, and the figure.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Judgement {
    pub(crate) goal: Goal,
    pub(crate) figure: Option<Spread>,
}

impl Goal {
    /// The names of those whose figures it needs.
    pub fn peers(&self) -> impl Iterator<Item = &str> {
        [Some(&self.peer), self.against.as_ref()]
            .into_iter()
            .flatten()
            .map(String::as_str)
    }

    /// What the figures of a round come to.
    pub(crate) fn figure(&self, own: f64, other: Option<f64>) -> Option<f64> {
        match (other, self.difference) {
            (None, _) => self.against.is_none().then_some(own),
            (Some(other), true) => Some(own - other),
            (Some(other), false) => (other > 0.0).then(|| own / other),
        }
    }

    fn allows(&self, figure: f64, bound: f64) -> bool {
        if self.metric.more_is_better() {
            figure >= bound
        } else {
            figure <= bound
        }
    }

    /// A bound, for people.
    pub(crate) fn bound(&self, bound: f64) -> String {
        let sign = if self.metric.more_is_better() {
            '≥'
        } else {
            '≤'
        };
        format!("{sign} {}", self.text(bound))
    }

    /// A figure, for people.
    pub(crate) fn text(&self, figure: f64) -> String {
        match (self.metric.is_bytes(), &self.against) {
            (true, None) => format!("{} KiB", short(figure / 1024.0)),
            (true, Some(_)) if self.difference => format!("{} KiB", short(figure / 1024.0)),
            _ => format!("{}x", short(figure)),
        }
    }
}

impl Judgement {
    pub(crate) fn verdict(&self) -> Verdict {
        match self.figure {
            None => Verdict::Unmeasured,
            Some(it) if self.goal.allows(it.median, self.goal.aim) => Verdict::Reached,
            Some(it) if self.goal.allows(it.median, self.goal.must) => Verdict::Met,
            Some(_) => Verdict::Missed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(metric: &str, figure: Option<f64>) -> Verdict {
        let bounds = match metric {
            "connects" => "must = 5\naim = 8",
            _ => "must = 8\naim = 5",
        };
        let text = format!("title = 'G'\nscenario = 's'\nmetric = '{metric}'\n{bounds}");
        let goal: Goal = toml::from_str(&text).unwrap();
        let figure = Spread::of(figure.into_iter());
        Judgement { goal, figure }.verdict()
    }

    #[test]
    fn a_figure_is_held_against_its_bounds() {
        let of = |metric: &str| [8.5, 6.0, 4.5].map(|figure| judged(metric, Some(figure)));
        let from_the_best = [Verdict::Reached, Verdict::Met, Verdict::Missed];
        assert_eq!(of("connects"), from_the_best);
        let [best, middle, worst] = from_the_best;
        assert_eq!(of("memory"), [worst, middle, best]);
        assert_eq!(judged("memory", None), Verdict::Unmeasured);
    }

    #[test]
    fn a_figure_is_a_ratio_unless_it_stands_alone() {
        let text =
            "title = 'G'\nscenario = 's'\nmetric = 'cpu'\nmust = 1.5\naim = 0.9\nagainst = 'b'";
        let goal: Goal = toml::from_str(text).unwrap();
        assert!(goal.allows(1.5, goal.must) && !goal.allows(1.6, goal.must));
        assert_eq!(goal.figure(3.0, Some(2.0)), Some(1.5));
        assert_eq!(goal.figure(3.0, Some(0.0)), None);
        assert_eq!(goal.figure(3.0, None), None);
        assert_eq!(goal.bound(goal.must), "≤ 1.50x");
    }
}
