//! Bodies with an odd value: each field and each element of a sample, replaced by each kind of oddness. The fields come
//! from the sample, so a new field of a sample is covered without a change here.

use std::fmt;

use serde_json::Value;

/// The odd values, as JSON text. `None` leaves the field or the element out.
pub const ODD_VALUES: [Option<&str>; 14] = [
    None,
    Some("null"),
    Some("true"),
    Some("7"),
    Some("-1.5"),
    Some("99999999999999999999999"),
    Some("1e999"),
    Some(r#""""#),
    Some(r#""odd""#),
    Some(r#""half \ud83d""#),
    Some("[]"),
    Some(r#"[null,["odd"]]"#),
    Some("{}"),
    Some(r#"{"odd":{"\udc00":1}}"#),
];
/// The nesting of a value that no parser should follow. It is one more odd value.
const DEPTH: usize = 200;

/// A place in a body: the fields and the indices that lead to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(pub Vec<Step>);

/// One step to a place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// A field of an object.
    Field(String),
    /// An element of a list.
    Element(usize),
}

/// A body with one odd value.
#[derive(Clone, Debug)]
pub struct Odd {
    /// The place of the value.
    pub place: Place,
    /// The value; `None` if it is left out.
    pub value: Option<String>,
    /// The body.
    pub body: String,
}

impl Place {
    /// Returns the name of the last field on the way, or an empty one.
    pub fn field(&self) -> &str {
        match self.0.last() {
            Some(Step::Field(name)) => name,
            _ => "",
        }
    }

    /// Returns the place that contains this one.
    #[must_use]
    pub fn parent(&self) -> Self {
        let (_, parent) = self.0.split_last().unwrap();
        Self(parent.to_vec())
    }

    /// Returns whether the place is a field of the body itself.
    pub fn is_of_the_body(&self, name: &str) -> bool {
        self.0 == [Step::Field(name.to_owned())]
    }

    /// Returns the value here.
    pub fn of<'a>(&self, body: &'a Value) -> Option<&'a Value> {
        self.0.iter().try_fold(body, |value, step| match step {
            Step::Field(name) => value.get(name),
            Step::Element(index) => value.get(index),
        })
    }

    /// Removes the value here, if there is one.
    pub fn remove_from(&self, body: &mut Value) {
        let (last, parents) = self.0.split_last().unwrap();
        let parent = parents
            .iter()
            .try_fold(body, |value, step| child(value, step));
        match (parent, last) {
            (Some(Value::Object(fields)), Step::Field(name)) => {
                fields.remove(name);
            }
            (Some(Value::Array(elements)), Step::Element(index)) if *index < elements.len() => {
                elements.remove(*index);
            }
            _ => {}
        }
    }

    fn put(&self, body: &mut Value, new: Value) {
        let value = self
            .0
            .iter()
            .try_fold(body, |value, step| child(value, step));
        if let Some(value) = value {
            *value = new;
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.0 {
            match step {
                Step::Field(name) => write!(formatter, "/{name}")?,
                Step::Element(index) => write!(formatter, "/{index}")?,
            }
        }
        Ok(())
    }
}

fn child<'a>(value: &'a mut Value, step: &Step) -> Option<&'a mut Value> {
    match step {
        Step::Field(name) => value.get_mut(name),
        Step::Element(index) => value.get_mut(index),
    }
}

/// Returns the place of every field and element of a sample, at any depth.
pub fn places(sample: &Value) -> Vec<Place> {
    let mut found = Vec::new();
    walk(sample, &Place(Vec::new()), &mut found);
    found
}

fn walk(value: &Value, place: &Place, found: &mut Vec<Place>) {
    let children: Vec<(Step, &Value)> = match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (Step::Field(name.clone()), value))
            .collect(),
        Value::Array(elements) => elements
            .iter()
            .enumerate()
            .map(|(index, value)| (Step::Element(index), value))
            .collect(),
        _ => Vec::new(),
    };
    for (step, value) in children {
        let place = Place(place.0.iter().cloned().chain([step]).collect());
        found.push(place.clone());
        walk(value, &place, found);
    }
}

/// Returns the values that any place may have, the deep one included.
pub fn values() -> Vec<Option<String>> {
    let deep = format!("{}{}", "[".repeat(DEPTH), "]".repeat(DEPTH));
    let values = ODD_VALUES.iter().map(|value| value.map(str::to_owned));
    values.chain([Some(deep)]).collect()
}

/// Returns the sample once for each of its places and each odd value.
pub fn bodies(sample: &Value) -> impl Iterator<Item = Odd> {
    let values = values();
    places(sample)
        .into_iter()
        .flat_map(move |place| bodies_at(sample, &place, &values))
}

/// Returns the sample with each odd value at one place. The sample is serialized only once.
fn bodies_at(sample: &Value, place: &Place, values: &[Option<String>]) -> Vec<Odd> {
    let marked = with(sample, &[(place.clone(), Some(quoted_marker(0)))]);
    let body = |value: &Option<String>| match value {
        Some(value) => marked.replace(&quoted_marker(0), value),
        None => with(sample, &[(place.clone(), None)]),
    };
    let odd = |value: &Option<String>| Odd {
        place: place.clone(),
        value: value.clone(),
        body: body(value),
    };
    values.iter().map(odd).collect()
}

/// Returns the sample with these odd values, as text, because no JSON type can hold all of them.
pub fn with(sample: &Value, odd: &[(Place, Option<String>)]) -> String {
    let mut body = sample.clone();
    for (index, (place, value)) in odd.iter().enumerate() {
        if value.is_some() {
            place.put(&mut body, marker(index).into());
        }
    }
    // From the end, so that an element does not move before its turn.
    for (place, value) in odd.iter().rev() {
        if value.is_none() {
            place.remove_from(&mut body);
        }
    }
    let mut text = body.to_string();
    for (index, (_, value)) in odd.iter().enumerate() {
        if let Some(value) = value {
            text = text.replace(&quoted_marker(index), value);
        }
    }
    text
}

/// Returns the marker as JSON text.
fn quoted_marker(index: usize) -> String {
    format!("\"{}\"", marker(index))
}

fn marker(index: usize) -> String {
    format!("<odd {index}>")
}
