//! SUM and AVG of FLOAT and DOUBLE. SUM(FLOAT) is a FLOAT at every step; AVG(FLOAT) sums DOUBLEs, as in
//! Flink.

macro_rules! approximate_sum {
    ($(#[$doc:meta])* $name:ident, $number:ty) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq)]
        pub struct $name {
            pub count: i64,
            pub sum: $number,
        }

        impl $name {
            #[inline]
            pub fn accumulate(&mut self, argument: $number) {
                // The first argument replaces the zero, so that a lone -0.0 stays what it is.
                let first = self.count == 0 && self.sum == 0.0;
                self.sum = if first { argument } else { self.sum + argument };
                self.count += 1;
            }

            #[inline]
            pub fn retract(&mut self, argument: $number) {
                self.count -= 1;
                self.sum -= argument;
            }

            #[inline]
            pub fn merge(&mut self, other: Self) {
                if self.count == 0 {
                    *self = other;
                } else if other.count != 0 {
                    self.count += other.count;
                    self.sum += other.sum;
                }
            }

            #[inline]
            pub fn sum(self) -> Option<$number> {
                (self.count != 0).then_some(self.sum)
            }
        }
    };
}

approximate_sum!(
    /// SUM of FLOAT.
    FloatSum,
    f32
);
approximate_sum!(
    /// SUM of DOUBLE, AVG of FLOAT and DOUBLE.
    DoubleSum,
    f64
);

impl DoubleSum {
    #[inline]
    pub fn average(self) -> Option<f64> {
        self.sum().map(|sum| sum / self.count as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_keep_their_type() {
        let mut float = FloatSum::default();
        let mut double = DoubleSum::default();
        assert_eq!((float.sum(), double.average()), (None, None));
        for n in [16_777_216.0, 1.0, 1.0] {
            float.accumulate(n as f32);
            double.accumulate(n);
        }
        assert_eq!(float.sum(), Some(16_777_216.0));
        assert_eq!(double.sum(), Some(16_777_218.0));
        assert_eq!(double.average(), Some(5_592_406.0));
        double.retract(1.0);
        assert_eq!(double.average(), Some(8_388_608.5));
    }
}
