use super::*;
use crate::disk::plan;
use crate::gen::{ExecConfig, ExecResize, GuestVolumeMount};

fn request() -> StartPayloadRequest {
    StartPayloadRequest {
        payload_block_device: "/dev/vdb".to_string(),
        command: vec!["/bin/sh".to_string()],
        env: vec!["A=b".to_string()],
        mounts: vec![GuestVolumeMount {
            device: "/dev/vdc".to_string(),
            mount_path: "/data".to_string(),
            read_only: true,
            ..GuestVolumeMount::default()
        }],
        ..StartPayloadRequest::default()
    }
}

fn spec(request: &StartPayloadRequest) -> Result<Value, String> {
    spec_of(request, &plan(request).unwrap())
}

#[test]
fn an_older_host_gets_a_plain_one() {
    let spec = spec(&request()).unwrap();
    assert_eq!(spec["process"]["args"], json!(["/bin/sh"]));
    assert_eq!(spec["process"]["cwd"], "/");
    assert_eq!(spec["process"]["env"][1], "A=b");
    let volume = spec["mounts"].as_array().unwrap().last().unwrap();
    assert_eq!(volume["destination"], "/data");
    assert_eq!(volume["source"], "/run/capsule/volumes/volume-0");
    assert_eq!(volume["options"], json!(["bind", "ro"]));
}

#[test]
fn the_hosts_own_is_taken_as_it_is() {
    let mut request = request();
    request.runtime_spec = br#"{"process":{"args":["x"]},"other":1}"#.to_vec();
    assert_eq!(spec(&request).unwrap()["other"], 1);
    for broken in [&b"{"[..], b"[]", b"{}", b"{\"process\":1}", b"\xff"] {
        request.runtime_spec = broken.to_vec();
        assert!(spec(&request).is_err());
    }
}

#[test]
fn an_exec_is_as_the_payload_but_for_what_it_says() {
    let template =
        json!({ "args": ["a"], "env": ["A=1", "B=2"], "cwd": "/srv", "consoleSize": {} });
    let config = ExecConfig {
        command: vec!["sh".to_string(), "-c".to_string()],
        env: [("A".to_string(), "3".to_string())].into(),
        tty: true,
        size: Some(ExecResize { cols: 80, rows: 24 }),
        ..ExecConfig::default()
    };
    let process = process_of(&template, &config).unwrap();
    assert_eq!(process["args"], json!(["sh", "-c"]));
    assert_eq!(process["env"], json!(["B=2", "A=3"]));
    assert_eq!(process["cwd"], "/srv");
    assert_eq!(process["terminal"], true);
    assert_eq!(process["consoleSize"]["width"], 80);
}

#[test]
fn a_process_of_the_hosts_own_counts_alone() {
    let config = ExecConfig {
        command: vec!["ignored".to_string()],
        process: br#"{"args":["id"],"terminal":true}"#.to_vec(),
        ..ExecConfig::default()
    };
    let process = process_of(&json!({ "env": ["A=1"] }), &config).unwrap();
    assert_eq!(process, json!({ "args": ["id"], "terminal": false }));
    assert!(process_of(&json!({}), &ExecConfig::default()).is_err());
}
