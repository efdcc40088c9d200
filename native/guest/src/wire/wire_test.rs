use super::{Malformed, Message};
use crate::gen::{
    ExecClientMessage, ExecClientMessagePayload, ExecConfig, ExecResize, PayloadPhase,
    PingResponse, StatusResponse, UsageResponse,
};

fn bytes(message: &impl Message) -> Vec<u8> {
    let mut out = Vec::new();
    message.write(&mut out);
    out
}

#[test]
fn fields_are_written_as_everywhere() {
    let ping = PingResponse {
        agent_version: "1".to_string(),
        uptime_seconds: 300,
        generation: 1,
    };
    assert_eq!(
        bytes(&ping),
        [0x0a, 1, b'1', 0x10, 0xac, 0x02, 0xa0, 0x06, 1]
    );
    assert_eq!(PingResponse::read(&bytes(&ping)), Ok(ping));
}

#[test]
fn negative_numbers_and_enums_come_back() {
    let status = StatusResponse {
        phase: PayloadPhase::Exited,
        exit_code: -1,
        oom_killed: true,
        ..StatusResponse::default()
    };
    assert_eq!(StatusResponse::read(&bytes(&status)), Ok(status));
    // A phase that a newer guest knows.
    assert_eq!(
        StatusResponse::read(&[0x08, 99]).unwrap().phase,
        PayloadPhase::Unspecified
    );
}

#[test]
fn an_empty_choice_is_still_chosen_and_a_zero_that_is_set_is_written() {
    let message = ExecClientMessage {
        payload: Some(ExecClientMessagePayload::Stdin(Vec::new())),
    };
    assert_eq!(bytes(&message), [0x12, 0]);
    assert_eq!(ExecClientMessage::read(&[0x12, 0]), Ok(message));
    let usage = UsageResponse {
        pids: Some(0),
        ..UsageResponse::default()
    };
    assert_eq!(bytes(&usage), [0x18, 0]);
}

#[test]
fn maps_and_messages_inside_messages_come_back() {
    let config = ExecConfig {
        command: vec!["sh".to_string(), String::new()],
        env: [("A".to_string(), "b=c".to_string())].into(),
        size: Some(ExecResize { cols: 80, rows: 24 }),
        ..ExecConfig::default()
    };
    let message = ExecClientMessage {
        payload: Some(ExecClientMessagePayload::Config(config)),
    };
    assert_eq!(ExecClientMessage::read(&bytes(&message)), Ok(message));
}

#[test]
fn unknown_fields_are_passed_over_and_broken_ones_refused() {
    let newer = [
        0xfa, 0x3f, 1, 0, 0x3d, 1, 2, 3, 4, 0x39, 1, 2, 3, 4, 5, 6, 7, 8,
    ];
    assert_eq!(PingResponse::read(&newer), Ok(PingResponse::default()));
    for broken in [
        &[0x0a_u8][..],
        &[0x0a, 5, 1],
        &[0x0a, 1, 0xff],
        &[0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
        &[
            0x10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x81, 0x00,
        ],
        &[0x0b],
        &[0x08, 1],
    ] {
        assert_eq!(PingResponse::read(broken), Err(Malformed), "{broken:?}");
    }
}
