// Made from proto/capsule/guest/v1/guest.proto by `cargo test -p capsule-guest`; not to be changed by hand.

use crate::wire::{Field, Malformed, Message, Reader, Value};
use std::collections::BTreeMap;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Ping,
    StartPayload,
    Status,
    Logs,
    Exec,
    Stop,
    Watch,
    Files,
    Usage,
    Limit,
    PutFiles,
    SetClock,
    Trim,
    Freeze,
    Thaw,
}

impl Method {
    pub fn of(path: &str) -> Option<Self> {
        Some(match path {
            "/capsule.guest.v1.GuestAgent/Ping" => Method::Ping,
            "/capsule.guest.v1.GuestAgent/StartPayload" => Method::StartPayload,
            "/capsule.guest.v1.GuestAgent/Status" => Method::Status,
            "/capsule.guest.v1.GuestAgent/Logs" => Method::Logs,
            "/capsule.guest.v1.GuestAgent/Exec" => Method::Exec,
            "/capsule.guest.v1.GuestAgent/Stop" => Method::Stop,
            "/capsule.guest.v1.GuestAgent/Watch" => Method::Watch,
            "/capsule.guest.v1.GuestAgent/Files" => Method::Files,
            "/capsule.guest.v1.GuestAgent/Usage" => Method::Usage,
            "/capsule.guest.v1.GuestAgent/Limit" => Method::Limit,
            "/capsule.guest.v1.GuestAgent/PutFiles" => Method::PutFiles,
            "/capsule.guest.v1.GuestAgent/SetClock" => Method::SetClock,
            "/capsule.guest.v1.GuestAgent/Trim" => Method::Trim,
            "/capsule.guest.v1.GuestAgent/Freeze" => Method::Freeze,
            "/capsule.guest.v1.GuestAgent/Thaw" => Method::Thaw,
            _ => return None,
        })
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PayloadPhase {
    #[default]
    Unspecified = 0,
    Running = 1,
    Exited = 2,
    Failed = 3,
}

impl Field for PayloadPhase {
    fn put_field(&self, number: u32, to: &mut Vec<u8>) {
        (*self as u32).put_field(number, to);
    }

    fn take_field(&mut self, value: Value) -> Result<(), Malformed> {
        *self = match value.varint()? {
            1 => PayloadPhase::Running,
            2 => PayloadPhase::Exited,
            3 => PayloadPhase::Failed,
            _ => PayloadPhase::Unspecified,
        };
        Ok(())
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct PingRequest {}

impl Message for PingRequest {
    fn write(&self, _to: &mut Vec<u8>) {}

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut from = Reader::new(bytes);
        while from.field()?.is_some() {}
        Ok(Self {})
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct PingResponse {
    pub agent_version: String,
    pub uptime_seconds: u64,
    pub generation: u32,
}

impl Message for PingResponse {
    fn write(&self, to: &mut Vec<u8>) {
        self.agent_version.put_field(1, to);
        self.uptime_seconds.put_field(2, to);
        self.generation.put_field(100, to);
    }

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut it = Self::default();
        let mut from = Reader::new(bytes);
        while let Some((number, value)) = from.field()? {
            match number {
                1 => it.agent_version.take_field(value)?,
                2 => it.uptime_seconds.take_field(value)?,
                100 => it.generation.take_field(value)?,
                _ => {}
            }
        }
        Ok(it)
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct StartPayloadRequest {
    pub payload_block_device: String,
    pub command: Vec<String>,
    pub env: Vec<String>,
    pub working_dir: String,
    pub chroot: bool,
    pub mounts: Vec<GuestVolumeMount>,
    pub runtime_spec: Vec<u8>,
    pub image_block_device: String,
    pub files: Vec<GuestFile>,
    pub sysctls: BTreeMap<String, String>,
}

impl Message for StartPayloadRequest {
    fn write(&self, to: &mut Vec<u8>) {
        self.payload_block_device.put_field(1, to);
        self.command.put_field(2, to);
        self.env.put_field(3, to);
        self.working_dir.put_field(4, to);
        self.chroot.put_field(5, to);
        self.mounts.put_field(6, to);
        self.runtime_spec.put_field(100, to);
        self.image_block_device.put_field(101, to);
        self.files.put_field(102, to);
        self.sysctls.put_field(103, to);
    }

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut it = Self::default();
        let mut from = Reader::new(bytes);
        while let Some((number, value)) = from.field()? {
            match number {
                1 => it.payload_block_device.take_field(value)?,
                2 => it.command.take_field(value)?,
                3 => it.env.take_field(value)?,
                4 => it.working_dir.take_field(value)?,
                5 => it.chroot.take_field(value)?,
                6 => it.mounts.take_field(value)?,
                100 => it.runtime_spec.take_field(value)?,
                101 => it.image_block_device.take_field(value)?,
                102 => it.files.take_field(value)?,
                103 => it.sysctls.take_field(value)?,
                _ => {}
            }
        }
        Ok(it)
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct GuestFile {
    pub name: String,
    pub content: Vec<u8>,
}

impl Message for GuestFile {
    fn write(&self, to: &mut Vec<u8>) {
        self.name.put_field(1, to);
        self.content.put_field(2, to);
    }

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut it = Self::default();
        let mut from = Reader::new(bytes);
        while let Some((number, value)) = from.field()? {
            match number {
                1 => it.name.take_field(value)?,
                2 => it.content.take_field(value)?,
                _ => {}
            }
        }
        Ok(it)
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct GuestVolumeMount {
    pub device: String,
    pub mount_path: String,
    pub fstype: String,
    pub read_only: bool,
    pub name: String,
    pub copy_up: bool,
    pub folders: Vec<GuestVolumeFolder>,
}

impl Message for GuestVolumeMount {
    fn write(&self, to: &mut Vec<u8>) {
        self.device.put_field(1, to);
        self.mount_path.put_field(2, to);
        self.fstype.put_field(3, to);
        self.read_only.put_field(4, to);
        self.name.put_field(100, to);
        self.copy_up.put_field(101, to);
        self.folders.put_field(102, to);
    }

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut it = Self::default();
        let mut from = Reader::new(bytes);
        while let Some((number, value)) = from.field()? {
            match number {
                1 => it.device.take_field(value)?,
                2 => it.mount_path.take_field(value)?,
                3 => it.fstype.take_field(value)?,
                4 => it.read_only.take_field(value)?,
                100 => it.name.take_field(value)?,
                101 => it.copy_up.take_field(value)?,
                102 => it.folders.take_field(value)?,
                _ => {}
            }
        }
        Ok(it)
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct GuestVolumeFolder {
    pub name: String,
    pub path: String,
}

impl Message for GuestVolumeFolder {
    fn write(&self, to: &mut Vec<u8>) {
        self.name.put_field(1, to);
        self.path.put_field(2, to);
    }

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut it = Self::default();
        let mut from = Reader::new(bytes);
        while let Some((number, value)) = from.field()? {
            match number {
                1 => it.name.take_field(value)?,
                2 => it.path.take_field(value)?,
                _ => {}
            }
        }
        Ok(it)
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct StartPayloadResponse {
    pub payload_pid: i32,
}

impl Message for StartPayloadResponse {
    fn write(&self, to: &mut Vec<u8>) {
        self.payload_pid.put_field(1, to);
    }

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut it = Self::default();
        let mut from = Reader::new(bytes);
        while let Some((number, value)) = from.field()? {
            match number {
                1 => it.payload_pid.take_field(value)?,
                _ => {}
            }
        }
        Ok(it)
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct StatusRequest {}

impl Message for StatusRequest {
    fn write(&self, _to: &mut Vec<u8>) {}

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut from = Reader::new(bytes);
        while from.field()?.is_some() {}
        Ok(Self {})
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct StatusResponse {
    pub phase: PayloadPhase,
    pub exit_code: i32,
    pub message: String,
    pub exited_at_unix_ms: i64,
    pub oom_killed: bool,
    pub payload_pid: i32,
}

impl Message for StatusResponse {
    fn write(&self, to: &mut Vec<u8>) {
        self.phase.put_field(1, to);
        self.exit_code.put_field(2, to);
        self.message.put_field(3, to);
        self.exited_at_unix_ms.put_field(100, to);
        self.oom_killed.put_field(101, to);
        self.payload_pid.put_field(102, to);
    }

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut it = Self::default();
        let mut from = Reader::new(bytes);
        while let Some((number, value)) = from.field()? {
            match number {
                1 => it.phase.take_field(value)?,
                2 => it.exit_code.take_field(value)?,
                3 => it.message.take_field(value)?,
                100 => it.exited_at_unix_ms.take_field(value)?,
                101 => it.oom_killed.take_field(value)?,
                102 => it.payload_pid.take_field(value)?,
                _ => {}
            }
        }
        Ok(it)
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct WatchRequest {
    pub beat_ms: u32,
}

impl Message for WatchRequest {
    fn write(&self, to: &mut Vec<u8>) {
        self.beat_ms.put_field(1, to);
    }

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut it = Self::default();
        let mut from = Reader::new(bytes);
        while let Some((number, value)) = from.field()? {
            match number {
                1 => it.beat_ms.take_field(value)?,
                _ => {}
            }
        }
        Ok(it)
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct WatchResponse {
    pub status: Option<StatusResponse>,
}

impl Message for WatchResponse {
    fn write(&self, to: &mut Vec<u8>) {
        self.status.put_field(1, to);
    }

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut it = Self::default();
        let mut from = Reader::new(bytes);
        while let Some((number, value)) = from.field()? {
            match number {
                1 => it.status.take_field(value)?,
                _ => {}
            }
        }
        Ok(it)
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct LogsRequest {
    pub follow: bool,
    pub tail_lines: i32,
}

impl Message for LogsRequest {
    fn write(&self, to: &mut Vec<u8>) {
        self.follow.put_field(1, to);
        self.tail_lines.put_field(2, to);
    }

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut it = Self::default();
        let mut from = Reader::new(bytes);
        while let Some((number, value)) = from.field()? {
            match number {
                1 => it.follow.take_field(value)?,
                2 => it.tail_lines.take_field(value)?,
                _ => {}
            }
        }
        Ok(it)
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct LogChunk {
    pub data: Vec<u8>,
}

impl Message for LogChunk {
    fn write(&self, to: &mut Vec<u8>) {
        self.data.put_field(1, to);
    }

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut it = Self::default();
        let mut from = Reader::new(bytes);
        while let Some((number, value)) = from.field()? {
            match number {
                1 => it.data.take_field(value)?,
                _ => {}
            }
        }
        Ok(it)
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct ExecClientMessage {
    pub payload: Option<ExecClientMessagePayload>,
}

impl Message for ExecClientMessage {
    fn write(&self, to: &mut Vec<u8>) {
        if let Some(it) = &self.payload {
            it.write(to);
        }
    }

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut it = Self::default();
        let mut from = Reader::new(bytes);
        while let Some((number, value)) = from.field()? {
            match number {
                _ => ExecClientMessagePayload::read(number, value, &mut it.payload)?,
            }
        }
        Ok(it)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum ExecClientMessagePayload {
    Config(ExecConfig),
    Stdin(Vec<u8>),
    Resize(ExecResize),
    Signal(ExecSignal),
}

impl ExecClientMessagePayload {
    fn write(&self, to: &mut Vec<u8>) {
        match self {
            ExecClientMessagePayload::Config(it) => crate::wire::put_chosen(it, 1, to),
            ExecClientMessagePayload::Stdin(it) => crate::wire::put_chosen(it, 2, to),
            ExecClientMessagePayload::Resize(it) => crate::wire::put_chosen(it, 3, to),
            ExecClientMessagePayload::Signal(it) => crate::wire::put_chosen(it, 100, to),
        }
    }

    fn read(number: u32, value: Value, chosen: &mut Option<Self>) -> Result<(), Malformed> {
        *chosen = Some(match number {
            1 => ExecClientMessagePayload::Config(crate::wire::take_chosen(value)?),
            2 => ExecClientMessagePayload::Stdin(crate::wire::take_chosen(value)?),
            3 => ExecClientMessagePayload::Resize(crate::wire::take_chosen(value)?),
            100 => ExecClientMessagePayload::Signal(crate::wire::take_chosen(value)?),
            _ => return Ok(()),
        });
        Ok(())
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct ExecSignal {
    pub signal: u32,
}

impl Message for ExecSignal {
    fn write(&self, to: &mut Vec<u8>) {
        self.signal.put_field(1, to);
    }

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut it = Self::default();
        let mut from = Reader::new(bytes);
        while let Some((number, value)) = from.field()? {
            match number {
                1 => it.signal.take_field(value)?,
                _ => {}
            }
        }
        Ok(it)
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct ExecConfig {
    pub command: Vec<String>,
    pub tty: bool,
    pub env: BTreeMap<String, String>,
    pub process: Vec<u8>,
    pub size: Option<ExecResize>,
    pub no_stdin: bool,
}

impl Message for ExecConfig {
    fn write(&self, to: &mut Vec<u8>) {
        self.command.put_field(1, to);
        self.tty.put_field(2, to);
        self.env.put_field(3, to);
        self.process.put_field(100, to);
        self.size.put_field(101, to);
        self.no_stdin.put_field(102, to);
    }

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut it = Self::default();
        let mut from = Reader::new(bytes);
        while let Some((number, value)) = from.field()? {
            match number {
                1 => it.command.take_field(value)?,
                2 => it.tty.take_field(value)?,
                3 => it.env.take_field(value)?,
                100 => it.process.take_field(value)?,
                101 => it.size.take_field(value)?,
                102 => it.no_stdin.take_field(value)?,
                _ => {}
            }
        }
        Ok(it)
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct ExecResize {
    pub cols: u32,
    pub rows: u32,
}

impl Message for ExecResize {
    fn write(&self, to: &mut Vec<u8>) {
        self.cols.put_field(1, to);
        self.rows.put_field(2, to);
    }

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut it = Self::default();
        let mut from = Reader::new(bytes);
        while let Some((number, value)) = from.field()? {
            match number {
                1 => it.cols.take_field(value)?,
                2 => it.rows.take_field(value)?,
                _ => {}
            }
        }
        Ok(it)
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct ExecServerMessage {
    pub payload: Option<ExecServerMessagePayload>,
}

impl Message for ExecServerMessage {
    fn write(&self, to: &mut Vec<u8>) {
        if let Some(it) = &self.payload {
            it.write(to);
        }
    }

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut it = Self::default();
        let mut from = Reader::new(bytes);
        while let Some((number, value)) = from.field()? {
            match number {
                _ => ExecServerMessagePayload::read(number, value, &mut it.payload)?,
            }
        }
        Ok(it)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum ExecServerMessagePayload {
    Stdout(Vec<u8>),
    Stderr(Vec<u8>),
    Exit(ExecExit),
    Started(ExecStarted),
}

impl ExecServerMessagePayload {
    fn write(&self, to: &mut Vec<u8>) {
        match self {
            ExecServerMessagePayload::Stdout(it) => crate::wire::put_chosen(it, 1, to),
            ExecServerMessagePayload::Stderr(it) => crate::wire::put_chosen(it, 2, to),
            ExecServerMessagePayload::Exit(it) => crate::wire::put_chosen(it, 3, to),
            ExecServerMessagePayload::Started(it) => crate::wire::put_chosen(it, 100, to),
        }
    }

    fn read(number: u32, value: Value, chosen: &mut Option<Self>) -> Result<(), Malformed> {
        *chosen = Some(match number {
            1 => ExecServerMessagePayload::Stdout(crate::wire::take_chosen(value)?),
            2 => ExecServerMessagePayload::Stderr(crate::wire::take_chosen(value)?),
            3 => ExecServerMessagePayload::Exit(crate::wire::take_chosen(value)?),
            100 => ExecServerMessagePayload::Started(crate::wire::take_chosen(value)?),
            _ => return Ok(()),
        });
        Ok(())
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct ExecStarted {}

impl Message for ExecStarted {
    fn write(&self, _to: &mut Vec<u8>) {}

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut from = Reader::new(bytes);
        while from.field()?.is_some() {}
        Ok(Self {})
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct ExecExit {
    pub exit_code: i32,
}

impl Message for ExecExit {
    fn write(&self, to: &mut Vec<u8>) {
        self.exit_code.put_field(1, to);
    }

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut it = Self::default();
        let mut from = Reader::new(bytes);
        while let Some((number, value)) = from.field()? {
            match number {
                1 => it.exit_code.take_field(value)?,
                _ => {}
            }
        }
        Ok(it)
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct StopRequest {
    pub grace_seconds: u32,
    pub signal: u32,
    pub grace_ms: u32,
}

impl Message for StopRequest {
    fn write(&self, to: &mut Vec<u8>) {
        self.grace_seconds.put_field(1, to);
        self.signal.put_field(100, to);
        self.grace_ms.put_field(101, to);
    }

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut it = Self::default();
        let mut from = Reader::new(bytes);
        while let Some((number, value)) = from.field()? {
            match number {
                1 => it.grace_seconds.take_field(value)?,
                100 => it.signal.take_field(value)?,
                101 => it.grace_ms.take_field(value)?,
                _ => {}
            }
        }
        Ok(it)
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct StopResponse {}

impl Message for StopResponse {
    fn write(&self, _to: &mut Vec<u8>) {}

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut from = Reader::new(bytes);
        while from.field()?.is_some() {}
        Ok(Self {})
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct FilesRequest {
    pub payload: Option<FilesRequestPayload>,
}

impl Message for FilesRequest {
    fn write(&self, to: &mut Vec<u8>) {
        if let Some(it) = &self.payload {
            it.write(to);
        }
    }

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut it = Self::default();
        let mut from = Reader::new(bytes);
        while let Some((number, value)) = from.field()? {
            match number {
                _ => FilesRequestPayload::read(number, value, &mut it.payload)?,
            }
        }
        Ok(it)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum FilesRequestPayload {
    Work(FilesWork),
    Data(Vec<u8>),
    End(FilesEnd),
}

impl FilesRequestPayload {
    fn write(&self, to: &mut Vec<u8>) {
        match self {
            FilesRequestPayload::Work(it) => crate::wire::put_chosen(it, 1, to),
            FilesRequestPayload::Data(it) => crate::wire::put_chosen(it, 2, to),
            FilesRequestPayload::End(it) => crate::wire::put_chosen(it, 3, to),
        }
    }

    fn read(number: u32, value: Value, chosen: &mut Option<Self>) -> Result<(), Malformed> {
        *chosen = Some(match number {
            1 => FilesRequestPayload::Work(crate::wire::take_chosen(value)?),
            2 => FilesRequestPayload::Data(crate::wire::take_chosen(value)?),
            3 => FilesRequestPayload::End(crate::wire::take_chosen(value)?),
            _ => return Ok(()),
        });
        Ok(())
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct FilesEnd {}

impl Message for FilesEnd {
    fn write(&self, _to: &mut Vec<u8>) {}

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut from = Reader::new(bytes);
        while from.field()?.is_some() {}
        Ok(Self {})
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct FilesWork {
    pub words: Vec<String>,
}

impl Message for FilesWork {
    fn write(&self, to: &mut Vec<u8>) {
        self.words.put_field(1, to);
    }

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut it = Self::default();
        let mut from = Reader::new(bytes);
        while let Some((number, value)) = from.field()? {
            match number {
                1 => it.words.take_field(value)?,
                _ => {}
            }
        }
        Ok(it)
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct FilesResponse {
    pub payload: Option<FilesResponsePayload>,
}

impl Message for FilesResponse {
    fn write(&self, to: &mut Vec<u8>) {
        if let Some(it) = &self.payload {
            it.write(to);
        }
    }

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut it = Self::default();
        let mut from = Reader::new(bytes);
        while let Some((number, value)) = from.field()? {
            match number {
                _ => FilesResponsePayload::read(number, value, &mut it.payload)?,
            }
        }
        Ok(it)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum FilesResponsePayload {
    Data(Vec<u8>),
    Exit(FilesExit),
}

impl FilesResponsePayload {
    fn write(&self, to: &mut Vec<u8>) {
        match self {
            FilesResponsePayload::Data(it) => crate::wire::put_chosen(it, 1, to),
            FilesResponsePayload::Exit(it) => crate::wire::put_chosen(it, 2, to),
        }
    }

    fn read(number: u32, value: Value, chosen: &mut Option<Self>) -> Result<(), Malformed> {
        *chosen = Some(match number {
            1 => FilesResponsePayload::Data(crate::wire::take_chosen(value)?),
            2 => FilesResponsePayload::Exit(crate::wire::take_chosen(value)?),
            _ => return Ok(()),
        });
        Ok(())
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct FilesExit {
    pub exit_code: i32,
    pub complaint: String,
}

impl Message for FilesExit {
    fn write(&self, to: &mut Vec<u8>) {
        self.exit_code.put_field(1, to);
        self.complaint.put_field(2, to);
    }

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut it = Self::default();
        let mut from = Reader::new(bytes);
        while let Some((number, value)) = from.field()? {
            match number {
                1 => it.exit_code.take_field(value)?,
                2 => it.complaint.take_field(value)?,
                _ => {}
            }
        }
        Ok(it)
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct UsageRequest {}

impl Message for UsageRequest {
    fn write(&self, _to: &mut Vec<u8>) {}

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut from = Reader::new(bytes);
        while from.field()?.is_some() {}
        Ok(Self {})
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct UsageResponse {
    pub cpu_usage_micros: Option<u64>,
    pub memory_bytes: Option<u64>,
    pub pids: Option<u64>,
    pub network_received_bytes: Option<u64>,
    pub network_sent_bytes: Option<u64>,
    pub block_read_bytes: Option<u64>,
    pub block_written_bytes: Option<u64>,
}

impl Message for UsageResponse {
    fn write(&self, to: &mut Vec<u8>) {
        self.cpu_usage_micros.put_field(1, to);
        self.memory_bytes.put_field(2, to);
        self.pids.put_field(3, to);
        self.network_received_bytes.put_field(4, to);
        self.network_sent_bytes.put_field(5, to);
        self.block_read_bytes.put_field(6, to);
        self.block_written_bytes.put_field(7, to);
    }

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut it = Self::default();
        let mut from = Reader::new(bytes);
        while let Some((number, value)) = from.field()? {
            match number {
                1 => it.cpu_usage_micros.take_field(value)?,
                2 => it.memory_bytes.take_field(value)?,
                3 => it.pids.take_field(value)?,
                4 => it.network_received_bytes.take_field(value)?,
                5 => it.network_sent_bytes.take_field(value)?,
                6 => it.block_read_bytes.take_field(value)?,
                7 => it.block_written_bytes.take_field(value)?,
                _ => {}
            }
        }
        Ok(it)
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct LimitRequest {
    pub pids: u64,
}

impl Message for LimitRequest {
    fn write(&self, to: &mut Vec<u8>) {
        self.pids.put_field(1, to);
    }

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut it = Self::default();
        let mut from = Reader::new(bytes);
        while let Some((number, value)) = from.field()? {
            match number {
                1 => it.pids.take_field(value)?,
                _ => {}
            }
        }
        Ok(it)
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct LimitResponse {}

impl Message for LimitResponse {
    fn write(&self, _to: &mut Vec<u8>) {}

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut from = Reader::new(bytes);
        while from.field()?.is_some() {}
        Ok(Self {})
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct PutFilesRequest {
    pub files: Vec<GuestFile>,
}

impl Message for PutFilesRequest {
    fn write(&self, to: &mut Vec<u8>) {
        self.files.put_field(1, to);
    }

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut it = Self::default();
        let mut from = Reader::new(bytes);
        while let Some((number, value)) = from.field()? {
            match number {
                1 => it.files.take_field(value)?,
                _ => {}
            }
        }
        Ok(it)
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct PutFilesResponse {}

impl Message for PutFilesResponse {
    fn write(&self, _to: &mut Vec<u8>) {}

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut from = Reader::new(bytes);
        while from.field()?.is_some() {}
        Ok(Self {})
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct SetClockRequest {
    pub unix_nanos: i64,
}

impl Message for SetClockRequest {
    fn write(&self, to: &mut Vec<u8>) {
        self.unix_nanos.put_field(1, to);
    }

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut it = Self::default();
        let mut from = Reader::new(bytes);
        while let Some((number, value)) = from.field()? {
            match number {
                1 => it.unix_nanos.take_field(value)?,
                _ => {}
            }
        }
        Ok(it)
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct SetClockResponse {}

impl Message for SetClockResponse {
    fn write(&self, _to: &mut Vec<u8>) {}

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut from = Reader::new(bytes);
        while from.field()?.is_some() {}
        Ok(Self {})
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct TrimRequest {}

impl Message for TrimRequest {
    fn write(&self, _to: &mut Vec<u8>) {}

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut from = Reader::new(bytes);
        while from.field()?.is_some() {}
        Ok(Self {})
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct TrimResponse {}

impl Message for TrimResponse {
    fn write(&self, _to: &mut Vec<u8>) {}

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut from = Reader::new(bytes);
        while from.field()?.is_some() {}
        Ok(Self {})
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct FreezeRequest {
    pub name: String,
}

impl Message for FreezeRequest {
    fn write(&self, to: &mut Vec<u8>) {
        self.name.put_field(1, to);
    }

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut it = Self::default();
        let mut from = Reader::new(bytes);
        while let Some((number, value)) = from.field()? {
            match number {
                1 => it.name.take_field(value)?,
                _ => {}
            }
        }
        Ok(it)
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct FreezeResponse {}

impl Message for FreezeResponse {
    fn write(&self, _to: &mut Vec<u8>) {}

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut from = Reader::new(bytes);
        while from.field()?.is_some() {}
        Ok(Self {})
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct ThawRequest {
    pub name: String,
}

impl Message for ThawRequest {
    fn write(&self, to: &mut Vec<u8>) {
        self.name.put_field(1, to);
    }

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut it = Self::default();
        let mut from = Reader::new(bytes);
        while let Some((number, value)) = from.field()? {
            match number {
                1 => it.name.take_field(value)?,
                _ => {}
            }
        }
        Ok(it)
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct ThawResponse {}

impl Message for ThawResponse {
    fn write(&self, _to: &mut Vec<u8>) {}

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut from = Reader::new(bytes);
        while from.field()?.is_some() {}
        Ok(Self {})
    }
}
