//! Types in few words, for generated code and tests: `not_null(decimal(10, 2))`. Nullable unless said otherwise.

use super::{DataType, Field, TypeKind};

/// The same type without NULL.
pub fn not_null(ty: DataType) -> DataType {
    DataType::not_null(ty.kind)
}

macro_rules! plain {
    ($($name:ident: $kind:expr;)*) => {$(
        pub fn $name() -> DataType {
            DataType::nullable($kind)
        }
    )*};
}

plain! {
    boolean: TypeKind::Boolean;
    tinyint: TypeKind::TinyInt;
    smallint: TypeKind::SmallInt;
    int: TypeKind::Int;
    bigint: TypeKind::BigInt;
    float: TypeKind::Float;
    double: TypeKind::Double;
    string: TypeKind::STRING;
    bytes: TypeKind::BYTES;
    date: TypeKind::Date;
    interval_year_month: TypeKind::IntervalYearMonth;
    interval_day_time: TypeKind::IntervalDayTime;
    null: TypeKind::Null;
}

pub fn decimal(precision: u8, scale: u8) -> DataType {
    DataType::nullable(TypeKind::Decimal { precision, scale })
}

pub fn char(length: u32) -> DataType {
    DataType::nullable(TypeKind::Char { length })
}

pub fn varchar(length: u32) -> DataType {
    DataType::nullable(TypeKind::VarChar { length })
}

pub fn binary(length: u32) -> DataType {
    DataType::nullable(TypeKind::Binary { length })
}

pub fn varbinary(length: u32) -> DataType {
    DataType::nullable(TypeKind::VarBinary { length })
}

pub fn time(precision: u8) -> DataType {
    DataType::nullable(TypeKind::Time { precision })
}

pub fn timestamp(precision: u8) -> DataType {
    DataType::nullable(TypeKind::Timestamp { precision })
}

pub fn timestamp_ltz(precision: u8) -> DataType {
    DataType::nullable(TypeKind::TimestampLtz { precision })
}

pub fn array(element: DataType) -> DataType {
    DataType::nullable(TypeKind::Array(Box::new(element)))
}

pub fn map(key: DataType, value: DataType) -> DataType {
    DataType::nullable(TypeKind::Map(Box::new(key), Box::new(value)))
}

pub fn multiset(element: DataType) -> DataType {
    DataType::nullable(TypeKind::Multiset(Box::new(element)))
}

/// ROW with these fields.
pub fn row<const N: usize>(fields: [(&str, DataType); N]) -> DataType {
    let field = |(name, ty): (&str, DataType)| Field {
        name: name.to_owned(),
        ty,
    };
    DataType::nullable(TypeKind::Row(fields.map(field).into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builders_say_what_they_build() {
        let cases = [
            (not_null(bigint()), "BIGINT NOT NULL"),
            (array(not_null(char(3))), "ARRAY<CHAR(3) NOT NULL>"),
            (map(string(), decimal(10, 2)), "MAP<STRING, DECIMAL(10, 2)>"),
            (
                row([("a", timestamp_ltz(3)), ("b", bytes())]),
                "ROW<`a` TIMESTAMP_LTZ(3), `b` BYTES>",
            ),
        ];
        for (ty, text) in cases {
            assert_eq!(ty.to_string(), text);
        }
    }
}
