//! The picture of a run.

use ::tests::testbed::RIVAL;
use plotters::coord::Shift;
use plotters::prelude::*;

use super::{Figure, FunctionSpeed, Speed};

type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Failure<'a> = DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>;

const SIZE: (u32, u32) = (960, 960);
const ROWS: usize = 3;
const LEGEND_HEIGHT: u32 = 30;
const LEGEND: &str = "Bars: measured. Red lines: ceilings. rival: webhook's work in Node.js";
/// The panels, two in each row.
const PANELS: [(Figure, &str); 2 * ROWS] = [
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
    (
        Figure::StartMs,
        "init with TLS and first invocation, milliseconds",
    ),
    (Figure::WarmP50Ms, "warm p50, milliseconds"),
];
/// The figures with the rival, which would make the bars of the others short.
const WITH_RIVAL: [Figure; 2] = [Figure::StartMs, Figure::WarmP50Ms];
const NAMES_WIDTH: u32 = 110;
const NAMES_MARGIN: i32 = 8;
const BAR: RGBColor = RGBColor(63, 106, 160);
const CEILING: RGBColor = RGBColor(192, 57, 43);
/// The factor of space for the values behind the bars and the ceilings.
const ROOM_FOR_VALUES: f64 = 1.25;

/// Returns an SVG with a panel for each of the most important figures: a bar for the measurement, and a red line for
/// the ceiling.
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
    let (panels, legend) = canvas.split_vertically(SIZE.1 - LEGEND_HEIGHT);
    for (area, (figure, title)) in panels.split_evenly((ROWS, 2)).iter().zip(PANELS) {
        panel(area, speed, figure, title)?;
    }
    legend.draw(&Text::new(LEGEND, (NAMES_MARGIN, 4), text()))?;
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
        .filter(|function| function.name != RIVAL || WITH_RIVAL.contains(&figure))
        .filter_map(|function| {
            let (value, _) = function.get(figure);
            let ceiling = ceiling(speed, function, figure);
            Some((function.name.as_str(), value?, ceiling))
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    let longest = rows
        .iter()
        .map(|(_, value, ceiling)| ceiling.unwrap_or(0.0).max(*value))
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
    for (row, (name, value, ceiling)) in (0_u32..).zip(&rows) {
        let (top, middle, bottom) = (
            f64::from(row) + 0.2,
            f64::from(row) + 0.5,
            f64::from(row) + 0.8,
        );
        let bar = Rectangle::new([(0.0, top), (*value, bottom)], BAR.filled());
        let label = EmptyElement::at((0.0, middle))
            + Text::new(
                (*name).to_owned(),
                (-i32::try_from(NAMES_WIDTH).unwrap() + NAMES_MARGIN, -6),
                text(),
            );
        chart.draw_series([bar])?;
        chart.draw_series([label])?;
        let line = ceiling.map(|ceiling| {
            let ends = [(ceiling, top - 0.1), (ceiling, bottom + 0.1)];
            PathElement::new(ends, CEILING.stroke_width(2))
        });
        chart.draw_series(line)?;
        // Right of both, so that the line does not cross it.
        let end = ceiling.unwrap_or(0.0).max(*value);
        chart.draw_series([
            EmptyElement::at((end, middle)) + Text::new(format!("{value:.2}"), (5, -6), text())
        ])?;
    }
    Ok(())
}

/// Returns the budget of a figure. That of a start is a part of the rival's.
fn ceiling(speed: &Speed, function: &FunctionSpeed, figure: Figure) -> Option<f64> {
    if figure != Figure::StartMs {
        return function.get(figure).1;
    }
    let mut functions = speed.functions.iter();
    let rival = functions.find(|function| function.name == RIVAL)?;
    let (start, _) = rival.get(Figure::StartMs);
    let (_, percent) = function.get(Figure::StartOfRival);
    Some(start? * percent? / 100.0)
}

fn text() -> TextStyle<'static> {
    ("sans-serif", 13).into_font().color(&BLACK)
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn a_value_is_right_of_its_ceiling_so_that_the_line_does_not_cross_it() {
        for (value, budget) in [(1.89, 2.0), (2.1, 2.0)] {
            let svg = plot(&speed(vec![function("webhook", value, Some(budget))]));

            let left_of_label = coordinate(&svg, &format!("{value:.2}"), "x=\"");
            let line = coordinate(&svg, "#C0392B", "points=\"");
            assert!(line < left_of_label, "{line} {left_of_label}: {svg}");
        }
    }

    #[test]
    fn the_rival_is_beside_the_others_in_times_alone() {
        let rival = FunctionSpeed {
            figures: [(Figure::StartMs, 120.0), (Figure::InitOverFloor, 60.0)].into(),
            ..function(RIVAL, 1.0, None)
        };

        let svg = plot(&speed(vec![rival]));

        let has = |value: &str| svg.lines().any(|line| line == value);
        assert!(has("120.00"), "{svg}");
        assert!(!has("60.00"), "{svg}");
    }

    #[test]
    fn the_ceiling_of_a_start_is_a_part_of_the_rivals() {
        let start = |name: &str, start: f64| FunctionSpeed {
            figures: [(Figure::StartMs, start)].into(),
            ..function(name, 1.0, None)
        };
        let webhook = FunctionSpeed {
            budgets: [(Figure::StartOfRival, 2.5)].into(),
            ..start("webhook", 4.0)
        };
        let speed = speed(vec![webhook.clone(), start(RIVAL, 120.0)]);

        assert_eq!(ceiling(&speed, &webhook, Figure::StartMs), Some(3.0));
        assert_eq!(ceiling(&speed, &webhook, Figure::StartCpuMs), None);
    }

    /// Returns the first number of an attribute of the element with this text or color.
    fn coordinate(svg: &str, needle: &str, attribute: &str) -> u32 {
        let lines: Vec<&str> = svg.lines().collect();
        let is_color = needle.starts_with('#');
        let index = lines
            .iter()
            .position(|line| *line == needle || is_color && line.contains(needle));
        let mut elements = lines[..=index.unwrap()].iter().rev();
        let element = elements.find(|line| line.contains(attribute)).unwrap();
        let (_, value) = element.split_once(attribute).unwrap();
        let end = value.find(|character: char| !character.is_ascii_digit());
        value[..end.unwrap()].parse().unwrap()
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
