//! Counting children into and out of stocks, day by day and month by month.

use crate::time::Span;

/// The days of a horizon and the step that each lies in.
#[derive(Debug, Clone)]
pub(super) struct Days {
    pub step_of_day: Vec<u16>,
    /// The first day of each step, and one more past the end.
    pub first_day: Vec<i32>,
}

impl Days {
    pub fn of(span: Span) -> Days {
        let mut first_day = vec![0];
        let mut step_of_day = Vec::new();
        for (step, period) in span.periods().enumerate() {
            step_of_day.extend(period.days().map(|_| step as u16));
            first_day.push(step_of_day.len() as i32);
        }
        Days { step_of_day, first_day }
    }

    pub fn len(&self) -> i32 {
        self.step_of_day.len() as i32
    }

    pub fn steps(&self) -> usize {
        self.first_day.len() - 1
    }

    /// The step that a day of the horizon lies in.
    pub fn step(&self, day: i32) -> Option<usize> {
        usize::try_from(day).ok().and_then(|day| self.step_of_day.get(day)).map(|step| usize::from(*step))
    }
}

/// One stock of children along one path: who comes in and goes out each step, who is there at its end, and days.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct StockCount {
    pub opening: i64,
    pub entries: Vec<i64>,
    pub exits: Vec<i64>,
    /// Counted from who is there, not from entries and exits.
    pub present: Vec<i64>,
    pub child_days: Vec<i64>,
}

impl StockCount {
    pub fn new(steps: usize) -> StockCount {
        let none = vec![0; steps];
        StockCount { opening: 0, entries: none.clone(), exits: none.clone(), present: none.clone(), child_days: none }
    }

    /// Counts one child there from a day up to, not including, another.
    pub fn stay(&mut self, days: &Days, (start, end): (i32, i32)) {
        if start < 0 {
            if end < 0 {
                return;
            }
            self.opening += 1;
        } else if let Some(step) = days.step(start) {
            self.entries[step] += 1;
        } else {
            return;
        }
        if let Some(step) = days.step(end) {
            self.exits[step] += 1;
        }
        let (first, last) = (start.max(0), end.min(days.len()));
        let mut step = days.step(first).unwrap_or(0);
        while step < days.steps() && days.first_day[step] <= last.max(first) {
            let (from, to) = (days.first_day[step], days.first_day[step + 1]);
            self.child_days[step] += i64::from((last.min(to) - first.max(from)).max(0));
            // There at the end of the step's last day.
            if start < to && end >= to {
                self.present[step] += 1;
            }
            step += 1;
        }
    }

    /// The first step at whose end children have appeared or vanished.
    pub fn unbalanced(&self) -> Option<usize> {
        let mut before = self.opening;
        (0..self.present.len()).find(|step| {
            let after = before + self.entries[*step] - self.exits[*step];
            before = self.present[*step];
            after != before
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Period;

    fn quarter() -> Days {
        Days::of(Span::new(Period::month(2025, 1), 3))
    }

    fn count(stays: &[(i32, i32)]) -> StockCount {
        let mut stock = StockCount::new(3);
        stays.iter().for_each(|stay| stock.stay(&quarter(), *stay));
        stock
    }

    #[test]
    fn a_stay_counts_where_it_lies() {
        // From 31 January (day 30) up to 1 March (day 59): one day in January, all 28 of February.
        let stock = count(&[(30, 59)]);
        assert_eq!((stock.opening, stock.entries, stock.exits), (0, vec![1, 0, 0], vec![0, 0, 1]));
        assert_eq!((stock.present, stock.child_days), (vec![1, 1, 0], vec![1, 28, 0]));
    }

    #[test]
    fn stays_that_began_before_or_end_after_the_horizon_are_cut_at_it() {
        let stock = count(&[(-5, 1000), (-9, -2), (95, 99)]);
        assert_eq!((stock.opening, stock.child_days), (1, vec![31, 28, 31]));
        assert_eq!((stock.entries, stock.exits, stock.present), (vec![0; 3], vec![0; 3], vec![1; 3]));
    }

    #[test]
    fn a_stay_of_no_day_comes_in_and_goes_out() {
        let stock = count(&[(31, 31)]);
        assert_eq!((stock.entries, stock.exits, stock.present), (vec![0, 1, 0], vec![0, 1, 0], vec![0; 3]));
    }

    #[test]
    fn a_vanished_child_is_noticed() {
        let mut stock = count(&[(-5, 1000), (10, 40)]);
        assert_eq!(stock.unbalanced(), None);
        stock.exits[2] += 1;
        assert_eq!(stock.unbalanced(), Some(2));
    }
}
