use crate::boot::{self, Config, MAGIC};
use crate::rpc;
use crate::say::say;
use std::io;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

/// Only a template listens here, and only until it has its identity: nothing else runs in the guest by then.
const PORT: u32 = 50;
const MOST_BYTES: usize = 64 * 1024;

/// Reports that the machine can be snapshotted, and waits for an identity, which comes after the snapshot. The
/// resume breaks connections, so the host may need more than one. A caller without a valid identity gets the
/// reason.
pub async fn receive(ready_port: u32) -> io::Result<Config> {
    let listener = rpc::listen(PORT)?;
    say("a template is ready");
    let _ = rpc::connect(ready_port).await;
    loop {
        let mut host = listener.accept().await?;
        let Some(bytes) = read(&mut host).await else {
            continue;
        };
        let taken = boot::parse(&bytes).and_then(|config| boot::assume(&config).map(|()| config));
        match taken {
            Ok(config) => {
                let _ = host.write_all(b"ok\n").await;
                return Ok(config);
            }
            Err(problem) => {
                say(&problem);
                let _ = host.write_all(format!("{problem}\n").as_bytes()).await;
            }
        }
    }
}

/// The bytes up to the zero behind them; `None` where the connection ends before.
async fn read(host: &mut UnixStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(MAGIC.len() + 1024);
    loop {
        let count = host.read_buf(&mut bytes).await.ok()?;
        if bytes.last() == Some(&0) {
            return Some(bytes);
        }
        if count == 0 || bytes.len() > MOST_BYTES {
            return None;
        }
    }
}
