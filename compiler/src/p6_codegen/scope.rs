//! The statements of a block being generated, and which values are bound to names there.

use std::collections::BTreeMap;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::types::Held;

/// How the value of an expression is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A NULL of any form.
    Null,
    /// A copy, or lent text, bytes or nested value.
    Lent,
    /// Owned text, bytes or nested value.
    Owned,
}

/// The code of one expression.
#[derive(Clone)]
pub(super) struct Code {
    /// An `Option` of the value.
    pub(super) option: TokenStream,
    /// The value itself, where it is known not to be NULL.
    pub(super) plain: Option<TokenStream>,
    /// The `Option` as a `Result`, where `option` is that with a `?`.
    pub(super) result: Option<TokenStream>,
    pub(super) form: Form,
    pub(super) held: Held,
    /// A literal: plain, and free to stand anywhere.
    pub(super) is_literal: bool,
    /// Calls in the code: large ones are bound to names.
    pub(super) weight: usize,
}

impl Code {
    /// The value lent, as an `Option`; an owned one must be bound to a name for this.
    pub(super) fn lent(&self) -> TokenStream {
        let option = &self.option;
        match (self.form, self.held) {
            (Form::Owned | Form::Null, Held::Nested) => quote!(#option.as_ref()),
            (Form::Owned, _) => quote!(#option.as_deref()),
            _ => option.clone(),
        }
    }

    /// The value owned, as an `Option`.
    pub(super) fn owned(&self) -> TokenStream {
        let option = &self.option;
        if let (Some(plain), Form::Lent) = (&self.plain, self.form) {
            match self.held {
                Held::Text => return quote!(Some(#plain.to_owned())),
                Held::Bytes => return quote!(Some(#plain.to_vec())),
                Held::Copied | Held::Nested => {}
            }
        }
        match (self.form, self.held) {
            (Form::Null, Held::Text) => quote!(None::<String>),
            (Form::Null, Held::Bytes) => quote!(None::<Vec<u8>>),
            (Form::Lent, Held::Text) => quote!(#option.map(str::to_owned)),
            (Form::Lent, Held::Bytes) => quote!(#option.map(<[u8]>::to_vec)),
            (Form::Lent, Held::Nested) => quote!(#option.cloned()),
            _ => option.clone(),
        }
    }
}

/// Blocks, the innermost last.
#[derive(Default)]
pub(super) struct Scopes {
    blocks: Vec<Block>,
    names: usize,
}

#[derive(Default)]
struct Block {
    statements: Vec<TokenStream>,
    bound: BTreeMap<String, Code>,
    is_fallible: bool,
}

/// A finished block.
pub(super) struct Finished {
    pub(super) statements: Vec<TokenStream>,
    /// It contains a `?`.
    pub(super) is_fallible: bool,
}

impl Scopes {
    pub(super) fn open(&mut self) {
        self.blocks.push(Block::default());
    }

    pub(super) fn close(&mut self) -> Finished {
        let block = self.blocks.pop().expect("a block is open");
        Finished {
            statements: block.statements,
            is_fallible: block.is_fallible,
        }
    }

    fn block(&mut self) -> &mut Block {
        self.blocks.last_mut().expect("a block is open")
    }

    /// The statements so far, taken out.
    pub(super) fn take_statements(&mut self) -> Vec<TokenStream> {
        std::mem::take(&mut self.block().statements)
    }

    pub(super) fn set_fallible(&mut self) {
        self.block().is_fallible = true;
    }

    /// What is bound already, here or in a block around.
    pub(super) fn find(&self, key: &str) -> Option<Code> {
        self.blocks
            .iter()
            .rev()
            .find_map(|block| block.bound.get(key))
            .cloned()
    }

    /// Binds a value to a new name; the answer reads it, lent.
    pub(super) fn bind(&mut self, code: &Code, key: Option<&str>) -> Code {
        self.names += 1;
        let name = super::item::ident(&format!("v{}", self.names));
        self.bind_as(&name, code, key)
    }

    pub(super) fn bind_as(&mut self, name: &Ident, code: &Code, key: Option<&str>) -> Code {
        let option = &code.option;
        let block = self.block();
        block.statements.push(quote!(let #name = #option;));
        let named = Code {
            option: quote!(#name),
            plain: None,
            result: None,
            weight: 0,
            is_literal: false,
            ..code.clone()
        };
        let lent = Code {
            option: named.lent(),
            form: if code.form == Form::Null {
                Form::Null
            } else {
                Form::Lent
            },
            ..named
        };
        if let Some(key) = key {
            block.bound.insert(key.to_owned(), lent.clone());
        }
        lent
    }
}
