//! The table that is forecast, and its time axis.

use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveTime, Utc};

use crate::Failure;

/// One series: its periods in order, counted in months from the year 0 or as numbered in the table, and its values.
pub struct Series {
    pub id: String,
    pub values: Vec<f64>,
    last: i32,
}

/// The series in the order of the table.
pub struct Table {
    pub series: Vec<Series>,
    numbered: bool,
}

/// January of the year that numbered periods are put into, because anofox-forecast wants dates.
const NUMBERED_FROM: i32 = 1900 * 12;

impl Table {
    /// Reads `unique_id`, `ds` and `y`; the rows of a series stand together.
    pub fn read(path: &str) -> Result<Self, Failure> {
        let mut reader = csv::Reader::from_path(path).map_err(|error| format!("{path}: {error}"))?;
        let header = reader.headers()?.clone();
        let column = |name: &str| {
            let found = header.iter().position(|field| field == name);
            found.ok_or_else(|| format!("{path} has no column {name}"))
        };
        let (id, ds, y) = (column("unique_id")?, column("ds")?, column("y")?);
        let (mut series, mut numbered) = (Vec::<Series>::new(), None);
        for (row, record) in reader.records().enumerate() {
            let record = record?;
            let fault = |what: &str| format!("{path}, row {}: {what}", row + 2);
            let (period, is_number) = match record[ds].parse::<i32>() {
                Ok(number) => (number, true),
                Err(_) => {
                    let date = NaiveDate::parse_from_str(&record[ds], "%Y-%m-%d");
                    let date = date.map_err(|_| fault("ds is neither YYYY-MM-DD nor a number"))?;
                    (date.year() * 12 + date.month0() as i32, false)
                }
            };
            if *numbered.get_or_insert(is_number) != is_number {
                return Err(fault("ds is a date in some rows and a number in others").into());
            }
            let value: f64 = record[y].parse().map_err(|_| fault("y is not a number"))?;
            match series.last_mut() {
                Some(one) if one.id == record[id] => {
                    if period != one.last + 1 {
                        return Err(fault("the period doesn't follow the one before; gaps are not allowed").into());
                    }
                    one.values.push(value);
                    one.last = period;
                }
                _ => series.push(Series { id: record[id].to_owned(), values: vec![value], last: period }),
            }
        }
        Ok(Self { series, numbered: numbered.unwrap_or(true) })
    }

    /// The month of each value, as anofox-forecast wants it.
    pub fn clock(&self, series: &Series) -> Vec<DateTime<Utc>> {
        let base = if self.numbered { NUMBERED_FROM } else { 0 };
        let count = series.values.len() as i32;
        let months = (series.last - count + 1..=series.last).map(|period| month(base + period));
        months.map(|date| date.and_time(NaiveTime::MIN).and_utc()).collect()
    }

    /// The periods after the last one, written as the table writes them.
    pub fn ahead(&self, series: &Series, horizon: usize) -> Vec<String> {
        let periods = (1..=horizon as i32).map(|step| series.last + step);
        periods.map(|period| if self.numbered { period.to_string() } else { month(period).to_string() }).collect()
    }
}

/// The first day of a month that is counted from January of the year 0.
fn month(count: i32) -> NaiveDate {
    let start = NaiveDate::from_ymd_opt(0, 1, 1).unwrap_or_default();
    start.checked_add_months(Months::new(count.max(0) as u32)).unwrap_or_default()
}
