use std::fs;
use std::io;
use std::path::PathBuf;

/// One mount as `/proc/<pid>/mountinfo` shows it (see proc_pid_mountinfo(5)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MountInfo {
    pub mount_point: PathBuf,
    pub filesystem: String,
    pub source: String,
    /// Options of the superblock, such as the controllers of a cgroup v1 hierarchy.
    pub super_options: Vec<String>,
}

/// The mounts of the calling process, in the order in which they were made.
pub fn read_mount_info() -> io::Result<Vec<MountInfo>> {
    Ok(parse_mount_info(&fs::read("/proc/self/mountinfo")?))
}

/// Lines that are not in the kernel's format are left out.
pub fn parse_mount_info(text: &[u8]) -> Vec<MountInfo> {
    text.split(|byte| *byte == b'\n')
        .filter_map(parse_line)
        .collect()
}

fn parse_line(line: &[u8]) -> Option<MountInfo> {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt;

    let mut fields = line.split(|byte| *byte == b' ');
    let mount_point = fields.nth(4)?;
    // A variable number of optional fields ends with a hyphen.
    fields.find(|field| *field == b"-")?;
    let filesystem = fields.next()?;
    let source = fields.next()?;
    let options = fields.next()?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(&unescape(bytes)).into_owned();
    Some(MountInfo {
        mount_point: PathBuf::from(OsString::from_vec(unescape(mount_point))),
        filesystem: text(filesystem),
        source: text(source),
        super_options: text(options).split(',').map(str::to_string).collect(),
    })
}

/// The kernel writes space, tab, line feed and backslash as `\ooo`.
fn unescape(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, after)) = rest.split_first() {
        let octal = if *first == b'\\' {
            after.get(..3).and_then(octal_byte)
        } else {
            None
        };
        match octal {
            Some(byte) => {
                out.push(byte);
                rest = after.get(3..).unwrap_or_default();
            }
            None => {
                out.push(*first);
                rest = after;
            }
        }
    }
    out
}

fn octal_byte(digits: &[u8]) -> Option<u8> {
    let text = std::str::from_utf8(digits).ok()?;
    u8::from_str_radix(text, 8).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn reads_a_mount_with_and_without_optional_fields() {
        let mounts = parse_mount_info(
            b"36 35 0:33 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 master:1 - cgroup cgroup rw,cpu,cpuacct\n\
              22 27 0:21 / /proc rw - proc proc rw\n",
        );
        assert_eq!(mounts.len(), 2);
        assert_eq!(
            mounts[0].mount_point,
            Path::new("/sys/fs/cgroup/cpu,cpuacct")
        );
        assert_eq!(mounts[0].filesystem, "cgroup");
        assert_eq!(mounts[0].super_options, ["rw", "cpu", "cpuacct"]);
        assert_eq!(mounts[1].source, "proc");
    }

    #[test]
    fn unescapes_paths() {
        let mounts = parse_mount_info(b"1 2 0:3 / /a\\040b\\134c\\9 rw - tmpfs a\\040name rw\n");
        assert_eq!(mounts[0].mount_point, Path::new("/a b\\c\\9"));
        assert_eq!(mounts[0].source, "a name");
    }

    #[test]
    fn leaves_out_what_it_cannot_read() {
        assert_eq!(parse_mount_info(b"\ngarbage\n1 2 3 4 5 6 7\n"), []);
    }
}
