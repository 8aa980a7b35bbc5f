//! Guestbooks of many programs, whose columns mean the same under different names.

use crate::domain::content::plain_text;
use crate::migrate::old::OldLetter;
use crate::migrate::sql::Record;

use super::from_text;

/// Signs between a question and its answer where a program keeps both in one text.
const ANSWER_SIGNS: [&str; 6] = ["管理员回复", "站长回复", "答复：", "答复:", "回复：", "回复:"];

/// Columns of a record, by name in small letters.
pub trait Fields {
    /// Text of the first of these columns that has any; empty when none has.
    fn first(&self, names: &[&str]) -> String;
}

impl Fields for Record {
    fn first(&self, names: &[&str]) -> String {
        names.iter().map(|name| self.text(name)).find(|text| !text.trim().is_empty()).unwrap_or_default()
    }
}

/// A record of a guestbook, as its columns have it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Title.
    pub title: String,
    /// Who asked.
    pub name: String,
    /// When.
    pub asked: String,
    /// The question.
    pub question: String,
    /// The answer.
    pub answer: String,
    /// When it was answered.
    pub answered: String,
    /// Who answered.
    pub unit: String,
}

impl Asked {
    /// The letter of it; `None` when it asks nothing. An answer that stands in the question is taken out of it.
    pub fn letter(self, key: String, address: String) -> Option<OldLetter> {
        let mut question = plain_text(&self.question);
        let mut answer = plain_text(&self.answer);
        if answer.is_empty()
            && let Some((at, sign)) = ANSWER_SIGNS.iter().find_map(|sign| question.rfind(sign).map(|at| (at, *sign)))
            && at > 0
        {
            let after = question[at + sign.len()..].trim_start_matches(['：', ':', ' ']).trim().to_owned();
            if !after.is_empty() {
                answer = after;
                question.truncate(question[..at].trim_end().len());
            }
        }
        if question.is_empty() {
            return None;
        }
        Some(OldLetter {
            key,
            address,
            title: plain_text(&self.title),
            name: plain_text(&self.name),
            asked: from_text(&self.asked),
            question,
            answer,
            answered: from_text(&self.answered),
            unit: plain_text(&self.unit),
        })
    }
}

/// The letter of a record whose columns have one of the usual names; `None` when it asks nothing.
pub fn letter(key: String, address: String, fields: &dyn Fields) -> Option<OldLetter> {
    let asked = Asked {
        title: fields.first(&["title", "subject", "biaoti", "arctitle"]),
        name: fields.first(&["uname", "username", "name", "author", "xingming", "truename"]),
        asked: fields.first(&[
            "addtime",
            "dtime",
            "posttime",
            "inputtime",
            "regtime",
            "adddate",
            "creat_at",
            "time",
            "date",
        ]),
        question: fields.first(&["content", "msg", "message", "question", "introduce", "body", "neirong"]),
        answer: fields.first(&["reply", "answer", "replycontent", "recontent", "huifu", "replay"]),
        answered: fields.first(&["replytime", "reply_time", "retime", "answertime", "replydate"]),
        unit: fields.first(&["replyer", "replyunit", "unit", "replyname", "reuser"]),
    };
    asked.letter(key, address)
}
