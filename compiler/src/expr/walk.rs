//! Walking and rewriting expressions: which columns they read, whether they may be moved, substitution.

use std::collections::BTreeSet;

use super::{Expr, ExprKind};

impl Expr {
    /// Direct operands in the order of evaluation.
    pub fn operands(&self) -> Vec<&Expr> {
        match &self.kind {
            ExprKind::Column(_) | ExprKind::Literal(_) => Vec::new(),
            ExprKind::Call(_, list)
            | ExprKind::And(list)
            | ExprKind::Or(list)
            | ExprKind::Coalesce(list)
            | ExprKind::Construct(list) => list.iter().collect(),
            ExprKind::Field(inner, _) => vec![inner],
            ExprKind::Case { branches, otherwise } => {
                let pairs = branches.iter().flat_map(|(when, then)| [when, then]);
                pairs.chain(otherwise.as_deref()).collect()
            }
        }
    }

    /// Direct operands, to be changed in place.
    pub fn operands_mut(&mut self) -> Vec<&mut Expr> {
        match &mut self.kind {
            ExprKind::Column(_) | ExprKind::Literal(_) => Vec::new(),
            ExprKind::Call(_, list)
            | ExprKind::And(list)
            | ExprKind::Or(list)
            | ExprKind::Coalesce(list)
            | ExprKind::Construct(list) => list.iter_mut().collect(),
            ExprKind::Field(inner, _) => vec![inner],
            ExprKind::Case { branches, otherwise } => {
                let pairs = branches.iter_mut().flat_map(|(when, then)| [when, then]);
                pairs.chain(otherwise.as_deref_mut()).collect()
            }
        }
    }

    /// Calls `visit` for this expression and everything in it.
    pub fn visit(&self, visit: &mut dyn FnMut(&Expr)) {
        visit(self);
        for operand in self.operands() {
            operand.visit(visit);
        }
    }

    /// The columns it reads.
    pub fn columns(&self) -> BTreeSet<usize> {
        let mut columns = BTreeSet::new();
        self.visit(&mut |expr| {
            if let ExprKind::Column(column) = expr.kind {
                columns.insert(column);
            }
        });
        columns
    }

    /// The same row always gives the same answer: it may be evaluated elsewhere, more or less often.
    pub fn is_deterministic(&self) -> bool {
        let mut deterministic = true;
        self.visit(&mut |expr| {
            if let ExprKind::Call(call, _) = &expr.kind {
                deterministic &= call.deterministic;
            }
        });
        deterministic
    }

    /// Number of nodes.
    pub fn size(&self) -> usize {
        let mut size = 0;
        self.visit(&mut |_| size += 1);
        size
    }

    /// The position when it is nothing but a column.
    pub fn as_column(&self) -> Option<usize> {
        match self.kind {
            ExprKind::Column(column) => Some(column),
            _ => None,
        }
    }

    /// The expression with every column replaced by what `replace` answers for it.
    pub fn replace_columns(&self, replace: &dyn Fn(usize) -> ExprKind) -> Expr {
        let mut result = self.clone();
        result.replace_in_place(replace);
        result
    }

    fn replace_in_place(&mut self, replace: &dyn Fn(usize) -> ExprKind) {
        if let ExprKind::Column(column) = self.kind {
            self.kind = replace(column);
            return;
        }
        for operand in self.operands_mut() {
            operand.replace_in_place(replace);
        }
    }

    /// The expression over the row that `exprs` are computed from.
    pub fn substitute(&self, exprs: &[Expr]) -> Expr {
        self.replace_columns(&|column| exprs[column].kind.clone())
    }

    /// The expression over a row whose columns stand elsewhere.
    pub fn renumber(&self, position: &dyn Fn(usize) -> usize) -> Expr {
        self.replace_columns(&|column| ExprKind::Column(position(column)))
    }
}
