/// Resets the umask to 022, whatever was inherited: files that are made for a workload, by this program or by one
/// that it starts, have the mode that was asked for, and never more than that.
pub fn reset_umask() {
    // SAFETY: umask cannot fail and touches nothing but this process.
    unsafe { libc::umask(0o022) };
}
