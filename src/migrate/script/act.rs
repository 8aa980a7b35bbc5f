//! What a click does: where the functions that it calls go, and which form they send.

use std::collections::HashMap;
use std::sync::Arc;

use super::token::{Token, matching, tokens};

/// Most functions of one page or site.
const MOST: usize = 2_000;
/// Longest body of a function, parts; a library is no function that leads anywhere.
const LONGEST: usize = 2_000;
/// Functions that call each other.
const DEEPEST: usize = 4;
/// Functions of one script that are looked at.
const MOST_OF_ONE: usize = 10_000;
/// Parts read for one click, with all that it calls.
const FUEL: usize = 200_000;
/// Functions through which a value goes unchanged.
const WRAPPERS: [&str; 7] = ["escape", "encodeURI", "encodeURIComponent", "String", "parseInt", "Number", "eval"];

#[derive(Debug, Clone)]
struct Function {
    parameters: Vec<String>,
    body: Vec<Token>,
}

/// Functions by name.
#[derive(Debug, Clone, Default)]
pub struct Functions(HashMap<String, Arc<Function>>);

/// What a click does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Acts {
    /// Addresses that it goes to, as they are written.
    pub goes: Vec<String>,
    /// What it sends.
    pub sends: Vec<Send>,
    /// Functions that nobody knows, with the number that they are given.
    pub unknown: Vec<(String, Option<i64>)>,
}

/// A form that is sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Send {
    /// Its name, where the script says it.
    pub form: Option<String>,
    /// Fields that get another value first.
    pub fields: Vec<(String, String)>,
    /// Where it goes, when that is changed.
    pub action: Option<String>,
}

/// A value that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    Text(String),
    Number(i64),
}

impl Value {
    fn text(self) -> String {
        match self {
            Value::Text(text) => text,
            Value::Number(number) => number.to_string(),
        }
    }
}

impl Functions {
    /// Takes the functions out of a script.
    pub fn add(&mut self, code: &str) {
        if !code.contains("function") {
            return;
        }
        let all = tokens(code);
        let begins = all.iter().enumerate().filter(|(_, token)| token.is_named("function"));
        for (at, _) in begins.take(MOST_OF_ONE) {
            // Nobody looks further than a function may be long.
            let all = &all[..all.len().min(at + LONGEST)];
            // `function name(…)`, `name = function(…)`.
            let (name, list) = match (all.get(at + 1), at.checked_sub(2).map(|before| &all[before..at])) {
                (Some(Token::Name(name)), _) => (name, at + 2),
                (_, Some([Token::Name(name), Token::Sign(b'=')])) => (name, at + 1),
                _ => continue,
            };
            let end = matching(all, list);
            let body = matching(all, end + 1);
            if !all.get(list).is_some_and(|token| token.is(b'('))
                || !all.get(end + 1).is_some_and(|token| token.is(b'{'))
                || body >= all.len()
                || self.0.len() >= MOST
            {
                continue;
            }
            let parameters = all[list..end].iter().filter_map(Token::name).map(str::to_owned).collect();
            let body = all[end + 2..body].to_vec();
            self.0.insert(name.clone(), Arc::new(Function { parameters, body }));
        }
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Is there one of this name?
    pub fn knows(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Takes over what another has and this one has not.
    pub fn join(&mut self, other: Functions) {
        for (name, function) in other.0 {
            if self.0.len() < MOST {
                self.0.entry(name).or_insert(function);
            }
        }
    }
}

/// What a click with this code does; its own functions come before those of the site. `fuel` is what may be spent on
/// it, and what is left of that.
pub(super) fn acts(code: &str, own: &Functions, site: &Functions, fuel: &mut usize) -> Acts {
    let given = (*fuel).min(FUEL);
    let mut reader = Reader { own, site, acts: Acts::default(), fuel: given };
    reader.body(&tokens(code), HashMap::new(), 0);
    *fuel -= given - reader.fuel;
    reader.acts
}

struct Reader<'a> {
    own: &'a Functions,
    site: &'a Functions,
    acts: Acts,
    fuel: usize,
}

type Names = HashMap<String, Value>;

impl Reader<'_> {
    fn body(&mut self, all: &[Token], mut names: Names, depth: usize) {
        let mut send = Send::default();
        let mut at = 0;
        // Up to where something is only done sometimes: it changes no value that is known.
        let mut sometimes = 0;
        while at < all.len() && self.fuel > 0 {
            let Some(name) = all[at].name() else {
                self.fuel -= 1;
                at += 1;
                continue;
            };
            // What is understood may be as long as the rest.
            self.fuel = self.fuel.saturating_sub(all.len() - at);
            let sign = |further: usize| match all.get(at + further) {
                Some(Token::Sign(sign)) => *sign,
                _ => 0,
            };
            let of_another = at > 0 && all[at - 1].is(b'.');
            let is_set = |further: usize| sign(further) == b'=' && sign(further + 1) != b'=';
            match name {
                "value" if of_another && is_set(1) => {
                    if let (Some(field), (Some(value), _)) = (last_name(all, at - 1), value(all, at + 2, &names)) {
                        send.fields.push((field, value.text()));
                    }
                }
                "action" if of_another && is_set(1) => {
                    send.action = value(all, at + 2, &names).0.map(Value::text).or(send.action);
                }
                "location" | "href" if is_set(1) && (name == "location" || of_another) => {
                    self.goes(value(all, at + 2, &names).0);
                }
                "replace" | "assign" if of_another && sign(1) == b'(' && at > 1 && all[at - 2].is_named("location") => {
                    self.goes(value(all, at + 2, &names).0);
                }
                "open" | "showModalDialog" if sign(1) == b'(' => self.goes(value(all, at + 2, &names).0),
                "submit" if of_another && sign(1) == b'(' => {
                    send.form = last_name(all, at - 1);
                    self.acts.sends.push(std::mem::take(&mut send));
                }
                _ if of_another => {}
                "if" if sign(1) == b'(' => sometimes = sometimes.max(end_of_statement(all, matching(all, at + 1) + 1)),
                _ if is_set(1) && at < sometimes && names.contains_key(name) => {}
                _ if is_set(1) => match value(all, at + 2, &names).0 {
                    Some(value) => {
                        names.insert(name.to_owned(), value);
                    }
                    None => {
                        names.remove(name);
                    }
                },
                _ if sign(1) == b'(' && !at.checked_sub(1).is_some_and(|before| all[before].is_named("function")) => {
                    self.call(name, &all[at + 1..], &names, depth);
                }
                _ => {}
            }
            at += 1;
        }
    }

    fn goes(&mut self, value: Option<Value>) {
        if let Some(Value::Text(address)) = value {
            self.acts.goes.push(address);
        }
    }

    fn call(&mut self, name: &str, list: &[Token], names: &Names, depth: usize) {
        const OF_THE_LANGUAGE: [&str; 14] = [
            "if",
            "for",
            "while",
            "switch",
            "return",
            "function",
            "alert",
            "confirm",
            "setTimeout",
            "setInterval",
            "typeof",
            "catch",
            "with",
            "isNaN",
        ];
        if OF_THE_LANGUAGE.contains(&name) || WRAPPERS.contains(&name) {
            return;
        }
        let given = arguments(list, names);
        let Some(function) = self.own.0.get(name).or_else(|| self.site.0.get(name)).cloned() else {
            let number = given.into_iter().flatten().find_map(|value| value.text().trim().parse().ok());
            self.acts.unknown.push((name.to_owned(), number));
            return;
        };
        if depth >= DEEPEST {
            return;
        }
        let inner = function.parameters.iter().cloned().zip(given);
        let inner = inner.filter_map(|(name, value)| value.map(|value| (name, value))).collect();
        self.body(&function.body, inner, depth + 1);
    }
}

/// Where a statement ends that begins at `at`.
fn end_of_statement(all: &[Token], at: usize) -> usize {
    match all.get(at) {
        Some(Token::Sign(b'{')) => matching(all, at),
        _ => all.iter().skip(at).position(|token| token.is(b';')).map_or(all.len(), |end| at + end),
    }
}

/// The values that a call gives; `list` begins with its bracket.
fn arguments(list: &[Token], names: &Names) -> Vec<Option<Value>> {
    let end = matching(list, 0).min(list.len());
    let mut given = Vec::new();
    let mut at = 1;
    while at < end {
        let (value, next) = value(&list[..end], at, names);
        let next = next.min(end);
        let comma = list[next..end].iter().position(|token| token.is(b',')).map_or(end, |comma| next + comma);
        // What goes on behind a value that was understood makes it another.
        given.push(value.filter(|_| comma == next));
        at = comma + 1;
    }
    given
}

/// The field or form that is meant before a dot at `at`: `f.page`, `getElementById("page")`, `elements["page"]`.
fn last_name(all: &[Token], at: usize) -> Option<String> {
    match at.checked_sub(1).map(|before| &all[before])? {
        Token::Name(name) => Some(name.clone()),
        Token::Sign(b')' | b']') => match at.checked_sub(2).map(|before| &all[before])? {
            Token::Text(name) => Some(name.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// A value that is put together from texts, numbers and names that are known, and where it ends.
fn value(all: &[Token], at: usize, names: &Names) -> (Option<Value>, usize) {
    let (mut whole, mut at) = operand(all, at, names);
    while let Some(Token::Sign(sign @ (b'+' | b'-'))) = all.get(at) {
        let (more, next) = operand(all, at + 1, names);
        whole = match (whole, more, sign) {
            (Some(Value::Number(one)), Some(Value::Number(other)), b'+') => one.checked_add(other).map(Value::Number),
            (Some(Value::Number(one)), Some(Value::Number(other)), _) => one.checked_sub(other).map(Value::Number),
            (Some(one), Some(other), b'+') => Some(Value::Text(one.text() + &other.text())),
            _ => None,
        };
        at = next;
    }
    (whole, at)
}

fn operand(all: &[Token], at: usize, names: &Names) -> (Option<Value>, usize) {
    match all.get(at) {
        Some(Token::Text(text)) => (Some(Value::Text(text.clone())), at + 1),
        Some(Token::Number(number)) => (Some(Value::Number(*number)), at + 1),
        Some(Token::Sign(b'(')) => bracket(all, at, names),
        Some(Token::Name(name)) => match all.get(at + 1) {
            Some(Token::Sign(b'(')) if WRAPPERS.contains(&name.as_str()) => bracket(all, at + 1, names),
            // Something of something else: not known, and not read any further.
            Some(Token::Sign(b'.' | b'(' | b'[')) => (None, at + 1),
            _ => (names.get(name).cloned(), at + 1),
        },
        _ => (None, at + 1),
    }
}

/// What stands in brackets alone.
fn bracket(all: &[Token], at: usize, names: &Names) -> (Option<Value>, usize) {
    let end = matching(all, at);
    // Brackets in brackets in brackets: nobody writes an address so.
    let inner = &all[..end.min(all.len())];
    let nested = inner[at + 1..].iter().filter(|token| token.is(b'(')).count();
    if nested > 8 {
        return (None, end + 1);
    }
    let (found, next) = value(inner, at + 1, names);
    // `parseInt(n, 10)` is the number.
    let whole = next >= end || all[next].is(b',');
    (found.filter(|_| whole), end + 1)
}

#[cfg(test)]
mod tests {
    use super::{Acts, Functions, Send, acts};

    fn click(script: &str, code: &str) -> Acts {
        let mut functions = Functions::default();
        functions.add(script);
        acts(code, &functions, &Functions::default(), &mut 1_000_000)
    }

    #[test]
    fn functions_that_go_somewhere() {
        let script = "function show(id) { window.open('show.asp?id=' + id, '_blank'); } // function show(id) { }\n\
                      var list = function(c, p) { if (p < 1) { p = 1 } var url = \"list.jsp?c=\" + c; url = url + '&p=' + (p + 1);\n\
                        location.href = url }\n\
                      function outer(id) { show(id) }\n function both(a) { document.title = a; top.location.replace('/t/' + escape(a) + \".htm\") }";
        assert_eq!(click(script, "show(7)").goes, ["show.asp?id=7"]);
        assert_eq!(click(script, "return outer('7a');").goes, ["show.asp?id=7a"]);
        assert_eq!(click(script, "list(3, 4)").goes, ["list.jsp?c=3&p=5"]);
        assert_eq!(click(script, "both('x')").goes, ["/t/x.htm"]);
        assert_eq!(click("", "location='a.asp?p='+2").goes, ["a.asp?p=2"]);
    }

    #[test]
    fn functions_that_send_a_form() {
        let script = "function gotoPage(n){ document.pageForm.pageno.value=n; document.pageForm.submit(); }\n\
                      function go(p) { document.getElementById('cur').value = p\n document.forms[0].action = 'x.do?m=list';\n document.forms[0].submit() }";
        let send = |form: Option<&str>, field: &str, value: &str, action: Option<&str>| Send {
            form: form.map(str::to_owned),
            fields: vec![(field.into(), value.into())],
            action: action.map(str::to_owned),
        };
        assert_eq!(click(script, "gotoPage(2)").sends, [send(Some("pageForm"), "pageno", "2", None)]);
        assert_eq!(click(script, "go('3');return false").sends, [send(None, "cur", "3", Some("x.do?m=list"))]);
        assert_eq!(
            click("", "document.f.page.value=5;document.f.submit()").sends,
            [send(Some("f"), "page", "5", None)]
        );
    }

    #[test]
    fn what_is_not_known_goes_nowhere() {
        let none = Acts::default();
        let script = "function a(x) { location = x.href } function b() { location.href = base() + 'x.asp' } function c(n) { c(n) } \
                      function d(n) { if (location == 'x.asp') n.value == 'y' }";
        for code in
            ["a(this)", "c(1)", "d(1)", "void(0)", "alert('x.asp')", "history.back()", "a(", "x = ((((((((((1", ")", ""]
        {
            let found = click(script, code);
            assert_eq!((&found.goes, &found.sends), (&none.goes, &none.sends), "{code}");
        }
        assert_eq!(click(script, "b()").goes, Vec::<String>::new());
        assert_eq!(click(script, "turnPage(4)").unknown, [("turnPage".to_owned(), Some(4))]);
        // Functions that call each other end.
        let many = "function f(n) { f(n); f(n); f(n); f(n); f(n); f(n) }";
        click(many, "f(1)");
        // What nobody would write costs no more than what people write.
        click(&"function a(".repeat(100_000), &"a(".repeat(900));
        let mut fuel = 1_000;
        acts(&"a=(".repeat(600), &Functions::default(), &Functions::default(), &mut fuel);
        assert_eq!(fuel, 0);
    }
}
