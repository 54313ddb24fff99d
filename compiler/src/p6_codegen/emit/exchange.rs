//! `exchange`: by which columns rows find their thread.

use proc_macro2::TokenStream;
use quote::quote;

use super::positions;
use crate::p5_physical::node::Exchange;

pub(super) fn emit(exchange: &Exchange) -> TokenStream {
    let keys = positions(&exchange.keys);
    quote!(OperatorSpec::Exchange { keys: #keys })
}
