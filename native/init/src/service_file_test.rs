use super::*;

#[test]
fn reads_services_in_their_order() {
    let services = parse_services(
        "# what runs here\n\
         [containerd]\n\
         exec = /usr/bin/containerd --config \"/etc/a b.toml\"\n\
         env = A=b = c\n\
         env = B=\n\
         \n\
         [capsuled]\n\
         exec=/usr/bin/node x\n\
         stop-grace-ms = 5000\n\
         poweroff-signal = SIGUSR2\n\
         poweroff-grace-ms = 60000\n\
         poweroff-grace-file = /run/capsule/power-off-ms\n\
         oom-score-adj = -900\n",
    )
    .unwrap();
    let pair = |key: &str, value: &str| (key.to_string(), value.to_string());
    assert_eq!(
        services,
        [
            ServiceConfig {
                name: "containerd".into(),
                exec: ["/usr/bin/containerd", "--config", "/etc/a b.toml"]
                    .map(String::from)
                    .to_vec(),
                env: vec![pair("A", "b = c"), pair("B", "")],
                stop: Stop::default(),
                power_off: Stop::default(),
                power_off_file: None,
                oom_score_adj: None,
            },
            ServiceConfig {
                name: "capsuled".into(),
                exec: ["/usr/bin/node", "x"].map(String::from).to_vec(),
                env: Vec::new(),
                stop: Stop {
                    signal: Signal::SIGTERM,
                    grace: Duration::from_secs(5)
                },
                power_off: Stop {
                    signal: Signal::SIGUSR2,
                    grace: Duration::from_secs(60)
                },
                power_off_file: Some("/run/capsule/power-off-ms".into()),
                oom_score_adj: Some(-900),
            },
        ]
    );
}

#[test]
fn power_off_stops_like_stop_unless_told_otherwise() {
    let services =
        parse_services("[a]\nexec = /a\nstop-signal = INT\nstop-grace-ms = 7\n").unwrap();
    assert_eq!(services[0].power_off, services[0].stop);
    assert_eq!(services[0].stop.signal, Signal::SIGINT);
}

#[test]
fn all_errors_are_told_with_their_lines() {
    let errors = parse_services(
        "exec = /a\n\
         [a]\n\
         [A]\n\
         [b\n\
         [a]\n\
         color = red\n\
         exec\n\
         exec = \"x\n\
         env = x\n\
         stop-signal = TURM\n\
         stop-grace-ms = -1\n\
         oom-score-adj = 2000\n",
    )
    .unwrap_err();
    assert_eq!(
        errors,
        [
            "line 1: a [name] line must come first".to_string(),
            "line 3: 'A' is not a name of lower-case letters, digits and '-'".into(),
            "line 4: ']' is missing".into(),
            "line 5: [a] is there already".into(),
            format!("line 6: unknown key 'color'; known are {KEYS}"),
            "line 7: '=' is missing".into(),
            "line 8: a quote is not closed".into(),
            "line 9: 'x' is not KEY=VALUE".into(),
            "line 10: 'TURM' is not a signal".into(),
            "line 11: '-1' is not a number of milliseconds".into(),
            "line 12: '2000' is not within -1000 and 1000".into(),
            "line 2: [a] has no exec".into(),
        ]
    );
}

#[test]
fn an_empty_file_names_no_service() {
    assert_eq!(parse_services("\n# nothing\n"), Ok(Vec::new()));
}

#[test]
fn no_text_makes_the_parser_panic() {
    let alphabet = [
        "[", "]", "a", "=", "exec", "\"", "\\", "\n", " ", "#", "ü", "env", "-",
    ];
    let mut state = 1u64;
    for _ in 0..20_000 {
        let mut text = String::new();
        for _ in 0..(state % 24) {
            state = state
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            text.push_str(alphabet[(state >> 33) as usize % alphabet.len()]);
        }
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        let _ = parse_services(&text);
    }
}
