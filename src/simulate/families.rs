//! Who is referred: new families, families known from the last twelve months, families known for longer.

use std::collections::VecDeque;

use jiff::ToSpan;
use jiff::civil::Date;
use rand_chacha::ChaCha8Rng;

use super::draw::{happens, position, whole};
use super::journey::adult_on;
use super::options::{Band, Children};

/// How often a known family is looked for before the referral becomes a new family's.
const TRIES: usize = 200;
/// A referral within this many days of the child's last one is a re-referral (twelve months).
pub(super) const RE_REFERRAL_DAYS: i64 = 365;

/// A child and where its case stands.
#[derive(Debug, Clone)]
pub(super) struct Child {
    pub born: Date,
    /// Place of the code among `children.sex`.
    pub sex: usize,
    /// Place of the code among `children.need`.
    pub need: usize,
    last_referral: Date,
    /// The day on which the last case closes, known to us beforehand.
    closed: Date,
}

/// Families of one area.
#[derive(Debug, Default)]
struct Known {
    /// Families by their referrals of the last twelve months, oldest first.
    recent: VecDeque<(Date, usize)>,
    /// Families referred earlier.
    earlier: Vec<usize>,
}

/// All children of the authority, by family.
#[derive(Debug)]
pub(super) struct Families<'a> {
    options: &'a Children,
    children: Vec<Child>,
    /// Places of the children of each family.
    families: Vec<Vec<usize>>,
    areas: Vec<Known>,
}

/// Who is referred on a day.
#[derive(Debug)]
pub(super) struct Referred {
    /// Places among all children.
    pub children: Vec<usize>,
    /// Whether each was referred in the twelve months before.
    pub again: bool,
}

impl<'a> Families<'a> {
    pub fn new(options: &'a Children, areas: usize) -> Families<'a> {
        let areas = (0..areas).map(|_| Known::default()).collect();
        Families { options, children: Vec::new(), families: Vec::new(), areas }
    }

    pub fn child(&self, place: usize) -> &Child {
        &self.children[place]
    }

    /// The `count` children of the family that is referred next; days must come in order.
    pub fn refer(&mut self, day: Date, area: usize, count: usize, ages: &[Band], stream: &mut ChaCha8Rng) -> Referred {
        self.retire(day, area);
        let kind = position(
            stream,
            [
                self.options.re_referral,
                self.options.known_longer,
                1.0 - self.options.re_referral - self.options.known_longer,
            ],
        );
        let known = match kind {
            0 => self.known(day, area, count, true, stream),
            1 => self.known(day, area, count, false, stream),
            _ => None,
        };
        let (family, children, again) = match known {
            Some((family, children)) => (family, children, kind == 0),
            None => {
                let family = self.new_family(day, count, ages, stream);
                (family, self.families[family].clone(), false)
            }
        };
        self.areas[area].recent.push_back((day, family));
        Referred { children, again }
    }

    /// Notes a child's referral and when its case will close.
    pub fn note(&mut self, child: usize, referral: Date, closed: Date) {
        self.children[child].last_referral = referral;
        self.children[child].closed = closed;
    }

    /// Families not referred in the last twelve months are no longer recent.
    fn retire(&mut self, day: Date, area: usize) {
        let known = &mut self.areas[area];
        let since = day.saturating_sub(RE_REFERRAL_DAYS.days());
        while let Some((_, family)) = known.recent.front().filter(|(last, _)| *last < since).copied() {
            known.recent.pop_front();
            known.earlier.push(family);
        }
    }

    /// A known family of the area with so many children under 18 without an open case.
    fn known(
        &self,
        day: Date,
        area: usize,
        count: usize,
        recently: bool,
        stream: &mut ChaCha8Rng,
    ) -> Option<(usize, Vec<usize>)> {
        let known = &self.areas[area];
        let pool = if recently { known.recent.len() } else { known.earlier.len() };
        let since = day.saturating_sub(RE_REFERRAL_DAYS.days());
        for _ in 0..if pool > 0 { TRIES } else { 0 } {
            let place = whole(stream, 0, pool as u32 - 1) as usize;
            let family = if recently { known.recent[place].1 } else { known.earlier[place] };
            let can = |child: &&usize| {
                let child = &self.children[**child];
                let within = child.last_referral >= since;
                child.closed < day && within == recently && day < adult_on(child.born)
            };
            let mut children: Vec<usize> = self.families[family].iter().filter(can).copied().collect();
            if children.len() >= count {
                while children.len() > count {
                    children.remove(whole(stream, 0, children.len() as u32 - 1) as usize);
                }
                return Some((family, children));
            }
        }
        None
    }

    fn new_family(&mut self, day: Date, count: usize, ages: &[Band], stream: &mut ChaCha8Rng) -> usize {
        let need = position(stream, self.options.need.values().copied());
        let band = position(stream, ages.iter().map(|band| band.weight));
        let first = ages.get(band).map_or(0, |band| whole(stream, band.from, band.to));
        let mut family = Vec::with_capacity(count);
        let mut age = first;
        for _ in 0..count {
            let born = born_for_age(day, age, stream);
            let sex = position(stream, self.options.sex.values().copied());
            family.push(self.children.len());
            self.children.push(Child { born, sex, need, last_referral: day, closed: Date::MAX });
            // Siblings are one to five years older or younger.
            let gap = whole(stream, 1, 5);
            let older = happens(stream, 0.5);
            age = if (older && age + gap <= 17) || age < gap { (age + gap).min(17) } else { age - gap };
        }
        self.families.push(family);
        self.families.len() - 1
    }
}

/// A birthday of a child who has completed so many years on the day.
fn born_for_age(day: Date, age: u32, stream: &mut ChaCha8Rng) -> Date {
    let anniversary = Date::new(day.year() - age as i16, day.month(), day.day())
        .or_else(|_| Date::new(day.year() - age as i16, 2, 28))
        .unwrap_or(day);
    // One year less a day keeps the age on both ends, leap years included.
    anniversary.saturating_sub(i64::from(whole(stream, 0, 364)).days())
}

/// Completed years on a day.
pub(super) fn age_on(born: Date, day: Date) -> u8 {
    let before_birthday = (day.month(), day.day()) < (born.month(), born.day());
    u8::try_from(day.year() - born.year() - i16::from(before_birthday)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random;

    #[test]
    fn a_birthday_drawn_for_an_age_gives_that_age() {
        let mut stream = random::stream(9, &[]);
        for day in [Date::constant(2020, 2, 29), Date::constant(2021, 3, 1), Date::constant(2019, 12, 31)] {
            for age in [0, 1, 9, 17] {
                for _ in 0..400 {
                    let born = born_for_age(day, age, &mut stream);
                    assert_eq!(u32::from(age_on(born, day)), age, "{born} on {day}");
                    assert!(born <= day && day < adult_on(born), "{born} on {day}");
                }
            }
        }
    }

    #[test]
    fn a_child_ages_on_its_birthday() {
        let born = Date::constant(2010, 6, 15);
        assert_eq!(age_on(born, Date::constant(2020, 6, 14)), 9);
        assert_eq!(age_on(born, Date::constant(2020, 6, 15)), 10);
    }
}
