use serde::Deserialize;

/// What can be asked for with a connect token, or with the item itself.
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
    /// These options, and what they leave open from others.
    ///
    /// What a connect token says cannot be changed by whoever holds it; products are the one exception.
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
