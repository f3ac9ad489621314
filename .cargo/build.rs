//! Says so when a build does not have the settings that stand beside this file: cargo reads those
//! only where it is started in a checkout, and not for `cargo install` from elsewhere. And links the
//! program so that its start takes no longer than it has to.

use std::{env, fs, path::Path, process::Command};

fn main() {
    const SETTING: &str = "AWS_LC_SYS_NO_JITTER_ENTROPY";
    println!("cargo::rerun-if-changed=.cargo/build.rs");
    println!("cargo::rerun-if-env-changed={SETTING}");
    println!("cargo::rerun-if-env-changed=CC");
    if env::var(SETTING).as_deref() != Ok("1") {
        println!(
            "cargo::warning=each start of this certmint will take 25 ms longer than needed (docs/security.md, Randomness): build it with {SETTING}=1"
        );
    }
    let target = |part: &str| env::var(format!("CARGO_CFG_TARGET_{part}")).unwrap_or_default();
    let builds_for_itself = env::var("HOST") == env::var("TARGET");
    if (target("OS"), target("ENV")) == ("linux".to_owned(), "gnu".to_owned()) && builds_for_itself
    {
        unwind_within();
    }
}

/// Takes what unwinds the stack after a panic from the compiler's archive: as a library of its own
/// it takes a tenth of the time of a start. Where there is no archive, the library is linked.
fn unwind_within() {
    let asked = Command::new(env::var("CC").unwrap_or("cc".to_owned()))
        .arg("-print-file-name=libgcc_eh.a")
        .output();
    let Some(archive) = asked
        .ok()
        .and_then(|told| String::from_utf8(told.stdout).ok())
    else {
        return;
    };
    let archive = Path::new(archive.trim());
    let Ok(folder) = env::var("OUT_DIR") else {
        return;
    };
    // The linker asks for `gcc_s` and finds a script first, which names the archive.
    let script = Path::new(&folder).join("libgcc_s.so");
    if archive.is_absolute()
        && fs::write(&script, format!("INPUT({})\n", archive.display())).is_ok()
    {
        println!("cargo::rustc-link-search=native={folder}");
    }
}
