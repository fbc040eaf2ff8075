//! Bytes as text.

/// Two lower-case digits for each byte.
///
/// ```
/// assert_eq!(shared::hexadecimal::text(&[0x0f, 0xa0]), "0fa0");
/// ```
pub fn text(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
            // Writing into a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}
