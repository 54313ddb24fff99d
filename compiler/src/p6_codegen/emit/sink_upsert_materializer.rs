//! `sink_upsert_materializer`: the sink's primary key, and what tells the query's rows apart.

use proc_macro2::TokenStream;
use quote::quote;

use super::super::item::Items;
use super::positions;
use crate::p5_physical::node::SinkUpsertMaterializer;

pub(super) fn emit(materializer: &SinkUpsertMaterializer, items: &mut Items<'_>) -> TokenStream {
    items.use_job("SinkUpsertMaterializerSpec");
    let (key, upsert_key) = (positions(&materializer.key), positions(&materializer.upsert_key));
    quote!(OperatorSpec::SinkUpsertMaterializer(SinkUpsertMaterializerSpec {
        key: #key,
        upsert_key: #upsert_key,
    }))
}
