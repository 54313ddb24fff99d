//! CREATE TABLE … LIKE: a declaration merged with the one it names.
//!
//! In: two declarations. Out: one, as if it had been written out. Invariant: per feature the strategy is that of its
//! own option, else that of ALL, else Flink's default: options overwrite, everything else is included.

use super::Binder;
use crate::base::{Diagnostic, Span};
use crate::p1_parse::ast::{ColumnDef, ColumnDefKind, CreateTable, LikeClause, LikeFeature, LikeStrategy};

impl Binder<'_> {
    /// The declaration with LIKE resolved; `None` after its problems were reported.
    pub(super) fn merged_with_source(&mut self, declaration: &CreateTable) -> Option<CreateTable> {
        let Some(like) = &declaration.like else {
            return Some(declaration.clone());
        };
        let name = self.object_name(&like.source);
        let Some(source) = self.declarations.get(&name).cloned() else {
            self.unknown_table(&name, like.source.span);
            return None;
        };
        self.check_like(like)?;
        let mut merged = CreateTable {
            like: None,
            ..declaration.clone()
        };
        let problems = [
            merge_columns(&mut merged, &source, like),
            merge_watermarks(&mut merged, &source, like),
            merge_keys(&mut merged, &source, like),
            merge_partitions(&mut merged, &source, like),
            merge_options(&mut merged, &source, like),
        ];
        let mut is_valid = true;
        for (span, message) in problems.into_iter().flatten() {
            is_valid = false;
            // Diagnostic: E2028 a declaration that contradicts the table it is LIKE.
            self.error(Diagnostic::error("E2028", span, message));
        }
        is_valid.then_some(merged)
    }

    fn check_like(&mut self, like: &LikeClause) -> Option<()> {
        let mut is_valid = true;
        for (i, option) in like.options.iter().enumerate() {
            let fixed = matches!(
                option.feature,
                LikeFeature::All
                    | LikeFeature::Constraints
                    | LikeFeature::Distribution
                    | LikeFeature::Partitions
            );
            let message = if option.strategy == LikeStrategy::Overwriting && fixed {
                format!("OVERWRITING is not possible for {:?}", option.feature).to_uppercase()
            } else if like.options[..i]
                .iter()
                .any(|earlier| earlier.feature == option.feature)
            {
                "the same feature is given twice".to_owned()
            } else {
                continue;
            };
            is_valid = false;
            self.error(Diagnostic::error("E2028", option.span, message));
        }
        is_valid.then_some(())
    }
}

type Problem = Option<(Span, String)>;

fn strategy(like: &LikeClause, feature: LikeFeature) -> LikeStrategy {
    let of = |feature| {
        like.options
            .iter()
            .find(|option| option.feature == feature)
            .map(|option| option.strategy)
    };
    of(feature)
        .or_else(|| of(LikeFeature::All))
        .unwrap_or(match feature {
            LikeFeature::Options => LikeStrategy::Overwriting,
            _ => LikeStrategy::Including,
        })
}

fn merge_columns(merged: &mut CreateTable, source: &CreateTable, like: &LikeClause) -> Problem {
    let own = std::mem::take(&mut merged.columns);
    let mut problem = None;
    for column in &source.columns {
        let strategy = match column.kind {
            ColumnDefKind::Physical { .. } | ColumnDefKind::OfQuery => LikeStrategy::Including,
            ColumnDefKind::Metadata { .. } => strategy(like, LikeFeature::Metadata),
            ColumnDefKind::Computed { .. } => strategy(like, LikeFeature::Generated),
        };
        let redefined = own.iter().find(|new| new.name.value == column.name.value);
        match (strategy, redefined) {
            (LikeStrategy::Excluding, _) => continue,
            (_, None) => merged.columns.push(column.clone()),
            (LikeStrategy::Overwriting, Some(new)) if same_sort(new, column) => {
                merged.columns.push(new.clone())
            }
            (_, Some(new)) => {
                let message = format!(
                    "column '{}' exists already in the table it is LIKE",
                    new.name.value
                );
                problem = problem.or(Some((new.span, message)));
            }
        }
    }
    let is_new = |column: &ColumnDef| {
        !merged
            .columns
            .iter()
            .any(|known| known.name.value == column.name.value)
    };
    let new: Vec<ColumnDef> = own.into_iter().filter(is_new).collect();
    merged.columns.extend(new);
    problem
}

fn same_sort(a: &ColumnDef, b: &ColumnDef) -> bool {
    std::mem::discriminant(&a.kind) == std::mem::discriminant(&b.kind)
}

fn merge_watermarks(merged: &mut CreateTable, source: &CreateTable, like: &LikeClause) -> Problem {
    let strategy = strategy(like, LikeFeature::Watermarks);
    match merged.watermarks.first() {
        _ if strategy == LikeStrategy::Excluding => None,
        None => {
            merged.watermarks = source.watermarks.clone();
            None
        }
        Some(own) if strategy == LikeStrategy::Including && !source.watermarks.is_empty() => {
            let message = "the table it is LIKE has a watermark; write OVERWRITING WATERMARKS";
            Some((own.span, message.to_owned()))
        }
        Some(_) => None,
    }
}

fn merge_keys(merged: &mut CreateTable, source: &CreateTable, like: &LikeClause) -> Problem {
    if strategy(like, LikeFeature::Constraints) == LikeStrategy::Excluding || source.primary_keys.is_empty() {
        return None;
    }
    if let Some(own) = merged.primary_keys.first() {
        let message = "the table it is LIKE has a primary key; write EXCLUDING CONSTRAINTS";
        return Some((own.span, message.to_owned()));
    }
    merged.primary_keys = source.primary_keys.clone();
    None
}

fn merge_partitions(merged: &mut CreateTable, source: &CreateTable, like: &LikeClause) -> Problem {
    if strategy(like, LikeFeature::Partitions) == LikeStrategy::Excluding || source.partitioned_by.is_empty()
    {
        return None;
    }
    if let Some(own) = merged.partitioned_by.first() {
        let message = "the table it is LIKE has partitions; write EXCLUDING PARTITIONS";
        return Some((own.span, message.to_owned()));
    }
    merged.partitioned_by = source.partitioned_by.clone();
    None
}

fn merge_options(merged: &mut CreateTable, source: &CreateTable, like: &LikeClause) -> Problem {
    let strategy = strategy(like, LikeFeature::Options);
    if strategy == LikeStrategy::Excluding {
        return None;
    }
    let own = std::mem::take(&mut merged.options);
    let mut problem = None;
    for option in &source.options {
        match own.iter().find(|new| new.key.value == option.key.value) {
            Some(new) if strategy == LikeStrategy::Including => {
                let message = format!(
                    "option '{}' is set in the table it is LIKE; write OVERWRITING OPTIONS",
                    new.key.value
                );
                problem = problem.or(Some((new.key.span, message)));
            }
            Some(_) => {}
            None => merged.options.push(option.clone()),
        }
    }
    merged.options.extend(own);
    problem
}
