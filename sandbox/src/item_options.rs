use serde::Deserialize;

/// Options of a connect token or of an item.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ItemOptions {
    pub(crate) client_user_id: Option<String>,
    pub(crate) webhook_url: Option<String>,
    pub(crate) oauth_redirect_uri: Option<String>,
    #[serde(default)]
    pub(crate) avoid_duplicates: bool,
    pub(crate) products: Option<Vec<String>>,
}

impl ItemOptions {
    /// Returns these options, filled in with others.
    ///
    /// The holder of a connect token cannot change its options. Products are the one exception.
    pub(crate) fn or(self, request: Self) -> Self {
        Self {
            client_user_id: self.client_user_id.or(request.client_user_id),
            webhook_url: self.webhook_url.or(request.webhook_url),
            oauth_redirect_uri: self.oauth_redirect_uri.or(request.oauth_redirect_uri),
            avoid_duplicates: self.avoid_duplicates || request.avoid_duplicates,
            products: request.products.or(self.products),
        }
    }
}
