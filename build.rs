//! Tells the crate what it was built from: an answer in the cache is good only for the code that gave it.

use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    let mut files = vec![PathBuf::from("Cargo.lock"), PathBuf::from("Cargo.toml")];
    collect(Path::new("src"), &mut files);
    collect(Path::new("mappings"), &mut files);
    files.sort();
    let mut hash = FNV_OFFSET;
    for file in &files {
        println!("cargo:rerun-if-changed={}", file.display());
        hash = mix(hash, file.to_string_lossy().replace('\\', "/").as_bytes());
        hash = mix(hash, &fs::read(file).unwrap_or_default());
    }
    // New files, too.
    println!("cargo:rerun-if-changed=src");
    println!("cargo:rerun-if-changed=mappings");
    println!("cargo:rustc-env=DRIFT_BUILT_FROM={hash:032x}");
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}

// FNV-1a of 128 bits: no dependency for a build script, and nothing here is adversarial.
const FNV_OFFSET: u128 = 0x6c62272e07bb014262b821756295c58d;
const FNV_PRIME: u128 = 0x0000000001000000000000000000013b;

fn mix(hash: u128, bytes: &[u8]) -> u128 {
    let length = (bytes.len() as u64).to_le_bytes();
    bytes.iter().chain(&length).fold(hash, |hash, &byte| (hash ^ u128::from(byte)).wrapping_mul(FNV_PRIME))
}
