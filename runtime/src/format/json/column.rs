//! Columns of an object: cells that reading left to values in the row.
//!
//! In: the cell, the record's text, the column's type. Out: the column of the open row, or why the value is
//! not one of the type. Invariant: the usual values go into the row without a [`sql::Value`] between, with the
//! same result as on the way over one.

use sql::{DataType, TypeKind};

use super::fit::Cell;
use super::object::Child;
use super::plain::Number;
use super::scan::{Form, Scanner};
use super::{DecodeSettings, nested};
use crate::format::FormatError;
use crate::format::temporal::{parse_timestamp, parse_timestamp_ltz};
use crate::format::timestamp_memo::TimestampMemo;
use crate::row::BatchWriter;

/// A column that is read.
pub(super) struct Column {
    pub(super) name: String,
    ty: DataType,
    pub(super) target: usize,
    direct: Direct,
    /// For a ROW: reads its fields.
    pub(super) child: Option<Box<Child>>,
}

/// How the usual values of a column get into the row.
enum Direct {
    Boolean,
    Text,
    Int,
    BigInt,
    Double,
    Decimal { scale: u8, limit: i128, precision: u8 },
    Timestamp { precision: u8, memo: TimestampMemo },
    TimestampLtz { precision: u8, memo: TimestampMemo },
    Never,
}

impl Direct {
    fn of(kind: &TypeKind) -> Direct {
        let memo = TimestampMemo::default();
        match *kind {
            TypeKind::Boolean => Direct::Boolean,
            TypeKind::Char { .. } | TypeKind::VarChar { .. } => Direct::Text,
            TypeKind::Int => Direct::Int,
            TypeKind::BigInt => Direct::BigInt,
            TypeKind::Double => Direct::Double,
            TypeKind::Decimal { precision, scale } => Direct::Decimal {
                scale,
                limit: 10i128.pow(u32::from(precision)),
                precision,
            },
            TypeKind::Timestamp { precision } => Direct::Timestamp { precision, memo },
            TypeKind::TimestampLtz { precision } => Direct::TimestampLtz { precision, memo },
            _ => Direct::Never,
        }
    }
}

impl Column {
    pub(super) fn new(name: String, ty: DataType, target: usize) -> Self {
        Column {
            child: Child::of(&ty).map(Box::new),
            direct: Direct::of(&ty.kind),
            name,
            ty,
            target,
        }
    }

    /// Converts a value and puts it into the row. On an error nothing has been put.
    #[inline]
    pub(super) fn put(
        &mut self,
        text: &str,
        cell: Cell,
        settings: &DecodeSettings,
        row: &mut BatchWriter,
    ) -> Result<(), FormatError> {
        let put = match cell {
            Cell::Number { number, .. } => self.put_number(number, row),
            Cell::At {
                form: Form::PlainText,
                start,
                end,
            } => self.put_plain_text(&text[start + 1..end - 1], settings, row),
            Cell::At { form: Form::Null, .. } => {
                row.put_null(self.target);
                true
            }
            Cell::At {
                form: Form::Boolean,
                start,
                ..
            } if matches!(self.direct, Direct::Boolean) => {
                row.put_boolean(self.target, Some(text.as_bytes()[start] == b't'));
                true
            }
            _ => false,
        };
        if put {
            return Ok(());
        }
        self.put_other(text, cell, settings, row)
    }

    /// False: nothing has been put, the general way must judge.
    #[inline]
    fn put_number(&self, number: Number, row: &mut BatchWriter) -> bool {
        let target = self.target;
        match self.direct {
            Direct::BigInt if number.scale == 0 => row.put_i64(target, Some(number.unscaled)),
            Direct::Int if number.scale == 0 => match i32::try_from(number.unscaled) {
                Ok(value) => row.put_i32(target, Some(value)),
                Err(_) => return false,
            },
            Direct::Double => match number.to_double() {
                Some(value) => row.put_f64(target, Some(value)),
                None => return false,
            },
            Direct::Decimal {
                scale,
                limit,
                precision,
            } => match number.unscaled_at(scale).filter(|value| value.abs() < limit) {
                Some(unscaled) => row.put_decimal(target, Some(sql::Decimal { unscaled, scale }), precision),
                None => return false,
            },
            _ => return false,
        }
        true
    }

    /// False: nothing has been put, the general way must judge.
    #[inline]
    fn put_plain_text(&mut self, text: &str, settings: &DecodeSettings, row: &mut BatchWriter) -> bool {
        let (point, precision) = match &mut self.direct {
            Direct::Text => {
                row.put_text(self.target, Some(text));
                return true;
            }
            Direct::Timestamp { precision, memo } => {
                let parse = || parse_timestamp(text, settings.standard);
                (memo.parse(text, parse), *precision)
            }
            Direct::TimestampLtz { precision, memo } => {
                let Some(wall) = text.strip_suffix('Z') else {
                    return false;
                };
                let parse = || parse_timestamp_ltz(text, settings.standard);
                (memo.parse(wall, parse), *precision)
            }
            _ => return false,
        };
        if let Some(point) = point {
            row.put_timestamp(self.target, Some(point.truncate(precision)), precision);
        }
        point.is_some()
    }

    /// Any value, over a [`sql::Value`] where it must be.
    #[inline(never)]
    fn put_other(
        &self,
        text: &str,
        cell: Cell,
        settings: &DecodeSettings,
        row: &mut BatchWriter,
    ) -> Result<(), FormatError> {
        let (target, kind) = (self.target, &self.ty.kind);
        let (form, start, end) = match cell {
            Cell::Missing if settings.fail_on_missing_field => {
                return Err(FormatError::new("is missing"));
            }
            Cell::Missing => {
                row.put_null(target);
                return Ok(());
            }
            Cell::Row => {
                let child = self.child.as_ref().expect("only a ROW has a nested row");
                row.put_words(target, child.words());
                return Ok(());
            }
            Cell::Number { number, start, end } if number.scale == 0 => (Form::Integer, start, end),
            Cell::Number { start, end, .. } => (Form::Other, start, end),
            Cell::At { form, start, end } => (form, start, end),
        };
        let value = match form {
            Form::Null => sql::Value::Null,
            Form::PlainText => nested::text_value(&text[start + 1..end - 1], kind, settings)?,
            Form::Integer => nested::number_value(&text[start..end], false, kind, settings)?,
            Form::Boolean | Form::Other => nested::value(&mut Scanner::at(text, start), &self.ty, settings)?,
        };
        row.put_value(target, &value, &self.ty);
        Ok(())
    }
}
