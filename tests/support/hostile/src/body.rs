//! Any body.

use lambda_http::http::HeaderMap;

use crate::receiver::{post, with_secret};
use crate::row::{assert_is_sound, raw_body};

/// What is smaller than this is always kept whole.
const ALWAYS_KEPT_BYTES: usize = 350 * 1024;

/// With the secret, any body is answered with 200 and is in one sound row, byte for byte unless it is
/// too long for one. Without the secret, it is answered with 401 and is nowhere.
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
