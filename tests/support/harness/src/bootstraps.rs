//! Locations of the built functions.

use std::path::{Path, PathBuf};

use runtime::env::Environment;

/// The folder of the built functions.
#[derive(Clone, Debug)]
pub struct Bootstraps(PathBuf);

impl Bootstraps {
    /// Returns the binaries in `folder`, in the layout of SAM, cargo-lambda, or Cargo.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self(folder.into())
    }

    /// Returns the binaries in the folder that `BOOTSTRAPS` names, else those that SAM built in the checkout at `root`.
    pub fn of_environment(environment: &Environment, root: &Path) -> Self {
        let named = environment.optional("BOOTSTRAPS").map(PathBuf::from);
        Self(named.unwrap_or_else(|| root.join(".aws-sam/build")))
    }

    /// Returns the path of the binary of package `name`.
    pub fn path(&self, name: &str) -> PathBuf {
        let of_sam = self.0.join(logical_id(name)).join("bootstrap");
        let of_cargo_lambda = self.0.join(name).join("bootstrap");
        [of_sam, of_cargo_lambda]
            .into_iter()
            .find(|path| path.exists())
            .unwrap_or_else(|| self.0.join(name))
    }
}

/// Returns the bootstrap of a handler in Node.js, in place of AWS's managed runtime. `LAMBDA_TASK_ROOT` and `_HANDLER` name
/// the handler, and `PATH` has `node`.
pub fn node_bootstrap() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("node/bootstrap")
}

/// Returns the name in the template: the package's name in camel case, followed by `Function`.
fn logical_id(name: &str) -> String {
    let mut id = String::new();
    for word in name.split('-') {
        let mut characters = word.chars();
        id.extend(
            characters
                .next()
                .map(|character| character.to_ascii_uppercase()),
        );
        id.push_str(characters.as_str());
    }
    id.push_str("Function");
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_found_under_its_name_in_the_template() {
        assert_eq!(logical_id("item-sync"), "ItemSyncFunction");
        assert_eq!(logical_id("webhook"), "WebhookFunction");
    }
}
