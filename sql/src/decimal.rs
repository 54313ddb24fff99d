//! DECIMAL(p, s): an unscaled 128-bit integer and its scale.

/// `unscaled * 10^-scale`. Arithmetic keeps every digit; `function::decimal` rounds (half up) to a declared
/// type and answers `None` when the digits do not fit, which SQL sees as NULL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decimal {
    pub unscaled: i128,
    pub scale: u8,
}
