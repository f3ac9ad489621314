//! Killing commands at random moments, as it happens to people.

use std::{
    os::unix::process::ExitStatusExt as _,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use super::{Sandbox, chance::Chance};

pub(crate) const SIGKILL: i32 = 9;

/// What became of a command that was to be killed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum End {
    Killed,
    /// It was done before.
    Finished,
}

/// Starts all lines at once and kills each when its time has come.
pub(crate) fn kill_after(sandbox: &Sandbox, lines: &[(String, Duration)]) -> Vec<End> {
    let mut running: Vec<_> = lines
        .iter()
        .map(|(line, delay)| {
            let mut command = sandbox.certmint(line);
            command.stdout(Stdio::null()).stderr(Stdio::piped());
            (command.spawn().unwrap(), Instant::now() + *delay, line)
        })
        .collect();
    running.sort_by_key(|(_, due, _)| *due);
    let kill = |(mut child, due, line): (std::process::Child, Instant, &String)| {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        child.kill().unwrap();
        let output = child.wait_with_output().unwrap();
        match (output.status.signal(), output.status.code()) {
            (Some(SIGKILL), _) => End::Killed,
            (_, Some(0)) => End::Finished,
            _ => panic!("certmint {line} ended by itself: {output:?}"),
        }
    };
    running.into_iter().map(kill).collect()
}

/// When to kill: a moment between the start of a command and a little after its usual end.
pub(crate) struct Moments {
    chance: Chance,
    usual: Duration,
}

impl Moments {
    /// Measures how long a command takes when nobody kills it.
    pub(crate) fn of(mut run: impl FnMut(usize)) -> Self {
        let started = Instant::now();
        (0..4).for_each(&mut run);
        Self {
            chance: Chance::new(),
            usual: started.elapsed() / 4,
        }
    }

    pub(crate) fn next(&mut self) -> Duration {
        let most = usize::try_from(self.usual.as_micros()).unwrap() * 5 / 4;
        Duration::from_micros(self.chance.below(most.max(1)) as u64)
    }

    /// The machine may get busier or calmer: three of four kills are to come in time.
    pub(crate) fn learn(&mut self, end: &End) {
        self.usual = match end {
            End::Killed => self.usual * 21 / 20,
            End::Finished => self.usual * 17 / 20,
        };
    }
}
