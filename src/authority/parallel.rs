//! Work on all cores.

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

/// Does the same to every item on all cores, and gives the results in the order of the items. A
/// single item starts no threads.
pub(super) fn on_all_cores<Item: Send, Done: Send>(
    items: Vec<Item>,
    work: impl Fn(Item) -> Done + Sync + Send,
) -> Vec<Done> {
    if items.len() <= 1 {
        return items.into_iter().map(work).collect();
    }
    items.into_par_iter().map(work).collect()
}
