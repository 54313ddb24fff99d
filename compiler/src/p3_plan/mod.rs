//! Pass 3: bound queries → logical plan.

pub mod plan;
