//! The generated Rust of the cases in `golden/cases`, one module each. Do not edit: `cargo xtask bless`.

/// Name of a case, its job, and the text that was compiled.
pub type Golden = (&'static str, fn() -> runtime::job::Job, &'static str);

pub mod calc {
    pub mod arrays_and_maps;
    pub mod branch_fails;
    pub mod case_without_else;
    pub mod compared_with_text;
    pub mod conditions_of_users;
    pub mod decimal_arithmetic;
    pub mod decimal_precision;
    pub mod decimal_without_room;
    pub mod division_by_zero;
    pub mod expressions;
    pub mod filter_splits_an_update;
    pub mod in_of_numbers_and_text;
    pub mod integer_arithmetic;
    pub mod intervals_of_numbers;
    pub mod nested_rows;
    pub mod null_is_not_true;
    pub mod order_is_kept;
    pub mod rows_and_collections_compared;
    pub mod texts_of_values;
    pub mod three_valued_logic;
    pub mod time_arithmetic;
    pub mod wider_timestamp;
}

pub mod changelog_normalize {
    pub mod aggregated;
    pub mod filtered;
    pub mod filtered_changelog;
    pub mod not_needed;
    pub mod other_key_in_the_sink;
    pub mod rows_before_are_told;
    pub mod two_conditions;
}

pub mod exchange {
    pub mod two_keys;
}

pub mod functions {
    pub mod casts;
    pub mod characters_beyond_ascii;
    pub mod collections;
    pub mod conditions;
    pub mod date_patterns;
    pub mod daylight_saving;
    pub mod hashes_and_codes;
    pub mod json;
    pub mod json_that_does_not_fit;
    pub mod mathematics;
    pub mod numbers_become_others;
    pub mod numbers_that_are_none;
    pub mod patterns;
    pub mod points_in_time;
    pub mod rounding_of_numbers;
    pub mod text;
    pub mod texts_at_their_ends;
    pub mod texts_become_values;
    pub mod time_zones;
}

pub mod group_agg {
    pub mod aggregates_skip_null;
    pub mod changelog_of_a_count;
    pub mod changelog_source;
    pub mod deviations;
    pub mod deviations_of_doubles;
    pub mod distinct;
    pub mod distinct_arrays;
    pub mod distinct_with_retraction;
    pub mod empty_input;
    pub mod extremes_of_all_types;
    pub mod filter_clause;
    pub mod first_and_last;
    pub mod groups_by_expressions;
    pub mod having;
    pub mod json_of_groups;
    pub mod keys_and_conditions;
    pub mod keys_of_doubles_and_null;
    pub mod lists_of_values;
    pub mod lists_that_retract;
    pub mod one_bound_is_no_window;
    pub mod one_group;
    pub mod over_windows;
    pub mod retraction;
    pub mod select_distinct;
    pub mod structured_keys;
    pub mod sum_of_decimals;
    pub mod sums_of_integers_wrap;
    pub mod three_levels;
    pub mod two_levels;
    pub mod types_of_aggregates;
    pub mod unchanged_result;
    pub mod users_move_between_groups;
}

pub mod sink {
    pub mod implicit_casts;
    pub mod lengths_checked;
    pub mod not_null_drops;
    pub mod partitioned;
    pub mod query_without_sink;
    pub mod upsert_takes_no_update_before;
}

pub mod sink_upsert_materializer {
    pub mod forced;
    pub mod key_of_sink_differs;
    pub mod key_of_sink_is_longer;
    pub mod key_trimmed_before;
    pub mod keys_left_out;
    pub mod none;
    pub mod null_left_out_before;
    pub mod source_of_changes;
    pub mod two_levels;
    pub mod union_of_updates;
}

pub mod source {
    pub mod computed_columns;
    pub mod metadata_columns;
    pub mod only_needed_columns;
}

pub mod statement {
    pub mod column_list;
    pub mod common_table_expressions;
    pub mod cpu_load;
    pub mod like;
    pub mod several_files;
    pub mod shared_source;
    pub mod views;
}

pub mod union {
    pub mod all;
    pub mod distinct;
    pub mod watermark_is_the_least;
    pub mod wider_types;
}

pub mod values {
    pub mod as_table;
    pub mod mixed_numbers;
    pub mod rows;
}

pub mod window_agg {
    pub mod bounds_in_expressions;
    pub mod cascade_over_view_and_with;
    pub mod cascaded;
    pub mod conditions_on_results;
    pub mod cumulate;
    pub mod days_of_a_zone;
    pub mod decimal_sums_out_of_order;
    pub mod distinct_and_filter;
    pub mod empty_groups_give_nothing;
    pub mod explicit_watermark;
    pub mod hop;
    pub mod hop_named_arguments;
    pub mod late_for_some_windows;
    pub mod lists_in_windows;
    pub mod null_time;
    pub mod offset;
    pub mod retracting_input;
    pub mod summer_time;
    pub mod tumble_closes_at_the_watermark;
    pub mod two_levels;
}

pub mod window_assign {
    pub mod cumulate_repeats_a_row;
    pub mod hop_repeats_a_row;
    pub mod no_row_is_late;
}

/// All of them, by name.
pub const GOLDEN: &[Golden] = &[
    ("calc/arrays_and_maps", calc::arrays_and_maps::job, include_str!("calc/arrays_and_maps.rs")),
    ("calc/branch_fails", calc::branch_fails::job, include_str!("calc/branch_fails.rs")),
    ("calc/case_without_else", calc::case_without_else::job, include_str!("calc/case_without_else.rs")),
    ("calc/compared_with_text", calc::compared_with_text::job, include_str!("calc/compared_with_text.rs")),
    ("calc/conditions_of_users", calc::conditions_of_users::job, include_str!("calc/conditions_of_users.rs")),
    ("calc/decimal_arithmetic", calc::decimal_arithmetic::job, include_str!("calc/decimal_arithmetic.rs")),
    ("calc/decimal_precision", calc::decimal_precision::job, include_str!("calc/decimal_precision.rs")),
    ("calc/decimal_without_room", calc::decimal_without_room::job, include_str!("calc/decimal_without_room.rs")),
    ("calc/division_by_zero", calc::division_by_zero::job, include_str!("calc/division_by_zero.rs")),
    ("calc/expressions", calc::expressions::job, include_str!("calc/expressions.rs")),
    ("calc/filter_splits_an_update", calc::filter_splits_an_update::job, include_str!("calc/filter_splits_an_update.rs")),
    ("calc/in_of_numbers_and_text", calc::in_of_numbers_and_text::job, include_str!("calc/in_of_numbers_and_text.rs")),
    ("calc/integer_arithmetic", calc::integer_arithmetic::job, include_str!("calc/integer_arithmetic.rs")),
    ("calc/intervals_of_numbers", calc::intervals_of_numbers::job, include_str!("calc/intervals_of_numbers.rs")),
    ("calc/nested_rows", calc::nested_rows::job, include_str!("calc/nested_rows.rs")),
    ("calc/null_is_not_true", calc::null_is_not_true::job, include_str!("calc/null_is_not_true.rs")),
    ("calc/order_is_kept", calc::order_is_kept::job, include_str!("calc/order_is_kept.rs")),
    ("calc/rows_and_collections_compared", calc::rows_and_collections_compared::job, include_str!("calc/rows_and_collections_compared.rs")),
    ("calc/texts_of_values", calc::texts_of_values::job, include_str!("calc/texts_of_values.rs")),
    ("calc/three_valued_logic", calc::three_valued_logic::job, include_str!("calc/three_valued_logic.rs")),
    ("calc/time_arithmetic", calc::time_arithmetic::job, include_str!("calc/time_arithmetic.rs")),
    ("calc/wider_timestamp", calc::wider_timestamp::job, include_str!("calc/wider_timestamp.rs")),
    ("changelog_normalize/aggregated", changelog_normalize::aggregated::job, include_str!("changelog_normalize/aggregated.rs")),
    ("changelog_normalize/filtered", changelog_normalize::filtered::job, include_str!("changelog_normalize/filtered.rs")),
    ("changelog_normalize/filtered_changelog", changelog_normalize::filtered_changelog::job, include_str!("changelog_normalize/filtered_changelog.rs")),
    ("changelog_normalize/not_needed", changelog_normalize::not_needed::job, include_str!("changelog_normalize/not_needed.rs")),
    ("changelog_normalize/other_key_in_the_sink", changelog_normalize::other_key_in_the_sink::job, include_str!("changelog_normalize/other_key_in_the_sink.rs")),
    ("changelog_normalize/rows_before_are_told", changelog_normalize::rows_before_are_told::job, include_str!("changelog_normalize/rows_before_are_told.rs")),
    ("changelog_normalize/two_conditions", changelog_normalize::two_conditions::job, include_str!("changelog_normalize/two_conditions.rs")),
    ("exchange/two_keys", exchange::two_keys::job, include_str!("exchange/two_keys.rs")),
    ("functions/casts", functions::casts::job, include_str!("functions/casts.rs")),
    ("functions/characters_beyond_ascii", functions::characters_beyond_ascii::job, include_str!("functions/characters_beyond_ascii.rs")),
    ("functions/collections", functions::collections::job, include_str!("functions/collections.rs")),
    ("functions/conditions", functions::conditions::job, include_str!("functions/conditions.rs")),
    ("functions/date_patterns", functions::date_patterns::job, include_str!("functions/date_patterns.rs")),
    ("functions/daylight_saving", functions::daylight_saving::job, include_str!("functions/daylight_saving.rs")),
    ("functions/hashes_and_codes", functions::hashes_and_codes::job, include_str!("functions/hashes_and_codes.rs")),
    ("functions/json", functions::json::job, include_str!("functions/json.rs")),
    ("functions/json_that_does_not_fit", functions::json_that_does_not_fit::job, include_str!("functions/json_that_does_not_fit.rs")),
    ("functions/mathematics", functions::mathematics::job, include_str!("functions/mathematics.rs")),
    ("functions/numbers_become_others", functions::numbers_become_others::job, include_str!("functions/numbers_become_others.rs")),
    ("functions/numbers_that_are_none", functions::numbers_that_are_none::job, include_str!("functions/numbers_that_are_none.rs")),
    ("functions/patterns", functions::patterns::job, include_str!("functions/patterns.rs")),
    ("functions/points_in_time", functions::points_in_time::job, include_str!("functions/points_in_time.rs")),
    ("functions/rounding_of_numbers", functions::rounding_of_numbers::job, include_str!("functions/rounding_of_numbers.rs")),
    ("functions/text", functions::text::job, include_str!("functions/text.rs")),
    ("functions/texts_at_their_ends", functions::texts_at_their_ends::job, include_str!("functions/texts_at_their_ends.rs")),
    ("functions/texts_become_values", functions::texts_become_values::job, include_str!("functions/texts_become_values.rs")),
    ("functions/time_zones", functions::time_zones::job, include_str!("functions/time_zones.rs")),
    ("group_agg/aggregates_skip_null", group_agg::aggregates_skip_null::job, include_str!("group_agg/aggregates_skip_null.rs")),
    ("group_agg/changelog_of_a_count", group_agg::changelog_of_a_count::job, include_str!("group_agg/changelog_of_a_count.rs")),
    ("group_agg/changelog_source", group_agg::changelog_source::job, include_str!("group_agg/changelog_source.rs")),
    ("group_agg/deviations", group_agg::deviations::job, include_str!("group_agg/deviations.rs")),
    ("group_agg/deviations_of_doubles", group_agg::deviations_of_doubles::job, include_str!("group_agg/deviations_of_doubles.rs")),
    ("group_agg/distinct", group_agg::distinct::job, include_str!("group_agg/distinct.rs")),
    ("group_agg/distinct_arrays", group_agg::distinct_arrays::job, include_str!("group_agg/distinct_arrays.rs")),
    ("group_agg/distinct_with_retraction", group_agg::distinct_with_retraction::job, include_str!("group_agg/distinct_with_retraction.rs")),
    ("group_agg/empty_input", group_agg::empty_input::job, include_str!("group_agg/empty_input.rs")),
    ("group_agg/extremes_of_all_types", group_agg::extremes_of_all_types::job, include_str!("group_agg/extremes_of_all_types.rs")),
    ("group_agg/filter_clause", group_agg::filter_clause::job, include_str!("group_agg/filter_clause.rs")),
    ("group_agg/first_and_last", group_agg::first_and_last::job, include_str!("group_agg/first_and_last.rs")),
    ("group_agg/groups_by_expressions", group_agg::groups_by_expressions::job, include_str!("group_agg/groups_by_expressions.rs")),
    ("group_agg/having", group_agg::having::job, include_str!("group_agg/having.rs")),
    ("group_agg/json_of_groups", group_agg::json_of_groups::job, include_str!("group_agg/json_of_groups.rs")),
    ("group_agg/keys_and_conditions", group_agg::keys_and_conditions::job, include_str!("group_agg/keys_and_conditions.rs")),
    ("group_agg/keys_of_doubles_and_null", group_agg::keys_of_doubles_and_null::job, include_str!("group_agg/keys_of_doubles_and_null.rs")),
    ("group_agg/lists_of_values", group_agg::lists_of_values::job, include_str!("group_agg/lists_of_values.rs")),
    ("group_agg/lists_that_retract", group_agg::lists_that_retract::job, include_str!("group_agg/lists_that_retract.rs")),
    ("group_agg/one_bound_is_no_window", group_agg::one_bound_is_no_window::job, include_str!("group_agg/one_bound_is_no_window.rs")),
    ("group_agg/one_group", group_agg::one_group::job, include_str!("group_agg/one_group.rs")),
    ("group_agg/over_windows", group_agg::over_windows::job, include_str!("group_agg/over_windows.rs")),
    ("group_agg/retraction", group_agg::retraction::job, include_str!("group_agg/retraction.rs")),
    ("group_agg/select_distinct", group_agg::select_distinct::job, include_str!("group_agg/select_distinct.rs")),
    ("group_agg/structured_keys", group_agg::structured_keys::job, include_str!("group_agg/structured_keys.rs")),
    ("group_agg/sum_of_decimals", group_agg::sum_of_decimals::job, include_str!("group_agg/sum_of_decimals.rs")),
    ("group_agg/sums_of_integers_wrap", group_agg::sums_of_integers_wrap::job, include_str!("group_agg/sums_of_integers_wrap.rs")),
    ("group_agg/three_levels", group_agg::three_levels::job, include_str!("group_agg/three_levels.rs")),
    ("group_agg/two_levels", group_agg::two_levels::job, include_str!("group_agg/two_levels.rs")),
    ("group_agg/types_of_aggregates", group_agg::types_of_aggregates::job, include_str!("group_agg/types_of_aggregates.rs")),
    ("group_agg/unchanged_result", group_agg::unchanged_result::job, include_str!("group_agg/unchanged_result.rs")),
    ("group_agg/users_move_between_groups", group_agg::users_move_between_groups::job, include_str!("group_agg/users_move_between_groups.rs")),
    ("sink/implicit_casts", sink::implicit_casts::job, include_str!("sink/implicit_casts.rs")),
    ("sink/lengths_checked", sink::lengths_checked::job, include_str!("sink/lengths_checked.rs")),
    ("sink/not_null_drops", sink::not_null_drops::job, include_str!("sink/not_null_drops.rs")),
    ("sink/partitioned", sink::partitioned::job, include_str!("sink/partitioned.rs")),
    ("sink/query_without_sink", sink::query_without_sink::job, include_str!("sink/query_without_sink.rs")),
    ("sink/upsert_takes_no_update_before", sink::upsert_takes_no_update_before::job, include_str!("sink/upsert_takes_no_update_before.rs")),
    ("sink_upsert_materializer/forced", sink_upsert_materializer::forced::job, include_str!("sink_upsert_materializer/forced.rs")),
    ("sink_upsert_materializer/key_of_sink_differs", sink_upsert_materializer::key_of_sink_differs::job, include_str!("sink_upsert_materializer/key_of_sink_differs.rs")),
    ("sink_upsert_materializer/key_of_sink_is_longer", sink_upsert_materializer::key_of_sink_is_longer::job, include_str!("sink_upsert_materializer/key_of_sink_is_longer.rs")),
    ("sink_upsert_materializer/key_trimmed_before", sink_upsert_materializer::key_trimmed_before::job, include_str!("sink_upsert_materializer/key_trimmed_before.rs")),
    ("sink_upsert_materializer/keys_left_out", sink_upsert_materializer::keys_left_out::job, include_str!("sink_upsert_materializer/keys_left_out.rs")),
    ("sink_upsert_materializer/none", sink_upsert_materializer::none::job, include_str!("sink_upsert_materializer/none.rs")),
    ("sink_upsert_materializer/null_left_out_before", sink_upsert_materializer::null_left_out_before::job, include_str!("sink_upsert_materializer/null_left_out_before.rs")),
    ("sink_upsert_materializer/source_of_changes", sink_upsert_materializer::source_of_changes::job, include_str!("sink_upsert_materializer/source_of_changes.rs")),
    ("sink_upsert_materializer/two_levels", sink_upsert_materializer::two_levels::job, include_str!("sink_upsert_materializer/two_levels.rs")),
    ("sink_upsert_materializer/union_of_updates", sink_upsert_materializer::union_of_updates::job, include_str!("sink_upsert_materializer/union_of_updates.rs")),
    ("source/computed_columns", source::computed_columns::job, include_str!("source/computed_columns.rs")),
    ("source/metadata_columns", source::metadata_columns::job, include_str!("source/metadata_columns.rs")),
    ("source/only_needed_columns", source::only_needed_columns::job, include_str!("source/only_needed_columns.rs")),
    ("statement/column_list", statement::column_list::job, include_str!("statement/column_list.rs")),
    ("statement/common_table_expressions", statement::common_table_expressions::job, include_str!("statement/common_table_expressions.rs")),
    ("statement/cpu_load", statement::cpu_load::job, include_str!("statement/cpu_load.rs")),
    ("statement/like", statement::like::job, include_str!("statement/like.rs")),
    ("statement/several_files", statement::several_files::job, include_str!("statement/several_files.rs")),
    ("statement/shared_source", statement::shared_source::job, include_str!("statement/shared_source.rs")),
    ("statement/views", statement::views::job, include_str!("statement/views.rs")),
    ("union/all", union::all::job, include_str!("union/all.rs")),
    ("union/distinct", union::distinct::job, include_str!("union/distinct.rs")),
    ("union/watermark_is_the_least", union::watermark_is_the_least::job, include_str!("union/watermark_is_the_least.rs")),
    ("union/wider_types", union::wider_types::job, include_str!("union/wider_types.rs")),
    ("values/as_table", values::as_table::job, include_str!("values/as_table.rs")),
    ("values/mixed_numbers", values::mixed_numbers::job, include_str!("values/mixed_numbers.rs")),
    ("values/rows", values::rows::job, include_str!("values/rows.rs")),
    ("window_agg/bounds_in_expressions", window_agg::bounds_in_expressions::job, include_str!("window_agg/bounds_in_expressions.rs")),
    ("window_agg/cascade_over_view_and_with", window_agg::cascade_over_view_and_with::job, include_str!("window_agg/cascade_over_view_and_with.rs")),
    ("window_agg/cascaded", window_agg::cascaded::job, include_str!("window_agg/cascaded.rs")),
    ("window_agg/conditions_on_results", window_agg::conditions_on_results::job, include_str!("window_agg/conditions_on_results.rs")),
    ("window_agg/cumulate", window_agg::cumulate::job, include_str!("window_agg/cumulate.rs")),
    ("window_agg/days_of_a_zone", window_agg::days_of_a_zone::job, include_str!("window_agg/days_of_a_zone.rs")),
    ("window_agg/decimal_sums_out_of_order", window_agg::decimal_sums_out_of_order::job, include_str!("window_agg/decimal_sums_out_of_order.rs")),
    ("window_agg/distinct_and_filter", window_agg::distinct_and_filter::job, include_str!("window_agg/distinct_and_filter.rs")),
    ("window_agg/empty_groups_give_nothing", window_agg::empty_groups_give_nothing::job, include_str!("window_agg/empty_groups_give_nothing.rs")),
    ("window_agg/explicit_watermark", window_agg::explicit_watermark::job, include_str!("window_agg/explicit_watermark.rs")),
    ("window_agg/hop", window_agg::hop::job, include_str!("window_agg/hop.rs")),
    ("window_agg/hop_named_arguments", window_agg::hop_named_arguments::job, include_str!("window_agg/hop_named_arguments.rs")),
    ("window_agg/late_for_some_windows", window_agg::late_for_some_windows::job, include_str!("window_agg/late_for_some_windows.rs")),
    ("window_agg/lists_in_windows", window_agg::lists_in_windows::job, include_str!("window_agg/lists_in_windows.rs")),
    ("window_agg/null_time", window_agg::null_time::job, include_str!("window_agg/null_time.rs")),
    ("window_agg/offset", window_agg::offset::job, include_str!("window_agg/offset.rs")),
    ("window_agg/retracting_input", window_agg::retracting_input::job, include_str!("window_agg/retracting_input.rs")),
    ("window_agg/summer_time", window_agg::summer_time::job, include_str!("window_agg/summer_time.rs")),
    ("window_agg/tumble_closes_at_the_watermark", window_agg::tumble_closes_at_the_watermark::job, include_str!("window_agg/tumble_closes_at_the_watermark.rs")),
    ("window_agg/two_levels", window_agg::two_levels::job, include_str!("window_agg/two_levels.rs")),
    ("window_assign/cumulate_repeats_a_row", window_assign::cumulate_repeats_a_row::job, include_str!("window_assign/cumulate_repeats_a_row.rs")),
    ("window_assign/hop_repeats_a_row", window_assign::hop_repeats_a_row::job, include_str!("window_assign/hop_repeats_a_row.rs")),
    ("window_assign/no_row_is_late", window_assign::no_row_is_late::job, include_str!("window_assign/no_row_is_late.rs")),
];
