//! What one aggregate does with its words of an accumulator row.
//!
//! In: an argument, the accumulator's words; out: changed words, results. The arithmetic is
//! `sql::aggregate`'s. Words that are all zero are the accumulator of no rows.

use sql::aggregate::{DecimalSum, DoubleSum, FloatSum, IntegerSum};
use sql::{DataType, Decimal, TypeKind};

use super::list::{self, List};
use super::scalar::{Scalar, ScalarKind, load_wide, store_wide};
use crate::job::{AggregateFunction, AggregateSpec};
use crate::row::{BatchWriter, RowRef};

/// How an aggregate accumulates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    /// count
    Count,
    /// count, sum
    Integer,
    Float,
    Double,
    /// count, 1 if overflown, low half, high half
    Decimal {
        restarts: bool,
    },
    /// 1 if there is a value, the value
    Extreme {
        greatest: bool,
    },
    /// words of the list, where it starts
    List,
}

pub(super) struct Step {
    pub(super) operation: Operation,
    /// First word of the accumulator.
    pub(super) at: usize,
    /// Column of the argument; none for COUNT(*).
    pub(super) argument: Option<usize>,
    pub(super) kind: ScalarKind,
    pub(super) filter: Option<usize>,
    /// Position of the set of its values, if it needs one.
    pub(super) set: Option<usize>,
    pub(super) distinct: bool,
    average: bool,
    argument_scale: u8,
    ty: DataType,
    /// Of [`Operation::List`].
    pub(super) list: Option<List>,
}

impl Step {
    /// `None` if there is no such aggregate of this argument.
    pub(super) fn new(
        spec: &AggregateSpec,
        at: usize,
        argument: Option<&DataType>,
        input_retracts: bool,
    ) -> Option<Self> {
        let average = spec.function == AggregateFunction::Avg;
        let kind = argument.map(ScalarKind::of).unwrap_or(Some(ScalarKind::Long));
        let operation = match spec.function {
            AggregateFunction::CountRows | AggregateFunction::Count => Operation::Count,
            AggregateFunction::Min => Operation::Extreme { greatest: false },
            AggregateFunction::Max => Operation::Extreme { greatest: true },
            AggregateFunction::Sum | AggregateFunction::Avg => match argument?.kind {
                TypeKind::Float if !average => Operation::Float,
                TypeKind::Float | TypeKind::Double => Operation::Double,
                TypeKind::Decimal { .. } => Operation::Decimal { restarts: !average },
                ref kind if kind.is_integer() => Operation::Integer,
                _ => return None,
            },
            function if list::takes(function, &argument?.kind) => Operation::List,
            _ => return None,
        };
        // COUNT of a nested value needs only its null bit.
        let kind = match (kind, operation) {
            (None, Operation::Count | Operation::List) if !spec.distinct => ScalarKind::Long,
            (kind, _) => kind?,
        };
        let argument_scale = match argument.map(|ty| &ty.kind) {
            Some(TypeKind::Decimal { scale, .. }) => *scale,
            _ => 0,
        };
        Some(Step {
            operation,
            at,
            argument: spec.argument,
            kind,
            filter: spec.filter,
            set: None,
            // The least of the different values is the least of all.
            distinct: spec.distinct && !matches!(operation, Operation::Extreme { .. }),
            average,
            argument_scale,
            ty: spec.ty.clone(),
            list: argument.and_then(|ty| List::new(spec.function, ty, input_retracts)),
        })
    }

    /// Words of the accumulator.
    pub(super) fn width(&self) -> usize {
        match self.operation {
            Operation::Count => 1,
            Operation::Integer | Operation::Float | Operation::Double => 2,
            Operation::Decimal { .. } => 4,
            Operation::Extreme { .. } => 1 + self.kind.slots(),
            Operation::List => 2,
        }
    }

    /// True if the accumulator has bytes or a list behind the words.
    pub(super) fn is_variable(&self) -> bool {
        match self.operation {
            Operation::Extreme { .. } => self.kind == ScalarKind::Bytes,
            Operation::List => true,
            _ => false,
        }
    }

    /// The words of a list.
    pub(super) fn list_words<'a>(&self, slots: &'a [u64]) -> &'a [u64] {
        let (length, start) = (slots[self.at] as usize, slots[self.at + 1] as usize);
        &slots[start..start + length]
    }

    /// Writes an item behind a list, if there is room; not for lists that are empty.
    pub(super) fn append(&self, slots: &mut [u64], row: &[u64]) -> bool {
        let (mut length, start) = (slots[self.at], slots[self.at + 1] as usize);
        let room = list::room(length as usize);
        let appended = list::append_in_place(&mut slots[start..start + room], &mut length, row);
        slots[self.at] = length;
        appended
    }

    /// True if the row counts for this aggregate.
    #[inline]
    pub(super) fn takes(&self, row: RowRef<'_>) -> bool {
        self.filter.is_none_or(|column| row.boolean(column) == Some(true))
            && self
                .argument
                .is_none_or(|column| !row.is_null(column) || self.keeps_null())
    }

    #[inline]
    fn keeps_null(&self) -> bool {
        self.list.as_ref().is_some_and(|list| list.keeps_null)
    }

    #[inline]
    pub(super) fn read<'a>(&self, row: RowRef<'a>) -> Scalar<'a> {
        match self.argument {
            // NULL arrives only where it is kept: rows of all others are left out before.
            Some(column) if self.operation != Operation::Count || self.distinct => {
                self.kind.read(row, column).unwrap_or(Scalar::Null)
            }
            _ => Scalar::Long(1),
        }
    }

    /// Adds or takes back an argument. Not for values of variable length, nor for extremes that are
    /// retracted.
    #[inline]
    pub(super) fn apply(&self, slots: &mut [u64], argument: Scalar<'_>, retract: bool) {
        let at = self.at;
        match (self.operation, argument) {
            (Operation::Count, _) => {
                slots[at] = slots[at].wrapping_add(if retract { u64::MAX } else { 1 });
            }
            (Operation::Integer, Scalar::Long(v)) => {
                let mut sum = self.integer(slots);
                if retract {
                    sum.retract(v)
                } else {
                    sum.accumulate(v)
                }
                (slots[at], slots[at + 1]) = (sum.count as u64, sum.sum as u64);
            }
            (Operation::Float, Scalar::Float(v)) => {
                let mut sum = self.float(slots);
                if retract {
                    sum.retract(v)
                } else {
                    sum.accumulate(v)
                }
                (slots[at], slots[at + 1]) = (sum.count as u64, u64::from(sum.sum.to_bits()));
            }
            (Operation::Double, Scalar::Float(v)) => self.apply(slots, Scalar::Double(f64::from(v)), retract),
            (Operation::Double, Scalar::Double(v)) => {
                let mut sum = self.double(slots);
                if retract {
                    sum.retract(v)
                } else {
                    sum.accumulate(v)
                }
                (slots[at], slots[at + 1]) = (sum.count as u64, sum.sum.to_bits());
            }
            (Operation::Decimal { .. }, Scalar::Long(v)) => {
                self.apply(slots, Scalar::Wide(i128::from(v)), retract);
            }
            (Operation::Decimal { restarts }, Scalar::Wide(v)) => {
                let mut sum = self.decimal(slots);
                if retract {
                    sum.retract(v, restarts)
                } else {
                    sum.accumulate(v, restarts)
                }
                self.store_decimal(slots, sum);
            }
            (Operation::Extreme { .. }, argument) => {
                debug_assert!(
                    !retract,
                    "extremes that are retracted come from the set of values"
                );
                if self.improves(slots, argument) {
                    self.store_extreme(slots, argument);
                }
            }
            (operation, argument) => unreachable!("{operation:?} of {argument:?}"),
        }
    }

    /// True if an extreme takes the argument's place for the one it has.
    #[inline]
    pub(super) fn improves(&self, slots: &[u64], argument: Scalar<'_>) -> bool {
        let greatest = self.operation == Operation::Extreme { greatest: true };
        match self.extreme(slots) {
            None => true,
            Some(current) if greatest => argument.compare(current).is_some_and(|o| o.is_gt()),
            Some(current) => argument.compare(current).is_some_and(|o| o.is_lt()),
        }
    }

    pub(super) fn extreme<'a>(&self, slots: &'a [u64]) -> Option<Scalar<'a>> {
        (slots[self.at] != 0).then(|| self.kind.load(slots, self.at + 1))
    }

    /// Sets the extreme to a value of fixed length.
    #[inline]
    pub(super) fn store_extreme(&self, slots: &mut [u64], value: Scalar<'_>) {
        slots[self.at] = 1;
        let at = self.at + 1;
        match value {
            Scalar::Long(v) => slots[at] = v as u64,
            Scalar::Float(v) => slots[at] = u64::from(v.to_bits()),
            Scalar::Double(v) => slots[at] = v.to_bits(),
            Scalar::Wide(v) => store_wide(slots, at, v),
            Scalar::Bytes(_) => unreachable!("strings are stored with the whole accumulator"),
            Scalar::Null => unreachable!("extremes leave NULL out"),
        }
    }

    pub(super) fn clear_extreme(&self, slots: &mut [u64]) {
        slots[self.at..self.at + self.width()].fill(0);
    }

    /// Adds another accumulator of the same aggregate; not for values of variable length.
    pub(super) fn merge(&self, slots: &mut [u64], other: &[u64]) {
        let at = self.at;
        match self.operation {
            Operation::Count => slots[at] = slots[at].wrapping_add(other[at]),
            Operation::Integer => {
                let mut sum = self.integer(slots);
                sum.merge(self.integer(other));
                (slots[at], slots[at + 1]) = (sum.count as u64, sum.sum as u64);
            }
            Operation::Float => {
                let mut sum = self.float(slots);
                sum.merge(self.float(other));
                (slots[at], slots[at + 1]) = (sum.count as u64, u64::from(sum.sum.to_bits()));
            }
            Operation::Double => {
                let mut sum = self.double(slots);
                sum.merge(self.double(other));
                (slots[at], slots[at + 1]) = (sum.count as u64, sum.sum.to_bits());
            }
            Operation::Decimal { restarts } => {
                let mut sum = self.decimal(slots);
                sum.merge(self.decimal(other), restarts);
                self.store_decimal(slots, sum);
            }
            Operation::Extreme { .. } => {
                if let Some(value) = self.extreme(other) {
                    self.apply(slots, value, false);
                }
            }
            Operation::List => unreachable!("lists are of variable length"),
        }
    }

    /// Puts the result into a column of the open row.
    pub(super) fn put_result(&self, slots: &[u64], writer: &mut BatchWriter, column: usize) {
        let kind = &self.ty.kind;
        match self.operation {
            Operation::Count => writer.put_i64(column, Some(slots[self.at] as i64)),
            Operation::Integer if self.average => writer.put_i64(column, self.integer(slots).average(kind)),
            Operation::Integer => writer.put_i64(column, self.integer(slots).sum(kind)),
            Operation::Float => writer.put_f32(column, self.float(slots).sum()),
            Operation::Double if !self.average => writer.put_f64(column, self.double(slots).sum()),
            Operation::Double if *kind == TypeKind::Float => {
                writer.put_f32(column, self.double(slots).average().map(|v| v as f32));
            }
            Operation::Double => writer.put_f64(column, self.double(slots).average()),
            Operation::Decimal { .. } => self.put_decimal(slots, writer, column),
            Operation::Extreme { .. } => self.kind.put(writer, column, self.extreme(slots)),
            Operation::List => {
                let list = self.list.as_ref().expect("this operation has a list");
                list.put_result(self.list_words(slots), writer, column, &self.ty);
            }
        }
    }

    fn put_decimal(&self, slots: &[u64], writer: &mut BatchWriter, column: usize) {
        let TypeKind::Decimal { precision, scale } = self.ty.kind else {
            unreachable!("sums of DECIMAL are DECIMAL, not {}", self.ty);
        };
        let sum = self.decimal(slots);
        let unscaled = if self.average {
            sum.average(u32::from(scale - self.argument_scale))
        } else {
            sum.sum()
        };
        writer.put_decimal(
            column,
            unscaled.map(|unscaled| Decimal { unscaled, scale }),
            precision,
        );
    }

    #[inline]
    fn integer(&self, slots: &[u64]) -> IntegerSum {
        IntegerSum {
            count: slots[self.at] as i64,
            sum: slots[self.at + 1] as i64,
        }
    }

    fn float(&self, slots: &[u64]) -> FloatSum {
        FloatSum {
            count: slots[self.at] as i64,
            sum: f32::from_bits(slots[self.at + 1] as u32),
        }
    }

    fn double(&self, slots: &[u64]) -> DoubleSum {
        DoubleSum {
            count: slots[self.at] as i64,
            sum: f64::from_bits(slots[self.at + 1]),
        }
    }

    fn decimal(&self, slots: &[u64]) -> DecimalSum {
        let overflown = slots[self.at + 1] != 0;
        DecimalSum {
            count: slots[self.at] as i64,
            sum: (!overflown).then(|| load_wide(slots, self.at + 2)),
        }
    }

    fn store_decimal(&self, slots: &mut [u64], sum: DecimalSum) {
        slots[self.at] = sum.count as u64;
        slots[self.at + 1] = u64::from(sum.sum.is_none());
        store_wide(slots, self.at + 2, sum.sum.unwrap_or(0));
    }
}
