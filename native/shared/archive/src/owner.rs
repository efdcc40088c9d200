/// The metadata that is kept beside bytes, modes and times.
#[derive(Clone, Copy, PartialEq)]
pub enum Owner {
    /// Everything becomes root's; set-id bits, devices and pipes are left out.
    Root,
    /// Owners, attributes, devices and pipes are as in the archive.
    Kept,
    /// The same, what is there makes way for folders, too, and the folder that is unpacked into becomes as the archive's own first folder is. All of it
    /// is on the disk at the end.
    KeptOfTarget,
}
