//! Claim values that name a person. They are refused, because Pluggy receives the user's id.

use pluggy::ClientUserId;

use crate::RequestError;

/// Form of a CPF with punctuation, where `0` is any digit.
const PUNCTUATED: &[u8] = b"000.000.000-00";
const DIGITS: usize = 11;
const CHECK_DIGITS: usize = 2;

/// Returns an error if the user's id names a person. The error does not repeat the value.
pub(super) fn refuse(user: &ClientUserId) -> Result<(), RequestError> {
    match reason(user.as_str()) {
        Some(reason) => Err(RequestError::PersonalClaim(reason)),
        None => Ok(()),
    }
}

/// Returns why a value names a person, for the log, without the value. Returns `None` if it does not.
fn reason(value: &str) -> Option<&'static str> {
    if value.contains('@') {
        return Some("the value has an at sign, as an e-mail address has");
    }
    is_cpf(value.trim()).then_some("the value is a CPF")
}

/// Whether the text is a CPF: eleven digits, of which the last two are the right check digits, with or without
/// punctuation.
fn is_cpf(text: &str) -> bool {
    let has_form = |(byte, form): (u8, &u8)| *form == b'0' || byte == *form;
    let is_punctuated =
        text.len() == PUNCTUATED.len() && text.bytes().zip(PUNCTUATED).all(has_form);
    let digits = if is_punctuated {
        text.replace(['.', '-'], "")
    } else {
        text.to_owned()
    };
    let digits: Option<Vec<u32>> = digits.chars().map(|digit| digit.to_digit(10)).collect();
    digits.is_some_and(|digits| digits.len() == DIGITS && has_right_check_digits(&digits))
}

fn has_right_check_digits(digits: &[u32]) -> bool {
    let (body, check_digits) = digits.split_at(DIGITS - CHECK_DIGITS);
    let mut before = body.to_vec();
    check_digits.iter().all(|digit| {
        let expected = check_digit(&before);
        before.push(*digit);
        *digit == expected
    })
}

/// Returns the check digit after these digits: the last digit has the weight 2, the one before it 3, and so on.
///
/// Source: <https://pt.wikipedia.org/wiki/Cadastro_de_pessoas_físicas>.
fn check_digit(digits: &[u32]) -> u32 {
    const MODULUS: u32 = 11;
    let weighted = (2..).zip(digits.iter().rev());
    let sum: u32 = weighted.map(|(weight, digit)| weight * digit).sum();
    match sum % MODULUS {
        0 | 1 => 0,
        rest => MODULUS - rest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_and_a_cpf_name_a_person() {
        for value in [
            "maria@example.com",
            "@",
            "11144477735",
            "111.444.777-35",
            "52998224725",
            "529.982.247-25",
            " 52998224725 ",
            "00000000000",
            "12345678909",
        ] {
            assert!(reason(value).is_some(), "{value}");
        }
    }

    #[test]
    fn any_other_value_names_nobody() {
        for value in [
            "usr_01J9X",
            "auth0|5f7c8ec7c33c6c004bbafe82",
            "9a7b6c5d-0000-4000-8000-000000000001",
            "52998224724",
            "52998224735",
            "529.982.247-24",
            "529.982.24725",
            "529-982-247.25",
            "5299822472",
            "529982247255",
            "0052998224725",
            "5299822472x",
            "529.982.247-2x",
            "52998224725é",
            "é.é.é-é.é",
            "",
        ] {
            assert_eq!(reason(value), None, "{value}");
        }
    }
}
