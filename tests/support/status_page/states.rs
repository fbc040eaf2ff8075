//! Every combination of the two states.

use std::fmt::Write as _;

use connection::{Assessment, Availability, assess};
use pluggy::{ExecutionStatus, ItemStatus};
use serde_json::json;

use super::{NOW, answer, item};

/// A value that no version knows, as Pluggy might add it.
const NEW: &str = "OF_THE_FUTURE";
const NEW_STEP: &str = "OF_THE_FUTURE_IN_PROGRESS";
/// The maximum number of names in a list. "Any other" is clearer than a longer list.
const MOST_NAMES: usize = 15;

pub(super) fn write(page: &mut String) {
    page.push_str(
        "\n## By `status` and `executionStatus`\n\nThese tables are for an item that has no data yet, changed less than an hour ago, \
         is at an available bank, and is not an Open Finance login. Once there is data, `connecting` is `updating`.\n",
    );
    let statuses = ItemStatus::KNOWN
        .iter()
        .map(|status| (format!("`{status}`"), status.as_str()))
        .chain([("any other".to_owned(), NEW)]);
    for (name, status) in statuses {
        let _ = write!(
            page,
            "\n### {name}\n\n| `executionStatus` | `phase` | `nextAction.kind` | `connectToken` | `nextAction.reason` |\n|---|---|---|---|---|\n"
        );
        for group in groups(status) {
            let _ = writeln!(page, "| {} | {} |", group.names(), answer(group.assessment));
        }
    }
}

/// A group of execution statuses with the same response.
struct Group {
    executions: Vec<ExecutionStatus>,
    assessment: Assessment,
}

impl Group {
    /// Returns the names of the group. The unknown name stands for all names that other groups do not list.
    fn names(&self) -> String {
        if self.has(NEW) && self.executions.len() > MOST_NAMES {
            return "any other".to_owned();
        }
        let steps = self.has(NEW_STEP).then(|| "`*_IN_PROGRESS`".to_owned());
        let others = self.has(NEW).then(|| "any other".to_owned());
        let named = self
            .executions
            .iter()
            .map(ExecutionStatus::as_str)
            .filter(|execution| !execution.ends_with("_IN_PROGRESS") && *execution != NEW)
            .map(|execution| format!("`{execution}`"));
        named
            .chain(steps)
            .chain(others)
            .collect::<Vec<_>>()
            .join(", ")
    }

    fn has(&self, execution: &str) -> bool {
        self.executions
            .iter()
            .any(|known| known.as_str() == execution)
    }
}

/// Returns the groups in the order of their first statuses, with the group of all other statuses last.
fn groups(status: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let new = [NEW_STEP, NEW].map(|execution| execution.to_owned().into());
    for execution in ExecutionStatus::KNOWN.iter().cloned().chain(new) {
        let item = item(status, execution.as_str(), json!({}));
        let assessment = assess(&item, Availability::Available, NOW);
        match groups
            .iter_mut()
            .find(|group| group.assessment == assessment)
        {
            Some(group) => group.executions.push(execution),
            None => groups.push(Group {
                executions: vec![execution],
                assessment,
            }),
        }
    }
    groups.sort_by_key(|group| group.has(NEW));
    groups
}
