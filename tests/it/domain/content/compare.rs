//! Two revisions side by side.

use proptest::prelude::*;
use zhanqun::domain::content::{Change, Text, clean, compare, plain_text};

fn text(body: &str) -> Text {
    Text { title: "通知".into(), body: body.into(), ..Text::default() }
}

#[test]
fn words_are_marked_in_blocks_that_belong_together() {
    let old = text("<h2>标准</h2>\n<p>低保标准每月620元。</p>\n<p>特此通知。</p>");
    let new = Text {
        title: "通告".into(),
        ..text("<h2>标准</h2>\n<p>新增一段说明。</p>\n<p>低保标准每月<strong>680</strong>元。</p>\n<p>特此通知。</p>")
    };
    let compared = compare(&old, &new);
    let changes: Vec<Change> = compared.blocks.iter().map(|pair| pair.change).collect();
    assert_eq!(changes, [Change::Same, Change::Added, Change::Changed, Change::Same]);
    assert_eq!(compared.blocks[2].old, "<p>低保标准每月<del>620</del>元。</p>");
    assert_eq!(compared.blocks[2].new, "<p>低保标准每月<strong><ins>680</ins></strong>元。</p>");
    assert_eq!(compared.blocks[1].new, "<p><ins>新增一段说明。</ins></p>");
    assert_eq!(compared.fields.len(), 1);
    assert_eq!(
        (compared.fields[0].old.as_str(), compared.fields[0].new.as_str()),
        ("通<del>知</del>", "通<ins>告</ins>")
    );
    assert_eq!(compared.differences(), 3);
}

#[test]
fn form_and_removal_are_told_apart() {
    let compared = compare(&text("<p>文</p>\n<p>完全不同的内容</p>"), &text("<p><strong>文</strong></p>"));
    let changes: Vec<Change> = compared.blocks.iter().map(|pair| pair.change).collect();
    assert_eq!(changes, [Change::Form, Change::Removed]);
    assert_eq!(compare(&text("<p>文</p>"), &text("<p>文</p>")).differences(), 0);
}

#[test]
fn fields_are_escaped() {
    let old = Text { title: "<script>alert(1)</script>".into(), ..Text::default() };
    let compared = compare(&old, &Text { title: "\"><img onerror=x>".into(), ..Text::default() });
    for side in [&compared.fields[0].old, &compared.fields[0].new] {
        assert!(!side.contains("<script") && !side.contains("<img"), "{side}");
    }
}

#[test]
fn long_texts_take_little_time() {
    let began = std::time::Instant::now();
    let many = |word: &str| (0..5000).map(|n| format!("<p>{word}{n}第{n}段的文字</p>")).collect::<String>();
    let compared = compare(&text(&many("甲")), &text(&many("乙")));
    assert!(compared.blocks.len() >= 5000);
    let one = |word: &str| format!("<p>{}</p>", word.repeat(20_000));
    compare(&text(&one("甲乙")), &text(&one("丙丁")));
    assert!(began.elapsed().as_secs() < 60, "{:?}", began.elapsed());
}

proptest! {
    #[test]
    fn each_side_says_what_it_said(a in "(<p>|</p>|<b>|</b>|<ul>|<li>|</ul>|文|字|a|1| ){0,30}", b in "(<p>|</p>|<b>|</b>|<ul>|<li>|</ul>|文|字|a|1| ){0,30}") {
        let (old, new) = (text(&clean(&a).html), text(&clean(&b).html));
        let compared = compare(&old, &new);
        let words = |html: &str| plain_text(html).chars().filter(|c| !c.is_whitespace()).collect::<String>();
        let left: String = compared.blocks.iter().map(|pair| words(&pair.old)).collect();
        let right: String = compared.blocks.iter().map(|pair| words(&pair.new)).collect();
        prop_assert_eq!(left, words(&old.body));
        prop_assert_eq!(right, words(&new.body));
    }
}
