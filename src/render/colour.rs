//! The main colour of a site and the small stylesheet that is made from it.
//!
//! **Invariant:** a `Colour` is always written `#rrggbb` in lower case, so it
//! can stand in a stylesheet or an address without escaping.

use std::fmt;

/// Colour that a site has when its setting is missing or wrong.
pub const DEFAULT: Colour = Colour { red: 0xb4, green: 0x23, blue: 0x2a };

/// Least contrast of a site's colour against white (WCAG 2, level AA, as GB/T 37668-2019).
pub const LEAST_CONTRAST: f64 = 4.5;

/// An opaque colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour {
    /// 0 to 255.
    pub red: u8,
    /// 0 to 255.
    pub green: u8,
    /// 0 to 255.
    pub blue: u8,
}

impl Colour {
    /// Reads `#rgb` or `#rrggbb`, with or without `#`; `None` for anything else.
    pub fn parse(text: &str) -> Option<Colour> {
        let digits = text.strip_prefix('#').unwrap_or(text);
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let number = u32::from_str_radix(digits, 16).ok()?;
        let byte = |shift: u32, mask: u32| u8::try_from((number >> shift) & mask).ok();
        match digits.len() {
            3 => {
                let double = |shift| byte(shift, 0xf).map(|digit| digit * 17);
                Some(Colour { red: double(8)?, green: double(4)?, blue: double(0)? })
            }
            6 => Some(Colour { red: byte(16, 0xff)?, green: byte(8, 0xff)?, blue: byte(0, 0xff)? }),
            _ => None,
        }
    }

    /// The colour with `part` (0 to 1) of `other` mixed in.
    pub fn mix(self, other: Colour, part: f64) -> Colour {
        // The result lies between two bytes, so the cast cannot cut anything off.
        let mix = |a: u8, b: u8| (f64::from(a) * (1.0 - part) + f64::from(b) * part).round() as u8;
        Colour { red: mix(self.red, other.red), green: mix(self.green, other.green), blue: mix(self.blue, other.blue) }
    }

    /// Contrast with white by WCAG 2, 1 to 21; text needs 4.5.
    pub fn contrast_with_white(self) -> f64 {
        1.05 / (self.luminance() + 0.05)
    }

    /// True where white text on the colour, and text of the colour on white, can be read.
    pub fn is_readable(self) -> bool {
        self.contrast_with_white() >= LEAST_CONTRAST
    }

    fn luminance(self) -> f64 {
        let linear = |byte: u8| {
            let value = f64::from(byte) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }

    /// The colour without `#`, as it stands in an address.
    pub fn digits(self) -> String {
        format!("{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }

    /// Stylesheet with the colour, its dark form (25% black) and its soft form (8% over white).
    pub fn stylesheet(self) -> String {
        let black = Colour { red: 0, green: 0, blue: 0 };
        let white = Colour { red: 255, green: 255, blue: 255 };
        let dark = self.mix(black, 0.25);
        let soft = self.mix(white, 0.92);
        format!(":root{{--brand:{self};--brand-dark:{dark};--brand-soft:{soft}}}\n")
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}
