//! Work on all cores.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// Does the same to every item, on as many threads as there are cores, and gives the results in the
/// order of the items.
pub(super) fn on_all_cores<Item: Send, Done: Send>(
    items: Vec<Item>,
    work: impl Fn(Item) -> Done + Sync,
) -> Vec<Done> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let threads = cores.min(items.len());
    if threads <= 1 {
        return items.into_iter().map(work).collect();
    }
    // Each item is taken once, by whoever is free: some keys take ten times as long as others.
    let open: Vec<Mutex<Option<Item>>> = items.into_iter().map(Some).map(Mutex::new).collect();
    let next = AtomicUsize::new(0);
    let take = || -> Option<(usize, Item)> {
        loop {
            let position = next.fetch_add(1, Ordering::Relaxed);
            let mut slot = open
                .get(position)?
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if let Some(item) = slot.take() {
                return Some((position, item));
            }
        }
    };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_the_order_of_the_items() {
        let items: Vec<u64> = (0..1000).collect();
        let doubled = on_all_cores(items.clone(), |item| item * 2);
        assert_eq!(
            doubled,
            items.iter().map(|item| item * 2).collect::<Vec<_>>()
        );
        assert_eq!(
            on_all_cores(Vec::<u8>::new(), |item| item),
            Vec::<u8>::new()
        );
    }
}
