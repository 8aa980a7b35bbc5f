//! A table while it is read.

/// A cell.
#[derive(Debug, Clone, Default)]
pub(super) struct Cell {
    pub html: String,
    pub columns: usize,
    /// Goes on with the cell above.
    pub continues: bool,
    /// Cells below may go on with it.
    pub begins: bool,
}

/// A row.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    pub cells: Vec<Cell>,
    /// Repeated at the head of each page.
    pub head: bool,
    /// Columns that are left out before the first cell.
    pub skipped: usize,
}

/// A table.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    pub rows: Vec<Row>,
    pub caption: String,
}

/// Widest row that is read.
const WIDEST: usize = 1000;

impl Table {
    pub fn into_html(mut self) -> String {
        for row in &mut self.rows {
            if row.skipped > 0 {
                row.cells.insert(0, Cell { columns: row.skipped.min(WIDEST), ..Cell::default() });
            }
        }
        let spans = self.join();
        let mut out = String::from("<table border=\"1\">");
        if !self.caption.is_empty() {
            out.push_str(&format!("<caption>{}</caption>", super::paragraph::escape(&self.caption)));
        }
        let heads = self.rows.iter().take_while(|row| row.head).count();
        let heads = if heads < self.rows.len() { heads } else { 0 };
        for (at, row) in self.rows.iter().enumerate() {
            if at == 0 && heads > 0 {
                out.push_str("<thead>");
            }
            out.push_str("<tr>");
            for (place, cell) in row.cells.iter().enumerate() {
                if cell.continues {
                    continue;
                }
                let tag = if at < heads { "th" } else { "td" };
                out.push_str(&format!("<{tag}"));
                if cell.columns > 1 {
                    out.push_str(&format!(" colspan=\"{}\"", cell.columns));
                }
                if spans[at][place] > 1 {
                    out.push_str(&format!(" rowspan=\"{}\"", spans[at][place]));
                }
                out.push_str(&format!(">{}</{tag}>", cell.html));
            }
            out.push_str("</tr>");
            if heads > 0 && at + 1 == heads {
                out.push_str("</thead><tbody>");
            }
        }
        if heads > 0 {
            out.push_str("</tbody>");
        }
        out.push_str("</table>\n");
        out
    }

    /// Rows that each cell spans. A cell that goes on with nothing is a cell of its own; text that hides in one that
    /// goes on is added to the first.
    fn join(&mut self) -> Vec<Vec<usize>> {
        let mut spans: Vec<Vec<usize>> = self.rows.iter().map(|row| vec![1; row.cells.len()]).collect();
        // The cell that begins in a column: its row and place.
        let mut open: std::collections::HashMap<usize, (usize, usize)> = std::collections::HashMap::new();
        for at in 0..self.rows.len() {
            let mut column = 0;
            for place in 0..self.rows[at].cells.len() {
                let cell = &mut self.rows[at].cells[place];
                cell.columns = cell.columns.clamp(1, WIDEST);
                let width = cell.columns;
                let above = open.get(&column).copied().filter(|_| cell.continues);
                match above {
                    Some((row, above)) => {
                        let html = std::mem::take(&mut cell.html);
                        spans[row][above] += 1;
                        if html.contains("<img") || !super::super::plain_text(&html).is_empty() {
                            self.rows[row].cells[above].html.push_str(&html);
                        }
                    }
                    None => {
                        cell.continues = false;
                        if cell.begins {
                            open.insert(column, (at, place));
                        } else {
                            open.remove(&column);
                        }
                    }
                }
                column += width;
            }
        }
        spans
    }
}
