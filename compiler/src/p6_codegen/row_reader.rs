//! Named access to the rows of one operator's output: `struct CpuSourceRow` with a method per column that is read.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use sql::{DataType, TypeKind};

use super::item::{Items, column_name, ident};
use super::types::{index, lent_type, read_call};

/// A column, or a field inside it: the positions to go through.
pub(super) type Path = Vec<usize>;

pub(super) struct RowReader {
    pub(super) name: Ident,
    methods: BTreeMap<Path, Method>,
    names: BTreeSet<String>,
}

struct Method {
    name: String,
    /// Number of fields of the ROWs on the way.
    widths: Vec<usize>,
    ty: DataType,
}

impl RowReader {
    pub(super) fn new(operator: &str) -> Self {
        let camel: String = operator.split('_').map(capitalised).collect();
        RowReader {
            name: ident(&format!("{camel}Row")),
            methods: BTreeMap::new(),
            names: BTreeSet::new(),
        }
    }

    /// The method that reads a column or a field of it. `words` are the names on the way, `types` their types.
    pub(super) fn method(&mut self, path: &Path, words: &[String], types: &[DataType]) -> Ident {
        if let Some(method) = self.methods.get(path) {
            return ident(&method.name);
        }
        let base = column_name(&words.join("_"));
        let numbered = (2..).map(|number| format!("{base}_{number}"));
        let free = [base.clone()]
            .into_iter()
            .chain(numbered)
            .find(|name| !self.names.contains(name));
        let name = free.expect("numbers do not end");
        let (ty, on_the_way) = types.split_last().expect("a path has an end");
        let width = |ty: &DataType| match &ty.kind {
            TypeKind::Row(fields) => fields.len(),
            other => unreachable!("{other} has no fields"),
        };
        let widths = on_the_way.iter().map(width).collect();
        self.names.insert(name.clone());
        self.methods.insert(
            path.clone(),
            Method {
                name: name.clone(),
                widths,
                ty: ty.clone(),
            },
        );
        ident(&name)
    }

    /// The struct and its methods; nothing when no column is read.
    pub(super) fn items(&self, items: &mut Items<'_>) -> Vec<TokenStream> {
        if self.methods.is_empty() {
            return Vec::new();
        }
        items.import("runtime::row", "RowRef");
        let name = &self.name;
        let declaration = quote! {
            struct #name<'a>(RowRef<'a>);
        };
        let methods: Vec<TokenStream> = self
            .methods
            .iter()
            .map(|(path, method)| method.tokens(path, items))
            .collect();
        let lifetime = if self.lends() { quote!(<'a>) } else { quote!(<'_>) };
        let generics = if self.lends() { quote!(<'a>) } else { quote!() };
        let methods = quote! {
            impl #generics #name #lifetime { #(#methods)* }
        };
        vec![declaration, methods]
    }

    fn lends(&self) -> bool {
        self.methods
            .values()
            .any(|method| method.ty.kind.is_text() || method.ty.kind.is_binary())
    }
}

impl Method {
    fn tokens(&self, path: &Path, items: &mut Items<'_>) -> TokenStream {
        let (last, on_the_way) = path.split_last().expect("a path has an end");
        let read = |row: TokenStream, items: &mut Items<'_>| {
            if self.ty.kind.is_constructed() {
                let (take, ty, column) = (items.null("take"), items.static_type(&self.ty), index(*last));
                quote!(#take(#row.value(#column, &#ty)))
            } else {
                let call = read_call(&self.ty.kind, *last);
                quote!(#row.#call)
            }
        };
        let body = match on_the_way.split_first() {
            None => read(quote!(self.0), items),
            Some((first, rest)) => {
                let (column, width) = (index(*first), index(self.widths[0]));
                let mut row = quote!(self.0.row(#column, #width));
                for (position, width) in rest.iter().zip(&self.widths[1..]) {
                    let (position, width) = (index(*position), index(*width));
                    row = quote!(#row.and_then(|row| row.row(#position, #width)));
                }
                let read = read(quote!(row), items);
                quote!(#row.and_then(|row| #read))
            }
        };
        let (name, ty) = (ident(&self.name), lent_type(&self.ty.kind, &quote!('a), items));
        quote! {
            #[inline]
            fn #name(&self) -> Option<#ty> { #body }
        }
    }
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_ascii_uppercase().to_string() + characters.as_str()
    })
}
