use crate::time::Time;

/// The type of an entry of an archive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    File,
    Folder,
    Symlink,
    HardLink,
    Fifo,
    Char,
    Block,
    /// By its letter: of no meaning here.
    Unknown(u8),
}

/// Bytes of a sparse file that are not a hole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Segment {
    pub offset: u64,
    pub length: u64,
}

/// An extended attribute, as the kernel has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    pub name: Vec<u8>,
    pub value: Vec<u8>,
}

/// One object of a tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// As bytes, without a slash at its end; never empty.
    pub name: Vec<u8>,
    pub kind: Kind,
    /// Of a link: where it leads.
    pub link: Vec<u8>,
    /// Twelve bits.
    pub mode: u32,
    pub uid: u32,
    pub gid: u32,
    pub mtime: Time,
    pub atime: Option<Time>,
    /// Major and minor number.
    pub device: (u32, u32),
    /// Of the file that comes of it.
    pub size: u64,
    /// In order; `None` where all of a file is data.
    pub segments: Option<Vec<Segment>>,
    pub attributes: Vec<Attribute>,
    /// The records of the archive about it that are not known here.
    pub remarks: Vec<&'static str>,
}

impl Entry {
    pub fn new(name: Vec<u8>, kind: Kind) -> Self {
        Entry {
            name,
            kind,
            link: Vec::new(),
            mode: 0,
            uid: 0,
            gid: 0,
            mtime: Time::default(),
            atime: None,
            device: (0, 0),
            size: 0,
            segments: None,
            attributes: Vec::new(),
            remarks: Vec::new(),
        }
    }

    /// Bytes of data: all of a file, or what is between its holes.
    pub fn data_bytes(&self) -> u64 {
        match &self.segments {
            Some(segments) => segments.iter().map(|it| it.length).sum(),
            None => self.size,
        }
    }
}
