//! Flink's SQL types, nullability included. `Display` is Flink's own summary (`DECIMAL(10, 2) NOT NULL`).
//!
//! Precisions and lengths are part of the type; time attributes are not: they belong to a plan's schema.

pub mod build;

use std::fmt;

/// Length of STRING and BYTES, which are VARCHAR and VARBINARY of this length.
pub const LENGTH_MAX: u32 = 2_147_483_647;
/// Most digits a DECIMAL has.
pub const DECIMAL_PRECISION_MAX: u8 = 38;

/// A type and whether NULL belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DataType {
    pub kind: TypeKind,
    pub nullable: bool,
}

/// The type without its nullability.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TypeKind {
    Boolean,
    TinyInt,
    SmallInt,
    Int,
    BigInt,
    Float,
    Double,
    Decimal {
        precision: u8,
        scale: u8,
    },
    Char {
        length: u32,
    },
    VarChar {
        length: u32,
    },
    Binary {
        length: u32,
    },
    VarBinary {
        length: u32,
    },
    Date,
    Time {
        precision: u8,
    },
    Timestamp {
        precision: u8,
    },
    /// TIMESTAMP WITH LOCAL TIME ZONE: an instant, shown in the session's time zone.
    TimestampLtz {
        precision: u8,
    },
    IntervalYearMonth,
    IntervalDayTime,
    Array(Box<DataType>),
    Map(Box<DataType>, Box<DataType>),
    Multiset(Box<DataType>),
    Row(Vec<Field>),
    /// The type of the literal NULL, before anything gives it another.
    Null,
}

/// A named part of a ROW.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    pub name: String,
    pub ty: DataType,
}

impl DataType {
    pub const fn nullable(kind: TypeKind) -> Self {
        DataType { kind, nullable: true }
    }

    pub const fn not_null(kind: TypeKind) -> Self {
        DataType {
            kind,
            nullable: false,
        }
    }

    pub fn with_nullable(&self, nullable: bool) -> Self {
        DataType {
            kind: self.kind.clone(),
            nullable,
        }
    }

    /// STRING, nullable.
    pub const fn string() -> Self {
        Self::nullable(TypeKind::STRING)
    }
}

impl TypeKind {
    pub const STRING: TypeKind = TypeKind::VarChar { length: LENGTH_MAX };
    pub const BYTES: TypeKind = TypeKind::VarBinary { length: LENGTH_MAX };

    pub fn is_integer(&self) -> bool {
        matches!(
            self,
            TypeKind::TinyInt | TypeKind::SmallInt | TypeKind::Int | TypeKind::BigInt
        )
    }

    pub fn is_approximate(&self) -> bool {
        matches!(self, TypeKind::Float | TypeKind::Double)
    }

    pub fn is_exact_numeric(&self) -> bool {
        self.is_integer() || matches!(self, TypeKind::Decimal { .. })
    }

    pub fn is_numeric(&self) -> bool {
        self.is_exact_numeric() || self.is_approximate()
    }

    pub fn is_text(&self) -> bool {
        matches!(self, TypeKind::Char { .. } | TypeKind::VarChar { .. })
    }

    pub fn is_binary(&self) -> bool {
        matches!(self, TypeKind::Binary { .. } | TypeKind::VarBinary { .. })
    }

    pub fn is_interval(&self) -> bool {
        matches!(self, TypeKind::IntervalYearMonth | TypeKind::IntervalDayTime)
    }

    /// TIMESTAMP or TIMESTAMP_LTZ.
    pub fn is_timestamp(&self) -> bool {
        matches!(self, TypeKind::Timestamp { .. } | TypeKind::TimestampLtz { .. })
    }

    pub fn is_temporal(&self) -> bool {
        self.is_timestamp() || matches!(self, TypeKind::Date | TypeKind::Time { .. })
    }

    /// ARRAY, MAP, MULTISET, ROW: kernels hold these as `Value`.
    pub fn is_constructed(&self) -> bool {
        matches!(
            self,
            TypeKind::Array(_) | TypeKind::Map(..) | TypeKind::Multiset(_) | TypeKind::Row(_)
        )
    }
}

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.kind, if self.nullable { "" } else { " NOT NULL" })
    }
}

impl fmt::Display for TypeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TypeKind::Boolean => f.write_str("BOOLEAN"),
            TypeKind::TinyInt => f.write_str("TINYINT"),
            TypeKind::SmallInt => f.write_str("SMALLINT"),
            TypeKind::Int => f.write_str("INT"),
            TypeKind::BigInt => f.write_str("BIGINT"),
            TypeKind::Float => f.write_str("FLOAT"),
            TypeKind::Double => f.write_str("DOUBLE"),
            TypeKind::Decimal { precision, scale } => write!(f, "DECIMAL({precision}, {scale})"),
            TypeKind::Char { length } => write!(f, "CHAR({length})"),
            TypeKind::VarChar { length: LENGTH_MAX } => f.write_str("STRING"),
            TypeKind::VarChar { length } => write!(f, "VARCHAR({length})"),
            TypeKind::Binary { length } => write!(f, "BINARY({length})"),
            TypeKind::VarBinary { length: LENGTH_MAX } => f.write_str("BYTES"),
            TypeKind::VarBinary { length } => write!(f, "VARBINARY({length})"),
            TypeKind::Date => f.write_str("DATE"),
            TypeKind::Time { precision } => write!(f, "TIME({precision})"),
            TypeKind::Timestamp { precision } => write!(f, "TIMESTAMP({precision})"),
            TypeKind::TimestampLtz { precision } => write!(f, "TIMESTAMP_LTZ({precision})"),
            TypeKind::IntervalYearMonth => f.write_str("INTERVAL YEAR TO MONTH"),
            TypeKind::IntervalDayTime => f.write_str("INTERVAL DAY TO SECOND(3)"),
            TypeKind::Array(element) => write!(f, "ARRAY<{element}>"),
            TypeKind::Map(key, value) => write!(f, "MAP<{key}, {value}>"),
            TypeKind::Multiset(element) => write!(f, "MULTISET<{element}>"),
            TypeKind::Row(fields) => {
                f.write_str("ROW<")?;
                for (i, field) in fields.iter().enumerate() {
                    let comma = if i == 0 { "" } else { ", " };
                    write!(f, "{comma}`{}` {}", field.name.replace('`', "``"), field.ty)?;
                }
                f.write_str(">")
            }
            TypeKind::Null => f.write_str("NULL"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_is_flinks_summary() {
        let decimal = DataType::not_null(TypeKind::Decimal {
            precision: 10,
            scale: 2,
        });
        assert_eq!(decimal.to_string(), "DECIMAL(10, 2) NOT NULL");
        let row = TypeKind::Row(vec![Field {
            name: "a".into(),
            ty: DataType::string(),
        }]);
        assert_eq!(row.to_string(), "ROW<`a` STRING>");
    }
}
