//! The generated Rust of the cases in `golden/cases`, one module each. Do not edit: `cargo xtask bless`.

/// Name of a case, its job, and the text that was compiled.
pub type Golden = (&'static str, fn() -> runtime::job::Job, &'static str);

pub mod calc {
    pub mod branch_fails;
    pub mod expressions;
    pub mod null_is_not_true;
}

pub mod group_agg {
    pub mod changelog_of_a_count;
}

pub mod window_agg {
    pub mod tumble_closes_at_the_watermark;
}

pub mod window_assign {
    pub mod hop_repeats_a_row;
}

/// All of them, by name.
pub const GOLDEN: &[Golden] = &[
    ("calc/branch_fails", calc::branch_fails::job, include_str!("calc/branch_fails.rs")),
    ("calc/expressions", calc::expressions::job, include_str!("calc/expressions.rs")),
    ("calc/null_is_not_true", calc::null_is_not_true::job, include_str!("calc/null_is_not_true.rs")),
    ("group_agg/changelog_of_a_count", group_agg::changelog_of_a_count::job, include_str!("group_agg/changelog_of_a_count.rs")),
    ("window_agg/tumble_closes_at_the_watermark", window_agg::tumble_closes_at_the_watermark::job, include_str!("window_agg/tumble_closes_at_the_watermark.rs")),
    ("window_assign/hop_repeats_a_row", window_assign::hop_repeats_a_row::job, include_str!("window_assign/hop_repeats_a_row.rs")),
];
