//! Kernels: one function per operator that evaluates expressions, a loop over the rows of a batch.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use sql::Value;

use super::document::{Origin, comment};
use super::expression::Expressions;
use super::item::{Items, column_name, ident};
use super::types::{index, is_fixed, put_statement};
use crate::expr::{Expr, ExprKind};
use crate::p3_plan::plan::Schema;

/// What a kernel reads.
pub(super) struct Input<'a> {
    /// Which rows: kernels with the same number share a row reader.
    pub(super) key: usize,
    /// The operator (or part of it) the rows come from; names the reader.
    pub(super) name: &'a str,
    pub(super) schema: &'a Schema,
}

/// A column of a kernel's output.
pub(super) enum Output<'a> {
    Expr(&'a Expr),
    /// The current time: a processing-time attribute.
    Now,
}

/// A kernel that filters and projects.
pub(super) struct BatchKernel<'a> {
    pub(super) name: &'a str,
    pub(super) input: Input<'a>,
    pub(super) condition: Option<&'a Expr>,
    pub(super) outputs: Vec<Output<'a>>,
    pub(super) schema: &'a Schema,
    pub(super) drop_update_before: bool,
    /// Additions that fail the condition become deletions.
    pub(super) deletes_failing: bool,
    pub(super) origin: &'a Origin,
}

impl BatchKernel<'_> {
    /// Adds the kernel to the file; the answer is its name.
    pub(super) fn generate(&self, items: &mut Items<'_>) -> Ident {
        let reader = items.take_reader(self.input.key, self.input.name);
        let exprs: Vec<&Expr> = self.condition.into_iter().chain(self.exprs()).collect();
        let mut code = Expressions::new(items, reader, self.input.schema.clone(), &exprs);
        code.scopes.open();
        let (mut statements, mut uses_raw) = (Vec::new(), true);
        if self.drop_update_before {
            code.items.import("runtime::row", "RowKind");
            statements.push(quote!(if kind == RowKind::UpdateBefore {
                continue;
            }));
        }
        let failing = match self.deletes_failing {
            true => {
                code.items.import("runtime::row", "RowKind");
                // A deletion may hold nothing but its key, so no condition looks at it.
                statements.push(quote!(if !kind.is_addition() {
                    output.push(kind, raw);
                    continue;
                }));
                quote!(output.push(RowKind::Delete, raw);)
            }
            false => quote!(),
        };
        for condition in self.condition.into_iter().flat_map(conjuncts) {
            let test = filter(&mut code, condition, &failing);
            statements.extend(code.scopes.take_statements());
            statements.push(test);
        }
        if self.is_identity() {
            statements.push(quote!(output.push(kind, raw);));
        } else {
            let (written, copies) = self.write(&mut code);
            statements.extend(written);
            uses_raw = copies;
        }
        let function = self.function(&mut code, &statements, uses_raw);
        let reader = code.reader;
        items.put_reader(self.input.key, reader);
        items.add_kernel(function);
        ident(self.name)
    }

    fn exprs(&self) -> impl Iterator<Item = &Expr> {
        self.outputs.iter().filter_map(|output| match output {
            Output::Expr(expr) => Some(*expr),
            Output::Now => None,
        })
    }

    /// Every row is passed on whole.
    fn is_identity(&self) -> bool {
        let is_own = |(n, output): (usize, &Output<'_>)| match output {
            Output::Expr(expr) => self.copied(expr, n) == Some(n),
            Output::Now => false,
        };
        self.outputs.len() == self.input.schema.columns.len() && self.outputs.iter().enumerate().all(is_own)
    }

    /// The input's column whose bytes this output has. A column that is read as a type laid out in another way
    /// (TIMESTAMP(3) as TIMESTAMP(9)) is written anew.
    fn copied(&self, expr: &Expr, output: usize) -> Option<usize> {
        let from = expr.as_column()?;
        let (from_type, to_type) = (
            &self.input.schema.columns[from].ty,
            &self.schema.columns[output].ty,
        );
        (is_fixed(&from_type.kind) == is_fixed(&to_type.kind)).then_some(from)
    }

    /// First everything that is computed, then the row. Answers whether columns are copied.
    fn write(&self, code: &mut Expressions<'_, '_>) -> (Vec<TokenStream>, bool) {
        let (mut computed, mut puts, mut copies) = (Vec::new(), Vec::new(), false);
        let mut taken = std::collections::BTreeSet::new();
        for (n, (output, column)) in self.outputs.iter().zip(&self.schema.columns).enumerate() {
            let position = index(n);
            puts.push(match output {
                Output::Now => {
                    code.uses_session = true;
                    put_statement(&column.ty, n, &quote!(Some(session.now.truncate(3))), code.items)
                }
                Output::Expr(Expr {
                    kind: ExprKind::Literal(Value::Null),
                    ..
                }) => quote!(output.put_null(#position);),
                Output::Expr(expr) => match self.copied(expr, n) {
                    Some(from) => {
                        copies = true;
                        let from = index(from);
                        match is_fixed(&column.ty.kind) {
                            true => quote!(output.copy_fixed(#position, raw, #from);),
                            false => quote!(output.copy_variable(#position, raw, #from);),
                        }
                    }
                    None => {
                        let value = value(code, expr, &column.name, &mut taken);
                        put_statement(&column.ty, n, &value, code.items)
                    }
                },
            });
            computed.extend(code.scopes.take_statements());
        }
        computed.push(quote!(output.begin(kind);));
        computed.extend(puts);
        computed.push(quote!(output.finish();));
        (computed, copies)
    }

    fn function(
        &self,
        code: &mut Expressions<'_, '_>,
        statements: &[TokenStream],
        uses_raw: bool,
    ) -> TokenStream {
        code.items.import("runtime::row", "Batch");
        code.items.import("runtime::row", "BatchWriter");
        let (name, session, documentation) = (ident(self.name), session(code), comment(&self.origin.lines()));
        let (raw, reading) = reading(code, uses_raw);
        quote! {
            #documentation
            fn #name(input: &Batch, output: &mut BatchWriter, #session: &mut Session) -> Result<(), SqlError> {
                for (kind, #raw) in input.rows() {
                    #reading
                    #(#statements)*
                }
                Ok(())
            }
        }
    }
}

/// The value of a computed column, lent, behind a name like the column's where it is not short.
fn value(
    code: &mut Expressions<'_, '_>,
    expr: &Expr,
    column: &str,
    taken: &mut std::collections::BTreeSet<String>,
) -> TokenStream {
    let value = code.code(expr);
    if value.is_literal && value.held != super::types::Held::Nested {
        return value.option;
    }
    if value.weight == 0 && value.form == super::scope::Form::Lent {
        return value.option;
    }
    let base = format!("{}_value", column_name(column).trim_end_matches('_'));
    let numbered = (2..).map(|number| format!("{base}_{number}"));
    let name = [base.clone()]
        .into_iter()
        .chain(numbered)
        .find(|name| taken.insert(name.clone()));
    let name = ident(&name.expect("numbers do not end"));
    code.scopes.bind_as(&name, &value, None).option
}

/// `if … { continue; }` for rows that do not pass, after what is done with those that fail.
fn filter(code: &mut Expressions<'_, '_>, condition: &Expr, failing: &TokenStream) -> TokenStream {
    let test = code.operand(condition);
    let option = test.option;
    match test.plain.filter(|_| !test.is_literal) {
        Some(plain) => quote!(if !#plain { #failing continue; }),
        None => quote!(if #option != Some(true) { #failing continue; }),
    }
}

/// The conditions that must all be TRUE, in order.
fn conjuncts(condition: &Expr) -> Vec<&Expr> {
    match &condition.kind {
        ExprKind::And(operands) => operands.iter().flat_map(conjuncts).collect(),
        ExprKind::Literal(Value::Boolean(true)) => Vec::new(),
        _ => vec![condition],
    }
}

/// The parameter's name, and the imports every kernel needs.
fn session(code: &mut Expressions<'_, '_>) -> Ident {
    code.items.sql("Session");
    code.items.sql("SqlError");
    ident(if code.uses_session { "session" } else { "_session" })
}

/// The name of the bare row in the loop, and the statement that names its columns.
fn reading(code: &Expressions<'_, '_>, uses_raw: bool) -> (TokenStream, TokenStream) {
    let reader = &code.reader.name;
    match (uses_raw || code.reads, code.reads) {
        (false, _) => (quote!(_), quote!()),
        (true, false) => (quote!(raw), quote!()),
        (true, true) => (quote!(raw), quote!(let row = #reader(raw);)),
    }
}

/// Adds the kernel that evaluates a watermark expression.
pub(super) fn watermark(
    name: &str,
    input: Input<'_>,
    expr: &Expr,
    origin: &Origin,
    items: &mut Items<'_>,
) -> Ident {
    let reader = items.take_reader(input.key, input.name);
    let mut code = Expressions::new(items, reader, input.schema.clone(), &[expr]);
    code.scopes.open();
    let value = code.code(expr).option;
    let statements = code.scopes.take_statements();
    code.items.import("runtime::row", "Batch");
    code.items.sql("Timestamp");
    let (function, session, documentation) = (ident(name), session(&mut code), comment(&origin.lines()));
    let (raw, reading) = reading(&code, false);
    let function_tokens = quote! {
        #documentation
        fn #function(
            input: &Batch,
            watermarks: &mut Vec<Option<Timestamp>>,
            #session: &mut Session,
        ) -> Result<(), SqlError> {
            for (_, #raw) in input.rows() {
                #reading
                #(#statements)*
                watermarks.push(#value);
            }
            Ok(())
        }
    };
    let reader = code.reader;
    items.put_reader(input.key, reader);
    items.add_kernel(function_tokens);
    function
}
