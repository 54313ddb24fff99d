//! Units of time, as EXTRACT, FLOOR, TIMESTAMPADD and intervals name them.

/// A unit of time or a field of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Millennium,
    Century,
    Decade,
    Year,
    IsoYear,
    Quarter,
    Month,
    Week,
    Day,
    DayOfYear,
    DayOfWeek,
    IsoDayOfWeek,
    Hour,
    Minute,
    Second,
    Millisecond,
    Microsecond,
    Nanosecond,
    Epoch,
}

impl Unit {
    /// All names, for messages.
    pub const NAMES: &[&str] = &[
        "MILLENNIUM",
        "CENTURY",
        "DECADE",
        "YEAR",
        "ISOYEAR",
        "QUARTER",
        "MONTH",
        "WEEK",
        "DAY",
        "DOY",
        "DOW",
        "ISODOW",
        "HOUR",
        "MINUTE",
        "SECOND",
        "MILLISECOND",
        "MICROSECOND",
        "NANOSECOND",
        "EPOCH",
    ];

    /// The unit of that name, in upper case; `SQL_TSI_` may stand before it.
    #[inline]
    pub fn named(name: &str) -> Option<Unit> {
        Some(match name.strip_prefix("SQL_TSI_").unwrap_or(name) {
            "MILLENNIUM" => Unit::Millennium,
            "CENTURY" => Unit::Century,
            "DECADE" => Unit::Decade,
            "YEAR" => Unit::Year,
            "ISOYEAR" => Unit::IsoYear,
            "QUARTER" => Unit::Quarter,
            "MONTH" => Unit::Month,
            "WEEK" => Unit::Week,
            "DAY" => Unit::Day,
            "DOY" => Unit::DayOfYear,
            "DOW" => Unit::DayOfWeek,
            "ISODOW" => Unit::IsoDayOfWeek,
            "HOUR" => Unit::Hour,
            "MINUTE" => Unit::Minute,
            "SECOND" => Unit::Second,
            "MILLISECOND" => Unit::Millisecond,
            "MICROSECOND" => Unit::Microsecond,
            "NANOSECOND" => Unit::Nanosecond,
            "EPOCH" => Unit::Epoch,
            _ => return None,
        })
    }

    /// The unit of a literal that the compiler has looked at.
    #[inline]
    pub(super) fn known(name: &str) -> Unit {
        Self::named(name).expect("the compiler passes names of units only")
    }

    /// Months in a unit of the calendar.
    pub fn months(self) -> Option<i32> {
        match self {
            Unit::Month => Some(1),
            Unit::Quarter => Some(3),
            Unit::Year => Some(12),
            Unit::Decade => Some(120),
            Unit::Century => Some(1_200),
            Unit::Millennium => Some(12_000),
            _ => None,
        }
    }

    /// Nanoseconds in a unit of fixed length.
    pub fn nanos(self) -> Option<i64> {
        match self {
            Unit::Week => Some(7 * 86_400_000_000_000),
            Unit::Day => Some(86_400_000_000_000),
            Unit::Hour => Some(3_600_000_000_000),
            Unit::Minute => Some(60_000_000_000),
            Unit::Second => Some(1_000_000_000),
            Unit::Millisecond => Some(1_000_000),
            Unit::Microsecond => Some(1_000),
            Unit::Nanosecond => Some(1),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_have_names_and_lengths() {
        assert_eq!(Unit::named("SQL_TSI_SECOND"), Some(Unit::Second));
        assert_eq!(Unit::named("FORTNIGHT"), None);
        assert_eq!(Unit::Quarter.months(), Some(3));
        assert_eq!(Unit::Week.nanos(), Some(604_800_000_000_000));
        assert_eq!((Unit::Day.months(), Unit::Year.nanos()), (None, None));
    }
}
