//! The result as a picture: bars, in colours that can be read on light and on dark pages.

use std::fmt::{self, Write as _};

use serde::{Deserialize, Serialize};

use crate::comparison::Comparison;
use crate::metric::Metric;
use crate::outcome::{Outcome, Standing};
use crate::plan::Kind;
use crate::spread::{Spread, short};

/// A scenario's peers as bars.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Bars {
    /// What it shows, for people.
    pub title: String,
    /// The scenario.
    pub scenario: String,
    /// Which figure.
    pub metric: Metric,
    /// The peer whose bar is 1. Where the figure is a number of bytes, it is shown as it is.
    pub against: String,
}

const WIDTH: f64 = 920.0;
const COLUMN: f64 = 440.0;
const GAP: f64 = WIDTH - 2.0 * COLUMN;
/// Where the first charts begin, below the legend.
const TOP: f64 = 56.0;
/// Above the bars of a chart, and between them.
const HEAD: f64 = 52.0;
const PITCH: f64 = 25.0;
const THICK: f64 = 15.0;
/// Below them.
const FOOT: f64 = 34.0;
/// What names take on the left of the bars, and figures on the right.
const NAMES: f64 = 158.0;
const FIGURES: f64 = 62.0;

const STYLE: &str = "\
text { font: 13px system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif; fill: #1f2328 }
.head { font-size: 15px; font-weight: 600 }
.muted { font-size: 12px; fill: #59636e }
.name, .figure { font-variant-numeric: tabular-nums }
.name { text-anchor: end }
.axis { stroke: #d1d9e0 }
.ours { fill: #d9480f } .stomp { fill: #6b7f99 } .raw { fill: #b9c3cf }
text.ours { fill: #b93c0a; font-weight: 600 }
.spread { stroke: #1f2328; stroke-opacity: .55; stroke-width: 1.5 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .muted { fill: #9198a1 } .axis { stroke: #3d444d }
.ours { fill: #ff7a3d } .stomp { fill: #7d91ad } .raw { fill: #4a5563 }
text.ours { fill: #ff9a68 } .spread { stroke: #e6edf3 }
}
";

/// All charts, as `docs/performance.svg` has them.
#[must_use]
pub fn picture(comparison: &Comparison) -> String {
    let mut text = String::new();
    draw(comparison, &mut text).expect("a string takes everything");
    text
}

fn draw(comparison: &Comparison, to: &mut String) -> fmt::Result {
    let charts = comparison.charts.iter();
    let charts: Vec<_> = charts.filter_map(|it| Chart::of(it, comparison)).collect();
    // Each goes into the column that is shorter by then.
    let mut bottoms = [TOP; 2];
    let mut placed = Vec::new();
    for chart in &charts {
        let column = usize::from(bottoms[1] < bottoms[0]);
        placed.push((column as f64 * (COLUMN + GAP), bottoms[column], chart));
        bottoms[column] += chart.height();
    }
    let height = bottoms[0].max(bottoms[1]);
    writeln!(
        to,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
         height=\"{height}\" role=\"img\" aria-label=\"How stompframe and others compare\">\n<style>{STYLE}</style>"
    )?;
    legend(to)?;
    for (x, y, chart) in placed {
        chart.draw(x, y, to)?;
    }
    writeln!(to, "</svg>")
}

fn legend(to: &mut String) -> fmt::Result {
    let entries = [
        (0.0, "ours", "stompframe"),
        (116.0, "stomp", "other STOMP servers"),
        (
            286.0,
            "raw",
            "without STOMP: what the machine and the libraries can do",
        ),
    ];
    for (x, class, text) in entries {
        let at = x + 20.0;
        writeln!(
            to,
            "<rect class=\"{class}\" x=\"{x}\" y=\"9\" width=\"12\" height=\"12\" rx=\"2\"/>\
             <text x=\"{at}\" y=\"20\">{text}</text>"
        )?;
    }
    writeln!(
        to,
        "<text class=\"muted\" x=\"{WIDTH}\" y=\"20\" text-anchor=\"end\">lines: least and most of all rounds</text>"
    )
}

/// A chart with its figures.
struct Chart<'a> {
    title: &'a str,
    metric: Metric,
    /// The peer whose bar is 1.
    one: &'a Standing,
    bars: Vec<(&'a Standing, Spread)>,
}

impl<'a> Chart<'a> {
    /// Nothing, if nothing of it was measured.
    fn of(bars: &'a Bars, comparison: &'a Comparison) -> Option<Self> {
        let scenario = comparison.scenarios.iter();
        let outcome: &Outcome = scenario.clone().find(|it| it.name == bars.scenario)?;
        let one = outcome
            .peer(&bars.against)
            .or_else(|| outcome.peer(&outcome.against))?;
        let figure = |peer: &'a Standing| {
            let figure = if bars.metric.is_bytes() {
                peer.figures(bars.metric)
            } else {
                outcome.ratio(peer, &one.name, bars.metric)
            };
            Some((peer, figure?))
        };
        let mut figures: Vec<_> = outcome.peers.iter().filter_map(figure).collect();
        figures.sort_by(|(_, one), (_, other)| one.median.total_cmp(&other.median));
        if bars.metric.more_is_better() {
            figures.reverse();
        }
        (!figures.is_empty()).then_some(Self {
            title: &bars.title,
            metric: bars.metric,
            one,
            bars: figures,
        })
    }

    fn height(&self) -> f64 {
        HEAD + PITCH * self.bars.len() as f64 + FOOT
    }

    /// With its upper left corner there; the best comes first.
    fn draw(&self, x: f64, y: f64, to: &mut String) -> fmt::Result {
        let better = if self.metric.more_is_better() {
            "longer is better"
        } else {
            "shorter is better"
        };
        let unit = if self.metric.is_bytes() {
            "KiB".to_owned()
        } else {
            format!("{} = 1", self.one.label)
        };
        writeln!(
            to,
            "<g transform=\"translate({x} {y})\">\n<text class=\"head\" y=\"16\">{}</text>\
             <text class=\"muted\" y=\"35\">{}; {unit}; {better}</text>",
            escaped(self.title),
            self.metric.title(),
        )?;
        let all = self.bars.iter().map(|(_, figure)| figure.most);
        let longest = all.fold(f64::MIN_POSITIVE, f64::max);
        let room = COLUMN - NAMES - FIGURES;
        for (index, (peer, figure)) in self.bars.iter().enumerate() {
            let y = HEAD + PITCH * index as f64;
            let [least, median, most] =
                [figure.least, figure.median, figure.most].map(|it| NAMES + room * it / longest);
            let (class, named) = match peer.kind {
                Kind::Ours => ("ours", "name ours"),
                Kind::Stomp => ("stomp", "name"),
                Kind::Raw => ("raw", "name muted"),
            };
            let text = if self.metric.is_bytes() {
                short(figure.median / 1024.0)
            } else {
                format!("{}×", short(figure.median))
            };
            writeln!(
                to,
                "<text class=\"{named}\" x=\"{name:.1}\" y=\"{base:.1}\">{label}</text>\
                 <rect class=\"{class}\" x=\"{NAMES}\" y=\"{y:.1}\" width=\"{length:.1}\" height=\"{THICK}\" rx=\"2\"/>\
                 <path class=\"spread\" d=\"M{least:.1} {middle:.1}H{most:.1}\"/>\
                 <text class=\"figure\" x=\"{after:.1}\" y=\"{base:.1}\">{text}</text>",
                name = NAMES - 8.0,
                base = y + 12.0,
                label = escaped(&peer.label),
                length = (median - NAMES).max(1.0),
                middle = y + THICK / 2.0,
                after = most.max(median) + 7.0,
            )?;
        }
        let bottom = HEAD + PITCH * self.bars.len() as f64 - (PITCH - THICK) + 4.0;
        writeln!(
            to,
            "<path class=\"axis\" d=\"M{NAMES} {top:.1}V{bottom:.1}\"/>\n</g>",
            top = HEAD - 4.0
        )
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(name: &str, kind: &str, deliveries: u32) -> String {
        format!(
            r#"{{ "name": "{name}", "title": "T", "label": "{name} & Co", "kind": "{kind}", "rounds": [{{
                "scenario": "s", "url": "u", "connections": 1, "closed": 0, "seconds": 1.0, "deliveries": 1,
                "deliveries_per_second": {deliveries}, "lost": 0, "duplicated": 0, "reordered": 0, "misdirected": 0,
                "generator": {{ "messages_per_read": 1.0 }} }}] }}"#
        )
    }

    #[test]
    fn the_best_comes_first_and_what_is_missing_is_no_bar() {
        let peers = [
            peer("slow", "stomp", 10),
            peer("fast", "ours", 40),
            peer("gone", "raw", 0),
        ];
        let chart = |scenario: &str, metric: &str| {
            format!(
                r#"{{ "title": "C", "scenario": "{scenario}", "metric": "{metric}", "against": "slow" }}"#
            )
        };
        let charts = [
            chart("s", "deliveries"),
            chart("s", "cpu"),
            chart("other", "cpu"),
        ];
        let json = format!(
            r#"{{ "machine": {{ "cpu": "C", "cores": 2, "kernel": "6", "rustc": "r", "load_before": 0, "load_after": 0 }},
                "rounds": 1, "seconds": 1.0, "absent": {{}}, "judgements": [], "charts": [{}],
                "scenarios": [{{ "name": "s", "title": "S", "against": "slow", "metrics": [], "peers": [{}] }}] }}"#,
            charts.join(","),
            peers.join(",")
        );
        let text = picture(&serde_json::from_str(&json).unwrap());
        assert_eq!(text.matches("<g ").count(), 1, "{text}");
        let at = |part: &str| text.find(part).unwrap();
        assert!(at(">fast &amp; Co<") < at(">4.00×<"), "{text}");
        assert!(at(">4.00×<") < at(">slow &amp; Co<"), "{text}");
    }
}
