//! What the attributes accept, and what they say to what they do not.
//!
//! Each file in `ui/fail` is one mistake, and its `.stderr` is what rustc answers.
//! `TRYBUILD=overwrite cargo test -p stompframe-macros` writes them anew; read the difference
//! before you commit it.

/// rustc words its own part of the answers differently from release to release. They are compared
/// with this one's.
const RUSTC: &str = "1.95";

#[test]
fn ui() {
    let tests = trybuild::TestCases::new();
    tests.pass("tests/ui/pass/*.rs");
    let rustc = std::process::Command::new("rustc")
        .arg("--version")
        .output()
        .expect("rustc runs");
    let rustc = String::from_utf8_lossy(&rustc.stdout).into_owned();
    if rustc.starts_with(&format!("rustc {RUSTC}.")) {
        tests.compile_fail("tests/ui/fail/*.rs");
    } else {
        eprintln!(
            "NOT RUN: what compile errors say is compared on rustc {RUSTC} only, and this is {rustc}"
        );
    }
}
