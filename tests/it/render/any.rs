//! Whatever people type: escaping holds, and nothing panics.

use proptest::prelude::{any, prop};
use proptest::{prop_assert, prop_assert_eq, proptest};
use std::path::Path;
use zhanqun::render::check::page;
use zhanqun::render::colour::Colour;
use zhanqun::render::{html, messages};

use super::folder::{Folder, frame, manifest};

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&")
}

proptest! {
    #[test]
    fn escaped_text_ends_nothing_and_reads_the_same(text in any::<String>()) {
        let escaped = html::escaped(&text);
        prop_assert!(!escaped.contains(['<', '>', '"', '\'']));
        prop_assert_eq!(unescaped(&escaped), text);
    }

    #[test]
    fn any_page_can_be_looked_at(parts in prop::collection::vec("<[/a-z!-]{0,8}[ a-z=\"'>/]{0,9}|&[#a-z0-9;]{0,5}|.", 0..40)) {
        page::look(&parts.concat(), &[]);
    }

    #[test]
    fn any_text_is_a_message_or_a_fault(text in "[{}a_ 名]{0,20}") {
        let toml = format!("key = {}", toml::Value::String(text));
        match messages::read(Path::new("x.toml"), &toml) {
            Ok(catalogue) => prop_assert_eq!(catalogue.len(), 1),
            Err(faults) => prop_assert_eq!(faults[0].line, 1),
        }
    }

    #[test]
    fn any_colour_reads_back(red in any::<u8>(), green in any::<u8>(), blue in any::<u8>()) {
        let colour = Colour { red, green, blue };
        prop_assert_eq!(Colour::parse(&colour.to_string()), Some(colour));
        prop_assert_eq!(Colour::parse(&colour.digits()), Some(colour));
    }

    #[test]
    fn any_text_is_no_colour_or_six_digits(text in "#?[0-9a-g市]{0,8}") {
        if let Some(colour) = Colour::parse(&text) {
            prop_assert_eq!(colour.digits().len(), 6);
        }
    }
}

#[test]
fn filters_take_any_text() {
    let folder = Folder::with(&[
        ("base/theme.toml", &manifest("base", "")),
        ("base/templates/page.html", "{{ text|truncate(3) }}{{ text|date('%Y') }}"),
    ]);
    let engine = folder.open();
    let frame = frame(&engine, "base");
    for text in [
        "",
        "2026年11月20日",
        "二〇二六年",
        "2026-13-40",
        "2026-11-20T",
        "2026-11-20T09:30:0市",
        "a\u{0}b",
        "\u{1f600}",
    ] {
        let fields = minijinja::Value::from_pairs([("text", text)]);
        // An error or a page, never a panic.
        let _ = engine.render("base", "page.html", &frame, &fields);
    }
}
