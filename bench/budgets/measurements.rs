//! The measurements of the built functions.

use std::path::Path;

use bench::instructions::Instructions;
use bench::package_size::PackageSize;
use harness::Callgrind;
use runtime::env::Environment;
use tests::testbed::Testbed;

use crate::budgets::Budgets;
use crate::comparison::{Complaint, Figures};
use crate::figure::Figure;

/// One percent, in millionths.
const MAX_SPREAD: u64 = 10_000;

pub(crate) struct Measurements {
    pub(crate) figures: Figures,
    /// The counts of each function with instruction budgets.
    pub(crate) instructions: Vec<(String, Instructions)>,
}

impl Measurements {
    /// Measures every function that has a budget, one after the other.
    pub(crate) async fn take(budgets: &Budgets, folder: &Path) -> Self {
        let testbed = Testbed::start().await;
        let callgrind = Callgrind::of_environment(&Environment::of_process());
        let (mut figures, mut instructions) = (Figures::new(), Vec::new());
        for name in budgets.functions() {
            let of_function = figures.entry(name.to_owned()).or_default();
            let size = PackageSize::of_file(&testbed.file(name));
            of_function.extend([
                (Figure::BinaryBytes, size.binary),
                (Figure::ZipBytes, size.zip),
            ]);
            if !budgets.has_instructions(name) {
                continue;
            }
            let counted = Instructions::count(&testbed, &callgrind, name, folder).await;
            of_function.extend([
                (Figure::InitInstructions, counted.init),
                (Figure::FirstInstructions, counted.first),
                (Figure::WarmInstructions, counted.warm),
            ]);
            of_function.extend(
                counted
                    .record
                    .map(|record| (Figure::RecordInstructions, record)),
            );
            // The floor opens no connections.
            if counted.connected_in_init > 0
                || budgets.get(name, Figure::ConnectionInstructions).is_some()
            {
                of_function.insert(Figure::ConnectionInstructions, counted.connections);
            }
            instructions.push((name.to_owned(), counted));
        }
        Self {
            figures,
            instructions,
        }
    }

    /// Returns a complaint for each function whose equal lives differ by too much to compare anything.
    pub(crate) fn unsteady(&self) -> impl Iterator<Item = Complaint> {
        let unsteady = self
            .instructions
            .iter()
            .filter(|(_, counted)| counted.spread > MAX_SPREAD);
        unsteady.map(|(function, counted)| Complaint::Unsteady {
            function: function.clone(),
            spread: counted.spread,
        })
    }

    /// Returns a complaint for each connection that was opened too late.
    pub(crate) fn late_connections(&self) -> impl Iterator<Item = Complaint> {
        let late = self
            .instructions
            .iter()
            .filter(|(_, counted)| counted.connected_in_first > 0);
        late.map(|(function, counted)| Complaint::LateConnections {
            function: function.clone(),
            connections: counted.connected_in_first,
        })
    }
}
