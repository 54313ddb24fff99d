//! One argument of an aggregate, read from a row, compared, and written as words whose order is SQL's.

use std::cmp::Ordering;

use sql::{DataType, Decimal, Timestamp, TypeKind};

use crate::row::{BatchWriter, RowRef};

/// How values of a type are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScalarKind {
    /// Everything that is an integer in its slot: BOOLEAN, dates, narrow decimals and timestamps too.
    Long,
    Float,
    Double,
    /// DECIMAL of more than 18 digits.
    WideDecimal {
        precision: u8,
        scale: u8,
    },
    /// TIMESTAMP of more than 6 fraction digits.
    WideTimestamp {
        precision: u8,
    },
    /// Text and binary strings.
    Bytes,
}

/// A value; NULL only for aggregates that keep it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Scalar<'a> {
    Null,
    Long(i64),
    Float(f32),
    Double(f64),
    Wide(i128),
    Bytes(&'a [u8]),
}

impl ScalarKind {
    /// `None` for types that have no order.
    pub(super) fn of(ty: &DataType) -> Option<Self> {
        Some(match ty.kind {
            TypeKind::Float => ScalarKind::Float,
            TypeKind::Double => ScalarKind::Double,
            TypeKind::Decimal { precision, scale } if precision > 18 => {
                ScalarKind::WideDecimal { precision, scale }
            }
            TypeKind::Timestamp { precision } | TypeKind::TimestampLtz { precision } if precision > 6 => {
                ScalarKind::WideTimestamp { precision }
            }
            TypeKind::Char { .. } | TypeKind::VarChar { .. } => ScalarKind::Bytes,
            TypeKind::Binary { .. } | TypeKind::VarBinary { .. } => ScalarKind::Bytes,
            ref kind if kind.is_constructed() || *kind == TypeKind::Null => return None,
            _ => ScalarKind::Long,
        })
    }

    #[inline]
    pub(super) fn read(self, row: RowRef<'_>, column: usize) -> Option<Scalar<'_>> {
        match self {
            ScalarKind::Long => row.i64(column).map(Scalar::Long),
            ScalarKind::Float => row.f32(column).map(Scalar::Float),
            ScalarKind::Double => row.f64(column).map(Scalar::Double),
            ScalarKind::WideDecimal { precision, scale } => row
                .decimal(column, precision, scale)
                .map(|d| Scalar::Wide(d.unscaled)),
            ScalarKind::WideTimestamp { precision } => row
                .timestamp(column, precision)
                .map(|t| Scalar::Wide(i128::from(t.micros) << 16 | i128::from(t.nanos))),
            ScalarKind::Bytes => row.bytes(column).map(Scalar::Bytes),
        }
    }

    /// Puts a value of this kind into a column of the open row.
    pub(super) fn put(self, writer: &mut BatchWriter, column: usize, scalar: Option<Scalar<'_>>) {
        match (self, scalar) {
            (_, None | Some(Scalar::Null)) => writer.put_null(column),
            (_, Some(Scalar::Long(v))) => writer.put_i64(column, Some(v)),
            (_, Some(Scalar::Float(v))) => writer.put_f32(column, Some(v)),
            (_, Some(Scalar::Double(v))) => writer.put_f64(column, Some(v)),
            (_, Some(Scalar::Bytes(v))) => writer.put_bytes(column, Some(v)),
            (ScalarKind::WideTimestamp { precision }, Some(Scalar::Wide(v))) => {
                let timestamp = Timestamp {
                    micros: (v >> 16) as i64,
                    nanos: v as u16,
                };
                writer.put_timestamp(column, Some(timestamp), precision);
            }
            (ScalarKind::WideDecimal { precision, scale }, Some(Scalar::Wide(unscaled))) => {
                writer.put_decimal(column, Some(Decimal { unscaled, scale }), precision);
            }
            (kind, Some(Scalar::Wide(_))) => unreachable!("{kind:?} is not wide"),
        }
    }

    /// Words in an accumulator: the value, or a reference to its bytes.
    pub(super) fn slots(self) -> usize {
        match self {
            ScalarKind::WideDecimal { .. } | ScalarKind::WideTimestamp { .. } => 2,
            _ => 1,
        }
    }

    /// The value in the words of an accumulator that starts at `slots[at]`.
    #[inline]
    pub(super) fn load(self, slots: &[u64], at: usize) -> Scalar<'_> {
        match self {
            ScalarKind::Long => Scalar::Long(slots[at] as i64),
            ScalarKind::Float => Scalar::Float(f32::from_bits(slots[at] as u32)),
            ScalarKind::Double => Scalar::Double(f64::from_bits(slots[at])),
            ScalarKind::WideDecimal { .. } | ScalarKind::WideTimestamp { .. } => {
                Scalar::Wide(load_wide(slots, at))
            }
            ScalarKind::Bytes => {
                let (start, length) = ((slots[at] >> 32) as usize, slots[at] as u32 as usize);
                Scalar::Bytes(&bytemuck::cast_slice::<u64, u8>(slots)[start..start + length])
            }
        }
    }

    /// Reads back what [`Scalar::write_ordered`] wrote. `bytes` holds a string.
    pub(super) fn read_ordered(self, words: &[u64], bytes: &mut Vec<u8>) -> Scalar<'static> {
        match self {
            ScalarKind::Long => Scalar::Long((words[0] ^ SIGN) as i64),
            ScalarKind::Float => Scalar::Float(f32::from_bits((unorder(words[0]) >> 32) as u32)),
            ScalarKind::Double => Scalar::Double(f64::from_bits(unorder(words[0]))),
            ScalarKind::WideDecimal { .. } | ScalarKind::WideTimestamp { .. } => {
                Scalar::Wide(i128::from((words[0] ^ SIGN) as i64) << 64 | i128::from(words[1]))
            }
            ScalarKind::Bytes => {
                bytes.clear();
                for word in words.iter().map(|word| word.to_be_bytes()) {
                    let length = usize::from(word[TEXT_BYTES]).min(TEXT_BYTES);
                    bytes.extend_from_slice(&word[..length]);
                }
                Scalar::Bytes(&[])
            }
        }
    }
}

const SIGN: u64 = 1 << 63;
/// Bytes of a string in an ordered word. The last byte of the word says how many they are, one more if
/// others follow.
const TEXT_BYTES: usize = 7;

#[inline]
pub(super) fn load_wide(slots: &[u64], at: usize) -> i128 {
    i128::from(slots[at + 1] as i64) << 64 | i128::from(slots[at])
}

#[inline]
pub(super) fn store_wide(slots: &mut [u64], at: usize, value: i128) {
    slots[at] = value as u64;
    slots[at + 1] = (value >> 64) as u64;
}

/// Bits of a DOUBLE in the order of Java's `compareTo`: negative numbers, -0.0, 0.0, positive numbers, NaN.
fn order(bits: u64) -> u64 {
    if bits & SIGN == 0 { bits | SIGN } else { !bits }
}

fn unorder(word: u64) -> u64 {
    if word & SIGN != 0 { word & !SIGN } else { !word }
}

impl Scalar<'_> {
    /// Appends words whose order is that of the values.
    pub(super) fn write_ordered(self, words: &mut Vec<u64>) {
        match self {
            // No words: all others have one at least.
            Scalar::Null => {}
            Scalar::Long(v) => words.push(v as u64 ^ SIGN),
            Scalar::Float(v) => {
                let v = if v.is_nan() { f32::NAN } else { v };
                words.push(order(u64::from(v.to_bits()) << 32));
            }
            Scalar::Double(v) => words.push(order(if v.is_nan() { f64::NAN } else { v }.to_bits())),
            Scalar::Wide(v) => words.extend([(v >> 64) as u64 ^ SIGN, v as u64]),
            Scalar::Bytes(v) => {
                let mut rest = v;
                loop {
                    let (part, next) = rest.split_at(rest.len().min(TEXT_BYTES));
                    let mut word = [0; 8];
                    word[..part.len()].copy_from_slice(part);
                    word[TEXT_BYTES] = part.len() as u8 + u8::from(!next.is_empty());
                    words.push(u64::from_be_bytes(word));
                    rest = next;
                    if rest.is_empty() {
                        break;
                    }
                }
            }
        }
    }

    /// SQL's order; `None` where a NaN takes part.
    #[inline]
    pub(super) fn compare(self, other: Scalar<'_>) -> Option<Ordering> {
        match (self, other) {
            (Scalar::Long(a), Scalar::Long(b)) => Some(a.cmp(&b)),
            (Scalar::Float(a), Scalar::Float(b)) => a.partial_cmp(&b),
            (Scalar::Double(a), Scalar::Double(b)) => a.partial_cmp(&b),
            (Scalar::Wide(a), Scalar::Wide(b)) => Some(a.cmp(&b)),
            (Scalar::Bytes(a), Scalar::Bytes(b)) => Some(a.cmp(b)),
            (a, b) => unreachable!("{a:?} and {b:?} are of different kinds"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ordered(scalar: Scalar<'_>) -> Vec<u64> {
        let mut words = Vec::new();
        scalar.write_ordered(&mut words);
        words
    }

    #[test]
    fn words_are_in_order_and_come_back() {
        let rising: [(ScalarKind, Vec<Scalar<'_>>); 5] = [
            (
                ScalarKind::Long,
                [i64::MIN, -1, 0, 1, i64::MAX].map(Scalar::Long).to_vec(),
            ),
            (
                ScalarKind::Double,
                [f64::NEG_INFINITY, -1.5, -0.0, 0.0, 1e-300, 2.0, f64::INFINITY]
                    .map(Scalar::Double)
                    .to_vec(),
            ),
            (
                ScalarKind::Float,
                [-2.0f32, -0.0, 0.0, 3.5].map(Scalar::Float).to_vec(),
            ),
            (
                ScalarKind::WideDecimal {
                    precision: 38,
                    scale: 0,
                },
                [i128::MIN, -1, 0, 1 << 64, i128::MAX].map(Scalar::Wide).to_vec(),
            ),
            (
                ScalarKind::Bytes,
                [
                    "",
                    "\0",
                    "a",
                    "a\0",
                    "abcdefg",
                    "abcdefg\0",
                    "abcdefgh",
                    "abcdefgh\0",
                    "abcdefghi",
                    "b",
                ]
                .map(|text| Scalar::Bytes(text.as_bytes()))
                .to_vec(),
            ),
        ];
        for (kind, scalars) in rising {
            for pair in scalars.windows(2) {
                assert!(ordered(pair[0]) < ordered(pair[1]), "{pair:?}");
            }
            for scalar in scalars {
                let mut bytes = Vec::new();
                match (kind.read_ordered(&ordered(scalar), &mut bytes), scalar) {
                    (Scalar::Bytes(_), scalar) => assert_eq!(Scalar::Bytes(&bytes), scalar),
                    (back, scalar) => assert_eq!(back, scalar),
                }
            }
        }
    }
}
