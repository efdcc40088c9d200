//! The Rust of the contract is committed, so that a build needs no compiler of protocol buffers.
//! Here it is made again and compared; `CAPSULE_WRITE_GENERATED=1` writes it. The compiler is our
//! own: those on crates.io bring procedural macros, which a static workspace cannot build.

// A test fails by a panic, and so do the modules of this one.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod contract;
mod rust;

use std::fs;
use std::path::Path;

#[test]
fn is_what_the_contract_says() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(here.join("../../proto/capsule/guest/v1/guest.proto")).unwrap();
    let made = rust::write(&contract::parse(&text));
    let committed = here.join("src/gen/guest.rs");
    if std::env::var_os("CAPSULE_WRITE_GENERATED").is_some() {
        fs::create_dir_all(here.join("src/gen")).unwrap();
        fs::write(&committed, &made).unwrap();
    }
    let kept = fs::read_to_string(&committed).unwrap_or_default();
    assert!(
        kept == made,
        "the contract has changed; write its Rust by: CAPSULE_WRITE_GENERATED=1 cargo test -p capsule-guest --test generated"
    );
}
