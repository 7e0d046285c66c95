//! Attacks on published totals: what can whoever knows every published cell, and the rule, say of one count?

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{Cell, FigureColumn, Figures, MOST_HIDDEN, Profile, TotalRow, protect};

/// What is published of counts and of the totals over the named groups of them: counts first.
fn published(counts: &[u32], groups: &[Vec<usize>]) -> Vec<Cell> {
    let sums = groups.iter().map(|group| group.iter().map(|part| counts[*part]).sum::<u32>());
    let values = counts.iter().copied().chain(sums).map(f64::from).collect();
    let totals =
        groups.iter().enumerate().map(|(place, parts)| TotalRow { row: counts.len() + place, parts: parts.clone() });
    let figures = Figures::new("t", vec![], vec![FigureColumn::counts("y", values)]).expect("valid figures");
    let table = protect(Profile::Published, figures.with_totals(totals.collect()).expect("valid totals"));
    table.cells("y").expect("the column is there").to_vec()
}

/// All that the rule alone lets a count be, the true one among them.
fn rule(count: u32) -> std::ops::RangeInclusive<u32> {
    match count {
        0 => 0..=0,
        1..=7 => 1..=7,
        _ => (count + 2) / 5 * 5 - 2..=(count + 2) / 5 * 5 + 2,
    }
}

/// All tables that the rule alone lets these counts be.
fn candidates(counts: &[u32]) -> Vec<Vec<u32>> {
    counts.iter().fold(vec![vec![]], |tables, count| {
        let longer =
            |table: &Vec<u32>| rule(*count).map(|value| [table.as_slice(), &[value]].concat()).collect::<Vec<_>>();
        tables.iter().flat_map(longer).collect()
    })
}

/// Tries every table, and asks which would have been published alike: no count may lose a value.
fn withstands_every_table(counts: &[u32], groups: &[Vec<usize>]) -> Result<(), TestCaseError> {
    let seen = published(counts, groups);
    let alike: Vec<Vec<u32>> =
        candidates(counts).into_iter().filter(|table| published(table, groups) == seen).collect();
    for (place, count) in counts.iter().enumerate() {
        let possible: BTreeSet<u32> = alike.iter().map(|table| table[place]).collect();
        let allowed: BTreeSet<u32> = rule(*count).collect();
        prop_assert_eq!(&possible, &allowed, "count {} of {:?} behind {:?}", place, counts, seen);
    }
    Ok(())
}

/// Small counts, some of them zero, some shown.
fn count() -> impl Strategy<Value = u32> {
    prop_oneof![2 => Just(0_u32), 6 => 1_u32..=7, 2 => 8_u32..=22]
}

proptest! {
    #[test]
    fn a_total_tells_nothing_about_a_count(counts in prop::collection::vec(count(), 1..=4)) {
        withstands_every_table(&counts, &[(0..counts.len()).collect()])?;
    }

    #[test]
    fn totals_of_totals_tell_nothing_about_a_count(counts in prop::collection::vec(count(), 4)) {
        withstands_every_table(&counts, &[vec![0, 1, 2, 3], vec![0, 1], vec![2], vec![3]])?;
        withstands_every_table(&counts, &[vec![0, 1], vec![2, 3], vec![0, 1, 2, 3]])?;
    }

    #[test]
    fn margins_that_cut_across_one_another_tell_nothing_about_a_count(counts in prop::collection::vec(count(), 4)) {
        withstands_every_table(&counts, &[vec![0, 1, 2, 3], vec![0, 1], vec![2, 3], vec![0, 2], vec![1, 3]])?;
    }

    #[test]
    fn a_total_less_the_most_and_the_least_of_all_other_counts_bounds_none(
        counts in prop::collection::vec(count(), 1..60),
    ) {
        // The linear programme of one sum and intervals has its optimum at their ends.
        let cells = published(&counts, &[(0..counts.len()).collect()]);
        let (least, most) = match cells[counts.len()] {
            Cell::Number(total) => (total as u32 - total.min(2.0) as u32, total as u32 + 2),
            _ => (1, MOST_HIDDEN as u32),
        };
        let low: u32 = counts.iter().map(|count| *rule(*count).start()).sum();
        let high: u32 = counts.iter().map(|count| *rule(*count).end()).sum();
        for count in &counts {
            let (start, end) = rule(*count).into_inner();
            prop_assert!(start + (high - end) >= least, "a count is more than {} for certain", start);
            prop_assert!(end + (low - start) <= most, "a count is less than {} for certain", end);
        }
    }

    #[test]
    fn a_total_shown_is_never_off_by_more_than_eight_and_seldom_by_more_than_rounding(
        counts in prop::collection::vec(count(), 1..60),
    ) {
        let truth: u32 = counts.iter().sum();
        let low: u32 = counts.iter().map(|count| *rule(*count).start()).sum();
        let high: u32 = counts.iter().map(|count| *rule(*count).end()).sum();
        match published(&counts, &[(0..counts.len()).collect()])[counts.len()] {
            Cell::Number(total) => {
                let off = (total - f64::from(truth)).abs();
                prop_assert!(off <= 8.0, "{} for {}", total, truth);
                // Ten away from the least and the most that the counts could add up to, nothing is moved.
                prop_assert!(off <= 2.0 || truth < low + 10 || truth + 10 > high, "{} for {}", total, truth);
            }
            Cell::Suppressed => prop_assert!((1..=14).contains(&truth)),
            Cell::Missing | Cell::Withheld => prop_assert!(false, "no count is missing, and this rule withholds none"),
        }
    }
}

#[test]
fn a_total_of_many_small_counts_is_what_they_add_up_to_and_not_five_for_each() {
    let counts = [1, 2, 1, 3, 1, 2, 1, 1, 4, 1, 2, 1, 3, 2];
    let everything = (0..counts.len()).collect();
    assert_eq!(published(&counts, &[everything])[counts.len()], Cell::Number(25.0));
}

#[test]
fn a_margin_that_cuts_across_others_adds_up_to_about_the_total() {
    // Ten areas by four sources, each of a child or two.
    let counts: Vec<u32> = (0..40).map(|place| 1 + place % 2).collect();
    let mut groups = vec![(0..40).collect::<Vec<usize>>()];
    groups.extend((0..4).map(|source| (0..10).map(|area| area * 4 + source).collect()));
    groups.extend((0..10).map(|area| (0..4).map(|source| area * 4 + source).collect()));
    let cells = published(&counts, &groups);
    // Sixty, moved up so that with the sources' totals it tells nothing; five for each count would have made two hundred.
    assert_eq!(cells[40], Cell::Number(65.0));
    // Ten (which could only be ten ones), twenty, ten, twenty.
    let by_source: Vec<Option<f64>> = cells[41..45].iter().map(|cell| cell.number()).collect();
    assert_eq!(by_source, [15.0, 20.0, 15.0, 20.0].map(Some));
    // Six children each.
    assert_eq!(cells[45..55], [Cell::Suppressed; 10]);
}
