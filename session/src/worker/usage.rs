//! What processes use, as `/proc` says it.
//!
//! In: a process id. Out: resident memory, CPU time. Invariant: a process that has gone uses nothing.

/// The kernel counts CPU time in hundredths of a second, whatever its own clock is.
const TICK_MS: u64 = 10;

pub(super) fn memory_bytes(process_id: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process_id}/status")).unwrap_or_default();
    kibibytes(&status, "VmRSS:") << 10
}

pub(super) fn machine_memory_bytes() -> u64 {
    kibibytes(
        &std::fs::read_to_string("/proc/meminfo").unwrap_or_default(),
        "MemTotal:",
    ) << 10
}

fn kibibytes(text: &str, name: &str) -> u64 {
    let value = text.lines().find_map(|line| line.strip_prefix(name));
    let number = value.and_then(|value| value.trim().trim_end_matches(" kB").parse().ok());
    number.unwrap_or(0)
}

/// User and system time.
pub(super) fn cpu_ms(process_id: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{process_id}/stat")).unwrap_or_default();
    // The name in parentheses may hold anything; fields are counted after it.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<u64>().ok());
    ticks.sum::<u64>() * TICK_MS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_uses_something_and_no_process_nothing() {
        let own = std::process::id();
        let memory = memory_bytes(own);
        assert!((1 << 20..machine_memory_bytes()).contains(&memory), "{memory}");
        let before = cpu_ms(own);
        let started = std::time::Instant::now();
        while cpu_ms(own) < before + 2 * TICK_MS {
            assert!(started.elapsed().as_secs() < 20, "CPU time does not grow");
        }
        assert_eq!((memory_bytes(u32::MAX), cpu_ms(u32::MAX)), (0, 0));
    }
}
