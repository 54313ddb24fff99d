//! A job: its operators and kernels are in `job`, everything else is in the runtime.

mod job;

fn main() -> std::process::ExitCode {
    runtime::launch::main(job::job())
}
