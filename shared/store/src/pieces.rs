//! Cuts a list into pieces of few sizes, so that a handful of prepared statements serves lists of every length.

/// Pieces of `items` in their order, each a power of two long and at most `most` (a power of two itself).
///
/// A statement with row values is another statement for every number of rows, and to prepare one with thousands of
/// parameters takes longer than to run it. Cut so, a list of 1,400 rows takes at most `log2(most) + 1` different
/// statements, which stay in the connection's cache.
pub fn pieces<T>(items: &[T], most: usize) -> impl Iterator<Item = &[T]> {
    let mut rest = items;
    core::iter::from_fn(move || {
        let size = 1 << rest.len().checked_ilog2()?;
        let (piece, others) = rest.split_at(size.min(most));
        rest = others;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn a_list_is_cut_into_powers_of_two() {
        let items: Vec<u32> = (0..1_429).collect();
        let sizes: Vec<usize> = pieces(&items, 512).map(<[u32]>::len).collect();
        assert_eq!(sizes, [512, 512, 256, 128, 16, 4, 1]);
        assert_eq!(pieces(&items, 512).flatten().copied().collect::<Vec<_>>(), items);
    }

    #[test]
    fn nothing_is_no_piece() {
        assert_eq!(pieces::<u32>(&[], 512).count(), 0);
    }
}
