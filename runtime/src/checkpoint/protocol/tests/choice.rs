//! Which of log and token decides.

use super::*;

#[test]
fn the_log_does_not_grow() {
    let mut outside = Outside::default();
    run(&mut Instance::new(&mut outside, Sink::Staged, None), 100).expect("it ends");
    assert_eq!(outside.log.len(), 1);
}
