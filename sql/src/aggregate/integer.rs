//! SUM and AVG of TINYINT, SMALLINT, INT and BIGINT. Sums wrap silently, as in Flink.

use crate::types::TypeKind;

/// A sum modulo 2^64, which is also right modulo the width of any narrower type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IntegerSum {
    pub count: i64,
    pub sum: i64,
}

impl IntegerSum {
    #[inline]
    pub fn accumulate(&mut self, argument: i64) {
        self.count = self.count.wrapping_add(1);
        self.sum = self.sum.wrapping_add(argument);
    }

    #[inline]
    pub fn retract(&mut self, argument: i64) {
        self.count = self.count.wrapping_sub(1);
        self.sum = self.sum.wrapping_sub(argument);
    }

    #[inline]
    pub fn merge(&mut self, other: Self) {
        self.count = self.count.wrapping_add(other.count);
        self.sum = self.sum.wrapping_add(other.sum);
    }

    /// SUM with a result of type `kind`.
    #[inline]
    pub fn sum(self, kind: &TypeKind) -> Option<i64> {
        (self.count != 0).then(|| wrap(self.sum, kind))
    }

    /// AVG with a result of type `kind`; the fraction is cut off.
    #[inline]
    pub fn average(self, kind: &TypeKind) -> Option<i64> {
        (self.count != 0).then(|| wrap(self.sum.wrapping_div(self.count), kind))
    }
}

/// The number as the integer type keeps it.
fn wrap(number: i64, kind: &TypeKind) -> i64 {
    match kind {
        TypeKind::TinyInt => i64::from(number as i8),
        TypeKind::SmallInt => i64::from(number as i16),
        TypeKind::Int => i64::from(number as i32),
        _ => number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_wrap_and_averages_cut_off() {
        let mut sum = IntegerSum::default();
        assert_eq!(
            (sum.sum(&TypeKind::Int), sum.average(&TypeKind::Int)),
            (None, None)
        );
        sum.accumulate(i64::from(i32::MAX));
        sum.accumulate(2);
        assert_eq!(sum.sum(&TypeKind::Int), Some(i64::from(i32::MIN) + 1));
        assert_eq!(sum.sum(&TypeKind::BigInt), Some(i64::from(i32::MAX) + 2));
        assert_eq!(sum.average(&TypeKind::Int), Some(1_073_741_824));
        let mut negative = IntegerSum::default();
        negative.accumulate(-3);
        negative.accumulate(-4);
        assert_eq!(negative.average(&TypeKind::BigInt), Some(-3));
        negative.retract(-4);
        negative.retract(-3);
        assert_eq!(negative, IntegerSum::default());
    }
}
