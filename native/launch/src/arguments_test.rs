use super::*;

fn read(line: &str) -> Result<Command, String> {
    parse(line.split_whitespace().map(OsString::from).collect())
}

#[test]
fn reads_a_whole_command_line() {
    let parsed = read(
        "--name a --lower /x:/y --lower=/z --perm /p --run /r --cgroup capsule-a \
         --env A=b=c --env B= --die-with-parent --pid-file /f -- /sbin/capsuled --name b",
    );
    assert_eq!(
        parsed,
        Ok(Command::Launch(Box::new(Launch {
            name: "a".into(),
            lower: vec!["/x".into(), "/y".into(), "/z".into()],
            perm: "/p".into(),
            run: "/r".into(),
            cgroup: Some(CgroupName("capsule-a".into())),
            env: vec!["A=b=c".into(), "B=".into()],
            die_with_parent: Some(Parent::WhoeverItIs),
            pid_file: Some("/f".into()),
            program: vec!["/sbin/capsuled".into(), "--name".into(), "b".into()],
            ..Launch::default()
        })))
    );
}

#[test]
fn says_what_is_missing_or_unknown() {
    let problem = |line| read(line).unwrap_err();
    assert_eq!(problem("--name a"), "--lower is missing");
    assert_eq!(
        problem("--name a --lower / --perm /p --run /r --"),
        "-- PROGRAM is missing"
    );
    assert_eq!(problem("--name"), "--name: value is missing");
    assert_eq!(problem("--nmae a"), "--nmae: unknown option");
    assert_eq!(
        problem("--die-with-parent=0"),
        "--die-with-parent: value is not a pid"
    );
}

#[test]
fn a_cgroup_of_somebody_else_is_refused() {
    for name in [
        "user.slice",
        "capsule/../user.slice",
        "capsule-a/",
        "capsule a",
        "/capsule",
        "capsule//a",
    ] {
        let parsed = parse(vec!["--clean-cgroup".into(), name.into()]);
        assert!(parsed.is_err(), "{name}");
    }
    assert_eq!(
        read("--clean-cgroup capsule/a.b_c"),
        Ok(Command::CleanCgroup(CgroupName("capsule/a.b_c".into())))
    );
}

#[test]
fn the_parent_may_be_named() {
    let Ok(Command::Launch(launch)) =
        read("--name a --lower / --perm /p --run /r --die-with-parent=12 -- /init")
    else {
        panic!("not a launch");
    };
    assert_eq!(launch.die_with_parent, Some(Parent::Pid(12)));
}
