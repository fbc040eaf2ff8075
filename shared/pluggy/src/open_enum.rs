//! Open enums for values that Pluggy defines. Unknown values are kept exactly as received.

/// Declares an enum over wire strings with an `Unknown(String)` variant. Known and unknown strings survive
/// decoding and encoding unchanged.
macro_rules! open_enum {
    (
        $(#[$outer:meta])*
        pub enum $name:ident { $( $(#[$inner:meta])* $variant:ident = $wire:literal, )+ }
    ) => {
        $(#[$outer])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(from = "String", into = "String")]
        pub enum $name {
            $( $(#[$inner])* $variant, )+
            /// A value that this version does not know, exactly as received.
            Unknown(String),
        }

        impl $name {
            /// Every value that this version knows.
            pub const KNOWN: &[Self] = &[$( Self::$variant, )+];

            /// Whether the field was absent, where a type has no `Option` for it.
            pub fn is_absent(&self) -> bool {
                self.as_str().is_empty()
            }

            /// Returns the value's wire string, unless the field was absent.
            pub fn present(&self) -> Option<&str> {
                (!self.is_absent()).then(|| self.as_str())
            }

            /// Returns the value's wire string. It is empty if the field was absent.
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$variant => $wire, )+
                    Self::Unknown(value) => value,
                }
            }
        }

        /// The value of an absent field.
        impl Default for $name {
            fn default() -> Self {
                Self::Unknown(String::new())
            }
        }

        impl From<String> for $name {
            fn from(value: String) -> Self {
                match value.as_str() {
                    $( $wire => Self::$variant, )+
                    _ => Self::Unknown(value),
                }
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.as_str().to_owned()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }
    };
}

pub(crate) use open_enum;
