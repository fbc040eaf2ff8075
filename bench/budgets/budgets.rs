//! The budgets file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::figure::Figure;

/// The maximum of each figure of each function, in the figure's unit.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct Budgets(BTreeMap<String, BTreeMap<Figure, u64>>);

impl Budgets {
    pub(crate) fn load(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        text.parse()
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Returns the budgets of these functions only.
    pub(crate) fn of(mut self, functions: &[&str]) -> Self {
        for name in functions {
            assert!(self.0.contains_key(*name), "there are no budgets of {name}");
        }
        self.0.retain(|name, _| functions.contains(&name.as_str()));
        self
    }

    pub(crate) fn functions(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Returns whether the function's instructions are counted. Some functions have instruction budgets, and all have
    /// size budgets.
    pub(crate) fn has_instructions(&self, function: &str) -> bool {
        self.get(function, Figure::InitInstructions).is_some()
    }

    pub(crate) fn get(&self, function: &str, figure: Figure) -> Option<u64> {
        self.0.get(function)?.get(&figure).copied()
    }
}

impl std::str::FromStr for Budgets {
    type Err = toml::de::Error;

    fn from_str(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }
}

#[test]
fn every_function_has_budgets() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let mut expected = vec!["floor".to_owned()];
    for package in children(&root.join("functions")) {
        expected.extend(binaries(&package));
    }
    expected.sort_unstable();

    let budgets = Budgets::load(&root.join("bench/budgets.toml"));

    assert_eq!(budgets.functions().collect::<Vec<_>>(), expected);
}

/// Returns the binaries of a package: one with the package's name, and those in `src/bin`.
fn binaries(package: &Path) -> impl Iterator<Item = String> {
    let others = package.join("src/bin");
    let others = if others.exists() {
        children(&others)
    } else {
        Vec::new()
    };
    let paths = [package.to_owned()].into_iter().chain(others);
    paths.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
}

fn children(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}
