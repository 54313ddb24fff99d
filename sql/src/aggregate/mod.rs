//! Aggregate functions: what they accumulate, retract, merge and answer.
