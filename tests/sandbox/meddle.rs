//! Meddling with a command on the doorstep of every system call that changes something, one after
//! the other, so that no moment is left out.

use super::{CERTMINT, Sandbox, Told, told};
use crate::judge;

/// Ends the program before the call is done.
pub(crate) const KILL: &str = "signal=KILL";

/// Every system call of certmint that leaves a trace on the disk.
const CHANGES: &[&str] = &[
    "write",
    "pwrite64",
    "ftruncate",
    "fsync",
    "fdatasync",
    "mkdir",
    "rmdir",
    "rename",
    "renameat2",
    "linkat",
    "symlink",
    "unlink",
    "unlinkat",
];

/// Runs a line under strace, which lets `deed` happen at the `count`th call of `call`.
fn meddle(sandbox: &Sandbox, line: &str, call: &str, deed: &str, count: usize) -> Told {
    let mut command = judge::command("strace");
    command
        .args(["-f", "-qq", "-o", "/dev/null", "-e"])
        .arg(format!("trace={call}"))
        .arg("-e")
        .arg(format!("inject={call}:{deed}:when={count}"))
        .arg(CERTMINT)
        .args(line.split_whitespace());
    sandbox.seal(&mut command);
    told(&mut command)
}

/// Meddles with every change that `line` makes, one after the other; `{}` in it is a number that
/// was not used before. Gives how many there were.
pub(crate) fn meddle_everywhere(
    sandbox: &Sandbox,
    line: &str,
    deed: &str,
    after: impl FnMut(usize, &Told),
) -> usize {
    meddle_with_each(sandbox, line, deed, |_| {}, after)
}

/// As [`meddle_everywhere`]; `before` makes ready what the line needs for a number.
pub(crate) fn meddle_with_each(
    sandbox: &Sandbox,
    line: &str,
    deed: &str,
    mut before: impl FnMut(usize),
    mut after: impl FnMut(usize, &Told),
) -> usize {
    let mut number = 0;
    for call in CHANGES {
        for count in 1.. {
            number += 1;
            let line = line.replace("{}", &number.to_string());
            before(number);
            let told = meddle(sandbox, &line, call, deed, count);
            if told.code == 0 {
                // There was no such call any more, or certmint could do without it.
                if deed.starts_with("signal") || count > 40 {
                    break;
                }
            }
            after(number, &told);
            assert!(count < 400, "{line} does not come to an end");
        }
    }
    number
}
