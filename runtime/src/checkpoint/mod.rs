//! Checkpoints: parts, manifests, the commit protocol, restore.
//!
//! [`store`] reads and writes objects; [`part`] and [`manifest`] are their shapes; [`protocol`] decides which
//! checkpoint counts; [`collect`] removes what no checkpoint needs; [`restore`] finds what a job takes over, [`place`]
//! where that lies.

pub(crate) mod collect;
pub mod manifest;
pub(crate) mod part;
pub(crate) mod place;
pub(crate) mod protocol;
pub(crate) mod restore;
pub mod store;
