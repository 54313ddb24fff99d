//! Calc: filters and projects with the generated kernel. Stateless; kinds of rows are passed on.

use sql::Timestamp;

use super::{Context, Event, Operator, value_error};
use crate::error::JobError;
use crate::job::BatchKernel;
use crate::row::{Batch, BatchWriter};

pub(super) struct Calc {
    name: &'static str,
    kernel: BatchKernel,
    writer: BatchWriter,
    /// For CURRENT_WATERMARK: the watermark of this operator, not of the thread.
    watermark: Option<Timestamp>,
}

impl Calc {
    pub(super) fn new(name: &'static str, kernel: BatchKernel, columns: usize) -> Self {
        Calc {
            name,
            kernel,
            writer: BatchWriter::new(columns),
            watermark: None,
        }
    }
}

impl Operator for Calc {
    fn on_batch(&mut self, input: &Batch, cx: &mut Context) -> Result<(), JobError> {
        cx.session.watermark = self.watermark;
        (self.kernel)(input, &mut self.writer, &mut cx.session).map_err(value_error(self.name))?;
        cx.emit(&mut self.writer);
        Ok(())
    }

    fn on_watermark(&mut self, watermark: Timestamp, cx: &mut Context) -> Result<(), JobError> {
        self.watermark = Some(watermark);
        cx.output.push(Event::Watermark(watermark));
        Ok(())
    }
}
