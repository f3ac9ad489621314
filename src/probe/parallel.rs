//! Several connections at once.

use rayon::{
    ThreadPoolBuilder,
    iter::{IndexedParallelIterator as _, IntoParallelIterator as _, ParallelIterator as _},
};

/// More at once would be an attack.
const AT_ONCE: usize = 16;

/// Does the same to every item, up to 16 at a time, since each only waits; the results are in the
/// order of the items. Where the system gives no more threads it is one after the other.
pub fn in_parallel<Item: Send, Done: Send>(
    items: Vec<Item>,
    work: impl Fn(Item) -> Done + Sync + Send,
) -> Vec<Done> {
    let threads = items.len().min(AT_ONCE);
    if threads <= 1 {
        return items.into_iter().map(work).collect();
    }
    match ThreadPoolBuilder::new().num_threads(threads).build() {
        Ok(pool) => pool.install(|| items.into_par_iter().with_max_len(1).map(work).collect()),
        Err(_) => items.into_iter().map(work).collect(),
    }
}
