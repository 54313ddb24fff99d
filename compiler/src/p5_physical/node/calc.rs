//! `calc`: filters and projects in one pass.

use super::super::identity::{Meaning, digest};
use super::super::keys::Distribution;
use super::super::plan::{ChangelogMode, PhysicalNode};
use super::{Operator, listed};
use crate::expr::Expr;
use crate::expr::text::expr_text;
use crate::p3_plan::plan::Schema;
use crate::p3_plan::text::{fields, select_text, text_over};

#[derive(Clone, Debug, PartialEq)]
pub struct Calc {
    pub condition: Option<Expr>,
    /// One per column of the output.
    pub exprs: Vec<Expr>,
    /// Leaves out -U rows: nobody above asks for them.
    pub drop_update_before: bool,
}

impl Calc {
    /// Where these columns of the input are in the output, if all of them are passed on.
    fn passed_on(&self, columns: &[usize]) -> Option<Vec<usize>> {
        let position = |column: &usize| {
            self.exprs
                .iter()
                .position(|expr| expr.as_column() == Some(*column))
        };
        columns.iter().map(position).collect()
    }
}

impl Operator for Calc {
    fn kind(&self) -> &'static str {
        "calc"
    }

    fn base_name(&self, input: &Schema, output: &Schema) -> String {
        if self.drop_update_before {
            return "drop_update_before".to_owned();
        }
        match &self.condition {
            Some(condition) => {
                let columns: Vec<usize> = condition.columns().into_iter().collect();
                format!("filter_{}", listed(&columns, input))
            }
            None => {
                let columns: Vec<usize> = (0..output.columns.len()).collect();
                format!("project_{}", listed(&columns, output))
            }
        }
    }

    fn text(&self, input: &Schema, output: &Schema) -> String {
        if self.drop_update_before {
            return format!("DropUpdateBefore(fields=[{}])", fields(output));
        }
        let select = select_text(&self.exprs, input, output);
        match &self.condition {
            Some(condition) => format!("Calc(select=[{select}], where=[{}])", text_over(condition, input)),
            None => format!("Calc(select=[{select}])"),
        }
    }

    fn derive_mode(&mut self, input: ChangelogMode, _: bool) -> ChangelogMode {
        ChangelogMode {
            update_before: input.update_before && !self.drop_update_before,
            ..input
        }
    }

    /// A row that no longer passes must be taken back: its +U is filtered out, its -U is not.
    fn needs_update_before(&self, needed_above: bool) -> bool {
        !self.drop_update_before && (self.condition.is_some() || needed_above)
    }

    fn distribution(&self, input: &Distribution) -> Distribution {
        match input {
            Distribution::Keys(keys) => self
                .passed_on(keys)
                .map_or(Distribution::Anywhere, Distribution::Keys),
            other => other.clone(),
        }
    }

    fn upsert_keys(&self, inputs: &[&PhysicalNode], _: usize) -> Vec<Vec<usize>> {
        inputs[0]
            .upsert_keys
            .iter()
            .filter_map(|key| self.passed_on(key))
            .collect()
    }

    fn meaning(&self, inputs: &[&Meaning], _: usize) -> Meaning {
        let column = |column: usize| inputs[0].columns[column].clone();
        let rows = match &self.condition {
            Some(condition) => digest(&["filter", &inputs[0].rows, &expr_text(condition, &column)]),
            None => inputs[0].rows.clone(),
        };
        let expr = |expr: &Expr| match expr.as_column() {
            Some(passed) => column(passed),
            None => digest(&[&expr_text(expr, &column), &expr.ty.kind.to_string()]),
        };
        Meaning {
            rows,
            columns: self.exprs.iter().map(expr).collect(),
        }
    }
}
