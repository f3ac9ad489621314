//! A bar for what takes long.

use std::io::{self, IsTerminal as _};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::Global;

/// Shows on standard error how much of something is done, if somebody watches.
pub(crate) struct Progress(ProgressBar);

/// Fewer steps than these are done before a bar could be read.
const LONG: u64 = 50;

impl Progress {
    /// A bar for so many steps; nothing is drawn where nobody watches or `--quiet` says so.
    pub(crate) fn new(global: &Global, steps: usize) -> Self {
        let steps = u64::try_from(steps).unwrap_or(u64::MAX);
        let watched = io::stderr().is_terminal() && !global.quiet && steps >= LONG;
        let bar = ProgressBar::with_draw_target(
            Some(steps),
            if watched {
                ProgressDrawTarget::stderr()
            } else {
                ProgressDrawTarget::hidden()
            },
        );
        let style = "{bar:40} {pos} of {len}  {per_sec}  {eta} left";
        Self(match ProgressStyle::with_template(style) {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        })
    }

    /// So many are done.
    pub(crate) fn at(&self, done: usize) {
        self.0.set_position(u64::try_from(done).unwrap_or(u64::MAX));
    }

    /// Takes the bar away.
    pub(crate) fn end(self) {
        self.0.finish_and_clear();
    }
}
