//! The answers to the three questions as a table of figures.

use crate::disclosure::{FigureColumn, FigureError, Figures, LabelColumn, Profile};
use crate::panel::{Panel, TOTAL};
use crate::shock::{Answer, Belief, KINDS, ShockFit, Told};
use crate::time::ClosureKind;

/// A source of which fewer than this come in an average period has no answers of its own in what leaves the team: its
/// coefficients would tell its counts.
const LEAST_SIZE: f64 = 8.0;

/// The average count of each series, and of each group of the shock.
pub struct Sizes(Vec<f64>);

impl Sizes {
    /// The average observed count of each series of a panel.
    pub fn of(panel: &Panel) -> Sizes {
        let mean = |series: ndarray::ArrayView1<'_, f64>| {
            let observed: Vec<f64> = series.iter().copied().filter(|value| !value.is_nan()).collect();
            if observed.is_empty() { 0.0 } else { observed.iter().sum::<f64>() / observed.len() as f64 }
        };
        Sizes(panel.values().rows().into_iter().map(mean).collect())
    }

    /// One average a series.
    pub fn of_series(&self) -> &[f64] {
        &self.0
    }

    fn of_group(&self, fit: &ShockFit, group: usize) -> f64 {
        (0..self.0.len()).filter(|row| fit.group_of(*row) == group).map(|row| self.0[row]).sum()
    }
}

/// One answer.
pub struct ToldAnswer {
    /// `returns`, `delay`, `lockdown` or `new-normal`.
    pub question: &'static str,
    /// [`TOTAL`] for all series together, else the label of a group.
    pub of: String,
    /// In the unit that is shown: a share, months, a change.
    pub answer: Answer,
    /// As it was estimated: what the data told is judged there.
    pub estimated: Answer,
    pub sentence: String,
}

/// The closure that the second question is asked of: schools closed and people at home, both wholly.
pub fn full_lockdown() -> [f64; KINDS.len()] {
    KINDS.map(|kind| match kind {
        ClosureKind::Schools | ClosureKind::StayAtHome => 1.0,
        ClosureKind::Event | ClosureKind::Recording => 0.0,
    })
}

/// Every answer: for all series together, then for each group where there is more than one.
pub fn told(fit: &ShockFit, sizes: &Sizes, profile: Profile) -> Vec<ToldAnswer> {
    let together = sizes.of_series();
    let all = |question, answer: Answer, estimated: Answer, sentence| {
        let of = TOTAL.to_owned();
        ToldAnswer { question, of, answer, estimated, sentence }
    };
    let (share, delay) = (fit.return_share(), fit.delay_months());
    let lockdown = fit.closure_together(together, full_lockdown());
    let new_normal = fit.new_normal_together(together);
    let mut told = vec![
        // Sentences round as the table does, so that none is told in two roundings.
        all("returns", share, share, share.return_sentence()),
        all("delay", delay, delay, delay.delay_sentence()),
        all("lockdown", changed(&lockdown, -1.0), lockdown, lockdown.suppression_sentence()),
        all("new-normal", changed(&new_normal, 1.0), new_normal, new_normal.new_normal_sentence()),
    ];
    for (group, label) in fit.group_labels().iter().enumerate().filter(|_| fit.group_labels().len() > 1) {
        if profile != Profile::Internal && sizes.of_group(fit, group) < LEAST_SIZE {
            continue;
        }
        let alone: Vec<f64> = together
            .iter()
            .enumerate()
            .map(|(row, size)| if fit.group_of(row) == group { *size } else { 0.0 })
            .collect();
        let (lockdown, new_normal) = (fit.closure_together(&alone, full_lockdown()), fit.new_normal_together(&alone));
        let of = |question, answer, estimated, sentence| {
            let of = label.clone();
            ToldAnswer { question, of, answer, estimated, sentence }
        };
        told.push(of("lockdown", changed(&lockdown, -1.0), lockdown, lockdown.suppression_sentence()));
        told.push(of("new-normal", changed(&new_normal, 1.0), new_normal, new_normal.new_normal_sentence()));
    }
    told
}

/// Parts of a whole that figures are told to: months to tenths, shares to the whole per cent.
const TENTH: f64 = 10.0;
const HUNDREDTH: f64 = 100.0;

/// The answer with its middles and bounds in the rounding that they are told in; what the data told stays as it is.
fn to_nearest(answer: &Answer, parts: f64) -> Answer {
    let round = |value: f64| (value * parts).round() / parts;
    let of = |belief: Belief| Belief {
        mean: round(belief.mean),
        low: round(belief.low),
        high: round(belief.high),
        ..belief
    };
    Answer { prior: of(answer.prior), posterior: of(answer.posterior) }
}

/// From the logarithm of a factor (with its sign turned where `sign` is below zero) to the change that it makes: -0.12 is
/// 12% less. How far the data moved it is that of the logarithm.
pub fn changed(answer: &Answer, sign: f64) -> Answer {
    let of = |belief: Belief| {
        let change = |log: f64| libm::expm1(sign * log);
        let (one, other) = (change(belief.low), change(belief.high));
        let mean = change(belief.mean);
        Belief { mean, sd: belief.sd * (1.0 + mean), low: one.min(other), high: one.max(other) }
    };
    Answer { prior: of(answer.prior), posterior: of(answer.posterior) }
}

/// The `answers` table. Shares and changes to the whole per cent, months to tenths: more would say more than is known.
pub fn table(told: &[ToldAnswer]) -> Result<Figures, FigureError> {
    let text = |of: fn(&ToldAnswer) -> &str| told.iter().map(of).collect::<Vec<&str>>();
    let tells = |answer: &Answer| match answer.told() {
        Told::Data => "data",
        Told::Prior => "prior",
    };
    let labels = vec![
        LabelColumn::text("question", text(|one| one.question)),
        LabelColumn::text("of", text(|one| &one.of)),
        LabelColumn::text("unit", text(|one| if one.question == "delay" { "months" } else { "share" })),
        LabelColumn::text("told_by", told.iter().map(|one| tells(&one.estimated))),
        LabelColumn::text("sentence", text(|one| &one.sentence)),
    ];
    let rounded = |one: &ToldAnswer| to_nearest(&one.answer, if one.question == "delay" { TENTH } else { HUNDREDTH });
    let column = |name: &str, of: fn(&Answer) -> f64| {
        FigureColumn::scores(name, told.iter().map(|one| of(&rounded(one))).collect())
    };
    let plain = |name: &str, of: &dyn Fn(&ToldAnswer) -> f64| {
        FigureColumn::scores(name, told.iter().map(|one| (of(one) * 100.0).round() / 100.0).collect())
    };
    // Suppression takes away: what moves it up moves the change that is shown down.
    let moved = |one: &ToldAnswer| match one.question {
        "lockdown" => -one.estimated.moved(),
        _ => one.estimated.moved(),
    };
    let columns = vec![
        column("prior", |answer| answer.prior.mean),
        column("prior_lo_80", |answer| answer.prior.low),
        column("prior_hi_80", |answer| answer.prior.high),
        column("posterior", |answer| answer.posterior.mean),
        column("lo_80", |answer| answer.posterior.low),
        column("hi_80", |answer| answer.posterior.high),
        plain("moved_sd", &moved),
        plain("left_open", &|one| one.estimated.left_open()),
    ];
    Figures::new("answers", labels, columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentence_and_table_have_a_delay_in_one_rounding() {
        let belief = Belief { mean: 4.46, sd: 2.0, low: 1.45, high: 6.04 };
        let delay = Answer { prior: belief, posterior: belief };
        let sentence = delay.delay_sentence();
        assert!(sentence.ends_with("about 4.5 months on average, in 8 of 10 cases 1.5 to 6."), "{sentence}");
        let of = TOTAL.to_owned();
        let told = ToldAnswer { question: "delay", of, answer: delay, estimated: delay, sentence };
        let table = crate::disclosure::protect(Profile::Published, table(&[told]).expect("columns that fit"));
        let cells = ["posterior", "lo_80", "hi_80"].map(|name| table.cells(name).expect("the column")[0].number());
        assert_eq!(cells, [Some(4.5), Some(1.5), Some(6.0)]);
    }
}
