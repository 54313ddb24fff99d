//! Questions about 32 bytes at once: which of them end or escape a string, which differ from others.
//!
//! In: blocks of 32 bytes. Out: one bit for each byte, the first byte lowest. AVX2 where the processor has
//! it, SSE2 on other x86-64, words of eight bytes elsewhere. Invariant: an `Avx2` exists only where the
//! processor has AVX2, so whoever holds one may run what needs it.

#![allow(unsafe_code)]

/// 32 bytes of a record.
pub(super) type Block = [u8; BLOCK_BYTES];

pub(super) const BLOCK_BYTES: usize = 32;

/// One way of answering the questions. Its methods are inlined into whoever asks, so that a function
/// compiled for more than the least processor uses what that one has.
pub(super) trait Simd: Copy {
    /// Bytes that are `"` or `\`.
    fn string_ends(self, block: &Block) -> u32;

    /// Bytes in which the blocks differ.
    fn differences(self, left: &Block, right: &Block) -> u32;
}

/// Work that asks the questions. `run` must be `#[inline(always)]`, so that it is compiled for the
/// processor it runs on.
pub(super) trait Task {
    type Output;

    fn run(self, simd: impl Simd) -> Self::Output;
}

/// The best way this processor has.
#[derive(Clone, Copy)]
pub(super) enum Processor {
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2),
    #[cfg(target_arch = "x86_64")]
    Sse2(Sse2),
    #[cfg(any(test, not(target_arch = "x86_64")))]
    Words(Words),
}

impl Processor {
    #[cfg(target_arch = "x86_64")]
    pub(super) fn detect() -> Processor {
        Avx2::detect().map_or(Processor::Sse2(Sse2), Processor::Avx2)
    }

    #[cfg(not(target_arch = "x86_64"))]
    pub(super) fn detect() -> Processor {
        Processor::Words(Words)
    }

    /// Every way that can be run here.
    #[cfg(test)]
    pub(super) fn all() -> Vec<Processor> {
        vec![
            Processor::detect(),
            #[cfg(target_arch = "x86_64")]
            Processor::Sse2(Sse2),
            Processor::Words(Words),
        ]
    }

    #[inline]
    pub(super) fn run<T: Task>(self, task: T) -> T::Output {
        match self {
            // SAFETY: an `Avx2` exists only where the processor has been found to have these features.
            #[cfg(target_arch = "x86_64")]
            Processor::Avx2(simd) => unsafe { run_with_avx2(simd, task) },
            #[cfg(target_arch = "x86_64")]
            Processor::Sse2(simd) => task.run(simd),
            #[cfg(any(test, not(target_arch = "x86_64")))]
            Processor::Words(simd) => task.run(simd),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2")]
fn run_with_avx2<T: Task>(simd: Avx2, task: T) -> T::Output {
    task.run(simd)
}

/// Words of eight bytes: on every processor.
#[cfg(any(test, not(target_arch = "x86_64")))]
#[derive(Clone, Copy)]
pub(super) struct Words;

/// A bit for each byte of a word that is not zero.
#[cfg(any(test, not(target_arch = "x86_64")))]
#[inline(always)]
fn nonzero_bytes(word: u64) -> u32 {
    const LOW_BITS: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    let tops = (((word & LOW_BITS) + LOW_BITS) | word) & !LOW_BITS;
    // Brings bit 8 i + 7 to bit 56 + i; no two products meet.
    ((tops >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u32
}

#[cfg(any(test, not(target_arch = "x86_64")))]
#[inline(always)]
fn word(block: &Block, index: usize) -> u64 {
    u64::from_le_bytes(std::array::from_fn(|i| block[index * 8 + i]))
}

#[cfg(any(test, not(target_arch = "x86_64")))]
impl Simd for Words {
    #[inline(always)]
    fn string_ends(self, block: &Block) -> u32 {
        const EACH: u64 = 0x0101_0101_0101_0101;
        (0..BLOCK_BYTES / 8).fold(0, |found, index| {
            let word = word(block, index);
            let quotes = nonzero_bytes(word ^ (EACH * u64::from(b'"')));
            let escapes = nonzero_bytes(word ^ (EACH * u64::from(b'\\')));
            found | (!(quotes & escapes) & 0xff) << (index * 8)
        })
    }

    #[inline(always)]
    fn differences(self, left: &Block, right: &Block) -> u32 {
        (0..BLOCK_BYTES / 8).fold(0, |found, index| {
            found | nonzero_bytes(word(left, index) ^ word(right, index)) << (index * 8)
        })
    }
}

#[cfg(target_arch = "x86_64")]
pub(super) use x86_64::{Avx2, Sse2};

#[cfg(target_arch = "x86_64")]
mod x86_64 {
    use std::arch::x86_64::*;

    use super::{Block, Simd};

    /// 16 bytes at once: every x86-64 processor.
    #[derive(Clone, Copy)]
    pub(in crate::format::json) struct Sse2;

    /// 32 bytes at once. Made by [`detect`](Avx2::detect) alone.
    #[derive(Clone, Copy)]
    pub(in crate::format::json) struct Avx2 {
        _detected: (),
    }

    impl Avx2 {
        pub(in crate::format::json) fn detect() -> Option<Avx2> {
            let detected = std::arch::is_x86_feature_detected!("avx2")
                && std::arch::is_x86_feature_detected!("bmi1")
                && std::arch::is_x86_feature_detected!("bmi2");
            detected.then_some(Avx2 { _detected: () })
        }
    }

    impl Simd for Avx2 {
        #[inline(always)]
        fn string_ends(self, block: &Block) -> u32 {
            // SAFETY: `self` says that the processor has AVX2; the load reads the 32 bytes of `block`,
            // aligned or not.
            unsafe {
                let bytes = _mm256_loadu_si256(block.as_ptr().cast());
                let quotes = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(b'"' as i8));
                let escapes = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(b'\\' as i8));
                _mm256_movemask_epi8(_mm256_or_si256(quotes, escapes)) as u32
            }
        }

        #[inline(always)]
        fn differences(self, left: &Block, right: &Block) -> u32 {
            // SAFETY: as above; each load reads the 32 bytes of its block.
            unsafe {
                let left = _mm256_loadu_si256(left.as_ptr().cast());
                let right = _mm256_loadu_si256(right.as_ptr().cast());
                !_mm256_movemask_epi8(_mm256_cmpeq_epi8(left, right)) as u32
            }
        }
    }

    impl Simd for Sse2 {
        #[inline(always)]
        fn string_ends(self, block: &Block) -> u32 {
            // SAFETY: every x86-64 processor has SSE2; both loads lie in the 32 bytes of `block`.
            unsafe {
                let half = |at: usize| {
                    let bytes = _mm_loadu_si128(block.as_ptr().add(at).cast());
                    let quotes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(b'"' as i8));
                    let escapes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(b'\\' as i8));
                    _mm_movemask_epi8(_mm_or_si128(quotes, escapes)) as u32
                };
                half(0) | half(16) << 16
            }
        }

        #[inline(always)]
        fn differences(self, left: &Block, right: &Block) -> u32 {
            // SAFETY: as above; the loads lie in the 32 bytes of their block.
            unsafe {
                let half = |at: usize| {
                    let left = _mm_loadu_si128(left.as_ptr().add(at).cast());
                    let right = _mm_loadu_si128(right.as_ptr().add(at).cast());
                    !_mm_movemask_epi8(_mm_cmpeq_epi8(left, right)) as u32 & 0xffff
                };
                half(0) | half(16) << 16
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(simd: impl Simd, left: &Block, right: &Block) {
        let bits =
            |is: &dyn Fn(usize) -> bool| (0..BLOCK_BYTES).fold(0, |mask, i| mask | u32::from(is(i)) << i);
        assert_eq!(
            simd.string_ends(left),
            bits(&|i| matches!(left[i], b'"' | b'\\')),
            "{left:?}"
        );
        assert_eq!(
            simd.differences(left, right),
            bits(&|i| left[i] != right[i]),
            "{left:?} {right:?}"
        );
    }

    #[test]
    fn every_way_answers_like_a_loop_over_bytes() {
        const BYTES: [u8; 8] = [b'"', b'\\', 0, b'#', b'!', 0xa2, 0xdc, 0xff];
        let mut state = 1u64;
        let mut block = || {
            std::array::from_fn(|_| {
                state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
                BYTES[(state >> 61) as usize]
            })
        };
        for round in 0..10_000 {
            let left: Block = block();
            let mut right = if round % 2 == 0 { block() } else { left };
            right[round % BLOCK_BYTES] ^= (round % 3) as u8;
            check(Words, &left, &right);
            #[cfg(target_arch = "x86_64")]
            {
                check(Sse2, &left, &right);
                if let Some(avx2) = Avx2::detect() {
                    check(avx2, &left, &right);
                }
            }
        }
    }
}
