//! SUM and AVG of DECIMAL(p, s): sums are DECIMAL(38, s), averages DECIMAL(38, max(6, s)); what has no room
//! is NULL.

/// The first number with more than 38 digits.
const LIMIT: i128 = 10i128.pow(38);

/// A sum of unscaled numbers of one scale. `sum` is `None` once it had more than 38 digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecimalSum {
    pub count: i64,
    pub sum: Option<i128>,
}

impl Default for DecimalSum {
    fn default() -> Self {
        DecimalSum {
            count: 0,
            sum: Some(0),
        }
    }
}

fn fits(unscaled: i128) -> Option<i128> {
    (-LIMIT < unscaled && unscaled < LIMIT).then_some(unscaled)
}

impl DecimalSum {
    /// `restarts`: an overflown SUM begins anew with the next argument, as Flink's does; an overflown AVG
    /// stays NULL.
    #[inline]
    pub fn accumulate(&mut self, argument: i128, restarts: bool) {
        self.count += 1;
        // 128 bits hold every number of 38 digits, yet not every sum of two.
        self.sum = match self.sum {
            Some(sum) => sum.checked_add(argument).and_then(fits),
            None => restarts.then_some(argument),
        };
    }

    #[inline]
    pub fn retract(&mut self, argument: i128, restarts: bool) {
        self.accumulate(-argument, restarts);
        self.count -= 2;
    }

    #[inline]
    pub fn merge(&mut self, other: Self, restarts: bool) {
        self.count += other.count;
        self.sum = match (self.sum, other.sum) {
            (Some(sum), Some(more)) => sum.checked_add(more).and_then(fits),
            (sum, more) => restarts.then_some(sum.or(more)).flatten(),
        };
    }

    pub fn sum(self) -> Option<i128> {
        if self.count == 0 { None } else { self.sum }
    }

    /// The average with `more_digits` fraction digits beyond those of the arguments, rounded half up.
    pub fn average(self, more_digits: u32) -> Option<i128> {
        let sum = self.sum()?;
        let (count, factor) = (i128::from(self.count), 10i128.pow(more_digits));
        let (whole, rest) = (sum / count, sum % count * factor);
        let (part, rest) = (rest / count, rest % count);
        let away = i128::from(2 * rest.abs() >= count.abs()) * rest.signum() * count.signum();
        fits(whole.checked_mul(factor)?.checked_add(part + away)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum_of(arguments: &[i128]) -> DecimalSum {
        let mut sum = DecimalSum::default();
        arguments.iter().for_each(|&n| sum.accumulate(n, true));
        sum
    }

    #[test]
    fn averages_round_half_up() {
        let cases: [(&[i128], u32, Option<i128>); 6] = [
            (&[], 6, None),
            (&[1, 2], 0, Some(2)),
            (&[-1, -2], 0, Some(-2)),
            (&[1, 0, 0], 6, Some(333_333)),
            (&[2, 0, 0], 6, Some(666_667)),
            (&[LIMIT - 1], 1, None),
        ];
        for (arguments, more_digits, expected) in cases {
            assert_eq!(sum_of(arguments).average(more_digits), expected, "{arguments:?}");
        }
    }

    #[test]
    fn overflow_is_null() {
        assert_eq!(sum_of(&[LIMIT - 1, 1]).sum(), None);
        assert_eq!(sum_of(&[LIMIT - 1, 1, 7]).sum(), Some(7));
        assert_eq!(sum_of(&[LIMIT - 1, LIMIT - 1]).sum(), None);
        let mut merged = sum_of(&[LIMIT - 1]);
        merged.merge(merged, false);
        assert_eq!(merged.sum(), None);
        let mut average = sum_of(&[LIMIT - 1]);
        average.accumulate(1, false);
        average.accumulate(7, false);
        assert_eq!(average.average(6), None);
    }

    #[test]
    fn retraction_undoes() {
        let mut sum = sum_of(&[5, -7]);
        sum.retract(-7, true);
        assert_eq!(sum, sum_of(&[5]));
        sum.merge(sum_of(&[9, 9]), true);
        assert_eq!(sum, sum_of(&[5, 9, 9]));
    }
}
