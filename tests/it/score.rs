//! How forecasts of children did against what came, beside holding the last value.

/// Absolute errors of logs, of the model's middle and of the last value, and how often the 80% range held.
#[derive(Debug, Default, Clone, Copy)]
pub struct Score {
    model: f64,
    last_value: f64,
    held: f64,
    count: f64,
}

/// What a score comes to.
#[derive(Debug, Clone, Copy)]
pub struct Judged {
    /// Mean absolute error of the model's logs over that of holding the last value.
    pub ratio: f64,
    /// The share of 80% ranges that held what came.
    pub held: f64,
}

impl Score {
    /// Adds one forecast: its paths, the last value known, and what came.
    pub fn add(&mut self, paths: impl Iterator<Item = f64>, last_value: f64, truth: f64) {
        let mut sorted: Vec<f64> = paths.collect();
        sorted.sort_unstable_by(f64::total_cmp);
        // Half a child more keeps nobody at all from an infinite log.
        let distance = |value: f64| ((value + 0.5) / (truth + 0.5)).ln().abs();
        let tenth = sorted.len() / 10;
        self.model += distance(sorted[sorted.len() / 2]);
        self.last_value += distance(last_value);
        self.held += f64::from(u8::from((sorted[tenth]..=sorted[sorted.len() - 1 - tenth]).contains(&truth)));
        self.count += 1.0;
    }

    /// Prints the score and says what it comes to.
    #[expect(clippy::print_stderr, reason = "the figures are what a backtest is for")]
    pub fn told(&self, what: &str) -> Judged {
        let judged = Judged { ratio: self.model / self.last_value, held: self.held / self.count };
        let errors = (100.0 * self.model / self.count, 100.0 * self.last_value / self.count);
        eprintln!(
            "{what}: {} forecasts, mean absolute log error {:.2}% against {:.2}%, ratio {:.3}, 80% range held {:.3}",
            self.count, errors.0, errors.1, judged.ratio, judged.held
        );
        judged
    }
}
