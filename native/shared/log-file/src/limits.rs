/// How much a log may keep: `max_files` counts the file being written, so 3 means
/// `path`, `path.1` and `path.2`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub max_bytes: u64,
    pub max_files: u32,
}

impl Default for Limits {
    /// 10 MiB × 3.
    fn default() -> Self {
        Limits {
            max_bytes: 10 * 1024 * 1024,
            max_files: 3,
        }
    }
}
