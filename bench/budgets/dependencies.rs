//! Checks of the functions' dependencies: one stack for TLS, one for HTTP, and none that starts slowly.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// Dependencies that may occur in one version only: a second version is a second copy in each binary.
const ONCE: [&str; 8] = [
    "http",
    "hyper",
    "hyper-util",
    "ring",
    "rustls",
    "rustls-webpki",
    "tokio",
    "webpki-roots",
];
/// Dependencies that would add a second stack or a slow start.
const NEVER: [(&str, &str); 8] = [
    ("aws-lc-rs", "ring is the one provider"),
    ("aws-lc-sys", "ring is the one provider"),
    ("h2", "HTTP/1.1 does for one request at a time"),
    ("native-tls", "rustls is the one TLS stack"),
    ("openssl", "rustls is the one TLS stack"),
    ("openssl-sys", "rustls is the one TLS stack"),
    ("rustls-native-certs", "the roots are compiled in"),
    ("rustls-platform-verifier", "the roots are compiled in"),
];

#[test]
fn functions_have_one_stack_for_tls_and_one_for_http() {
    let versions = versions_in_functions();

    for name in ONCE {
        let found = versions.get(name).map_or(0, BTreeSet::len);
        assert_eq!(
            found,
            1,
            "{name}: {:?}; `cargo tree --edges normal --invert {name}` shows who wants which",
            versions.get(name)
        );
    }
    for (name, reason) in NEVER {
        assert!(
            !versions.contains_key(name),
            "{name} is linked in, but {reason}; `cargo tree --edges normal --invert {name}` shows who wants it"
        );
    }
}

/// Returns the versions of all dependencies of the functions, by name. The functions are the default members, which are
/// deployed.
fn versions_in_functions() -> BTreeMap<String, BTreeSet<String>> {
    let tree = Command::new(env!("CARGO"))
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .args(["tree", "--locked", "--edges", "normal"])
        .args(["--prefix", "none", "--format", "{p}"])
        .output()
        .unwrap();
    assert!(
        tree.status.success(),
        "{}",
        String::from_utf8_lossy(&tree.stderr)
    );
    let mut versions = BTreeMap::<String, BTreeSet<String>>::new();
    for line in String::from_utf8(tree.stdout).unwrap().lines() {
        let mut words = line.split(' ');
        if let (Some(name), Some(version)) = (words.next(), words.next()) {
            let of_name = versions.entry(name.to_owned()).or_default();
            of_name.insert(version.to_owned());
        }
    }
    versions
}
