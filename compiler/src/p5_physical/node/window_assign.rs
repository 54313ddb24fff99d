//! `window_assign`: appends the windows that each row belongs to.

use super::super::identity::{Meaning, digest};
use super::super::keys::Distribution;
use super::super::plan::PhysicalNode;
use super::{Operator, WINDOW_COLUMNS};
use crate::p3_plan::plan::{Schema, Window, WindowKind};
use crate::p3_plan::text::{duration_text, window_text};

#[derive(Clone, Debug, PartialEq)]
pub struct WindowAssign {
    pub window: Window,
}

/// `tumble_30s`
pub(super) fn window_name(kind: WindowKind) -> String {
    match kind {
        WindowKind::Tumble { size_ms, .. } => format!("tumble_{}", duration_text(size_ms)),
        WindowKind::Hop {
            slide_ms, size_ms, ..
        } => {
            format!("hop_{}_{}", duration_text(slide_ms), duration_text(size_ms))
        }
        WindowKind::Cumulate { step_ms, size_ms, .. } => {
            format!("cumulate_{}_{}", duration_text(step_ms), duration_text(size_ms))
        }
    }
}

/// Which windows, over which time.
pub(super) fn window_meaning(window: &Window, input: &Meaning) -> String {
    format!(
        "{:?} {:?} {}",
        window.kind, window.time, input.columns[window.time_column]
    )
}

/// What the columns are that windows append to these rows.
pub(super) fn window_columns(rows: &str) -> [String; WINDOW_COLUMNS] {
    ["start", "end", "time"].map(|part| digest(&["window", part, rows]))
}

impl Operator for WindowAssign {
    fn kind(&self) -> &'static str {
        "window_assign"
    }

    fn base_name(&self, _: &Schema, _: &Schema) -> String {
        format!("assign_{}", window_name(self.window.kind))
    }

    fn text(&self, input: &Schema, _: &Schema) -> String {
        format!("WindowAssign(window=[{}])", window_text(&self.window, input))
    }

    fn distribution(&self, input: &Distribution) -> Distribution {
        input.clone()
    }

    /// A row may belong to several windows.
    fn upsert_keys(&self, inputs: &[&PhysicalNode], width: usize) -> Vec<Vec<usize>> {
        let start = width - WINDOW_COLUMNS;
        let with_window = |key: &Vec<usize>| [key.as_slice(), &[start, start + 1]].concat();
        inputs[0].upsert_keys.iter().map(with_window).collect()
    }

    fn meaning(&self, inputs: &[&Meaning], _: usize) -> Meaning {
        let rows = digest(&[
            "window",
            &inputs[0].rows,
            &window_meaning(&self.window, inputs[0]),
        ]);
        let columns = inputs[0]
            .columns
            .iter()
            .cloned()
            .chain(window_columns(&rows))
            .collect();
        Meaning { rows, columns }
    }
}
