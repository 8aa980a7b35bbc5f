//! Labels in lines: `来源：县民政局　作者：张三　点击数：12`.

/// What a label says of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    Published,
    Updated,
    /// 时间 or 日期 without a word of what.
    Date,
    Formed,
    Source,
    /// 发布机构: a source where no other is named.
    Organ,
    Author,
    Editor,
    Clicks,
    Number,
    IndexNumber,
    Keywords,
    Title,
    Column,
    /// What only the old page needed: 字体, 有效期.
    Other,
}

const LABELS: &[(&str, Label)] = &[
    ("发布时间", Label::Published),
    ("发布日期", Label::Published),
    ("发表时间", Label::Published),
    ("发表日期", Label::Published),
    ("发稿时间", Label::Published),
    ("发布于", Label::Published),
    ("发表于", Label::Published),
    ("上传时间", Label::Published),
    ("上传日期", Label::Published),
    ("上网时间", Label::Published),
    ("上网日期", Label::Published),
    ("公开日期", Label::Published),
    ("公开时间", Label::Published),
    ("添加时间", Label::Published),
    ("添加日期", Label::Published),
    ("加入时间", Label::Published),
    ("录入时间", Label::Published),
    ("录入日期", Label::Published),
    ("提交时间", Label::Published),
    ("创建时间", Label::Published),
    ("信息时间", Label::Published),
    ("信息日期", Label::Published),
    ("发文时间", Label::Published),
    // Pages in traditional characters.
    ("發布時間", Label::Published),
    ("發布日期", Label::Published),
    ("發佈時間", Label::Published),
    ("發佈日期", Label::Published),
    ("發表時間", Label::Published),
    ("發表日期", Label::Published),
    ("更新時間", Label::Updated),
    ("更新日期", Label::Updated),
    ("時間", Label::Date),
    ("來源", Label::Source),
    ("文章來源", Label::Source),
    ("編輯", Label::Editor),
    ("責任編輯", Label::Editor),
    ("點擊", Label::Clicks),
    ("點擊數", Label::Clicks),
    ("瀏覽次數", Label::Clicks),
    ("更新时间", Label::Updated),
    ("更新日期", Label::Updated),
    ("最后更新", Label::Updated),
    ("修改时间", Label::Updated),
    ("时间", Label::Date),
    ("日期", Label::Date),
    ("成文日期", Label::Formed),
    ("成文时间", Label::Formed),
    ("发文日期", Label::Formed),
    ("生成日期", Label::Formed),
    ("印发日期", Label::Formed),
    ("签发日期", Label::Formed),
    ("形成日期", Label::Formed),
    ("来源", Label::Source),
    ("信息来源", Label::Source),
    ("文章来源", Label::Source),
    ("稿件来源", Label::Source),
    ("新闻来源", Label::Source),
    ("内容来源", Label::Source),
    ("出处", Label::Source),
    ("文章出处", Label::Source),
    ("稿源", Label::Source),
    ("来自", Label::Source),
    ("供稿单位", Label::Source),
    ("供稿", Label::Source),
    ("发布机构", Label::Organ),
    ("发布单位", Label::Organ),
    ("发布部门", Label::Organ),
    ("发文机关", Label::Organ),
    ("发文单位", Label::Organ),
    ("公开机构", Label::Organ),
    ("信息提供单位", Label::Organ),
    ("作者", Label::Author),
    ("文章作者", Label::Author),
    ("撰稿", Label::Author),
    ("撰稿人", Label::Author),
    ("供稿人", Label::Author),
    ("通讯员", Label::Author),
    ("责任编辑", Label::Editor),
    ("文章编辑", Label::Editor),
    ("编辑", Label::Editor),
    ("责编", Label::Editor),
    ("录入", Label::Editor),
    ("文章录入", Label::Editor),
    ("录入者", Label::Editor),
    ("录入人", Label::Editor),
    ("发布者", Label::Editor),
    ("发布人", Label::Editor),
    ("添加人", Label::Editor),
    ("审核", Label::Editor),
    ("点击数", Label::Clicks),
    ("点击", Label::Clicks),
    ("点击率", Label::Clicks),
    ("点击量", Label::Clicks),
    ("点击次数", Label::Clicks),
    ("文章点击数", Label::Clicks),
    ("浏览次数", Label::Clicks),
    ("浏览", Label::Clicks),
    ("浏览数", Label::Clicks),
    ("浏览量", Label::Clicks),
    ("阅读次数", Label::Clicks),
    ("阅读", Label::Clicks),
    ("阅读数", Label::Clicks),
    ("阅读量", Label::Clicks),
    ("阅览次数", Label::Clicks),
    ("访问次数", Label::Clicks),
    ("访问量", Label::Clicks),
    ("人气", Label::Clicks),
    ("查看次数", Label::Clicks),
    ("文号", Label::Number),
    ("发文字号", Label::Number),
    ("发文文号", Label::Number),
    ("公文文号", Label::Number),
    ("文件编号", Label::Number),
    ("文件文号", Label::Number),
    ("索引号", Label::IndexNumber),
    ("信息索引号", Label::IndexNumber),
    ("信息索引", Label::IndexNumber),
    ("关键词", Label::Keywords),
    ("关键字", Label::Keywords),
    ("主题词", Label::Keywords),
    ("标题", Label::Title),
    ("名称", Label::Title),
    ("信息名称", Label::Title),
    ("文章标题", Label::Title),
    ("所属栏目", Label::Column),
    ("栏目", Label::Column),
    ("所属类别", Label::Column),
    ("字体", Label::Other),
    ("字号", Label::Other),
    ("字体大小", Label::Other),
    ("分类", Label::Other),
    ("主题分类", Label::Other),
    ("组配分类", Label::Other),
    ("信息分类", Label::Other),
    ("信息类别", Label::Other),
    ("体裁分类", Label::Other),
    ("公文种类", Label::Other),
    ("公开方式", Label::Other),
    ("公开范围", Label::Other),
    ("公开类别", Label::Other),
    ("有效性", Label::Other),
    ("时效性", Label::Other),
    ("评论", Label::Other),
];

/// A label and what stands behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Labelled<L> {
    pub label: L,
    /// Where the label begins, bytes.
    pub from: usize,
    /// What stands behind it, up to the next label.
    pub value: String,
}

/// Labels of a page in a line.
pub(super) fn of_page(text: &str) -> Vec<Labelled<Label>> {
    labelled(text, LABELS)
}

/// The labels of a table in a line: each is followed by a colon.
pub(super) fn labelled<L: Copy>(text: &str, table: &[(&str, L)]) -> Vec<Labelled<L>> {
    let mut found: Vec<(L, usize, usize)> = Vec::new();
    if text.len() > 4000 {
        return Vec::new();
    }
    for (at, colon) in text.match_indices([':', '：']) {
        if let Some((label, from)) = label_before(text, at, table) {
            found.push((label, from, at + colon.len()));
        }
    }
    let ends: Vec<usize> = found.iter().skip(1).map(|(_, from, _)| *from).chain([text.len()]).collect();
    found
        .into_iter()
        .zip(ends)
        .map(|((label, from, value), end)| Labelled {
            label,
            from,
            value: trimmed(text.get(value..end).unwrap_or_default()),
        })
        .collect()
}

/// The label that ends at a byte; blanks between its letters do not count.
fn label_before<L: Copy>(text: &str, end: usize, table: &[(&str, L)]) -> Option<(L, usize)> {
    let before = &text[..end];
    let mut best: Option<(L, usize, usize)> = None;
    'labels: for (word, label) in table {
        let mut letters = before.char_indices().rev().peekable();
        let mut from = end;
        for wanted in word.chars().rev() {
            loop {
                match letters.next() {
                    Some((at, letter)) if letter == wanted => {
                        from = at;
                        break;
                    }
                    Some((_, letter)) if letter.is_whitespace() => {}
                    _ => continue 'labels,
                }
            }
        }
        // The label is a word by itself: 单位名称 is not 名称.
        let alone = letters.peek().is_none_or(|(_, letter)| !letter.is_alphabetic() || letter.is_ascii());
        if alone && best.is_none_or(|(_, _, length)| word.len() > length) {
            best = Some((*label, from, word.len()));
        }
    }
    best.map(|(label, from, _)| (label, from))
}

/// A value without the brackets and rules around it.
pub(super) fn trimmed(value: &str) -> String {
    let cut = |letter: char| letter.is_whitespace() || "|｜[]【】()（）〔〕<>,，;；。-—/·".contains(letter);
    let value = value
        .trim_end_matches(cut)
        .trim_start_matches(|letter: char| letter.is_whitespace() || "|｜[【".contains(letter));
    // A bracket that was opened inside is closed again.
    let mut value = value.to_owned();
    for (open, close) in [('（', '）'), ('(', ')'), ('〔', '〕'), ('《', '》')] {
        if value.matches(open).count() > value.matches(close).count() && open != '《' {
            value.push(close);
        }
    }
    value
}

/// A line without its labels and what they say is empty: nothing else stands there. `named` tells how many there were.
pub(super) fn is_only(text: &str, found: &[Labelled<Label>]) -> bool {
    let Some(first) = found.first() else { return false };
    let head = &text[..first.from];
    let head_is_date = super::dates::alone(head).is_some();
    let empty = |text: &str| text.chars().all(|letter| !letter.is_alphanumeric());
    let strong = found.iter().any(|one| {
        let date = super::dates::value(&one.value).is_some();
        match one.label {
            Label::Published | Label::Updated | Label::Clicks => one.value.chars().count() < 40,
            Label::Date | Label::Formed => date,
            Label::Source | Label::Author | Label::Editor => one.value.chars().count() < 40,
            Label::IndexNumber => true,
            _ => false,
        }
    });
    strong && (head_is_date || empty(head)) && found.iter().all(|one| one.value.chars().count() < 60)
}

#[cfg(test)]
mod tests {
    use super::{Label, is_only, of_page};

    #[test]
    fn labels_and_values() {
        let text = "来源：沅岚县民政局 作者：吕友 点击数： 更新时间：2009-11-3 10:20:21";
        let found = of_page(text);
        let all: Vec<_> = found.iter().map(|one| (one.label, one.value.as_str())).collect();
        assert_eq!(
            all,
            [
                (Label::Source, "沅岚县民政局"),
                (Label::Author, "吕友"),
                (Label::Clicks, ""),
                (Label::Updated, "2009-11-3 10:20:21"),
            ]
        );
        assert!(is_only(text, &found));
        let text = "单位名称：县民政局";
        assert!(of_page(text).is_empty());
        let text = "索 引 号：0001-2009 文 号：民发〔2009〕1号";
        let found = of_page(text);
        assert_eq!(found[0].label, Label::IndexNumber);
        assert_eq!(found[1].value, "民发〔2009〕1号");
        let text = "办理时间：周一至周五";
        assert!(!is_only(text, &of_page(text)));
    }
}
