use super::*;
use crate::gen::GuestVolumeMount;

fn request(image: &str, mounts: Vec<GuestVolumeMount>) -> StartPayloadRequest {
    StartPayloadRequest {
        payload_block_device: "/dev/vdc".to_string(),
        image_block_device: image.to_string(),
        mounts,
        ..StartPayloadRequest::default()
    }
}

fn mount(name: &str) -> GuestVolumeMount {
    GuestVolumeMount {
        device: "/dev/vdd".to_string(),
        mount_path: "/data".to_string(),
        name: name.to_string(),
        ..GuestVolumeMount::default()
    }
}

#[test]
fn an_image_goes_below_the_writable_disk() {
    let copied = GuestVolumeMount {
        copy_up: true,
        ..mount("data")
    };
    let planned = plan(&request("/dev/vdb", vec![copied])).unwrap();
    assert_eq!(
        planned.root,
        Root::Layered {
            image: "/dev/vdb".to_string(),
            writable: "/dev/vdc".to_string()
        }
    );
    let volume = &planned.volumes[0];
    assert_eq!(volume.filesystem, "ext4");
    assert_eq!(volume.copy_up_from.as_deref(), Some("/data"));
    assert_eq!(volume.at(), PathBuf::from("/run/capsule/volumes/data"));
    assert_eq!(volume.flags(), MsFlags::MS_NODEV);
}

#[test]
fn without_an_image_the_disk_is_all_and_an_older_host_names_no_volume() {
    let read_only = GuestVolumeMount {
        read_only: true,
        fstype: "xfs".to_string(),
        ..mount("")
    };
    let planned = plan(&request("", vec![read_only])).unwrap();
    assert!(matches!(planned.root, Root::Whole { .. }));
    assert_eq!(planned.volumes[0].name, "volume-0");
    assert_eq!(planned.volumes[0].filesystem, "xfs");
    assert_eq!(
        planned.volumes[0].flags(),
        MsFlags::MS_NODEV | MsFlags::MS_RDONLY
    );
}

#[test]
fn what_leads_elsewhere_is_refused() {
    for device in ["", "vdb", "/dev/", "/dev/../etc", "/dev/a/b", "/etc/passwd"] {
        let mut wrong = request("", Vec::new());
        wrong.payload_block_device = device.to_string();
        assert!(plan(&wrong).is_err(), "{device}");
    }
    for name in ["..", "a/b"] {
        assert!(plan(&request("", vec![mount(name)])).is_err(), "{name}");
    }
    assert!(plan(&request("", vec![mount("a"), mount("a")])).is_err());
}

#[test]
fn a_folder_of_a_volume_is_a_path_of_plain_names() {
    use crate::gen::GuestVolumeFolder;
    let with = |name: &str, path: &str| {
        let folder = GuestVolumeFolder {
            name: name.to_string(),
            path: path.to_string(),
        };
        let asked = GuestVolumeMount {
            folders: vec![folder],
            ..mount("data")
        };
        plan(&request("/dev/vdb", vec![asked]))
    };
    let planned = with("folder-0", "a/b").unwrap();
    let folder = &planned.volumes[0].folders[0];
    assert_eq!(folder.path, ["a", "b"]);
    assert_eq!(folder.at(), PathBuf::from("/run/capsule/folders/folder-0"));
    for (name, path) in [
        ("..", "a"),
        ("a/b", "a"),
        ("x", ""),
        ("x", "/a"),
        ("x", "a/../b"),
        ("x", "a//b"),
    ] {
        assert!(with(name, path).is_err(), "{name:?} {path:?}");
    }
}
