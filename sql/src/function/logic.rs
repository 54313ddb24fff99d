//! Logic of three values: NOT and the tests that always answer TRUE or FALSE. AND and OR are part of expressions,
//! since they stop early.

#[inline]
pub fn not(a: bool) -> bool {
    !a
}

#[inline]
pub fn is_true(a: Option<bool>) -> bool {
    a == Some(true)
}

#[inline]
pub fn is_not_true(a: Option<bool>) -> bool {
    a != Some(true)
}

#[inline]
pub fn is_false(a: Option<bool>) -> bool {
    a == Some(false)
}

#[inline]
pub fn is_not_false(a: Option<bool>) -> bool {
    a != Some(false)
}

/// IS NULL and IS UNKNOWN.
#[inline]
pub fn is_null<T>(a: Option<T>) -> bool {
    a.is_none()
}

/// IS NOT NULL and IS NOT UNKNOWN.
#[inline]
pub fn is_not_null<T>(a: Option<T>) -> bool {
    a.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truth_table() {
        for (a, is_t, is_f) in [
            (Some(true), true, false),
            (Some(false), false, true),
            (None, false, false),
        ] {
            assert_eq!((is_true(a), is_not_true(a)), (is_t, !is_t), "{a:?}");
            assert_eq!((is_false(a), is_not_false(a)), (is_f, !is_f), "{a:?}");
            assert_eq!((is_null(a), is_not_null(a)), (a.is_none(), a.is_some()), "{a:?}");
        }
        assert!(not(false));
    }
}
