//! Calls of the functions in `sql::function`, as the catalogue says they want to be called.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use sql::DataType;

use super::expression::Expressions;
use super::item::ident;
use super::literal;
use super::scope::{Code, Form};
use super::types::{Held, owned_type};
use crate::catalog::function::{Call, Nulls, Param, Passing, Returns};
use crate::expr::{Expr, ExprKind};

/// Arguments that a strict call binds at most; no function has more that are passed one by one.
const STRICT_MAX: usize = 8;

impl Expressions<'_, '_> {
    pub(super) fn call(&mut self, call: &Call, arguments: &[Expr], ty: &DataType) -> Code {
        let function = self.items.function(call.path);
        match (call.nulls, call.passing) {
            (Nulls::Strict, Passing::Each) => {
                let arguments = arguments
                    .iter()
                    .map(|argument| self.strict_argument(argument))
                    .collect();
                self.strict_call(call, &function, arguments, ty)
            }
            (Nulls::Strict, Passing::EachValue) => {
                let arguments = arguments
                    .iter()
                    .map(|argument| self.strict_value(argument))
                    .collect();
                self.strict_call(call, &function, arguments, ty)
            }
            (Nulls::Strict, Passing::Slice) => {
                let lent = self.all_lent(arguments);
                self.strict_slice(call, &function, &lent, ty)
            }
            (Nulls::Strict, Passing::ValueSlice) => {
                let values: Vec<_> = arguments
                    .iter()
                    .map(|argument| self.optional_value(argument))
                    .collect();
                self.strict_slice(call, &function, &values, ty)
            }
            (Nulls::Sees, Passing::Each) => {
                let lent = self.all_lent(arguments);
                self.bare_call(call, &function, &lent, ty)
            }
            (Nulls::Sees, Passing::EachValue) => {
                let values: Vec<_> = arguments.iter().map(|argument| self.value(argument)).collect();
                let lent: Vec<_> = values.iter().map(|value| quote!(&#value)).collect();
                self.bare_call(call, &function, &lent, ty)
            }
            (Nulls::Sees, Passing::Slice) => {
                let lent = self.all_lent(arguments);
                self.bare_call(call, &function, &[quote!(&[#(#lent),*])], ty)
            }
            (Nulls::Sees, Passing::ValueSlice) => {
                let values: Vec<_> = arguments.iter().map(|argument| self.value(argument)).collect();
                self.bare_call(call, &function, &[quote!(&[#(#values),*])], ty)
            }
        }
    }

    fn all_lent(&mut self, arguments: &[Expr]) -> Vec<TokenStream> {
        arguments
            .iter()
            .map(|argument| {
                let code = self.operand(argument);
                self.lent(code)
            })
            .collect()
    }

    /// A literal stands in the call; anything else is bound by the strict combinator.
    fn strict_argument(&mut self, argument: &Expr) -> StrictArgument {
        let code = self.operand(argument);
        let weight = code.weight;
        match (&code.plain, code.form) {
            (Some(plain), Form::Lent) if code.is_literal => StrictArgument::Literal(plain.clone()),
            (_, Form::Owned) => {
                let usage = match code.held {
                    Held::Text => Usage::AsText,
                    Held::Bytes => Usage::AsBytes,
                    _ => Usage::Lent,
                };
                StrictArgument::Bound {
                    option: code.option,
                    usage,
                    weight,
                }
            }
            // A NULL of a nested type is an owned one, since nothing lends it.
            (_, Form::Null) if argument.ty.kind.is_constructed() => StrictArgument::Bound {
                option: code.option,
                usage: Usage::Lent,
                weight,
            },
            _ => StrictArgument::Bound {
                option: code.option,
                usage: Usage::AsItIs,
                weight,
            },
        }
    }

    fn strict_value(&mut self, argument: &Expr) -> StrictArgument {
        match &argument.kind {
            ExprKind::Literal(value) if !value.is_null() => {
                let value = literal::value(value, &argument.ty, self.items);
                StrictArgument::Literal(quote!(&#value))
            }
            _ => StrictArgument::Bound {
                option: self.optional_value(argument),
                usage: Usage::Lent,
                weight: 1,
            },
        }
    }

    fn strict_call(
        &mut self,
        call: &Call,
        function: &TokenStream,
        arguments: Vec<StrictArgument>,
        ty: &DataType,
    ) -> Code {
        let (mut options, mut names, mut passed, mut weight) = (Vec::new(), Vec::new(), Vec::new(), 1);
        let mut is_direct = true;
        for argument in arguments {
            match argument {
                StrictArgument::Literal(plain) => {
                    is_direct = false;
                    passed.push(plain);
                }
                StrictArgument::Bound {
                    option,
                    usage,
                    weight: inner,
                } => {
                    let name: Ident = format_ident!("{}", char::from(b'a' + names.len() as u8));
                    is_direct &= usage == Usage::AsItIs;
                    passed.push(usage.tokens(&name));
                    names.push(name);
                    options.push(option);
                    weight += inner;
                }
            }
        }
        assert!(
            names.len() <= STRICT_MAX,
            "{} passes its arguments as a slice",
            call.name
        );
        if names.is_empty() {
            return self.bare_call(call, function, &passed, ty);
        }
        let strict = self.items.null(&format!("strict{}", names.len()));
        let (first, last) = (self.session(call), self.params(call));
        let called = if is_direct && first.is_empty() && last.is_empty() {
            function.clone()
        } else {
            quote!(|#(#names),*| #function(#(#first,)* #(#passed,)* #(#last),*))
        };
        self.answer(call, quote!(#strict(#(#options,)* #called)), ty, weight)
    }

    fn strict_slice(
        &mut self,
        call: &Call,
        function: &TokenStream,
        options: &[TokenStream],
        ty: &DataType,
    ) -> Code {
        let strict = self.items.null("strict_all");
        let (first, last) = (self.session(call), self.params(call));
        let called = if first.is_empty() && last.is_empty() {
            function.clone()
        } else {
            quote!(|list| #function(#(#first,)* list, #(#last),*))
        };
        self.answer(
            call,
            quote!(#strict(&[#(#options),*], #called)),
            ty,
            options.len(),
        )
    }

    /// What a strict combinator answers, an `Option` of what the function returns, as an `Option` of the value.
    fn answer(&mut self, call: &Call, called: TokenStream, ty: &DataType, weight: usize) -> Code {
        let option = match call.returns {
            Returns::Plain => called,
            Returns::Nullable => quote!(#called.flatten()),
            Returns::Fallible => {
                self.note_failure(call);
                let result = Some(quote!(#called.transpose()));
                return Code {
                    result,
                    ..self.made(quote!(#called.transpose()?), ty, weight)
                };
            }
            Returns::FallibleNullable => quote!(#called.transpose()?.flatten()),
            Returns::Value | Returns::FallibleValue => {
                let (take, held) = (self.items.null("take"), owned_type(&ty.kind, self.items));
                let question = if call.returns == Returns::Value {
                    quote!()
                } else {
                    quote!(.transpose()?)
                };
                quote!(#called #question.and_then(#take::<#held>))
            }
        };
        self.note_failure(call);
        self.made(option, ty, weight)
    }

    /// A call that is always made.
    fn bare_call(
        &mut self,
        call: &Call,
        function: &TokenStream,
        arguments: &[TokenStream],
        ty: &DataType,
    ) -> Code {
        let (first, last) = (self.session(call), self.params(call));
        let called = quote!(#function(#(#first,)* #(#arguments,)* #(#last),*));
        self.note_failure(call);
        let plain = match call.returns {
            Returns::Plain => called,
            Returns::Fallible => quote!(#called?),
            Returns::Nullable => return self.made(called, ty, 1),
            Returns::FallibleNullable => {
                return Code {
                    result: Some(called.clone()),
                    ..self.made(quote!(#called?), ty, 1)
                };
            }
            Returns::Value | Returns::FallibleValue => {
                let (take, held) = (self.items.null("take"), owned_type(&ty.kind, self.items));
                let question = if call.returns == Returns::Value {
                    quote!()
                } else {
                    quote!(?)
                };
                return self.made(quote!(#take::<#held>(#called #question)), ty, 1);
            }
        };
        Code {
            plain: Some(plain.clone()),
            ..self.made(quote!(Some(#plain)), ty, 1)
        }
    }

    fn note_failure(&mut self, call: &Call) {
        let is_fallible = matches!(
            call.returns,
            Returns::Fallible | Returns::FallibleNullable | Returns::FallibleValue
        );
        if is_fallible {
            self.scopes.set_fallible();
        }
    }

    fn session(&mut self, call: &Call) -> Vec<TokenStream> {
        self.uses_session |= call.session;
        if call.session {
            vec![quote!(session)]
        } else {
            Vec::new()
        }
    }

    fn params(&mut self, call: &Call) -> Vec<TokenStream> {
        call.params
            .iter()
            .map(|param| match param {
                Param::U8(value) => unsuffixed(i64::from(*value)),
                Param::U32(value) => unsuffixed(i64::from(*value)),
                Param::I32(value) => unsuffixed(i64::from(*value)),
                Param::Bool(value) => quote!(#value),
                Param::Text(value) => quote!(#value),
                Param::Type(ty) => {
                    let name = self.items.static_type(ty);
                    quote!(&#name)
                }
            })
            .collect()
    }
}

fn unsuffixed(value: i64) -> TokenStream {
    let digits = proc_macro2::Literal::u64_unsuffixed(value.unsigned_abs());
    if value < 0 {
        quote!(-#digits)
    } else {
        quote!(#digits)
    }
}

enum StrictArgument {
    Literal(TokenStream),
    Bound {
        option: TokenStream,
        usage: Usage,
        weight: usize,
    },
}

/// How a bound argument is handed to the function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Usage {
    AsItIs,
    AsText,
    AsBytes,
    Lent,
}

impl Usage {
    fn tokens(self, name: &Ident) -> TokenStream {
        match self {
            Usage::AsItIs => quote!(#name),
            Usage::AsText => method(name, "as_str"),
            Usage::AsBytes => method(name, "as_slice"),
            Usage::Lent => quote!(&#name),
        }
    }
}

fn method(name: &Ident, method: &str) -> TokenStream {
    let method = ident(method);
    quote!(#name.#method())
}
