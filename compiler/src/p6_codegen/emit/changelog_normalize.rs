//! `changelog_normalize`: the key of the upserts, and whether the rows before are wanted.

use proc_macro2::TokenStream;
use quote::quote;

use super::super::item::Items;
use super::positions;
use crate::p5_physical::node::ChangelogNormalize;

pub(super) fn emit(normalize: &ChangelogNormalize, items: &mut Items<'_>) -> TokenStream {
    items.use_job("ChangelogNormalizeSpec");
    let (key, emit_update_before) = (positions(&normalize.key), normalize.emit_update_before);
    quote!(OperatorSpec::ChangelogNormalize(ChangelogNormalizeSpec {
        key: #key,
        emit_update_before: #emit_update_before,
    }))
}
