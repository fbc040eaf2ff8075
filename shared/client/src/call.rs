//! What is asked of Pluggy.

use http::Method;

/// What is asked for: a method, a path made of constants and parsed ids, and a query.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) path: Vec<String>,
    pub(super) query: Vec<(&'static str, String)>,
    /// Whether it does no harm to make the call twice.
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

    /// For a call that does no harm when it is made twice, though it is no `GET`.
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
