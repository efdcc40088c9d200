use std::io;

/// Marks every descriptor but stdin, stdout and stderr close-on-exec, those inherited included: no
/// program that is started from here gets one by accident. Closes none.
pub fn keep_descriptors_private() -> io::Result<()> {
    // SAFETY: integer arguments; no descriptor changes its owner.
    let result = unsafe {
        libc::syscall(
            libc::SYS_close_range,
            3u32,
            u32::MAX,
            libc::CLOSE_RANGE_CLOEXEC,
        )
    };
    match result {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
