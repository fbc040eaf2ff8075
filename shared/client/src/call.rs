//! Calls to Pluggy.

use http::Method;

/// A call: method, path of constants and parsed ids, and query.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) path: Vec<String>,
    pub(super) query: Vec<(&'static str, String)>,
    /// Whether the call can be retried without harm.
    pub(super) repeatable: bool,
}

impl Call {
    pub(super) fn get<const N: usize>(path: [&str; N]) -> Self {
        Self::new(Method::GET, path)
    }

    pub(super) fn post<const N: usize>(path: [&str; N]) -> Self {
        Self::new(Method::POST, path)
    }

    pub(super) fn patch<const N: usize>(path: [&str; N]) -> Self {
        Self::new(Method::PATCH, path)
    }

    pub(super) fn delete<const N: usize>(path: [&str; N]) -> Self {
        Self::new(Method::DELETE, path)
    }

    /// Marks a call other than `GET` as repeatable without harm.
    pub(super) fn repeatable(self) -> Self {
        Self {
            repeatable: true,
            ..self
        }
    }

    pub(super) fn with_query(self, query: Vec<(&'static str, String)>) -> Self {
        Self { query, ..self }
    }

    fn new<const N: usize>(method: Method, path: [&str; N]) -> Self {
        Self {
            repeatable: method == Method::GET,
            method,
            path: path.map(str::to_owned).to_vec(),
            query: Vec::new(),
        }
    }
}
