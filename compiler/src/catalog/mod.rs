//! What names in a query may refer to: tables, functions, connector options.

pub mod aggregate;
pub mod changelog;
pub mod connector;
pub mod function;
pub mod functions;
pub mod nearest;
pub mod schema;
pub mod setting;
pub mod setting_value;
pub mod table;
pub(crate) mod wider_type;
