//! The record of a run.

use std::fs;
use std::io;
use std::path::Path;

use super::{Speed, in_page, plot};

const JSON: &str = "performance.json";
const PAGE: &str = "performance.md";
const PICTURE: &str = "performance.svg";

/// Reads the recorded run from a folder of documents.
pub fn recorded(folder: &Path) -> io::Result<Speed> {
    let json = fs::read_to_string(folder.join(JSON))?;
    Ok(serde_json::from_str(&json)?)
}

/// Records a run in the folder: the record, its table in the page, and its picture.
pub fn record(speed: &Speed, folder: &Path) -> io::Result<()> {
    let page = folder.join(PAGE);
    let text = in_page(&fs::read_to_string(&page)?, speed);
    let text = text.ok_or_else(|| io::Error::other("the page has no place for the table"))?;
    fs::write(page, text)?;
    fs::write(folder.join(JSON), json(speed)?)?;
    fs::write(folder.join(PICTURE), plot(speed))
}

/// Returns a run as the record stores it.
pub fn json(speed: &Speed) -> io::Result<String> {
    Ok(serde_json::to_string_pretty(speed)? + "\n")
}
