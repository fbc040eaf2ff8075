//! The picture of a run.

use plotters::coord::Shift;
use plotters::prelude::*;

use super::{Figure, Speed};

type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Failure<'a> = DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>;

const SIZE: (u32, u32) = (960, 620);
/// The panels, two rows of two.
const PANELS: [(Figure, &str); 4] = [
    (
        Figure::InitInstructions,
        "init without TLS, millions of instructions",
    ),
    (
        Figure::WarmInstructions,
        "warm invocation, millions of instructions",
    ),
    (
        Figure::InitOverFloor,
        "init time without TLS, over the floor's",
    ),
    (Figure::FirstOverWarm, "first invocation, over warm p50"),
];
const NAMES_WIDTH: u32 = 110;
const BAR: RGBColor = RGBColor(63, 106, 160);
const BUDGET: RGBColor = RGBColor(192, 57, 43);
/// The factor of space for the values behind the bars.
const ROOM_FOR_VALUES: f64 = 1.25;

/// Returns an SVG with a panel for each of the most important figures: a bar for the measurement, and a red line for
/// the budget.
pub fn plot(speed: &Speed) -> String {
    let mut svg = String::new();
    {
        let canvas = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        draw(&canvas, speed).unwrap();
    }
    svg
}

fn draw<'a>(canvas: &Canvas<'a>, speed: &Speed) -> Result<(), Failure<'a>> {
    canvas.fill(&WHITE)?;
    for (area, (figure, title)) in canvas.split_evenly((2, 2)).iter().zip(PANELS) {
        panel(area, speed, figure, title)?;
    }
    canvas.present()
}

fn panel<'a>(
    area: &Canvas<'a>,
    speed: &Speed,
    figure: Figure,
    title: &str,
) -> Result<(), Failure<'a>> {
    let rows: Vec<(&str, f64, Option<f64>)> = speed
        .functions
        .iter()
        .filter_map(|function| {
            let (value, budget) = function.get(figure);
            Some((function.name.as_str(), value?, budget))
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    let longest = rows
        .iter()
        .map(|(_, value, budget)| budget.unwrap_or(0.0).max(*value))
        .fold(0.1, f64::max);
    let count = u32::try_from(rows.len()).unwrap();
    let mut chart = ChartBuilder::on(area)
        .caption(title, ("sans-serif", 16))
        .margin(12)
        .margin_left(NAMES_WIDTH)
        .x_label_area_size(24)
        .build_cartesian_2d(0.0..longest * ROOM_FOR_VALUES, f64::from(count)..0.0)?;
    chart
        .configure_mesh()
        .disable_mesh()
        .disable_y_axis()
        .x_labels(6)
        .draw()?;
    for (row, (name, value, budget)) in (0_u32..).zip(&rows) {
        let (top, middle, bottom) = (
            f64::from(row) + 0.2,
            f64::from(row) + 0.5,
            f64::from(row) + 0.8,
        );
        let bar = Rectangle::new([(0.0, top), (*value, bottom)], BAR.filled());
        let label = EmptyElement::at((0.0, middle))
            + Text::new(
                (*name).to_owned(),
                (-i32::try_from(NAMES_WIDTH).unwrap() + 8, -6),
                text(),
            );
        chart.draw_series([bar])?;
        chart.draw_series([label])?;
        let line = budget.map(|budget| {
            let ends = [(budget, top - 0.1), (budget, bottom + 0.1)];
            PathElement::new(ends, BUDGET.stroke_width(2))
        });
        chart.draw_series(line)?;
        chart
            .draw_series([EmptyElement::at((*value, middle))
                + Text::new(format!("{value:.2}"), (5, -6), text())])?;
    }
    Ok(())
}

fn text() -> TextStyle<'static> {
    ("sans-serif", 13).into_font().color(&BLACK)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::speed::FunctionSpeed;

    #[test]
    fn a_figure_is_drawn_with_its_name_its_value_and_its_budget() {
        let floor = function("floor", 0.43, None);
        let webhook = function("webhook", 1.89, Some(2.5));

        let with_budget = plot(&speed(vec![floor.clone(), webhook.clone()]));
        let without = plot(&speed(vec![floor, function("webhook", 1.89, None)]));

        for text in ["floor", "0.43", "webhook", "1.89", PANELS[0].1] {
            assert!(
                with_budget.lines().any(|line| line == text),
                "{text}: {with_budget}"
            );
        }
        let red = |svg: &str| svg.matches("#C0392B").count();
        assert_eq!((red(&with_budget), red(&without)), (1, 0));
    }

    fn speed(functions: Vec<FunctionSpeed>) -> Speed {
        Speed {
            machine: "an abacus".to_owned(),
            processes: 3,
            warm_invocations: 20,
            left_out: Vec::new(),
            functions,
        }
    }

    fn function(name: &str, init: f64, budget: Option<f64>) -> FunctionSpeed {
        FunctionSpeed {
            name: name.to_owned(),
            figures: [(Figure::InitInstructions, init)].into(),
            budgets: budget
                .map(|budget| (Figure::InitInstructions, budget))
                .into_iter()
                .collect(),
        }
    }
}
