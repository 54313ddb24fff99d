//! Learned shapes: what stands between the values of an object, byte for byte, in records seen before.
//!
//! Most producers write the same keys in the same order with the same white space, record after record. Such
//! an object is `literal value literal value … literal`; comparing literals replaces reading and finding
//! keys. A shape is learned from an object that the general path accepted, so an object that fits one is
//! accepted with the same meaning. One that fits none goes the general way.

use super::simd::{BLOCK_BYTES, Block, Simd};

/// Shapes kept per kind of object.
const SHAPES_MAX: usize = 8;
/// Objects after which the use of shapes is judged, and objects that go without them when they do not pay.
const TRIAL_OBJECTS: u32 = 256;
const PAUSE_OBJECTS: u32 = 8_192;
/// Shapes longer than this are not worth keeping.
const STEPS_MAX: usize = 1_000;

/// A literal and whose value follows it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Step {
    literal: Box<[u8]>,
    /// The beginning of the literal, zeros behind it if it is shorter than a block.
    first_block: Block,
    /// The bytes of the first block that are the literal's.
    first_mask: u32,
    /// The column of the value; `None`: nobody reads it.
    pub(super) column: Option<usize>,
}

impl Step {
    fn new(literal: &[u8], column: Option<usize>) -> Self {
        let length = literal.len().min(BLOCK_BYTES);
        let mut first_block = [0; BLOCK_BYTES];
        first_block[..length].copy_from_slice(&literal[..length]);
        Step {
            literal: literal.into(),
            first_block,
            first_mask: u32::MAX.checked_shr((BLOCK_BYTES - length) as u32).unwrap_or(0),
            column,
        }
    }

    /// Where the value begins, if the literal stands at `at`.
    #[inline(always)]
    pub(super) fn behind_literal(&self, simd: impl Simd, bytes: &[u8], at: usize) -> Option<usize> {
        let rest = bytes.get(at..)?;
        if let Some(block) = rest.first_chunk()
            && self.literal.len() <= BLOCK_BYTES
        {
            let differs = simd.differences(block, &self.first_block) & self.first_mask != 0;
            return (!differs).then_some(at + self.literal.len());
        }
        rest.starts_with(&self.literal).then_some(at + self.literal.len())
    }
}

/// An object from behind its opening brace to behind its closing one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shape {
    pub(super) steps: Vec<Step>,
    /// Stands behind the last value; its column means nothing.
    pub(super) last: Step,
}

/// The shapes of one kind of object, the last that fitted first.
#[derive(Default)]
pub(super) struct Shapes {
    shapes: Vec<Shape>,
    tried: u32,
    missed: u32,
    /// Objects that still go without shapes.
    pause: u32,
}

impl Shapes {
    /// How many shapes to try for the next object.
    #[inline]
    pub(super) fn tries(&mut self) -> usize {
        if self.pause > 0 {
            self.pause -= 1;
            return 0;
        }
        self.shapes.len()
    }

    #[inline]
    pub(super) fn get(&self, index: usize) -> &Shape {
        &self.shapes[index]
    }

    /// The object fitted shape `index`.
    #[inline]
    pub(super) fn hit(&mut self, index: usize) {
        self.tried += 1;
        if index > 0 {
            self.shapes.swap(index, index - 1);
        }
        self.judge();
    }

    /// The object fitted none of the shapes.
    #[inline]
    pub(super) fn miss(&mut self) {
        self.tried += 1;
        self.missed += 1;
        self.judge();
    }

    fn judge(&mut self) {
        if self.tried < TRIAL_OBJECTS {
            return;
        }
        // Records without a common shape only lose time here; they may get one later.
        if self.missed > self.tried / 2 {
            self.pause = PAUSE_OBJECTS;
            self.shapes.clear();
        }
        self.tried = 0;
        self.missed = 0;
    }

    pub(super) fn is_learning(&self) -> bool {
        self.pause == 0 && self.shapes.len() < SHAPES_MAX
    }

    /// Keeps what the general path saw. `values`: start, end and column of each value, in order; the object's
    /// content begins at `start` and its closing brace ends at `end`.
    pub(super) fn learn(
        &mut self,
        bytes: &[u8],
        start: usize,
        values: &[(usize, usize, Option<usize>)],
        end: usize,
    ) {
        if values.is_empty() || values.len() > STEPS_MAX {
            return;
        }
        let mut from = start;
        let mut steps = Vec::with_capacity(values.len());
        for (value_start, value_end, column) in values {
            steps.push(Step::new(&bytes[from..*value_start], *column));
            from = *value_end;
        }
        let last = Step::new(&bytes[from..end], None);
        let shape = Shape { steps, last };
        if !self.shapes.contains(&shape) {
            self.shapes.push(shape);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::simd::{Processor, Task};
    use super::*;

    /// The shape of `{"a": 1,"b":2 }` behind its brace.
    fn learned() -> Shapes {
        let mut shapes = Shapes::default();
        shapes.learn(b"\"a\": 1,\"b\":2 }", 0, &[(5, 6, Some(0)), (11, 12, None)], 14);
        shapes
    }

    #[test]
    fn literals_stand_between_the_values() {
        let shapes = learned();
        let shape = shapes.get(0);
        let literals: Vec<&[u8]> = shape.steps.iter().map(|step| &*step.literal).collect();
        assert_eq!(literals, [&b"\"a\": "[..], b",\"b\":"]);
        assert_eq!(&*shape.last.literal, b" }");
    }

    struct BehindLiteral<'a>(&'a Step, &'a [u8], usize);

    impl Task for BehindLiteral<'_> {
        type Output = Option<usize>;

        #[inline(always)]
        fn run(self, simd: impl Simd) -> Option<usize> {
            self.0.behind_literal(simd, self.1, self.2)
        }
    }

    #[test]
    fn a_literal_is_found_where_all_its_bytes_stand() {
        for length in [0, 1, 5, 31, 32, 33, 64, 80] {
            let literal: Vec<u8> = (1..=length as u8).collect();
            let step = Step::new(&literal, None);
            for behind in [0, 1, 31, 40] {
                let mut bytes = [&b"xyz"[..], &literal, &vec![0; behind]].concat();
                for processor in Processor::all() {
                    let found = |bytes: &[u8], at| processor.run(BehindLiteral(&step, bytes, at));
                    assert_eq!(found(&bytes, 3), Some(3 + length), "{length} {behind}");
                    assert_eq!(found(&bytes, bytes.len() + 1), None);
                    for wrong in 0..length {
                        bytes[3 + wrong] ^= 0x80;
                        assert_eq!(found(&bytes, 3), None, "{length} {behind} {wrong}");
                        bytes[3 + wrong] ^= 0x80;
                        assert_eq!(found(&bytes[..3 + wrong], 3), None, "{length} {wrong}");
                    }
                }
            }
        }
    }

    #[test]
    fn shapes_that_do_not_pay_are_left_alone_for_a_while() {
        let mut shapes = learned();
        for _ in 0..TRIAL_OBJECTS {
            assert_eq!(shapes.tries(), 1);
            shapes.miss();
        }
        assert!(!shapes.is_learning());
        for _ in 0..PAUSE_OBJECTS {
            assert_eq!(shapes.tries(), 0);
        }
        assert!(shapes.is_learning());
    }
}
