//! `calc`: filters and projects in one pass.

use sql::TypeKind;

use super::super::identity::{Meaning, digest};
use super::super::keys::Distribution;
use super::super::plan::{ChangelogMode, PhysicalNode};
use super::{Operator, listed};
use crate::expr::text::expr_text;
use crate::expr::{Expr, ExprKind};
use crate::p3_plan::plan::Schema;
use crate::p3_plan::text::{fields, select_text, text_over};

#[derive(Clone, Debug, PartialEq)]
pub struct Calc {
    pub condition: Option<Expr>,
    /// One per column of the output.
    pub exprs: Vec<Expr>,
    /// Leaves out -U rows: nobody above asks for them.
    pub drop_update_before: bool,
    /// Rows that fail the condition are passed on as deletions of this key instead of being left out.
    pub deletes_failing: Option<Vec<usize>>,
}

impl Calc {
    /// Where these columns of the input are in the output, if all of them are passed on.
    fn passed_on(&self, columns: &[usize], is_passed: fn(&Expr) -> Option<usize>) -> Option<Vec<usize>> {
        let position = |column: &usize| {
            self.exprs
                .iter()
                .position(|expr| is_passed(expr) == Some(*column))
        };
        columns.iter().map(position).collect()
    }
}

/// The column whose values the expression's tell apart: the column itself, or in a type that has room for all of them.
fn told_apart(expr: &Expr) -> Option<usize> {
    match &expr.kind {
        ExprKind::Call(call, operands) if call.name == "CAST" => {
            let column = operands.first()?.as_column()?;
            has_room(&operands[0].ty.kind, &expr.ty.kind).then_some(column)
        }
        _ => expr.as_column(),
    }
}

/// Different values of one type are different values of the other. Only casts that Flink does by itself count.
fn has_room(from: &TypeKind, to: &TypeKind) -> bool {
    let bits = |kind: &TypeKind| match kind {
        TypeKind::TinyInt => 8,
        TypeKind::SmallInt => 16,
        TypeKind::Int => 32,
        _ => 64,
    };
    match (from, to) {
        (TypeKind::Char { length: a } | TypeKind::VarChar { length: a }, TypeKind::VarChar { length: b })
        | (TypeKind::VarBinary { length: a }, TypeKind::VarBinary { length: b }) => a <= b,
        (
            TypeKind::Decimal {
                precision: p,
                scale: s,
            },
            TypeKind::Decimal {
                precision: q,
                scale: t,
            },
        ) => s <= t && p - s <= q - t,
        (TypeKind::Timestamp { precision: p }, TypeKind::Timestamp { precision: q })
        | (TypeKind::TimestampLtz { precision: p }, TypeKind::TimestampLtz { precision: q }) => p <= q,
        (TypeKind::Float, TypeKind::Double) => true,
        (a, b) if a.is_integer() && b.is_integer() => bits(a) <= bits(b),
        (a, TypeKind::Double) if a.is_integer() => bits(a) <= 32,
        (a, b) => a == b,
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
                let verb = if self.deletes_failing.is_some() {
                    "delete_unless"
                } else {
                    "filter"
                };
                format!("{verb}_{}", listed(&columns, input))
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
            Some(condition) => {
                let what = if self.deletes_failing.is_some() {
                    "deleteUnless"
                } else {
                    "where"
                };
                format!(
                    "Calc(select=[{select}], {what}=[{}])",
                    text_over(condition, input)
                )
            }
            None => format!("Calc(select=[{select}])"),
        }
    }

    fn derive_mode(&mut self, input: ChangelogMode, _: bool) -> ChangelogMode {
        ChangelogMode {
            update_before: input.update_before && !self.drop_update_before,
            delete: input.delete || self.deletes_failing.is_some(),
            ..input
        }
    }

    /// A row that no longer passes must be taken back: its +U is filtered out, its -U is not.
    /// Not so where the condition looks only at what an update never changes.
    fn needs_update_before(&self, needed_above: bool, input: &PhysicalNode) -> bool {
        let is_fixed = |condition: &Expr| {
            let looked_at = condition.columns();
            let has_all = |unique: &Vec<usize>| looked_at.iter().all(|column| unique.contains(column));
            input.upsert_keys.iter().any(has_all)
        };
        let can_change = self
            .condition
            .as_ref()
            .is_some_and(|condition| !is_fixed(condition));
        !self.drop_update_before && self.deletes_failing.is_none() && (can_change || needed_above)
    }

    /// CURRENT_WATERMARK in the condition is that behind the exchange, as in Flink.
    fn exchange_keys(&self) -> Option<Vec<usize>> {
        self.deletes_failing.clone()
    }

    fn distribution(&self, input: &Distribution) -> Distribution {
        match input {
            Distribution::Keys(keys) => self
                .passed_on(keys, Expr::as_column)
                .map_or(Distribution::Anywhere, Distribution::Keys),
            other => other.clone(),
        }
    }

    fn upsert_keys(&self, inputs: &[&PhysicalNode], _: usize) -> Vec<Vec<usize>> {
        inputs[0]
            .upsert_keys
            .iter()
            .filter_map(|key| self.passed_on(key, told_apart))
            .collect()
    }

    fn meaning(&self, inputs: &[&Meaning], _: usize) -> Meaning {
        let column = |column: usize| inputs[0].columns[column].clone();
        let rows = match &self.condition {
            Some(condition) => {
                let what = if self.deletes_failing.is_some() {
                    "delete unless"
                } else {
                    "filter"
                };
                digest(&[what, &inputs[0].rows, &expr_text(condition, &column)])
            }
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
