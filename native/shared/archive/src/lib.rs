//! Tar archives and the file trees that they hold. Names are bytes; modes have all twelve bits; times have
//! nanoseconds, before 1970 and after 2038; sparse files stay sparse; extended attributes, ACLs, devices and
//! links are kept. Written is PAX (POSIX.1-2001) with GNU's records for sparse files; read are v7, ustar,
//! old GNU and PAX with sparse files of each kind. Memory is bounded whatever an archive claims.

pub mod acl;
pub mod attributes;
pub mod entry;
pub mod extents;
pub mod failure;
pub mod hidden;
pub mod measure;
pub mod own_folder;
pub mod owner;
pub mod pack;
pub mod path;
pub mod reopen;
pub mod sift;
pub mod time;
pub mod transfer;
pub mod unpack;
pub mod warnings;

mod block;
mod content;
mod describe;
mod first_names;
mod late;
mod lost_and_found;
mod made;
mod pax;
mod place;
mod reader;

mod settle;
mod source;
mod sparse;
mod start;
mod walker;
mod writer;

pub use reader::Reader;
pub use source::{Seekable, Source, Stream};
pub use writer::Writer;
