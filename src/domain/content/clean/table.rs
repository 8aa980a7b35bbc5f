//! Tables that hold figures, and tables that only held a page together.
//!
//! **Invariant:** cells keep their order and their text; a header cell says
//! what it is the head of.

use super::Work;
use super::dom::{Id, Tree};

/// Longest text of a header cell, in characters.
const HEAD: usize = 40;
/// Longest title of a table, in characters.
const TITLE: usize = 80;
/// Most columns or rows that a cell may span.
const WIDEST: usize = 1000;

/// Takes tables apart that only arrange the page.
pub(super) fn unwrap_layout(work: &mut Work<'_>) {
    // From the inside to the outside.
    for table in work.tree.named(work.body, &["table"]).into_iter().rev() {
        let tree = &work.tree;
        let cells = cells(tree, table);
        let nested = tree.inside(table).any(|id| tree.is(id, &["table"]));
        let rows = rows(tree, table).len();
        let border = tree.attribute(table, "border").map(str::trim);
        let heads = cells.iter().any(|cell| tree.is(*cell, &["th"]));
        let presents = tree.attribute(table, "role").is_some_and(|role| matches!(role, "presentation" | "none"));
        let one_column = !heads && rows > 0 && cells.len() == rows;
        // A table that went through here before says nothing of borders, and stays.
        let layout = presents
            || cells.len() == 1
            || (one_column && border == Some("0"))
            || (nested && matches!(border, None | Some("0")) && !heads);
        if layout {
            take_apart(&mut work.tree, table);
        } else if nested {
            // A table inside of a cell cannot be read out in order: its rows become lines of the cell.
            let inner = work.tree.named(table, &["table"]);
            inner.into_iter().rev().for_each(|inner| take_apart(&mut work.tree, inner));
        }
    }
}

fn take_apart(tree: &mut Tree, table: Id) {
    let (rows, cells) = (rows(tree, table), cells(tree, table));
    for part in tree.children_now(table) {
        match tree.name(part) {
            "caption" => tree.rename(part, "div"),
            "col" | "colgroup" => tree.detach(part),
            _ => {}
        }
    }
    cells.into_iter().for_each(|cell| tree.rename(cell, "div"));
    rows.into_iter().for_each(|row| tree.unwrap(row));
    for part in tree.children_now(table) {
        if tree.is(part, &["thead", "tbody", "tfoot"]) {
            tree.unwrap(part);
        }
    }
    for key in ["align", "class", "style"] {
        tree.unset(table, key);
    }
    tree.rename(table, "div");
}

/// Rows of a table, those of tables inside not counted.
fn rows(tree: &Tree, table: Id) -> Vec<Id> {
    let of = |parent: Id| tree.children(parent).filter(|id| tree.is(*id, &["tr"])).collect::<Vec<_>>();
    let sections = tree.children(table).filter(|id| tree.is(*id, &["thead", "tbody", "tfoot"]));
    let mut rows = of(table);
    rows.extend(sections.flat_map(of));
    rows
}

fn cells_of(tree: &Tree, row: Id) -> Vec<Id> {
    tree.children(row).filter(|id| tree.is(*id, &["td", "th"])).collect()
}

fn cells(tree: &Tree, table: Id) -> Vec<Id> {
    rows(tree, table).into_iter().flat_map(|row| cells_of(tree, row)).collect()
}

fn span(tree: &Tree, cell: Id, key: &str) -> usize {
    tree.attribute(cell, key).and_then(|value| value.trim().parse().ok()).unwrap_or(1).clamp(1, WIDEST)
}

fn words(tree: &Tree, id: Id) -> String {
    tree.text(id).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Gives every table of figures its header cells and its title.
pub(super) fn tables(work: &mut Work<'_>) {
    for table in work.tree.named(work.body, &["table"]) {
        for part in work.tree.named(table, &["col", "colgroup"]) {
            work.tree.detach(part);
        }
        for row in rows(&work.tree, table) {
            if cells_of(&work.tree, row).is_empty() {
                work.tree.detach(row);
            }
        }
        drop_blank_end(&mut work.tree, table);
        title(work, table);
        heads(&mut work.tree, table);
        for cell in cells(&work.tree, table) {
            for key in ["colspan", "rowspan"] {
                match span(&work.tree, cell, key) {
                    1 => work.tree.unset(cell, key),
                    more => work.tree.set(cell, key, more.to_string()),
                }
            }
        }
    }
}

/// Spreadsheets hand over empty rows behind the last one.
fn drop_blank_end(tree: &mut Tree, table: Id) {
    let rows = rows(tree, table);
    // A cell that reaches down into them makes them part of it.
    let spans = rows.iter().any(|row| cells_of(tree, *row).into_iter().any(|cell| span(tree, cell, "rowspan") > 1));
    if spans {
        return;
    }
    for row in rows.into_iter().rev() {
        let filled = tree
            .inside(row)
            .any(|id| tree.is(id, &["img"]) || tree.words(id).is_some_and(|words| !words.trim().is_empty()));
        if filled {
            break;
        }
        tree.detach(row);
    }
}

/// 表1 … above a table, or a first row that is one cell, is its caption.
fn title(work: &mut Work<'_>, table: Id) {
    let tree = &mut work.tree;
    if tree.children(table).any(|child| tree.is(child, &["caption"])) {
        return;
    }
    let caption = tree.element("caption");
    let above = tree.before(table).filter(|above| tree.is(*above, &["p"]) && is_title(&words(tree, *above)));
    let rows = rows(tree, table);
    let first = rows.first().map(|row| cells_of(tree, *row)).unwrap_or_default();
    if let Some(above) = above {
        tree.pour(above, caption);
        tree.detach(above);
    } else if let ([cell], true) = (first.as_slice(), rows.len() > 2)
        && span(tree, *cell, "colspan") > 1
        && span(tree, *cell, "colspan") >= width(tree, rows[1])
        && span(tree, *cell, "rowspan") == 1
        && (1..=TITLE).contains(&words(tree, *cell).chars().count())
        && !tree.inside(*cell).any(|id| tree.is(id, &["p", "ul", "ol", "img"]))
    {
        let cell = *cell;
        tree.pour(cell, caption);
        tree.detach(rows[0]);
    } else {
        return;
    }
    tree.prepend(table, caption);
    work.captions += 1;
}

fn width(tree: &Tree, row: Id) -> usize {
    cells_of(tree, row).into_iter().map(|cell| span(tree, cell, "colspan")).sum()
}

/// 表1　各县区任务分解表; 附表2：…; Table 3. …
fn is_title(text: &str) -> bool {
    let rest = ["附表", "表", "Table ", "TABLE "].into_iter().find_map(|head| text.strip_prefix(head));
    let Some(rest) = rest.map(str::trim_start) else { return false };
    let number =
        rest.find(|c: char| !(c.is_ascii_digit() || "一二三四五六七八九十-.－—".contains(c))).unwrap_or(rest.len());
    number > 0 && text.chars().count() <= TITLE && !text.ends_with(['。', '；', '，', ';', ','])
}

/// Marks header cells, where the source has not done it.
fn heads(tree: &mut Tree, table: Id) {
    let rows = rows(tree, table);
    let Some(first) = rows.first().copied() else { return };
    let marked: Vec<Id> = rows.iter().copied().take_while(|row| is_head(tree, *row)).collect();
    let known = rows.iter().any(|row| cells_of(tree, *row).into_iter().any(|cell| tree.is(cell, &["th"])));
    let mut count = marked.len();
    if count == 0 && !known && rows.len() > 1 && looks_like_heads(tree, first) {
        count = cells_of(tree, first).into_iter().map(|cell| span(tree, cell, "rowspan")).max().unwrap_or(1);
    }
    if count >= rows.len() {
        count = 0;
    }
    let corner = cells_of(tree, first).first().copied();
    let crossed = count > 0 && corner.is_some_and(|corner| words(tree, corner).is_empty());
    for (at, row) in rows.iter().enumerate() {
        for (place, cell) in cells_of(tree, *row).into_iter().enumerate() {
            let blank = words(tree, cell).is_empty();
            if at < count {
                tree.rename(cell, if blank { "td" } else { "th" });
                let wide = span(tree, cell, "colspan") > 1 && at + 1 < count;
                tree.set(cell, "scope", if wide { "colgroup" } else { "col" });
            } else if !blank && (tree.is(cell, &["th"]) || (crossed && place == 0)) {
                let scope = tree.attribute(cell, "scope").unwrap_or_default().to_ascii_lowercase();
                let scope = match scope.as_str() {
                    "col" | "colgroup" | "rowgroup" => scope,
                    _ => "row".to_owned(),
                };
                tree.rename(cell, "th");
                tree.set(cell, "scope", scope);
            } else {
                tree.rename(cell, "td");
            }
            if tree.is(cell, &["td"]) {
                tree.unset(cell, "scope");
            }
        }
    }
    sections(tree, table, &rows, count);
}

/// A row of a head: said so by the source.
fn is_head(tree: &Tree, row: Id) -> bool {
    let cells = cells_of(tree, row);
    let all = cells.iter().all(|cell| tree.is(*cell, &["th"]) || words(tree, *cell).is_empty());
    let some = cells.iter().any(|cell| tree.is(*cell, &["th"]));
    let rows = cells.iter().any(|cell| tree.attribute(*cell, "scope").is_some_and(|scope| scope.starts_with("row")));
    tree.parent(row).is_some_and(|above| tree.is(above, &["thead"])) || (all && some && !rows)
}

/// Short words in every cell, no figures: what official tables begin with.
fn looks_like_heads(tree: &Tree, row: Id) -> bool {
    let cells = cells_of(tree, row);
    let mut named = 0;
    for (place, cell) in cells.iter().enumerate() {
        let text = words(tree, *cell);
        let figures = text.chars().all(|c| c.is_ascii_digit() || c.is_ascii_punctuation() || c.is_whitespace());
        let blank = text.is_empty();
        if blank && place == 0 {
            continue;
        }
        let year = text.len() == 4 && text.parse().is_ok_and(|year: u32| (1900..=2100).contains(&year));
        if blank
            || (figures && !year)
            || text.chars().count() > HEAD
            || tree.inside(*cell).any(|id| tree.is(id, &["img"]))
        {
            return false;
        }
        named += 1;
    }
    named > 1 || (named == 1 && cells.len() == 2)
}

/// Head, body and foot: rows stand in the section that they belong to.
fn sections(tree: &mut Tree, table: Id, rows: &[Id], count: usize) {
    let foot: Vec<Id> = tree.children(table).filter(|id| tree.is(*id, &["tfoot"])).collect();
    let in_foot = |tree: &Tree, row: Id| tree.parent(row).is_some_and(|above| foot.contains(&above));
    let (head, body) = (tree.element("thead"), tree.element("tbody"));
    let (mut heads, mut others): (Vec<Id>, Vec<Id>) = (Vec::new(), Vec::new());
    for (at, row) in rows.iter().enumerate() {
        if at < count {
            heads.push(*row);
        } else if !in_foot(tree, *row) {
            others.push(*row);
        }
    }
    for (section, rows) in [(head, heads), (body, others)] {
        for row in &rows {
            tree.append(section, *row);
        }
        if !rows.is_empty() {
            tree.append(table, section);
        }
    }
    for section in tree.children_now(table) {
        if tree.is(section, &["thead", "tbody", "tfoot"]) && tree.first(section).is_none() {
            tree.detach(section);
        } else if foot.contains(&section) {
            tree.append(table, section);
        }
    }
    for blank in tree.children_now(table) {
        if tree.words(blank).is_some() {
            tree.detach(blank);
        }
    }
}
