//! Histories of care, one a child, without a name.

use jiff::civil::Date;

use super::groups::PlacementGroups;
use crate::pathway::PathwayError;

/// A stay in one placement group, from a day up to, not including, another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CareStay {
    /// The first day.
    pub start: Date,
    /// The day on which it ended; `None` while it lasts.
    pub end: Option<Date>,
    /// Position of the placement group among [`PlacementGroups::labels`](super::PlacementGroups::labels).
    pub group: usize,
}

/// One child's stays in order. A stay that starts on the day on which the one before ended is a move; a gap is an exit
/// and a new entry. Invariant: stays don't overlap, and consecutive ones of one group are one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CareHistory {
    born: Date,
    stays: Vec<CareStay>,
}

impl CareHistory {
    /// One child's history. Legal changes within a placement group (episodes with the same group that follow each other
    /// without a gap) become one stay.
    ///
    /// # Errors
    /// Where stays overlap, end before they start, or go on though another follows; `row` places the message.
    pub fn new(row: usize, born: Date, mut stays: Vec<CareStay>) -> Result<CareHistory, PathwayError> {
        let wrong = |problem| Err(PathwayError::Care { row, problem });
        stays.sort_unstable();
        if stays.iter().any(|stay| stay.end.is_some_and(|end| end < stay.start)) {
            return wrong("has a stay that ends before it starts");
        }
        for pair in stays.windows(2) {
            match pair[0].end {
                None => return wrong("has a stay after one that has not ended"),
                Some(end) if end > pair[1].start => return wrong("has stays that overlap"),
                Some(_) => {}
            }
        }
        stays.dedup_by(|later, earlier| {
            let follows = earlier.end == Some(later.start) && earlier.group == later.group;
            if follows {
                earlier.end = later.end;
            }
            follows
        });
        Ok(CareHistory { born, stays })
    }

    /// The history as it was known on a day: stays that start later are not there yet, and one that ends later goes on.
    #[must_use]
    pub fn known_on(&self, day: Date) -> CareHistory {
        let known = self.stays.iter().filter(|stay| stay.start <= day);
        let stays = known.map(|stay| CareStay { end: stay.end.filter(|end| *end <= day), ..*stay }).collect();
        CareHistory { born: self.born, stays }
    }

    /// The child's birthday.
    pub fn born(&self) -> Date {
        self.born
    }

    /// The days on which the child came into care, each with the age band and the placement group. Nobody comes in who has
    /// come of age.
    pub fn entries<'a>(&'a self, groups: &'a PlacementGroups) -> impl Iterator<Item = (Date, usize, usize)> + 'a {
        self.stays.iter().enumerate().filter_map(|(place, stay)| {
            let follows = place > 0 && self.stays[place - 1].end == Some(stay.start);
            let band = groups.band_on(self.born, stay.start)?;
            (!follows).then_some((stay.start, band, stay.group))
        })
    }

    /// The stays in order.
    pub fn stays(&self) -> &[CareStay] {
        &self.stays
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BORN: Date = Date::constant(2010, 5, 1);

    fn stay(from: (i8, i8), to: Option<(i8, i8)>, group: usize) -> CareStay {
        let day = |(month, day)| Date::constant(2024, month, day);
        CareStay { start: day(from), end: to.map(day), group }
    }

    #[test]
    fn episodes_of_one_group_without_a_gap_are_one_stay() {
        let history = CareHistory::new(
            0,
            BORN,
            vec![stay((3, 1), None, 0), stay((1, 1), Some((2, 1)), 0), stay((2, 1), Some((3, 1)), 0)],
        );
        assert_eq!(history.expect("valid").stays(), [stay((1, 1), None, 0)]);
    }

    #[test]
    fn a_gap_and_another_group_divide_stays() {
        let stays = vec![stay((1, 1), Some((2, 1)), 0), stay((2, 2), Some((3, 1)), 0), stay((3, 1), None, 1)];
        assert_eq!(CareHistory::new(0, BORN, stays.clone()).expect("valid").stays(), stays);
    }

    #[test]
    fn what_was_known_on_a_day_knows_no_later_one() {
        let stays = vec![stay((1, 1), Some((2, 1)), 0), stay((2, 1), Some((3, 1)), 1), stay((4, 1), None, 0)];
        let history = CareHistory::new(0, BORN, stays).expect("valid");
        let known = history.known_on(Date::constant(2024, 2, 20));
        assert_eq!(known.stays(), [stay((1, 1), Some((2, 1)), 0), stay((2, 1), None, 1)]);
    }

    #[test]
    fn stays_that_contradict_each_other_are_refused() {
        for stays in [
            vec![stay((1, 1), Some((2, 2)), 0), stay((2, 1), None, 1)],
            vec![stay((1, 1), None, 0), stay((2, 1), None, 1)],
            vec![stay((2, 1), Some((1, 1)), 0)],
        ] {
            assert!(
                CareHistory::new(7, BORN, stays)
                    .is_err_and(|error| error.to_string().starts_with("history of care 7 "))
            );
        }
    }
}
