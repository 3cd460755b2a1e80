//! What the fuzzers run, on stable Rust and without end of time: every seed, and a few thousand
//! variations of them, the same ones each time. `fuzz/README.md` tells how to go on from here.

#[path = "../../fuzz/bodies/mod.rs"]
mod bodies;

use std::path::Path;
use std::{fs, io};

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

const CASES: u32 = 4096;

#[test]
fn decoder() {
    smoke(
        "decoder",
        bodies::decoder::run,
        &[
            "SEND\n",
            "CONNECT\n",
            "MESSAGE\n",
            "SUBSCRIBE\n",
            "\n\n",
            "\r\n",
            "\0",
            "\\",
            "\\c",
            "\\r",
            ":",
            "a:b\n",
            "content-length:3\n",
            "content-length:99999999999\n",
            "receipt:1\n",
            "id:\n",
            "é",
            "accept-version:1.1\n",
        ],
    );
}

#[test]
fn encoder() {
    smoke(
        "encoder",
        bodies::encoder::run,
        &[
            "content-length",
            "destination",
            "id",
            "\0",
            "\r",
            "\n",
            ":",
            "\\",
            " ",
            "\t",
            "0",
            "1",
            "é",
        ],
    );
}

#[test]
fn selector() {
    smoke(
        "selector",
        bodies::selector::run,
        &[
            " AND ",
            " OR ",
            " NOT ",
            " BETWEEN ",
            " IN ",
            " LIKE ",
            " ESCAPE ",
            " IS ",
            "NULL",
            "TRUE",
            "(",
            ")",
            ",",
            "=",
            "<>",
            "<",
            "+",
            "-",
            "*",
            "/",
            "'",
            "`",
            "\"",
            "%",
            "_",
            "!",
            "a",
            "n",
            "5",
            "1e9",
            ".",
            "é",
        ],
    );
}

/// Runs `body` over the seeds of `target`, and over what becomes of them when they are cut and
/// `tokens` are put in.
fn smoke(target: &str, body: fn(&[u8]), tokens: &'static [&'static str]) {
    let seeds = seeds(target).expect("the seeds can be read");
    assert!(seeds.len() >= 8, "{} seeds for {target}", seeds.len());
    for seed in &seeds {
        assert!(seed.len() < 1024, "a seed is small");
        body(seed);
    }

    let piece = prop_oneof![
        4 => select(tokens).prop_map(|token| token.as_bytes().to_vec()),
        2 => any::<u8>().prop_map(|octet| vec![octet]),
        1 => Just(vec![bodies::SEPARATOR]),
        1 => Just(Vec::new()),
    ];
    let edit = (any::<Index>(), 0usize..4, piece);
    let input = (select(seeds), prop::collection::vec(edit, 1..8)).prop_map(|(mut data, edits)| {
        for (at, cut, piece) in edits {
            let at = at.index(data.len() + 1);
            let end = data.len().min(at + cut);
            data.splice(at..end, piece);
        }
        data
    });
    let config = Config {
        cases: CASES,
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    TestRunner::new_with_rng(config, rng)
        .run(&input, |data| {
            body(&data);
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
}

/// In the order of their names, or the variations would be others on each machine.
fn seeds(target: &str) -> io::Result<Vec<Vec<u8>>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../fuzz/seeds")
        .join(target);
    let files: io::Result<Vec<_>> = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect();
    let mut files = files?;
    files.sort();
    files.iter().map(fs::read).collect()
}
