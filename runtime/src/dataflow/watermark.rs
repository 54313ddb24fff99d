//! Combines the watermarks of several inputs, channels or splits into one.
//!
//! In: watermarks and idleness of each. Out: what changed for whoever reads the combination. Invariant: the
//! combined watermark never goes back, and is the least of those that are not idle; when all are idle, the
//! greatest. Inputs that have ended do not count.

use sql::Timestamp;

use super::message::{Message, WATERMARK_NONE};

#[derive(Clone, Debug)]
struct Input {
    watermark: Timestamp,
    idle: bool,
    /// Nothing comes from it any more: it counts no longer.
    gone: bool,
}

/// The combination of a growing number of inputs.
#[derive(Clone, Debug, Default)]
pub(crate) struct WatermarkCombiner {
    inputs: Vec<Input>,
    combined: Option<Timestamp>,
    idle: bool,
}

impl WatermarkCombiner {
    pub(crate) fn new(inputs: usize) -> Self {
        let mut combiner = WatermarkCombiner::default();
        (0..inputs).for_each(|_| combiner.add());
        combiner
    }

    /// One more input, active, without a watermark yet.
    pub(crate) fn add(&mut self) {
        self.inputs.push(Input {
            watermark: WATERMARK_NONE,
            idle: false,
            gone: false,
        });
    }

    pub(crate) fn advance(&mut self, input: usize, watermark: Timestamp) {
        let slot = &mut self.inputs[input].watermark;
        *slot = (*slot).max(watermark);
    }

    pub(crate) fn set_idle(&mut self, input: usize, idle: bool) {
        self.inputs[input].idle = idle;
    }

    /// The input has ended. When all have, nothing changes any more until one is added.
    pub(crate) fn remove(&mut self, input: usize) {
        self.inputs[input].gone = true;
    }

    /// The combination as of the last change handed out.
    pub(crate) fn combined(&self) -> Option<Timestamp> {
        self.combined
    }

    pub(crate) fn is_idle(&self, input: usize) -> bool {
        self.inputs[input].idle
    }

    /// What changed since the last call, in the order in which readers must learn it.
    pub(crate) fn changes(&mut self) -> impl Iterator<Item = Message> + use<> {
        let present = || self.inputs.iter().filter(|input| !input.gone);
        let all_gone = !self.inputs.is_empty() && present().next().is_none();
        let idle = if all_gone {
            self.idle
        } else {
            present().all(|input| input.idle)
        };
        let reached = if idle {
            present().map(|input| input.watermark).max()
        } else {
            let active = present().filter(|input| !input.idle);
            active.map(|input| input.watermark).min()
        };
        let woke = self.idle && !idle;
        let slept = !self.idle && idle;
        self.idle = idle;
        let advanced = reached.filter(|&w| w > self.combined.unwrap_or(WATERMARK_NONE));
        if advanced.is_some() {
            self.combined = advanced;
        }
        let items = [
            woke.then_some(Message::Active),
            advanced.map(Message::Watermark),
            slept.then_some(Message::Idle),
        ];
        items.into_iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(combiner: &mut WatermarkCombiner) -> Vec<String> {
        let text = |message| match message {
            Message::Watermark(w) => format!("{}", w.micros),
            Message::Idle => "idle".to_owned(),
            Message::Active => "active".to_owned(),
            Message::Batch(_) | Message::Barrier(_) => unreachable!("only progress comes out"),
        };
        combiner.changes().map(text).collect()
    }

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros)
    }

    #[test]
    fn the_least_of_all_inputs_counts_and_never_goes_back() {
        let mut combiner = WatermarkCombiner::new(2);
        combiner.advance(0, at(5));
        assert!(changes(&mut combiner).is_empty());
        combiner.advance(1, at(3));
        assert_eq!(changes(&mut combiner), ["3"]);
        combiner.advance(1, at(2));
        assert!(changes(&mut combiner).is_empty());
        combiner.advance(1, at(9));
        assert_eq!(changes(&mut combiner), ["5"]);
        combiner.add();
        assert!(changes(&mut combiner).is_empty());
    }

    #[test]
    fn idle_inputs_do_not_hold_the_others_back() {
        let mut combiner = WatermarkCombiner::new(2);
        combiner.advance(0, at(5));
        combiner.set_idle(1, true);
        assert_eq!(changes(&mut combiner), ["5"]);
        combiner.advance(1, at(2));
        combiner.set_idle(1, false);
        assert!(changes(&mut combiner).is_empty());
        combiner.advance(0, at(8));
        assert!(changes(&mut combiner).is_empty());
        combiner.set_idle(1, true);
        assert_eq!(changes(&mut combiner), ["8"]);
    }

    #[test]
    fn when_all_sleep_the_greatest_watermark_is_reached() {
        let mut combiner = WatermarkCombiner::new(2);
        combiner.advance(0, at(5));
        combiner.advance(1, at(7));
        assert_eq!(changes(&mut combiner), ["5"]);
        combiner.set_idle(0, true);
        combiner.set_idle(1, true);
        assert_eq!(changes(&mut combiner), ["7", "idle"]);
        combiner.set_idle(0, false);
        assert_eq!(changes(&mut combiner), ["active"]);
    }
}
