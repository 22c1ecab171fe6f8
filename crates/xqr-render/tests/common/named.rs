//! Values with their names.

pub(crate) fn named<T: Copy + Into<&'static str>, const N: usize>(
    values: [T; N],
) -> [(&'static str, T); N] {
    values.map(|value| (value.into(), value))
}
