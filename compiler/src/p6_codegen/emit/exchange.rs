//! `exchange`: by which columns rows find their thread.

use proc_macro2::TokenStream;
use quote::quote;

use super::positions;

pub(super) fn emit(keys: &[usize]) -> TokenStream {
    let keys = positions(keys);
    quote!(OperatorSpec::Exchange { keys: #keys })
}
