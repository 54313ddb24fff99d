//! The calendar: days since 1970-01-01 to year, month, day and back (proleptic Gregorian, as in Java).

use super::Date;

/// Year, month (1 to 12) and day of month (1 to 31).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    pub year: i32,
    pub month: u8,
    pub day: u8,
}

/// Days from 0000-03-01 to 1970-01-01: years are counted from March, so that the leap day is the last.
const MARCH_ZERO_TO_EPOCH: i64 = 719_468;
const DAYS_PER_ERA: i64 = 146_097;

pub const fn is_leap_year(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

pub const fn days_in_month(year: i32, month: u8) -> u8 {
    match month {
        2 if is_leap_year(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl Civil {
    pub const fn new(year: i32, month: u8, day: u8) -> Self {
        Civil { year, month, day }
    }

    /// The date; a day past the end of its month counts on into the next.
    pub const fn date(self) -> Date {
        let year = self.year as i64 - (self.month <= 2) as i64;
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let month_from_march = (self.month as i64 + 9) % 12;
        let day_of_year = (153 * month_from_march + 2) / 5 + self.day as i64 - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Date((era * DAYS_PER_ERA + day_of_era - MARCH_ZERO_TO_EPOCH) as i32)
    }

    /// The same day of month so many months later, or the last day of that month when it is shorter.
    pub const fn plus_months(self, months: i32) -> Civil {
        let total = self.year as i64 * 12 + self.month as i64 - 1 + months as i64;
        let year = total.div_euclid(12) as i32;
        let month = total.rem_euclid(12) as u8 + 1;
        let last = days_in_month(year, month);
        let day = if self.day > last { last } else { self.day };
        Civil { year, month, day }
    }
}

impl Date {
    pub const fn civil(self) -> Civil {
        let days = self.0 as i64 + MARCH_ZERO_TO_EPOCH;
        let era = days.div_euclid(DAYS_PER_ERA);
        let day_of_era = days.rem_euclid(DAYS_PER_ERA);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = (day_of_year - (153 * month_from_march + 2) / 5 + 1) as u8;
        let month = ((month_from_march + 2) % 12 + 1) as u8;
        let year = (year_of_era + era * 400 + (month <= 2) as i64) as i32;
        Civil { year, month, day }
    }

    /// 1 is Monday, 7 is Sunday.
    pub const fn iso_day_of_week(self) -> u8 {
        (self.0 as i64 + 3).rem_euclid(7) as u8 + 1
    }

    /// 1 is the first of January.
    pub const fn day_of_year(self) -> u16 {
        let first = Civil::new(self.civil().year, 1, 1).date();
        (self.0 - first.0 + 1) as u16
    }

    /// ISO 8601 year and week: week 1 has the year's first Thursday.
    pub const fn iso_week(self) -> (i32, u8) {
        let thursday = Date(self.0 - self.iso_day_of_week() as i32 + 4);
        let week = (thursday.day_of_year() - 1) / 7 + 1;
        (thursday.civil().year, week as u8)
    }

    /// Year and week as in the United States: weeks begin on Sunday, week 1 has the first of January.
    pub const fn sunday_week(self) -> (i32, u8) {
        let saturday = Date(self.0 + 6 - (self.iso_day_of_week() % 7) as i32);
        let year = saturday.civil().year;
        (year, ((saturday.day_of_year() - 1) / 7 + 1) as u8)
    }

    /// Weeks of the month that have begun, the first with the first of the month; weeks begin on Sunday.
    pub const fn sunday_week_of_month(self) -> u8 {
        let day = self.civil().day;
        let first = Date(self.0 - (day as i32 - 1));
        (day - 1 + first.iso_day_of_week() % 7) / 7 + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_count_days() {
        let cases = [
            ((1970, 1, 1), 0),
            ((1969, 12, 31), -1),
            ((2000, 2, 29), 11_016),
            ((2000, 3, 1), 11_017),
            ((1, 1, 1), -719_162),
            ((9999, 12, 31), 2_932_896),
        ];
        for ((year, month, day), days) in cases {
            let civil = Civil::new(year, month, day);
            assert_eq!(civil.date(), Date(days));
            assert_eq!(Date(days).civil(), civil);
        }
        for days in (-800_000..800_000).step_by(97) {
            assert_eq!(Date(days).civil().date(), Date(days));
        }
        assert_eq!(Civil::new(2021, 2, 30).date(), Civil::new(2021, 3, 2).date());
    }

    #[test]
    fn months_end_on_their_last_day() {
        assert_eq!(Civil::new(2016, 1, 31).plus_months(1), Civil::new(2016, 2, 29));
        assert_eq!(Civil::new(2016, 1, 31).plus_months(-2), Civil::new(2015, 11, 30));
        assert_eq!(Civil::new(2016, 12, 5).plus_months(120), Civil::new(2026, 12, 5));
    }

    #[test]
    fn weeks_begin_on_sunday_in_the_united_states() {
        let day = |y, m, d| Civil::new(y, m, d).date();
        for (date, year_and_week, of_month) in [
            (day(2024, 3, 10), (2024, 11), 3),
            (day(2024, 3, 9), (2024, 10), 2),
            (day(2024, 12, 31), (2025, 1), 5),
            (day(2024, 12, 28), (2024, 52), 4),
            (day(2023, 1, 1), (2023, 1), 1),
            (day(2022, 12, 31), (2022, 53), 5),
        ] {
            assert_eq!(date.sunday_week(), year_and_week, "{date:?}");
            assert_eq!(date.sunday_week_of_month(), of_month, "{date:?}");
        }
    }

    #[test]
    fn weeks_follow_iso() {
        let week = |y, m, d| Civil::new(y, m, d).date().iso_week();
        assert_eq!(week(2005, 1, 1), (2004, 53));
        assert_eq!(week(2008, 12, 29), (2009, 1));
        assert_eq!(week(2010, 1, 3), (2009, 53));
        assert_eq!(Date(0).iso_day_of_week(), 4);
        assert_eq!(Civil::new(2020, 12, 31).date().day_of_year(), 366);
    }
}
