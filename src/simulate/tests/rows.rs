//! The rows: dates, children and days that could be real.

use std::collections::BTreeMap;

use super::*;

#[test]
fn what_returns_later_leaves_earlier_rows_alone() {
    let (none, all) = (small("returning.share = 0.0"), small("returning.share = 1.0"));
    let before = |simulated: &Simulated| -> Vec<(u32, Date, bool)> {
        let rows = simulated.referrals.iter().filter(|row| row.referral_date < Date::constant(2020, 3, 1));
        rows.map(|row| (row.child, row.referral_date, row.no_further_action)).collect()
    };
    assert_eq!(before(&none), before(&all));
    assert!(none.referrals.len() < all.referrals.len());
}

#[test]
fn dates_of_a_row_are_in_order_and_end_with_the_extract() {
    for row in &SHIPPED.referrals {
        let chains = [
            vec![Some(row.referral_date), row.assessment_start, row.assessment_authorised, row.closure],
            vec![
                Some(row.referral_date),
                row.section_47_start,
                row.conference,
                row.plan_start,
                row.plan_end,
                row.closure,
            ],
            vec![Some(row.referral_date), row.care_start, row.care_end, row.closure],
        ];
        for chain in chains {
            let days: Vec<Date> = chain.into_iter().flatten().collect();
            assert!(days.is_sorted(), "SYN-{:06} {days:?}", row.child);
            assert!(days.last() <= Some(&Date::constant(2024, 3, 31)));
        }
        let pairs = [
            (row.assessment_start, row.assessment_authorised),
            (row.section_47_start, row.conference),
            (row.conference, row.plan_start),
            (row.plan_start, row.plan_end),
            (row.care_start, row.care_end),
        ];
        assert!(pairs.iter().all(|(first, then)| then.is_none() || first.is_some()), "a stage needs the one before");
        assert!(!row.no_further_action || row.assessment_start.is_none());
    }
}

#[test]
fn a_child_has_one_birthday_one_sex_one_area_and_one_open_case() {
    let mut children: BTreeMap<u32, Vec<&ReferralRow>> = BTreeMap::new();
    SHIPPED.referrals.iter().for_each(|row| children.entry(row.child).or_default().push(row));
    for rows in children.values() {
        // Born after `from` and on or before `until`, by each age that is written down.
        let years_before = |row: &ReferralRow, years: i16| {
            let year = row.referral_date.year() - years;
            Date::new(year, row.referral_date.month(), row.referral_date.day()).unwrap_or(Date::constant(year, 2, 28))
        };
        let from = rows.iter().map(|row| years_before(row, i16::from(row.age) + 1)).max();
        let until = rows.iter().map(|row| years_before(row, i16::from(row.age))).min();
        assert!(from < until, "SYN-{:06} has ages that no birthday explains", rows[0].child);
        assert!(rows.iter().all(|row| row.age <= 17 && row.sex == rows[0].sex && row.area == rows[0].area));
        for pair in rows.windows(2) {
            assert!(pair[0].closure.is_some_and(|closed| closed < pair[1].referral_date), "two open cases");
        }
    }
}

#[test]
fn only_the_police_refer_on_weekends_and_bank_holidays() {
    let calendar = WorkingCalendar::england_and_wales();
    let off: Vec<&ReferralRow> =
        SHIPPED.referrals.iter().filter(|row| !calendar.is_working_day(row.referral_date)).collect();
    assert!(off.iter().all(|row| &*row.source == "Police"));
    let police = SHIPPED.referrals.iter().filter(|row| &*row.source == "Police").count();
    // 112 days a year at a tenth of 253: 4%.
    near("police on days off", off.len() as f64 / police as f64, 0.042, 0.01);
}

#[test]
fn more_referrals_than_memory_holds_are_refused_before_they_are_made() {
    let options =
        SimulationOptions::from_toml("referrals_per_month = 100000.0\nnoise.dispersion = 46.0").expect("valid");
    let message = simulate(&options).expect_err("refused").to_string();
    assert!(message.contains("the most is 10000000"), "{message}");
}
