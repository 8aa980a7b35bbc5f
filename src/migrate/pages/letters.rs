//! Guestbooks: questions with what was answered.

use xxhash_rust::xxh3::xxh3_64;

use crate::migrate::old::OldLetter;

use super::labels::{Labelled, labelled};
use super::lines::Line;
use super::{dates, words};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Name,
    Asked,
    Title,
    Question,
    Answer,
    Answered,
    Unit,
    /// What is left out: addresses of machines, numbers of telephones.
    Private,
    Other,
}

const PARTS: &[(&str, Part)] = &[
    ("姓名", Part::Name),
    ("发布者", Part::Name),
    ("发布人", Part::Name),
    ("发表人", Part::Name),
    ("发言人", Part::Name),
    ("网民", Part::Name),
    ("访客", Part::Name),
    ("来信者", Part::Name),
    ("留言人", Part::Name),
    ("留言者", Part::Name),
    ("网友", Part::Name),
    ("昵称", Part::Name),
    ("署名", Part::Name),
    ("来信人", Part::Name),
    ("写信人", Part::Name),
    ("提问人", Part::Name),
    ("咨询人", Part::Name),
    ("投诉人", Part::Name),
    ("称呼", Part::Name),
    ("用户名", Part::Name),
    ("时间", Part::Asked),
    ("日期", Part::Asked),
    ("留言时间", Part::Asked),
    ("留言日期", Part::Asked),
    ("发表时间", Part::Asked),
    ("发布时间", Part::Asked),
    ("提问时间", Part::Asked),
    ("提交时间", Part::Asked),
    ("咨询时间", Part::Asked),
    ("来信时间", Part::Asked),
    ("写信时间", Part::Asked),
    ("写信日期", Part::Asked),
    ("标题", Part::Title),
    ("主题", Part::Title),
    ("留言标题", Part::Title),
    ("留言主题", Part::Title),
    ("信件标题", Part::Title),
    ("来信标题", Part::Title),
    ("咨询标题", Part::Title),
    ("咨询主题", Part::Title),
    ("内容", Part::Question),
    ("留言内容", Part::Question),
    ("咨询内容", Part::Question),
    ("来信内容", Part::Question),
    ("提问内容", Part::Question),
    ("投诉内容", Part::Question),
    ("信件内容", Part::Question),
    ("问题", Part::Question),
    ("问", Part::Question),
    ("网友留言", Part::Question),
    ("回复", Part::Answer),
    ("管理员回复", Part::Answer),
    ("站长回复", Part::Answer),
    ("回复内容", Part::Answer),
    ("回复意见", Part::Answer),
    ("答复", Part::Answer),
    ("答复内容", Part::Answer),
    ("答复意见", Part::Answer),
    ("处理结果", Part::Answer),
    ("办理结果", Part::Answer),
    ("官方回复", Part::Answer),
    ("局长回复", Part::Answer),
    ("答", Part::Answer),
    ("回复时间", Part::Answered),
    ("回复日期", Part::Answered),
    ("答复时间", Part::Answered),
    ("答复日期", Part::Answered),
    ("办理时间", Part::Answered),
    ("回复单位", Part::Unit),
    ("答复单位", Part::Unit),
    ("受理单位", Part::Unit),
    ("办理单位", Part::Unit),
    ("处理单位", Part::Unit),
    ("回复部门", Part::Unit),
    ("回复人", Part::Unit),
    ("IP", Part::Private),
    ("ip", Part::Private),
    ("QQ", Part::Private),
    ("电话", Part::Private),
    ("联系电话", Part::Private),
    ("手机", Part::Private),
    ("邮箱", Part::Private),
    ("电子邮件", Part::Private),
    ("电子邮箱", Part::Private),
    ("EMAIL", Part::Private),
    ("Email", Part::Private),
    ("来自", Part::Other),
    ("浏览次数", Part::Other),
    ("点击数", Part::Other),
    ("编号", Part::Other),
    ("状态", Part::Other),
    ("类型", Part::Other),
    ("类别", Part::Other),
];

/// Lines that say that nobody answered.
const UNANSWERED: [&str; 8] =
    ["尚未回复", "暂无回复", "暂未回复", "还没有回复", "未回复", "等待回复", "正在处理", "正在办理中"];

fn parts(text: &str) -> Vec<Labelled<Part>> {
    labelled(text, PARTS)
}

/// The label that a cell of a table is by itself: 来信人. Short ones are words like others.
fn cell(text: &str) -> Option<Part> {
    let plain = words::tight(text);
    let plain = words::bare(&plain);
    PARTS.iter().find(|(word, _)| *word == plain && word.chars().count() >= 3).map(|(_, part)| *part)
}

/// How many signs of letters a line has.
pub(super) fn signs(text: &str) -> usize {
    if !text.contains([':', '：']) {
        return usize::from(cell(text).is_some_and(|part| part != Part::Other));
    }
    parts(text).iter().filter(|one| matches!(one.label, Part::Name | Part::Answer | Part::Question)).count()
}

/// 第12条, 12楼, No.12: the number of a letter.
fn numbered(text: &str) -> Option<u32> {
    let head: String = text.chars().take(12).filter(|letter| !letter.is_whitespace()).collect();
    let head = head.trim_start_matches(['[', '【', '(', '（', '#']);
    let rest = head.strip_prefix('第').or_else(|| head.strip_prefix("No.")).or_else(|| head.strip_prefix("NO."))?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    // 第3个问题 is a title.
    let counts = !head.starts_with('第') || rest[digits.len()..].starts_with(['条', '楼', '位', '篇', '封']);
    digits.parse().ok().filter(|_| counts)
}

#[derive(Default)]
struct Draft {
    letter: OldLetter,
    number: Option<u32>,
    /// Where lines without a label go.
    open: Option<Part>,
    /// A label whose value stands in the next cell.
    waits: Option<Part>,
}

impl Draft {
    fn is_begun(&self) -> bool {
        !self.letter.name.is_empty() || !self.letter.question.is_empty() || self.number.is_some()
    }

    fn add(&mut self, part: Part, value: &str) {
        let value = value.trim();
        let letter = &mut self.letter;
        match part {
            Part::Name => letter.name = value.to_owned(),
            Part::Asked if self.open == Some(Part::Answer) && letter.asked.is_some() => {
                letter.answered = letter.answered.or(dates::first(value).map(|date| date.time));
            }
            Part::Asked => letter.asked = letter.asked.or(dates::first(value).map(|date| date.time)),
            Part::Answered => letter.answered = dates::first(value).map(|date| date.time),
            Part::Title => letter.title = value.to_owned(),
            Part::Unit => letter.unit = value.to_owned(),
            Part::Question => {
                push(&mut letter.question, value);
                self.open = Some(Part::Question);
            }
            Part::Answer => {
                self.open = Some(Part::Answer);
                if !UNANSWERED.iter().any(|word| value.contains(word)) || value.chars().count() > 20 {
                    self.answer(value);
                }
            }
            Part::Private | Part::Other => {}
        }
    }

    /// An answer, with the day of it in brackets at its end.
    fn answer(&mut self, value: &str) {
        let mut value = value;
        let last = value.rfind(['（', '(', '[', '【']);
        if let Some(at) = last
            && let Some(date) = dates::alone(&value[at..])
        {
            self.letter.answered = Some(date.time);
            value = value[..at].trim_end();
        }
        push(&mut self.letter.answer, value);
    }

    fn plain(&mut self, line: &Line) {
        let text = line.text.as_str();
        if UNANSWERED.iter().any(|word| text.contains(word)) && text.chars().count() <= 20 {
            self.open = Some(Part::Answer);
            return;
        }
        if let Some(date) = dates::alone(text) {
            match self.open {
                Some(Part::Answer) => self.letter.answered = self.letter.answered.or(Some(date.time)),
                _ => self.letter.asked = self.letter.asked.or(Some(date.time)),
            }
            return;
        }
        match self.open {
            Some(Part::Answer) => self.answer(text),
            _ if self.letter.title.is_empty() && self.letter.question.is_empty() && (line.strong || line.heading) => {
                self.letter.title = text.to_owned();
            }
            _ => push(&mut self.letter.question, text),
        }
    }

    fn done(mut self, address: &str, key: &str) -> Option<OldLetter> {
        let letter = &mut self.letter;
        if letter.question.is_empty() {
            std::mem::swap(&mut letter.question, &mut letter.title);
        }
        if letter.question.is_empty() || (letter.name.is_empty() && letter.asked.is_none() && letter.answer.is_empty())
        {
            return None;
        }
        let name = match self.number {
            Some(number) => number.to_string(),
            None => {
                let words = format!("{}\n{:?}\n{}", letter.name, letter.asked, letter.question);
                format!("{:016x}", xxh3_64(words.as_bytes()))
            }
        };
        letter.key = format!("{key}#{name}");
        address.clone_into(&mut letter.address);
        Some(self.letter)
    }
}

fn push(text: &mut String, more: &str) {
    if more.is_empty() {
        return;
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(more);
}

/// Is a line a name by itself, above the title of what was written?
fn is_name_above(lines: &[Line], at: usize) -> bool {
    let text = words::tight(&lines[at].text);
    let short = (1..=12).contains(&text.chars().count()) && !text.contains(['。', '，', '？', '！', '：', ':']);
    let next = lines[at + 1..].iter().find(|line| !line.text.is_empty());
    let is_title = |line: &Line| {
        let parts = parts(&line.text);
        parts.first().is_some_and(|one| one.label == Part::Title && one.from == 0)
            && parts.iter().all(|one| one.label != Part::Name)
    };
    // The name of a page stands above no picture of a face.
    let face = at > 0 && (!lines[at].pictures.is_empty() || !lines[at - 1].pictures.is_empty());
    short && lines[at].links.is_empty() && face && next.is_some_and(is_title)
}

/// The letters of a page; `key` names the guestbook.
pub(super) fn read(lines: &[Line], own: &[bool], address: &str, key: &str) -> Vec<OldLetter> {
    let mut found = Vec::new();
    let mut draft = Draft::default();
    for (at, (line, own)) in lines.iter().zip(own).enumerate() {
        let mut parts = parts(&line.text);
        if let Some(label) = cell(&line.text).filter(|_| parts.is_empty()) {
            parts.push(Labelled { label, from: 0, value: String::new() });
        }
        let number = numbered(&line.text);
        // 网友 in a cell below a face, 主题：… in the next one.
        let named = parts.is_empty() && number.is_none() && is_name_above(lines, at);
        if named {
            found.extend(std::mem::take(&mut draft).done(address, key));
            draft.letter.name = words::tight(&line.text);
            continue;
        }
        let furniture = words::is_foot(&line.text) || (!own && parts.is_empty() && number.is_none());
        if line.text.is_empty() || furniture {
            continue;
        }
        let begins = number.is_some() || parts.iter().any(|one| one.label == Part::Name);
        if begins
            && draft.is_begun()
            && (number.is_some() || !draft.letter.name.is_empty() || draft.open == Some(Part::Answer))
        {
            found.extend(std::mem::take(&mut draft).done(address, key));
        }
        if number.is_some() {
            draft.number = number;
        }
        let linked = line.linked * 2 > line.size;
        if parts.is_empty()
            && number.is_none()
            && let Some(part) = draft.waits.take()
        {
            draft.add(part, &line.text);
            continue;
        }
        draft.waits = None;
        if parts.is_empty() {
            if draft.is_begun() && number.is_none() && !linked && !words::is_tail(&line.text) {
                draft.plain(line);
            }
            continue;
        }
        if !draft.is_begun() && !begins && !parts.iter().any(|one| matches!(one.label, Part::Title | Part::Question)) {
            continue;
        }
        let head = line.text[..parts[0].from].trim();
        // 管理员[admin]回复：
        let answers = ["管理员", "站长", "版主", "局长", "办公室"].iter().any(|who| head.starts_with(who));
        if !head.is_empty()
            && !answers
            && number.is_none()
            && draft.is_begun()
            && matches!(draft.open, Some(Part::Question | Part::Answer))
        {
            // A label within a sentence is none.
            draft.plain(line);
            continue;
        }
        let mut behind = 0;
        for (at, one) in parts.iter().enumerate() {
            if one.label != Part::Answer && one.from < behind {
                continue;
            }
            let value = match one.label {
                // Labels within a text are none, but for the answer behind its question.
                Part::Answer | Part::Question => {
                    let answer = parts[at + 1..].iter().find(|next| next.label == Part::Answer);
                    behind = answer.map_or(line.text.len(), |next| next.from);
                    let rest = &line.text[one.from..behind];
                    rest.find([':', '：']).map_or("", |at| rest[at..].trim_start_matches([':', '：', ' ']))
                }
                _ => &one.value,
            };
            if value.is_empty() && !matches!(one.label, Part::Question | Part::Answer) {
                draft.waits = Some(one.label);
            } else {
                draft.add(one.label, value);
            }
        }
    }
    found.extend(draft.done(address, key));
    found
}
