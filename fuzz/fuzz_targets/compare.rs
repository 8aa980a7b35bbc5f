//! Any two texts side by side: without its marks each side says what it said.
#![no_main]

use libfuzzer_sys::fuzz_target;
use zhanqun::domain::content::{Text, clean, compare, plain_text};

fuzz_target!(|bodies: (&str, &str)| {
    let text = |html: &str| Text { body: clean(html).html, ..Text::default() };
    let (old, new) = (text(bodies.0), text(bodies.1));
    let compared = compare(&old, &new);
    let words = |html: &str| plain_text(html).split_whitespace().collect::<String>();
    let left: String = compared.blocks.iter().map(|pair| words(&pair.old)).collect();
    let right: String = compared.blocks.iter().map(|pair| words(&pair.new)).collect();
    assert_eq!(left, words(&old.body));
    assert_eq!(right, words(&new.body));
});
