//! What the generated file consists of: imports, static types, row readers, kernels; printed in a fixed order.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote};
use sql::DataType;

use super::row_reader::RowReader;
use super::types::type_tokens;
use crate::base::SourceMap;

/// Words that cannot be names in the generated code.
const RESERVED: &[&str] = &[
    "input",
    "output",
    "session",
    "kind",
    "row",
    "self",
    "super",
    "crate",
    "watermarks",
    "job",
];

/// An identifier; the text must be one.
pub(super) fn ident(text: &str) -> Ident {
    Ident::new(text, Span::call_site())
}

/// A name for a column's value: lower case, no keyword, no name that generated code uses itself.
pub(super) fn column_name(text: &str) -> String {
    let mut name: String = text
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '_'
            }
        })
        .collect();
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || name.chars().all(|c| c == '_') {
        name.insert_str(0, "column_");
    }
    let is_word = syn::parse_str::<Ident>(&name).is_ok() && !RESERVED.contains(&name.as_str());
    if is_word { name } else { name + "_" }
}

/// The generated file as it grows.
pub(super) struct Items<'s> {
    pub(super) sources: &'s SourceMap,
    /// Modules and names imported, by path.
    imports: BTreeMap<&'static str, BTreeSet<String>>,
    /// Types that are needed at run time, in the order of use.
    types: Vec<DataType>,
    /// By node: how kernels read its rows.
    readers: BTreeMap<usize, RowReader>,
    kernels: Vec<TokenStream>,
}

impl<'s> Items<'s> {
    pub(super) fn new(sources: &'s SourceMap) -> Self {
        Items {
            sources,
            imports: BTreeMap::new(),
            types: Vec::new(),
            readers: BTreeMap::new(),
            kernels: Vec::new(),
        }
    }

    pub(super) fn import(&mut self, path: &'static str, name: &str) {
        self.imports.entry(path).or_default().insert(name.to_owned());
    }

    pub(super) fn use_job(&mut self, name: &str) {
        self.import("runtime::job", name);
    }

    /// A combinator of `sql::function::null`.
    pub(super) fn null(&mut self, name: &str) -> Ident {
        self.import("sql::function::null", name);
        ident(name)
    }

    /// A function below `sql::function`: its module is imported, the call names both.
    pub(super) fn function(&mut self, path: &str) -> TokenStream {
        let (module, _) = path.split_once("::").expect("functions stand in modules");
        self.import("sql::function", module);
        path.parse().expect("a path is Rust")
    }

    /// A type of crate `sql`.
    pub(super) fn sql(&mut self, name: &str) -> Ident {
        self.import("sql", name);
        ident(name)
    }

    /// A static holding the type.
    pub(super) fn static_type(&mut self, ty: &DataType) -> Ident {
        let known = self.types.iter().position(|known| known == ty);
        let index = known.unwrap_or_else(|| {
            self.types.push(ty.clone());
            self.types.len() - 1
        });
        format_ident!("TYPE_{}", index + 1)
    }

    /// Tokens that build a type.
    pub(super) fn build_type(&mut self, ty: &DataType) -> TokenStream {
        self.import("sql::types", "build");
        type_tokens(ty)
    }

    pub(super) fn add_kernel(&mut self, kernel: TokenStream) {
        self.kernels.push(kernel);
    }

    /// Takes the reader of a node's rows out, to be put back with [`Items::put_reader`].
    pub(super) fn take_reader(&mut self, key: usize, name: &str) -> RowReader {
        self.readers.remove(&key).unwrap_or_else(|| RowReader::new(name))
    }

    pub(super) fn put_reader(&mut self, key: usize, reader: RowReader) {
        self.readers.insert(key, reader);
    }

    /// The whole file.
    pub(super) fn print(mut self, header: &str, job: TokenStream, nodes: Vec<TokenStream>) -> String {
        let readers = std::mem::take(&mut self.readers);
        let readers: Vec<TokenStream> = readers
            .values()
            .flat_map(|reader| reader.items(&mut self))
            .collect();
        let statics = self.statics();
        let imports: TokenStream = self
            .imports
            .iter()
            .map(|(path, names)| {
                let path: TokenStream = path.parse().expect("a path is Rust");
                let names = names.iter().map(|name| ident(name));
                quote! { use #path::{#(#names),*}; }
            })
            .collect();
        let mut text = format!("{header}\n{}", pretty(imports));
        let items = [job]
            .into_iter()
            .chain(nodes)
            .chain(statics)
            .chain(readers)
            .chain(self.kernels);
        for item in items {
            text.push('\n');
            text += &pretty(item);
        }
        text
    }

    fn statics(&mut self) -> Vec<TokenStream> {
        let types = self.types.clone();
        if !types.is_empty() {
            self.import("std::sync", "LazyLock");
            self.import("sql", "DataType");
        }
        let mut statics = Vec::new();
        for ty in &types {
            let (name, built) = (self.static_type(ty), self.build_type(ty));
            let maker = match syn::parse2::<syn::ExprCall>(built.clone()) {
                // A constructor without arguments is the maker itself.
                Ok(call) if call.args.is_empty() => call.func.to_token_stream(),
                _ => quote! { || #built },
            };
            statics.push(quote! { static #name: LazyLock<DataType> = LazyLock::new(#maker); });
        }
        statics
    }
}

fn pretty(tokens: TokenStream) -> String {
    let text = tokens.to_string();
    let file = syn::parse2(tokens).unwrap_or_else(|error| panic!("generated code is Rust: {error}: {text}"));
    prettyplease::unparse(&file)
}
