//! The property of request bodies.

use lambda_http::http::HeaderMap;

use crate::receiver::{post, with_secret};
use crate::row::{assert_is_sound, raw_body};

/// Bodies smaller than this are always stored whole.
const ALWAYS_KEPT_BYTES: usize = 350 * 1024;

/// Checks any body. With the secret, the webhook answers 200 and stores the body in one valid row, byte for byte unless
/// it is too long. Without the secret, it answers 401 and stores nothing.
pub fn body(raw: &[u8]) {
    let accepted = post(with_secret(), raw);
    let refused = post(HeaderMap::new(), raw);

    assert_eq!((accepted.status, accepted.rows.len()), (200, 1));
    for row in &accepted.rows {
        assert_is_sound(row);
        let (kept, is_whole) = raw_body(row);
        assert!(
            kept == raw || (!is_whole && raw.len() > ALWAYS_KEPT_BYTES),
            "the body was changed"
        );
    }
    assert_eq!((refused.status, refused.rows.len()), (401, 0));
}
