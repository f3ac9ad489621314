//! Several connections at once.

use std::{
    sync::{Mutex, PoisonError},
    thread,
};

/// More at once would be an attack.
const AT_ONCE: usize = 16;

/// Does the same to every item, up to 16 at a time, since each only waits; the results are in the
/// order of the items.
pub fn in_parallel<Item: Send, Done: Send>(
    items: Vec<Item>,
    work: impl Fn(Item) -> Done + Sync,
) -> Vec<Done> {
    let threads = items.len().min(AT_ONCE);
    let open = Mutex::new(items.into_iter().enumerate());
    let take = || open.lock().unwrap_or_else(PoisonError::into_inner).next();
    let mut done: Vec<(usize, Done)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    let mut mine = Vec::new();
                    while let Some((position, item)) = take() {
                        mine.push((position, work(item)));
                    }
                    mine
                })
            })
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| match worker.join() {
                Ok(done) => done,
                // A bug in the work is a bug here.
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect()
    });
    done.sort_by_key(|(position, _)| *position);
    done.into_iter().map(|(_, done)| done).collect()
}
