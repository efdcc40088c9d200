use std::fs;

/// Memory of the guest is the payload's, so ours is kept together: one arena for all threads, and
/// large blocks of their own, which go back when they are freed.
pub fn stay_small() {
    // SAFETY: plain numbers, before there is a second thread.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 1);
        libc::mallopt(libc::M_MMAP_THRESHOLD, 32 * 1024);
    }
}

/// Returns the memory of a call to the kernel.
pub fn give_back() {
    // SAFETY: touches only what is free.
    unsafe { libc::malloc_trim(0) };
}

/// For people: what we take now, and what we took at most.
pub fn describe() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or("unknown").trim().to_string()
    };
    format!(
        "memory: {} resident, {} at its peak",
        field("VmRSS:"),
        field("VmHWM:")
    )
}
