use super::server::{Handler, Limits};
use super::status::{Answer, Code, Status};
use super::{Inbox, Outbox, Secret};
use crate::gen::Method;
use bytes::Bytes;
use h2::server::{Builder, SendResponse};
use h2::RecvStream;
use http::{HeaderValue, Request, Response};
use std::rc::Rc;
use std::time::Duration;
use tokio::net::UnixStream;
use tokio::task::spawn_local;
use tokio::time::timeout;

const HANDSHAKE_PATIENCE: Duration = Duration::from_secs(5);

/// Serves one connection until it ends.
pub async fn run(socket: UnixStream, handler: Handler, secret: Rc<Secret>, limits: Rc<Limits>) {
    let mut builder = Builder::new();
    builder
        .initial_window_size(64 * 1024)
        .initial_connection_window_size(128 * 1024)
        .max_concurrent_streams(256)
        .max_header_list_size(16 * 1024)
        .max_send_buffer_size(64 * 1024);
    let handshake = timeout(HANDSHAKE_PATIENCE, builder.handshake::<_, Bytes>(socket));
    let Ok(Ok(mut connection)) = handshake.await else {
        return;
    };
    while let Some(Ok((request, respond))) = connection.accept().await {
        let Some(permit) = limits.stream() else {
            refuse(respond);
            continue;
        };
        let (handler, secret) = (handler.clone(), secret.clone());
        spawn_local(async move {
            let _permit = permit;
            answer(request, respond, handler, &secret).await;
        });
    }
}

async fn answer(
    request: Request<RecvStream>,
    mut respond: SendResponse<Bytes>,
    handler: Handler,
    secret: &Secret,
) {
    let mut head = Response::new(());
    head.headers_mut().insert(
        http::header::CONTENT_TYPE,
        HeaderValue::from_static("application/grpc+proto"),
    );
    let Ok(stream) = respond.send_response(head, false) else {
        return;
    };
    let outbox = Outbox::new(stream);
    match method_of(&request, secret) {
        Ok(method) => handler(method, Inbox::new(request.into_body()), outbox).await,
        Err(status) => outbox.finish(Err(status)),
    }
}

fn method_of(request: &Request<RecvStream>, secret: &Secret) -> Answer<Method> {
    let header = request.headers().get(http::header::AUTHORIZATION);
    if !header.is_some_and(|value| secret.admits(value.as_bytes())) {
        return Err(Status::new(Code::Unauthenticated, "the token is not ours"));
    }
    let path = request.uri().path();
    Method::of(path).ok_or_else(|| Status::new(Code::Unimplemented, format!("no method {path}")))
}

fn refuse(mut respond: SendResponse<Bytes>) {
    respond.send_reset(h2::Reason::REFUSED_STREAM);
}
