//! Ordinals in digits, as the Unicode locale data (CLDR, `digits-ordinal`) writes them.

/// The language of names: its code, such as `en` or `pt-BR`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// 1st, 2nd, 3rd, 11th, 21st.
    #[default]
    English,
    /// 1er, 2e.
    French,
    /// 1.º
    Spanish,
    /// 1º, also Portuguese.
    Italian,
    /// 1e.
    Dutch,
    /// 1:a, 3:e, 11:e.
    Swedish,
    /// 1r, 2n, 4t, 5è.
    Catalan,
    /// 第1, also Japanese.
    Chinese,
    /// 1. in German, Danish, Norwegian, Finnish, the Slavic languages, Turkish, and wherever no other rule is known.
    Other,
}

impl Language {
    /// By its code; the region behind '-' or '_' does not matter.
    pub fn of(code: &str) -> Self {
        match code.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "en" => Self::English,
            "fr" => Self::French,
            "es" => Self::Spanish,
            "it" | "pt" => Self::Italian,
            "nl" => Self::Dutch,
            "sv" => Self::Swedish,
            "ca" => Self::Catalan,
            "zh" | "ja" => Self::Chinese,
            _ => Self::Other,
        }
    }

    /// The number as an ordinal.
    pub(super) fn ordinal(self, number: i64) -> String {
        let (tens, ones) = (number.unsigned_abs() % 100, number.unsigned_abs() % 10);
        let ending = match (self, ones, number) {
            (Self::English, _, _) if (11..=13).contains(&tens) => "th",
            (Self::English, 1, _) => "st",
            (Self::English, 2, _) => "nd",
            (Self::English, 3, _) => "rd",
            (Self::English, ..) => "th",
            (Self::French, _, 1) => "er",
            (Self::French | Self::Dutch, ..) => "e",
            (Self::Spanish, ..) => ".º",
            (Self::Italian, ..) => "º",
            (Self::Swedish, 1 | 2, _) if !(11..=12).contains(&tens) => ":a",
            (Self::Swedish, ..) => ":e",
            (Self::Catalan, _, 1 | 3) => "r",
            (Self::Catalan, _, 2) => "n",
            (Self::Catalan, _, 4) => "t",
            (Self::Catalan, ..) => "è",
            (Self::Chinese, ..) => return format!("第{number}"),
            (Self::Other, ..) => ".",
        };
        format!("{number}{ending}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_writes_its_own_ordinals() {
        for (code, written) in [
            ("en", ["1st", "2nd", "3rd", "4th", "11th", "22nd"]),
            ("fr-CA", ["1er", "2e", "3e", "4e", "11e", "22e"]),
            ("es", ["1.º", "2.º", "3.º", "4.º", "11.º", "22.º"]),
            ("pt_BR", ["1º", "2º", "3º", "4º", "11º", "22º"]),
            ("sv", ["1:a", "2:a", "3:e", "4:e", "11:e", "22:a"]),
            ("ca", ["1r", "2n", "3r", "4t", "11è", "22è"]),
            ("zh", ["第1", "第2", "第3", "第4", "第11", "第22"]),
            ("de", ["1.", "2.", "3.", "4.", "11.", "22."]),
            ("xx", ["1.", "2.", "3.", "4.", "11.", "22."]),
        ] {
            let language = Language::of(code);
            assert_eq!([1, 2, 3, 4, 11, 22].map(|number| language.ordinal(number)), written, "{code}");
        }
    }
}
