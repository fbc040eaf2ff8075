//! Languages of the messages to the user.

/// A language of our messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// Brazilian Portuguese, the language of Pluggy's users.
    #[default]
    Portuguese,
    /// English.
    English,
}

impl Language {
    /// Returns the language that `Accept-Language` prefers, or Portuguese if it names neither.
    ///
    /// Of ranges with equal weight, the first counts. Source: RFC 9110, section 12.5.4.
    pub fn accepted(header: Option<&str>) -> Self {
        let mut preferred: Option<(Self, u16)> = None;
        for range in header.unwrap_or_default().split(',') {
            let (tag, weight) = range.split_once(';').unwrap_or((range, ""));
            let (Some(language), Some(weight)) = (Self::of_tag(tag), weight_of(weight)) else {
                continue;
            };
            if weight > preferred.map_or(0, |(_, weight)| weight) {
                preferred = Some((language, weight));
            }
        }
        preferred.map(|(language, _)| language).unwrap_or_default()
    }

    /// Returns the language's tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Portuguese => "pt",
            Self::English => "en",
        }
    }

    fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split('-').next()?;
        [Self::Portuguese, Self::English]
            .into_iter()
            .find(|language| primary.eq_ignore_ascii_case(language.tag()))
    }
}

/// Returns the weight of a range in thousandths, or `None` if it cannot be parsed.
fn weight_of(parameter: &str) -> Option<u16> {
    let parameter = parameter.trim();
    if parameter.is_empty() {
        return Some(1000);
    }
    let value = parameter
        .strip_prefix("q=")
        .or(parameter.strip_prefix("Q="))?;
    let value: f32 = value.trim().parse().ok()?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped right before"
    )]
    value
        .is_finite()
        .then(|| (value.clamp(0.0, 1.0) * 1000.0) as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_wanted_of_our_languages_is_used() {
        let cases = [
            (None, Language::Portuguese),
            (Some(""), Language::Portuguese),
            (Some("*"), Language::Portuguese),
            (Some("fr"), Language::Portuguese),
            (Some("pt-BR"), Language::Portuguese),
            (Some("en-US,en;q=0.9"), Language::English),
            (Some("es-AR, EN;q=0.5, fr"), Language::English),
            (Some("pt;q=0.2, en;q=0.8"), Language::English),
            (Some("en;q=0, fr"), Language::Portuguese),
            (Some("en;q=x"), Language::Portuguese),
            (Some("en;q=NaN"), Language::Portuguese),
            (Some("en,pt"), Language::English),
            (Some("english"), Language::Portuguese),
        ];
        for (header, expected) in cases {
            assert_eq!(Language::accepted(header), expected, "{header:?}");
        }
    }
}
