use super::*;

fn disk(json: &str) -> Vec<u8> {
    let mut bytes = [MAGIC, json.as_bytes()].concat();
    bytes.resize(bytes.len() + 512, 0);
    bytes
}

fn problem(json: &str) -> String {
    parse(&disk(json)).err().unwrap_or_default()
}

#[test]
fn reads_a_full_one_and_passes_over_what_it_does_not_know() {
    let json = r#"{"token": "00112233445566778899aabbccddeeff", "hostname": "web", "new": {"a": [1]},
        "network": {"address": "172.20.254.5", "prefix": 24, "gateway": "172.20.254.1", "mtu": 1400},
        "unixNanos": "1700000000123456789", "generation": 7}"#;
    let config = parse(&disk(json)).ok().unwrap();
    assert_eq!(config.token, "00112233445566778899aabbccddeeff");
    assert_eq!(config.hostname, "web");
    assert_eq!(config.unix_nanos, 1_700_000_000_123_456_789);
    let network = config.network.unwrap();
    assert_eq!(network.address, Ipv4Addr::new(172, 20, 254, 5));
    assert_eq!(network.gateway, Some(Ipv4Addr::new(172, 20, 254, 1)));
    assert_eq!((network.prefix, network.mtu), (24, 1400));
}

#[test]
fn a_network_and_a_time_are_not_needed() {
    let config = parse(&disk(
        r#"{"token":"0011223344556677","hostname":"a","network":null}"#,
    ));
    let config = config.ok().unwrap();
    assert!(config.network.is_none());
    assert_eq!(config.unix_nanos, 0);
}

#[test]
fn says_what_is_wrong() {
    assert_eq!(
        problem(r#"{"hostname":"a"}"#),
        "token is missing, or no text"
    );
    assert_eq!(
        problem(r#"{"token":"ab","hostname":"a"}"#),
        "token is too short, or no word"
    );
    let with = |network: &str| {
        format!(r#"{{"token":"0011223344556677","hostname":"a","network":{network}}}"#)
    };
    assert_eq!(
        problem(&with(r#"{"address":"1.2.3"}"#)),
        "address is no address"
    );
    assert_eq!(
        problem(&with(r#"{"address":"1.2.3.4","prefix":33}"#)),
        "prefix is not between 1 and 32"
    );
    assert_eq!(
        problem(&with(r#"{"address":"1.2.3.4","prefix":24,"mtu":1}"#)),
        "mtu is not between 576 and 65535"
    );
}

#[test]
fn a_template_has_no_identity() {
    let boot = parse_disk(&disk(r#"{"isTemplate": true}"#));
    assert!(matches!(boot, Ok(Boot::Template)));
    assert!(parse_disk(&disk(r#"{"isTemplate": false}"#)).is_err());
    assert!(parse(&disk(r#"{"isTemplate": true}"#)).is_err());
}

#[test]
fn an_identity_of_a_resumed_guest_says_more() {
    let with = |more: &str| {
        parse(&disk(&format!(
            r#"{{"token":"0011223344556677","hostname":"a",{more}}}"#
        )))
    };
    let config = with(
        r#""seed":"00ff","diskSectors":[8,2048],
        "network":{"hardwareAddress":"02:00:ac:14:fe:05","address":"1.2.3.4","prefix":24}"#,
    );
    let config = config.ok().unwrap();
    assert_eq!(
        (config.seed, config.disk_sectors),
        (vec![0, 255], vec![8, 2048])
    );
    let address = config.network.unwrap().hardware_address;
    assert_eq!(address, Some([2, 0, 0xac, 0x14, 0xfe, 5]));
    for (more, problem) in [
        (r#""seed":"0""#, "seed is not hexadecimal"),
        (r#""seed":"\u00e4""#, "seed is not hexadecimal"),
        (r#""diskSectors":[-1]"#, "diskSectors is no list of numbers"),
        (
            r#""network":{"hardwareAddress":"02:00","address":"1.2.3.4","prefix":24}"#,
            "hardwareAddress is none",
        ),
    ] {
        assert_eq!(with(more).err().unwrap_or_default(), problem);
    }
}

#[test]
fn hostile_bytes_are_refused() {
    let deep = "[".repeat(60_000);
    let cases: [&[u8]; 7] = [
        b"",
        b"capsule-boot 1",
        b"capsule-boot 2\n{}",
        MAGIC,
        b"capsule-boot 1\n\xff\xfe\x00",
        b"capsule-boot 1\n{\"token\": \"0011",
        &disk(&deep),
    ];
    for case in cases {
        assert!(parse(case).is_err());
    }
}
