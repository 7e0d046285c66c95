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

/// Rows of one batch, as read.
#[derive(Debug)]
pub(super) struct Chunk {
    /// Series and how many consecutive rows it has.
    pub(super) runs: Vec<(u32, u32)>,
    pub(super) times: Vec<u32>,
    pub(super) amounts: Amounts,
}

/// Puts the rows of all chunks in the order of their series; within a series they keep the file's order. Rows without
/// a period are dropped. Chunks are freed as they are used up.
pub(super) fn arrange(chunks: Vec<Chunk>, order: &[u32], ordinals: &[Option<i32>]) -> (Vec<usize>, Vec<i32>, Amounts) {
    let mut place = vec![0u32; order.len()];
    for (position, number) in order.iter().enumerate() {
        place[*number as usize] = position as u32;
    }
    let mut starts = vec![0usize; order.len() + 1];
    for chunk in &chunks {
        let mut row = 0;
        for (series, rows) in &chunk.runs {
            let end = row + *rows as usize;
            let usable = chunk.times[row..end].iter().filter(|time| ordinals[**time as usize].is_some()).count();
            starts[place[*series as usize] as usize + 1] += usable;
            row = end;
        }
    }
    for position in 1..starts.len() {
        starts[position] += starts[position - 1];
    }
    let total = starts[order.len()];
    let double = chunks.iter().any(|chunk| matches!(chunk.amounts, Amounts::Double(_)));
    let mut periods = vec![0i32; total];
    let mut amounts = if double { Amounts::Double(vec![0.0; total]) } else { Amounts::Single(vec![0.0; total]) };
    let mut next = starts.clone();
    for chunk in chunks {
        let mut row = 0;
        for (series, rows) in &chunk.runs {
            let next = &mut next[place[*series as usize] as usize];
            for row in row..row + *rows as usize {
                if let Some(ordinal) = ordinals[chunk.times[row] as usize] {
                    periods[*next] = ordinal;
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
