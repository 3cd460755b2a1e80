use serde::{Deserialize, Serialize};

/// The median of some figures, and how far they lie apart.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
}

impl Spread {
    /// Nothing, if there are none.
    pub(crate) fn of(figures: impl Iterator<Item = f64>) -> Option<Self> {
        let mut figures: Vec<_> = figures.collect();
        figures.sort_by(f64::total_cmp);
        let half = figures.len() / 2;
        Some(Self {
            least: *figures.first()?,
            most: *figures.last()?,
            median: if figures.len() % 2 == 1 {
                figures[half]
            } else {
                f64::midpoint(figures[half - 1], figures[half])
            },
        })
    }
}

/// Three digits.
pub(crate) fn short(figure: f64) -> String {
    match figure.abs() {
        100.0.. => format!("{figure:.0}"),
        10.0.. => format!("{figure:.1}"),
        0.1.. => format!("{figure:.2}"),
        _ => format!("{figure:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_lies_in_the_middle() {
        let of = |figures: &[f64]| Spread::of(figures.iter().copied()).unwrap();
        assert_eq!(of(&[3.0, 1.0, 2.0]).median, 2.0);
        assert_eq!(of(&[4.0, 1.0, 2.0, 3.0]).median, 2.5);
        assert_eq!((of(&[3.0, 1.0]).least, of(&[3.0, 1.0]).most), (1.0, 3.0));
        assert_eq!(Spread::of([].into_iter()), None);
    }

    #[test]
    fn figures_have_three_digits() {
        let short = [0.012_34, 0.123_4, 1.234, 12.34, 123.4].map(short);
        assert_eq!(short, ["0.012", "0.12", "1.23", "12.3", "123"]);
    }
}
