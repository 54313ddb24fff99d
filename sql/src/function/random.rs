//! RAND, RAND_INTEGER and UUID.
//!
//! A seed gives the numbers of Java's `Random`. A seed that is a literal starts one sequence per kernel; any other
//! starts a new one for each row. Without a seed, numbers come from the session's own entropy.

use crate::error::SqlError;
use crate::function::math::check_bound;
use crate::session::Session;

/// The generator of `java.util.Random`.
#[derive(Clone, Copy, Debug)]
pub struct JavaRandom {
    state: u64,
}

impl JavaRandom {
    const MULTIPLIER: u64 = 0x5_DEEC_E66D;
    const MASK: u64 = (1 << 48) - 1;

    pub fn new(seed: i64) -> Self {
        JavaRandom {
            state: (seed as u64 ^ Self::MULTIPLIER) & Self::MASK,
        }
    }

    /// The upper `bits` (at most 32) of the next state.
    fn next(&mut self, bits: u32) -> i32 {
        self.state = self.state.wrapping_mul(Self::MULTIPLIER).wrapping_add(0xB) & Self::MASK;
        (self.state >> (48 - bits)) as i32
    }

    /// From 0.0 up to, not including, 1.0.
    pub fn next_double(&mut self) -> f64 {
        let high = i64::from(self.next(26)) << 27;
        (high + i64::from(self.next(27))) as f64 / (1u64 << 53) as f64
    }

    /// From 0 up to, not including, the positive `bound`.
    pub fn next_int(&mut self, bound: i32) -> i32 {
        let bits = self.next(31);
        if bound & (bound - 1) == 0 {
            return ((i64::from(bound) * i64::from(bits)) >> 31) as i32;
        }
        let mut drawn = bits;
        loop {
            let result = drawn % bound;
            if drawn.wrapping_sub(result).wrapping_add(bound - 1) >= 0 {
                return result;
            }
            drawn = self.next(31);
        }
    }
}

fn seeded<T>(session: &Session, seed: i32, literal: bool, draw: impl FnOnce(&mut JavaRandom) -> T) -> T {
    if literal {
        session.with_random(seed, draw)
    } else {
        draw(&mut JavaRandom::new(seed.into()))
    }
}

/// RAND()
pub fn rand(session: &Session) -> f64 {
    (session.next_entropy() >> 11) as f64 / (1u64 << 53) as f64
}

/// RAND(seed)
pub fn rand_seeded(session: &Session, seed: i32, literal: bool) -> f64 {
    seeded(session, seed, literal, JavaRandom::next_double)
}

/// RAND_INTEGER(bound)
pub fn rand_integer(session: &Session, bound: i32) -> Result<i32, SqlError> {
    check_bound(bound)?;
    let product = u128::from(session.next_entropy()) * bound as u128;
    Ok((product >> 64) as i32)
}

/// RAND_INTEGER(seed, bound)
pub fn rand_integer_seeded(session: &Session, seed: i32, bound: i32, literal: bool) -> Result<i32, SqlError> {
    check_bound(bound)?;
    Ok(seeded(session, seed, literal, |random| random.next_int(bound)))
}

/// UUID(): a random UUID (version 4).
pub fn uuid(session: &Session) -> String {
    let random = u128::from(session.next_entropy()) << 64 | u128::from(session.next_entropy());
    let version = random & !(0xF << 76) | (4 << 76);
    let value = version & !(0b11 << 62) | (0b10 << 62);
    let digits = format!("{value:032x}");
    let groups = [
        &digits[..8],
        &digits[8..12],
        &digits[12..16],
        &digits[16..20],
        &digits[20..],
    ];
    groups.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_give_javas_numbers() {
        let session = Session::utc();
        assert_eq!(rand_seeded(&session, 1, false), 0.730_878_190_703_290_9);
        assert_eq!(rand_seeded(&session, 3, false), 0.731_057_369_148_862);
        assert_eq!(rand_integer_seeded(&session, 3, 10, false), Ok(4));
        assert_eq!(rand_integer_seeded(&session, 3, 3, false), Ok(2));
        assert_eq!(rand_integer_seeded(&session, 3, 99, false), Ok(50));
        let (first, second) = (rand_seeded(&session, 1, true), rand_seeded(&session, 1, true));
        assert_eq!(first, 0.730_878_190_703_290_9);
        assert_ne!(first, second);
    }

    #[test]
    fn without_a_seed_numbers_stay_in_range() {
        let session = Session::utc();
        for _ in 0..1_000 {
            assert!((0.0..1.0).contains(&rand(&session)));
            assert!(rand_integer(&session, 3).is_ok_and(|n| (0..3).contains(&n)));
        }
        assert!(rand_integer(&session, 0).is_err());
        let (a, b) = (uuid(&session), uuid(&session));
        assert_ne!(a, b);
        assert_eq!((a.len(), &a[14..15], a.matches('-').count()), (36, "4", 4));
        assert!(["8", "9", "a", "b"].contains(&&a[19..20]));
    }
}
