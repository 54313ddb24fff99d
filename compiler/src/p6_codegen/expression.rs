//! Expressions → Rust expressions over one row.
//!
//! Every value is an `Option`. Text, bytes and nested values are lent where they stand in the row or behind a name,
//! and owned where a function made them ([`Form`]). Equal sub-expressions are evaluated once; what AND, OR, CASE and
//! COALESCE need only sometimes is evaluated only then.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;
use sql::{DataType, Value};

use super::item::{Items, ident};
use super::literal;
use super::row_reader::RowReader;
use super::scope::{Code, Finished, Form, Scopes};
use super::types::{Held, held, lent_type, list, owned_type, value_variant};
use crate::expr::text::{expr_text, field_name};
use crate::expr::{Expr, ExprKind};
use crate::p3_plan::plan::Schema;

/// Calls in one Rust expression; a larger one is split by naming its parts.
const WEIGHT_MAX: usize = 4;

/// Generates the expressions of one kernel.
pub(super) struct Expressions<'i, 's> {
    pub(super) items: &'i mut Items<'s>,
    pub(super) scopes: Scopes,
    pub(super) reader: RowReader,
    /// Some column is read through the reader.
    pub(super) reads: bool,
    pub(super) uses_session: bool,
    input: Schema,
    /// Sub-expressions that occur more than once.
    repeated: BTreeSet<String>,
}

impl<'i, 's> Expressions<'i, 's> {
    pub(super) fn new(items: &'i mut Items<'s>, reader: RowReader, input: Schema, all: &[&Expr]) -> Self {
        Expressions {
            items,
            scopes: Scopes::default(),
            reader,
            reads: false,
            uses_session: false,
            input,
            repeated: repeated(all),
        }
    }

    /// The code of an operand: large ones are bound to a name.
    pub(super) fn operand(&mut self, expr: &Expr) -> Code {
        let code = self.code(expr);
        if code.weight > WEIGHT_MAX {
            self.scopes.bind(&code, None)
        } else {
            code
        }
    }

    pub(super) fn code(&mut self, expr: &Expr) -> Code {
        match &expr.kind {
            ExprKind::Column(_) => return self.read(expr),
            ExprKind::Literal(value) => return self.literal(value, &expr.ty),
            ExprKind::Field(inner, field) => return self.field(expr, inner, *field),
            _ => {}
        }
        let key = key(expr);
        let is_shared = self.repeated.contains(&key);
        if let Some(bound) = self.scopes.find(&key).filter(|_| is_shared) {
            return bound;
        }
        let code = match &expr.kind {
            ExprKind::Call(call, arguments) => self.call(call, arguments, &expr.ty),
            ExprKind::And(operands) => self.logic("and", operands),
            ExprKind::Or(operands) => self.logic("or", operands),
            ExprKind::Coalesce(operands) => self.coalesce(operands),
            ExprKind::Case { branches, otherwise } => self.case(branches, otherwise.as_deref(), &expr.ty),
            ExprKind::Construct(operands) => self.construct(operands, &expr.ty),
            ExprKind::Column(_) | ExprKind::Literal(_) | ExprKind::Field(..) => {
                unreachable!("answered above")
            }
        };
        if is_shared {
            self.scopes.bind(&code, Some(&key))
        } else {
            code
        }
    }

    /// A column or a field of one, through the row reader.
    fn read(&mut self, expr: &Expr) -> Code {
        let (mut path, mut words, mut types) = (Vec::new(), Vec::new(), Vec::new());
        self.path(expr, &mut path, &mut words, &mut types);
        let method = self.reader.method(&path, &words, &types);
        self.reads = true;
        let held = held(&expr.ty.kind);
        Code {
            option: quote!(row.#method()),
            plain: None,
            result: None,
            form: if held == Held::Nested {
                Form::Owned
            } else {
                Form::Lent
            },
            held,
            is_literal: false,
            weight: 0,
        }
    }

    fn path(&self, expr: &Expr, path: &mut Vec<usize>, words: &mut Vec<String>, types: &mut Vec<DataType>) {
        match &expr.kind {
            ExprKind::Column(column) => {
                path.push(*column);
                words.push(self.input.columns[*column].name.clone());
                // It may be read as another type of the same values; how it lies in the row is its own type's matter.
                types.push(self.input.columns[*column].ty.clone());
            }
            ExprKind::Field(inner, field) => {
                self.path(inner, path, words, types);
                path.push(*field);
                words.push(field_name(&inner.ty, *field));
                types.push(expr.ty.clone());
            }
            other => unreachable!("{other:?} is no path into a row"),
        }
    }

    fn field(&mut self, expr: &Expr, inner: &Expr, field: usize) -> Code {
        if is_path(inner) {
            return self.read(expr);
        }
        let row = self.operand(inner);
        let row = self.lent(row);
        let (function, ty) = (self.items.null("field"), owned_type(&expr.ty.kind, self.items));
        let position = super::types::index(field);
        self.made(quote!(#function::<#ty>(#row, #position)), &expr.ty, 1)
    }

    fn literal(&mut self, value: &Value, ty: &DataType) -> Code {
        let held = held(&ty.kind);
        let code = |option, plain, form| Code {
            option,
            plain,
            result: None,
            form,
            held,
            is_literal: true,
            weight: 0,
        };
        match value {
            Value::Null => {
                let ty = lent_type(&ty.kind, &quote!(), self.items);
                code(quote!(None::<#ty>), None, Form::Null)
            }
            Value::Array(_) | Value::Map(_) | Value::Row(_) => {
                let value = literal::value(value, ty, self.items);
                code(quote!(Some(#value)), Some(value), Form::Owned)
            }
            value => {
                let value = literal::plain(value, self.items);
                code(quote!(Some(#value)), Some(value), Form::Lent)
            }
        }
    }

    /// Code that makes a new value of the type.
    pub(super) fn made(&self, option: TokenStream, ty: &DataType, weight: usize) -> Code {
        let held = held(&ty.kind);
        let form = if held == Held::Copied {
            Form::Lent
        } else {
            Form::Owned
        };
        Code {
            option,
            plain: None,
            result: None,
            form,
            held,
            is_literal: false,
            weight,
        }
    }

    /// The value lent; an owned one is bound to a name first.
    pub(super) fn lent(&mut self, code: Code) -> TokenStream {
        match code.form {
            Form::Owned => self.scopes.bind(&code, None).option,
            _ => code.lent(),
        }
    }

    /// The value as a `Value`, which may be NULL.
    pub(super) fn value(&mut self, expr: &Expr) -> TokenStream {
        if let ExprKind::Literal(value) = &expr.kind {
            return literal::value(value, &expr.ty, self.items);
        }
        let (code, name) = (self.operand(expr), self.items.sql("Value"));
        let owned = code.owned();
        if code.held == Held::Nested {
            return quote!(#owned.unwrap_or(#name::Null));
        }
        let variant = ident(value_variant(&expr.ty.kind));
        quote!(#owned.map_or(#name::Null, #name::#variant))
    }

    /// The value as an `Option<Value>`.
    pub(super) fn optional_value(&mut self, expr: &Expr) -> TokenStream {
        let code = self.operand(expr);
        let owned = code.owned();
        if code.held == Held::Nested {
            return owned;
        }
        let (name, variant) = (self.items.sql("Value"), ident(value_variant(&expr.ty.kind)));
        quote!(#owned.map(#name::#variant))
    }

    /// A condition as a `bool`: TRUE, and neither FALSE nor NULL.
    pub(super) fn condition(&mut self, expr: &Expr) -> TokenStream {
        let code = self.operand(expr);
        let option = code.option;
        code.plain.unwrap_or_else(|| quote!(#option == Some(true)))
    }

    /// Code in a block of its own.
    fn lazily(&mut self, expr: &Expr) -> (Finished, Code) {
        self.scopes.open();
        let code = self.code(expr);
        (self.scopes.close(), code)
    }

    fn logic(&mut self, name: &'static str, operands: &[Expr]) -> Code {
        let (first, rest) = operands.split_first().expect("AND and OR have operands");
        let first = self.operand(first);
        let (mut option, mut weight, mut result) = (first.option, first.weight, None);
        for operand in rest {
            let (block, code) = self.lazily(operand);
            weight += code.weight + 1;
            (option, result) = self.lazy_call(name, &option, block, &code.option, code.result);
        }
        Code {
            option,
            result,
            weight,
            ..self.made(quote!(), &DataType::nullable(sql::TypeKind::Boolean), 0)
        }
    }

    fn coalesce(&mut self, operands: &[Expr]) -> Code {
        let (first, rest) = operands.split_first().expect("COALESCE has operands");
        let mut first = self.operand(first);
        let rest: Vec<(Finished, Code)> = rest.iter().map(|operand| self.lazily(operand)).collect();
        let form = unified([&first].into_iter().chain(rest.iter().map(|(_, code)| code)));
        first.option = in_form(&first, form);
        for (block, code) in rest {
            let value = in_form(&code, form);
            let result = code.result.clone().filter(|_| code.form == form);
            (first.option, first.result) =
                self.lazy_call("coalesce", &first.option.clone(), block, &value, result);
            first.weight += code.weight + 1;
        }
        Code {
            plain: None,
            result: None,
            is_literal: false,
            form,
            ..first
        }
    }

    /// `and(left, || right)`, or `try_and(left, || Ok(right))?` when the right side may fail. The second answer is the
    /// latter without its `?`.
    fn lazy_call(
        &mut self,
        name: &'static str,
        left: &TokenStream,
        block: Finished,
        right: &TokenStream,
        right_result: Option<TokenStream>,
    ) -> (TokenStream, Option<TokenStream>) {
        let statements = block.statements;
        if !block.is_fallible {
            let function = self.items.null(name);
            let body = braced(&statements, right);
            return (quote!(#function(#left, || #body)), None);
        }
        self.scopes.set_fallible();
        let function = self.items.null(&format!("try_{name}"));
        let body = braced(&statements, &right_result.unwrap_or_else(|| quote!(Ok(#right))));
        let result = quote!(#function(#left, || #body));
        (quote!(#result?), Some(result))
    }

    /// IF and ELSE are Rust's own: conditions are TRUE or not, branches are blocks.
    fn case(&mut self, branches: &[(Expr, Expr)], otherwise: Option<&Expr>, ty: &DataType) -> Code {
        let mut generated = Vec::new();
        for (n, (when, then)) in branches.iter().enumerate() {
            if n > 0 {
                // Later conditions belong to the ELSE of those before.
                self.scopes.open();
            }
            let condition = self.condition(when);
            let statements = if n > 0 {
                self.scopes.take_statements()
            } else {
                Vec::new()
            };
            generated.push((statements, condition, self.lazily(then)));
        }
        let null = Expr {
            kind: ExprKind::Literal(Value::Null),
            ty: ty.clone(),
            span: branches[0].0.span,
        };
        let last = self.lazily(otherwise.unwrap_or(&null));
        for _ in 1..branches.len() {
            let block = self.scopes.close();
            self.propagate(&block);
        }
        let form = unified(generated.iter().map(|(_, _, (_, code))| code).chain([&last.1]));
        let (mut option, mut is_if) = (self.branch(&last, form), false);
        for (statements, condition, then) in generated.iter().rev() {
            let then = self.branch(then, form);
            option = match is_if {
                true => quote!(if #condition { #then } else #option),
                false => quote!(if #condition { #then } else { #option }),
            };
            is_if = statements.is_empty();
            option = quote!(#(#statements)* #option);
        }
        Code {
            option,
            form,
            ..self.made(quote!(), ty, WEIGHT_MAX + 1)
        }
    }

    fn branch(&mut self, (block, code): &(Finished, Code), form: Form) -> TokenStream {
        self.propagate(block);
        let (statements, value) = (&block.statements, in_form(code, form));
        quote!(#(#statements)* #value)
    }

    /// A `?` in a block of an IF leaves the block around, too.
    fn propagate(&mut self, block: &Finished) {
        if block.is_fallible {
            self.scopes.set_fallible();
        }
    }

    fn construct(&mut self, operands: &[Expr], ty: &DataType) -> Code {
        let values: Vec<TokenStream> = operands.iter().map(|operand| self.value(operand)).collect();
        let name = self.items.sql("Value");
        let value = match &ty.kind {
            sql::TypeKind::Array(_) => {
                let values = list(values);
                quote!(#name::Array(#values))
            }
            sql::TypeKind::Map(..) => {
                let construct = self.items.null("construct_map");
                let entries = values.chunks(2).map(|entry| quote!((#(#entry),*)));
                let entries = list(entries);
                quote!(#construct(#entries))
            }
            _ => {
                let values = list(values);
                quote!(#name::Row(#values))
            }
        };
        Code {
            plain: Some(value.clone()),
            ..self.made(quote!(Some(#value)), ty, operands.len())
        }
    }
}

/// What a statement `let name = …;` binds, if the block's value is just that name: then it needs none.
fn bound_value(statement: &TokenStream, name: &TokenStream) -> Option<TokenStream> {
    let tokens: Vec<TokenTree> = statement.clone().into_iter().collect();
    let (last, tokens) = tokens.split_last()?;
    let [keyword, bound, equals, value @ ..] = tokens else {
        return None;
    };
    let is_binding = keyword.to_string() == "let" && equals.to_string() == "=" && last.to_string() == ";";
    (is_binding && bound.to_string() == name.to_string()).then(|| value.iter().cloned().collect())
}

/// A value after the statements that it needs, as one expression: without braces where there are none, and without the
/// name of a value that the last statement binds only to hand it on.
fn braced(statements: &[TokenStream], value: &TokenStream) -> TokenStream {
    if let Some((last, before)) = statements.split_last()
        && let Some(value) = bound_value(last, value)
    {
        return braced(before, &value);
    }
    if statements.is_empty() {
        value.clone()
    } else {
        quote!({ #(#statements)* #value })
    }
}

/// The form in which all alternatives can be had.
fn unified<'c>(codes: impl Iterator<Item = &'c Code>) -> Form {
    let forms: Vec<(Form, Held)> = codes.map(|code| (code.form, code.held)).collect();
    if forms.iter().any(|(form, _)| *form == Form::Owned) {
        Form::Owned
    } else if forms.iter().all(|(form, _)| *form == Form::Null) {
        Form::Null
    } else {
        Form::Lent
    }
}

fn in_form(code: &Code, form: Form) -> TokenStream {
    if form == Form::Owned {
        code.owned()
    } else {
        code.option.clone()
    }
}

fn is_path(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Column(_) => true,
        ExprKind::Field(inner, _) => is_path(inner),
        _ => false,
    }
}

/// What an expression computes, whatever place it was written at.
fn key(expr: &Expr) -> String {
    format!(
        "{}:{}",
        expr_text(expr, &|column| format!("#{column}")),
        expr.ty.kind
    )
}

/// Deterministic sub-expressions that occur more than once.
fn repeated(all: &[&Expr]) -> BTreeSet<String> {
    fn count(expr: &Expr, counts: &mut BTreeMap<String, usize>) {
        if !expr.operands().is_empty() && !is_path(expr) && expr.is_deterministic() {
            let seen = counts.entry(key(expr)).or_insert(0);
            *seen += 1;
            if *seen > 1 {
                return;
            }
        }
        expr.operands()
            .into_iter()
            .for_each(|operand| count(operand, counts));
    }
    let mut counts = BTreeMap::new();
    all.iter().for_each(|expr| count(expr, &mut counts));
    counts
        .into_iter()
        .filter(|(_, count)| *count > 1)
        .map(|(key, _)| key)
        .collect()
}
