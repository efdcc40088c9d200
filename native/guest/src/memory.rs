/// Memory of the guest is the payload's, so ours is kept together: one arena for all threads, and
/// large blocks of their own, which go back when they are freed.
pub fn stay_small() {
    // SAFETY: plain numbers, before there is a second thread.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 1);
        libc::mallopt(libc::M_MMAP_THRESHOLD, 32 * 1024);
    }
}

/// What a call has used goes back to the kernel.
pub fn give_back() {
    // SAFETY: touches only what is free.
    unsafe { libc::malloc_trim(0) };
}
