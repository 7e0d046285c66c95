//! Rows of many series in compact columns: small types, runs of rows of one series, one counting sort.

/// Amounts in the smallest type that holds them exactly.
#[derive(Debug, Clone)]
pub(super) enum Amounts {
    Single(Vec<f32>),
    Double(Vec<f64>),
}

impl Amounts {
    pub(super) fn push(&mut self, amount: f64) {
        match self {
            Amounts::Single(amounts) => {
                let single = amount as f32;
                if f64::from(single) == amount || amount.is_nan() {
                    amounts.push(single);
                } else {
                    let mut doubles: Vec<f64> = amounts.iter().copied().map(f64::from).collect();
                    doubles.push(amount);
                    *self = Amounts::Double(doubles);
                }
            }
            Amounts::Double(amounts) => amounts.push(amount),
        }
    }

    pub(super) fn get(&self, position: usize) -> f64 {
        match self {
            Amounts::Single(amounts) => f64::from(amounts[position]),
            Amounts::Double(amounts) => amounts[position],
        }
    }

    pub(super) fn set(&mut self, position: usize, amount: f64) {
        match self {
            Amounts::Single(amounts) => amounts[position] = amount as f32,
            Amounts::Double(amounts) => amounts[position] = amount,
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Amounts::Single(amounts) => amounts.len(),
            Amounts::Double(amounts) => amounts.len(),
        }
    }
}

/// Whole numbers in the smallest type that holds them.
#[derive(Debug, Clone)]
pub(super) enum Codes {
    Short(Vec<u16>),
    Long(Vec<u32>),
}

impl Codes {
    pub(super) fn with_capacity(rows: usize) -> Codes {
        Codes::Short(Vec::with_capacity(rows))
    }

    /// Zeros, to be set to numbers of at most `largest`.
    fn zeros(rows: usize, largest: u32) -> Codes {
        if largest <= u32::from(u16::MAX) { Codes::Short(vec![0; rows]) } else { Codes::Long(vec![0; rows]) }
    }

    pub(super) fn push(&mut self, code: u32) {
        match self {
            Codes::Short(codes) => match u16::try_from(code) {
                Ok(short) => codes.push(short),
                Err(_) => {
                    let mut long: Vec<u32> = codes.iter().copied().map(u32::from).collect();
                    long.push(code);
                    *self = Codes::Long(long);
                }
            },
            Codes::Long(codes) => codes.push(code),
        }
    }

    fn get(&self, position: usize) -> u32 {
        match self {
            Codes::Short(codes) => u32::from(codes[position]),
            Codes::Long(codes) => codes[position],
        }
    }

    fn set(&mut self, position: usize, code: u32) {
        match self {
            Codes::Short(codes) => codes[position] = code as u16,
            Codes::Long(codes) => codes[position] = code,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        match self {
            Codes::Short(codes) => codes.is_empty(),
            Codes::Long(codes) => codes.is_empty(),
        }
    }
}

/// Ordinals of periods, counted from the earliest.
#[derive(Debug)]
pub(super) struct Ordinals {
    earliest: i32,
    since: Codes,
}

impl Ordinals {
    /// Room for so many of the given ordinals, each the earliest.
    fn new(rows: usize, of: &[Option<i32>]) -> Ordinals {
        let seen = || of.iter().flatten().copied();
        let (earliest, latest) = (seen().min().unwrap_or(0), seen().max().unwrap_or(0));
        Ordinals { earliest, since: Codes::zeros(rows, earliest.abs_diff(latest)) }
    }

    pub(super) fn get(&self, position: usize) -> i32 {
        self.earliest.wrapping_add_unsigned(self.since.get(position))
    }

    /// The ordinal is among those that room was made for.
    pub(super) fn set(&mut self, position: usize, ordinal: i32) {
        self.since.set(position, ordinal.abs_diff(self.earliest));
    }
}

/// Rows of one batch, as read.
#[derive(Debug)]
pub(super) struct Chunk {
    /// Series and how many consecutive rows it has.
    pub(super) runs: Vec<(u32, u32)>,
    pub(super) times: Codes,
    pub(super) amounts: Amounts,
}

/// Puts the rows of all chunks in the order of their series; within a series they keep the file's order. Rows without
/// a period are dropped. Chunks are freed as they are used up.
pub(super) fn arrange(chunks: Vec<Chunk>, order: &[u32], ordinals: &[Option<i32>]) -> (Vec<usize>, Ordinals, Amounts) {
    let mut place = vec![0u32; order.len()];
    for (position, number) in order.iter().enumerate() {
        place[*number as usize] = position as u32;
    }
    let mut starts = vec![0usize; order.len() + 1];
    for chunk in &chunks {
        let mut row = 0;
        for (series, rows) in &chunk.runs {
            let end = row + *rows as usize;
            let usable = (row..end).filter(|row| ordinals[chunk.times.get(*row) as usize].is_some()).count();
            starts[place[*series as usize] as usize + 1] += usable;
            row = end;
        }
    }
    for position in 1..starts.len() {
        starts[position] += starts[position - 1];
    }
    let total = starts[order.len()];
    let double = chunks.iter().any(|chunk| matches!(chunk.amounts, Amounts::Double(_)));
    let mut periods = Ordinals::new(total, ordinals);
    let mut amounts = if double { Amounts::Double(vec![0.0; total]) } else { Amounts::Single(vec![0.0; total]) };
    let mut next = starts.clone();
    for chunk in chunks {
        let mut row = 0;
        for (series, rows) in &chunk.runs {
            let next = &mut next[place[*series as usize] as usize];
            for row in row..row + *rows as usize {
                if let Some(ordinal) = ordinals[chunk.times.get(row) as usize] {
                    periods.set(*next, ordinal);
                    amounts.set(*next, chunk.amounts.get(row));
                    *next += 1;
                }
            }
            row += *rows as usize;
        }
        debug_assert_eq!(row, chunk.amounts.len(), "runs cover the chunk");
    }
    (starts, periods, amounts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_kept_whatever_their_size() {
        let written = [3, 65_535, 65_536, 7, u32::MAX - 2];
        let mut codes = Codes::with_capacity(2);
        written.iter().for_each(|code| codes.push(*code));
        assert_eq!((0..written.len()).map(|position| codes.get(position)).collect::<Vec<u32>>(), written);
    }

    #[test]
    fn rows_are_arranged_by_series_over_any_range_of_periods() {
        for ordinals in [[Some(-70_000), None, Some(24_000)], [Some(-3), None, Some(24_000)]] {
            let mut times = Codes::with_capacity(4);
            [2, 0, 1, 2].iter().for_each(|time| times.push(*time));
            let chunk = Chunk { runs: vec![(0, 2), (1, 2)], times, amounts: Amounts::Single(vec![1.0, 2.0, 3.0, 4.0]) };
            let (starts, periods, amounts) = arrange(vec![chunk], &[1, 0], &ordinals);
            assert_eq!(starts, [0, 1, 3]);
            let rows: Vec<(i32, f64)> = (0..3).map(|row| (periods.get(row), amounts.get(row))).collect();
            let first = ordinals[0].expect("given");
            assert_eq!(rows, [(24_000, 4.0), (24_000, 1.0), (first, 2.0)]);
        }
    }
}
