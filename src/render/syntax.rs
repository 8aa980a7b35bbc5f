//! What a template names: other templates, blocks, texts, files, variables.
//!
//! **Invariant:** the only file that uses the parser of the template language
//! itself, which may change between its releases (Cargo.toml holds it).

use std::collections::BTreeSet;

use minijinja::Error;
use minijinja::machinery::ast::{Call, CallArg, Expr, Macro, Stmt};
use minijinja::machinery::parse;

/// A name with the line (from 1) that it stands in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    /// The name.
    pub name: String,
    /// Line from 1.
    pub line: usize,
}

/// A use of `t("key", name=value)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextUse {
    /// The key.
    pub key: Named,
    /// Names of the arguments; `None` where they cannot be told.
    pub arguments: Option<BTreeSet<String>>,
}

/// What one template names.
#[derive(Debug, Default)]
pub struct Scan {
    /// The template that it extends.
    pub extends: Option<Named>,
    /// Templates that it includes or imports and that must exist.
    pub includes: Vec<Named>,
    /// Templates that it includes if they exist.
    pub optional: Vec<Named>,
    /// True where a template's name is worked out while rendering.
    pub computed: bool,
    /// Blocks that stand in no other block.
    pub outer_blocks: Vec<Named>,
    /// Blocks that stand in another.
    pub inner_blocks: Vec<Named>,
    /// Texts.
    pub texts: Vec<TextUse>,
    /// Static files, `asset("…")`.
    pub assets: Vec<Named>,
    /// Filters.
    pub filters: Vec<Named>,
    /// Tests, `is …`.
    pub tests: Vec<Named>,
    /// Variables and functions.
    pub variables: Vec<Named>,
    /// Fields with dots, from the variable on: `site.foot.icp`.
    pub paths: Vec<Named>,
    /// Names that the template gives to something itself.
    pub bound: BTreeSet<String>,
}

impl Scan {
    /// Reads a template.
    pub fn new(name: &str, source: &str) -> Result<Scan, Error> {
        let template = parse(source, name, Default::default())?;
        let mut scan = Scan::default();
        scan.statement(&template, 0);
        Ok(scan)
    }

    /// Names of all its blocks.
    pub fn blocks(&self) -> impl Iterator<Item = &str> {
        self.outer_blocks.iter().chain(&self.inner_blocks).map(|block| block.name.as_str())
    }

    fn statements(&mut self, statements: &[Stmt<'_>], depth: usize) {
        for statement in statements {
            self.statement(statement, depth);
        }
    }

    /// `depth` counts the blocks around the statement.
    fn statement(&mut self, statement: &Stmt<'_>, depth: usize) {
        match statement {
            Stmt::Template(template) => self.statements(&template.children, depth),
            Stmt::EmitExpr(emit) => self.expression(&emit.expr),
            Stmt::EmitRaw(_) | Stmt::Continue(_) | Stmt::Break(_) => {}
            Stmt::ForLoop(each) => {
                self.bind(&each.target);
                self.expression(&each.iter);
                self.optional_expression(each.filter_expr.as_ref());
                self.statements(&each.body, depth);
                self.statements(&each.else_body, depth);
            }
            Stmt::IfCond(condition) => {
                self.expression(&condition.expr);
                self.statements(&condition.true_body, depth);
                self.statements(&condition.false_body, depth);
            }
            Stmt::WithBlock(with) => {
                for (target, value) in &with.assignments {
                    self.bind(target);
                    self.expression(value);
                }
                self.statements(&with.body, depth);
            }
            Stmt::Set(set) => {
                self.bind(&set.target);
                self.expression(&set.expr);
            }
            Stmt::SetBlock(set) => {
                self.bind(&set.target);
                self.optional_expression(set.filter.as_ref());
                self.statements(&set.body, depth);
            }
            Stmt::AutoEscape(escape) => {
                self.expression(&escape.enabled);
                self.statements(&escape.body, depth);
            }
            Stmt::FilterBlock(block) => {
                self.expression(&block.filter);
                self.statements(&block.body, depth);
            }
            Stmt::Block(block) => {
                let named = Named { name: block.name.to_owned(), line: block.span().start_line.into() };
                match depth {
                    0 => self.outer_blocks.push(named),
                    _ => self.inner_blocks.push(named),
                }
                self.statements(&block.body, depth + 1);
            }
            Stmt::Extends(extends) => match constant(&extends.name) {
                Some(named) => self.extends = Some(named),
                None => self.computed = true,
            },
            Stmt::Include(include) => self.include(&include.name, include.ignore_missing),
            Stmt::Import(import) => {
                self.include(&import.expr, false);
                self.bind(&import.name);
            }
            Stmt::FromImport(import) => {
                self.include(&import.expr, false);
                for (name, alias) in &import.names {
                    self.bind(alias.as_ref().unwrap_or(name));
                }
            }
            Stmt::Macro(declared) => self.declare(declared, depth),
            Stmt::CallBlock(block) => {
                self.call(&block.call);
                self.declare(&block.macro_decl, depth);
            }
            Stmt::Do(call) => self.call(&call.call),
        }
    }

    fn declare(&mut self, declared: &Macro<'_>, depth: usize) {
        self.bound.insert(declared.name.to_owned());
        for argument in &declared.args {
            self.bind(argument);
        }
        for default in &declared.defaults {
            self.expression(default);
        }
        self.statements(&declared.body, depth);
    }

    fn include(&mut self, name: &Expr<'_>, optional: bool) {
        let names = match name {
            Expr::List(list) => list.items.iter().map(constant).collect(),
            name => vec![constant(name)],
        };
        // Of a list the first that exists is taken, so none of them must exist.
        let optional = optional || names.len() > 1;
        for name in names {
            match name {
                Some(named) if optional => self.optional.push(named),
                Some(named) => self.includes.push(named),
                None => self.computed = true,
            }
        }
    }

    fn bind(&mut self, target: &Expr<'_>) {
        match target {
            Expr::Var(variable) => {
                self.bound.insert(variable.id.to_owned());
            }
            Expr::List(list) => list.items.iter().for_each(|item| self.bind(item)),
            Expr::Tuple(tuple) => tuple.items.iter().for_each(|item| self.bind(item)),
            other => self.expression(other),
        }
    }

    fn optional_expression(&mut self, expression: Option<&Expr<'_>>) {
        if let Some(expression) = expression {
            self.expression(expression);
        }
    }

    fn expression(&mut self, expression: &Expr<'_>) {
        let line = usize::from(expression.span().start_line);
        let named = |name: &str| Named { name: name.to_owned(), line };
        match expression {
            Expr::Var(variable) => self.variables.push(named(variable.id)),
            Expr::Const(_) => {}
            Expr::Slice(slice) => {
                self.expression(&slice.expr);
                for part in [&slice.start, &slice.stop, &slice.step] {
                    self.optional_expression(part.as_ref());
                }
            }
            Expr::UnaryOp(operation) => self.expression(&operation.expr),
            Expr::BinOp(operation) => {
                self.expression(&operation.left);
                self.expression(&operation.right);
            }
            Expr::Compare(compare) => {
                self.expression(&compare.expr);
                compare.ops.iter().for_each(|operation| self.expression(&operation.expr));
            }
            Expr::IfExpr(condition) => {
                self.expression(&condition.test_expr);
                self.expression(&condition.true_expr);
                self.optional_expression(condition.false_expr.as_ref());
            }
            Expr::Filter(filter) => {
                self.filters.push(named(filter.name));
                self.optional_expression(filter.expr.as_ref());
                self.arguments(&filter.args);
            }
            Expr::Test(test) => {
                self.tests.push(named(test.name));
                self.expression(&test.expr);
                self.arguments(&test.args);
            }
            Expr::GetAttr(field) => {
                if let Some(path) = path(expression) {
                    self.paths.push(named(&path));
                }
                self.expression(&field.expr);
            }
            Expr::GetItem(item) => {
                self.expression(&item.expr);
                self.expression(&item.subscript_expr);
            }
            Expr::Call(call) => self.call(call),
            Expr::List(list) => list.items.iter().for_each(|item| self.expression(item)),
            Expr::Tuple(tuple) => tuple.items.iter().for_each(|item| self.expression(item)),
            Expr::Map(map) => {
                map.keys.iter().chain(&map.values).for_each(|item| self.expression(item));
            }
        }
    }

    fn call(&mut self, call: &Call<'_>) {
        if let Expr::Var(function) = &call.expr {
            let first = call.args.iter().find_map(|argument| match argument {
                CallArg::Pos(value) => Some(value),
                _ => None,
            });
            match (function.id, first.and_then(constant)) {
                ("t", Some(key)) => self.texts.push(TextUse { key, arguments: argument_names(&call.args) }),
                ("asset", Some(file)) => self.assets.push(file),
                _ => {}
            }
        }
        // A method is no field: of `a.b.c()` only `a.b` is looked at.
        match &call.expr {
            Expr::GetAttr(method) => self.expression(&method.expr),
            other => self.expression(other),
        }
        self.arguments(&call.args);
    }

    fn arguments(&mut self, arguments: &[CallArg<'_>]) {
        for argument in arguments {
            match argument {
                CallArg::Pos(value)
                | CallArg::Kwarg(_, value)
                | CallArg::PosSplat(value)
                | CallArg::KwargSplat(value) => self.expression(value),
            }
        }
    }
}

fn constant(expression: &Expr<'_>) -> Option<Named> {
    match expression {
        Expr::Const(constant) => {
            let line = usize::from(constant.span().start_line);
            constant.value.as_str().map(|name| Named { name: name.to_owned(), line })
        }
        _ => None,
    }
}

fn argument_names(arguments: &[CallArg<'_>]) -> Option<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for argument in arguments {
        match argument {
            CallArg::Kwarg(name, _) => {
                names.insert((*name).to_owned());
            }
            CallArg::Pos(_) => {}
            CallArg::PosSplat(_) | CallArg::KwargSplat(_) => return None,
        }
    }
    Some(names)
}

/// `a.b.c` for such an expression.
fn path(expression: &Expr<'_>) -> Option<String> {
    match expression {
        Expr::Var(variable) => Some(variable.id.to_owned()),
        Expr::GetAttr(field) => Some(format!("{}.{}", path(&field.expr)?, field.name)),
        _ => None,
    }
}
