//! The orders of a model, and which models lie next to it.

use std::fmt;

use super::differencing::Differencing;

/// The highest order of one polynomial.
pub(super) const MOST: usize = 5;

/// How many coefficients a model has, and whether a constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Orders {
    /// Of the autoregression: p.
    pub(super) ar: usize,
    /// Of the moving average: q.
    pub(super) ma: usize,
    /// Of the autoregression at whole seasons: P.
    pub(super) seasonal_ar: usize,
    /// Of the moving average at whole seasons: Q.
    pub(super) seasonal_ma: usize,
    /// A mean of the differenced series: a mean without differences, a drift with one.
    pub(super) constant: bool,
}

impl Orders {
    pub(super) const fn new(ar: usize, ma: usize, seasonal_ar: usize, seasonal_ma: usize, constant: bool) -> Orders {
        Orders { ar, ma, seasonal_ar, seasonal_ma, constant }
    }

    /// Coefficients of the four polynomials.
    pub(super) fn coefficients(self) -> usize {
        self.ar + self.seasonal_ar + self.ma + self.seasonal_ma
    }

    /// Everything that is fitted, but for the variance.
    pub(super) fn parameters(self) -> usize {
        self.coefficients() + usize::from(self.constant)
    }

    /// The order of the autoregression multiplied out, in periods.
    pub(super) fn ar_reach(self, season_length: usize) -> usize {
        self.ar + season_length * self.seasonal_ar
    }

    /// The order of the moving average multiplied out, in periods.
    pub(super) fn ma_reach(self, season_length: usize) -> usize {
        self.ma + season_length * self.seasonal_ma
    }

    /// The models one step away: one order more or less, both of a pair more or less, with or without the constant.
    ///
    /// Method: Hyndman and Khandakar (2008), section 3.2.
    pub(super) fn neighbours(self) -> impl Iterator<Item = Orders> {
        const MOVES: [(i8, i8, i8, i8); 16] = [
            (0, 0, -1, 0),
            (0, 0, 0, -1),
            (0, 0, 1, 0),
            (0, 0, 0, 1),
            (0, 0, -1, -1),
            (0, 0, 1, 1),
            (0, 0, 1, -1),
            (0, 0, -1, 1),
            (-1, 0, 0, 0),
            (0, -1, 0, 0),
            (1, 0, 0, 0),
            (0, 1, 0, 0),
            (-1, -1, 0, 0),
            (1, 1, 0, 0),
            (1, -1, 0, 0),
            (-1, 1, 0, 0),
        ];
        let moved = MOVES.into_iter().filter_map(move |(ar, ma, seasonal_ar, seasonal_ma)| {
            Some(Orders {
                ar: self.ar.checked_add_signed(ar.into())?,
                ma: self.ma.checked_add_signed(ma.into())?,
                seasonal_ar: self.seasonal_ar.checked_add_signed(seasonal_ar.into())?,
                seasonal_ma: self.seasonal_ma.checked_add_signed(seasonal_ma.into())?,
                constant: self.constant,
            })
        });
        moved.chain([Orders { constant: !self.constant, ..self }])
    }
}

/// Orders and differences, as they are usually written: `ARIMA(0,1,1)(0,1,1)[12]`.
pub(super) struct Named(pub(super) Orders, pub(super) Differencing);

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Named(orders, differencing) = self;
        write!(f, "ARIMA({},{},{})", orders.ar, differencing.ordinary, orders.ma)?;
        if differencing.seasonal + orders.seasonal_ar + orders.seasonal_ma > 0 {
            let (seasonal_ar, seasonal_ma) = (orders.seasonal_ar, orders.seasonal_ma);
            write!(f, "({seasonal_ar},{},{seasonal_ma})[{}]", differencing.seasonal, differencing.season_length)?;
        }
        if orders.constant {
            f.write_str(if differencing.ordinary + differencing.seasonal == 0 { " with mean" } else { " with drift" })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_never_fall_below_order_zero() {
        let near: Vec<Orders> = Orders::default().neighbours().collect();
        // One more of each, one more of each pair, and the constant.
        assert_eq!(near.len(), 7, "{near:?}");
        assert_eq!(Orders::new(2, 2, 1, 1, true).neighbours().count(), 17);
    }

    #[test]
    fn names_are_those_of_the_field() {
        let months = Differencing { ordinary: 1, seasonal: 1, season_length: 12 };
        assert_eq!(Named(Orders::new(0, 1, 0, 1, false), months).to_string(), "ARIMA(0,1,1)(0,1,1)[12]");
        let none = Differencing { ordinary: 0, seasonal: 0, season_length: 12 };
        assert_eq!(Named(Orders::new(2, 0, 0, 0, true), none).to_string(), "ARIMA(2,0,0) with mean");
    }
}
