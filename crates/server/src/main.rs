//! The program; everything it does is in the library.

use std::process::ExitCode;

/// Long-lived small allocations from many threads: half the memory and a tenth less time than the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    tongbao::run_program()
}
