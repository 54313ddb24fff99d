//! Key groups: the unit in which state moves between threads.
//!
//! In: the words of a key (the row of its key columns). Out: its group. Invariant: the function never changes, since
//! checkpoints are divided by it; exchanges and state tables both use it, so a row reaches the thread of its state.

/// Groups of keys, fixed for the life of a job's state; also the greatest useful parallelism.
pub const KEY_GROUPS: u16 = 128;

/// The key group of a key, given as the canonical row of its key columns (see [`crate::row`]).
pub fn key_group(key: &[u64]) -> u16 {
    // Multiply and fold: each word decides about all bits of the hash.
    let mut hash: u64 = 0x9e37_79b9_7f4a_7c15;
    for &word in key {
        let product = u128::from(word ^ hash) * 0xa076_1d64_78bd_642f_u128;
        hash = (product as u64) ^ ((product >> 64) as u64) ^ hash.rotate_left(23);
    }
    let product = u128::from(hash) * 0xe703_7ed1_a0b4_28db_u128;
    ((product as u64 ^ (product >> 64) as u64) % u64::from(KEY_GROUPS)) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consecutive_keys_spread_over_all_groups() {
        let mut counts = [0u32; KEY_GROUPS as usize];
        for key in 0..12_800u64 {
            counts[usize::from(key_group(&[0, key]))] += 1;
        }
        assert!(counts.iter().all(|count| (50..200).contains(count)), "{counts:?}");
    }

    #[test]
    fn the_function_is_part_of_the_checkpoint_format() {
        let groups: Vec<u16> = (0..8u64).map(|key| key_group(&[0, key])).collect();
        assert_eq!(groups, [3, 68, 7, 65, 36, 77, 60, 69]);
    }
}
