//! A statement as a tree: blocks of clauses, clauses of parts, parts of expressions.
//!
//! It covers as much of the grammar as the types of rows and captures depend on. Joins, for
//! example, are ordinary clauses, which `sources.rs` reads.

use std::ops::Range;

/// The content of a pair of parentheses, or the whole statement.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) range: Range<usize>,
    pub(super) clauses: Vec<Clause>,
}

/// A keyword, and what follows it up to the next one.
#[derive(Debug)]
pub(super) struct Clause {
    /// What kind of clause it is, by its keyword; none where a block begins without one.
    pub(super) keyword: Option<Keyword>,
    /// The tokens, with the keyword.
    pub(super) range: Range<usize>,
    /// The parts between commas.
    pub(super) parts: Vec<Part>,
}

/// The keywords that begin a clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keyword {
    Select,
    Values,
    From,
    /// `JOIN`, and the words before it: `NATURAL`, `LEFT` and so on.
    Join,
    On,
    Using,
    Set,
    Where,
    Having,
    /// `GROUP BY`
    Group,
    /// `ORDER BY`
    Order,
    /// `PARTITION BY`
    Partition,
    Window,
    Limit,
    Returning,
    /// `UNION`, `EXCEPT` or `INTERSECT`
    Compound,
    /// `;`
    End,
}

/// An expression with anything that follows, such as its name.
#[derive(Debug)]
pub(super) struct Part {
    /// All tokens except those of the annotation.
    pub(super) range: Range<usize>,
    /// The expression; several if other words follow.
    pub(super) expressions: Vec<Expression>,
    /// The tokens of `: Type` after it.
    pub(super) annotation: Option<Range<usize>>,
}

#[derive(Debug)]
pub(super) struct Expression {
    pub(super) range: Range<usize>,
    pub(super) kind: Kind,
    /// The depth of the tree below it, itself included.
    pub(super) height: usize,
}

#[derive(Debug)]
pub(super) enum Kind {
    /// `name`, `table.name` or `schema.table.name`
    Name,
    /// `*` or `table.*`
    Star,
    Literal,
    Capture,
    /// What is in parentheses: an expression, a list or a query.
    Group(Block),
    Call(Call),
    Operation(Operator, Vec<Expression>),
    /// A token that is none of these.
    Other,
}

/// `name(arguments) FILTER (..) OVER (..)`
#[derive(Debug)]
pub(super) struct Call {
    /// The arguments, and the content of the parentheses after them.
    pub(super) blocks: Vec<Block>,
    /// Whether there is an `OVER`.
    pub(super) is_window: bool,
}

/// The kinds of operators, as far as they matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    And,
    Or,
    Not,
    /// Both sides are values of one kind: `=`, `<`, `IS`, `LIKE`, …
    Compare,
    In,
    Between,
    /// Makes a new value: `+`, `||`, `->`, …
    Arithmetic,
    Sign,
    Collate,
    Case,
    /// Any other test: `ISNULL`, `MATCH`, `NOT LIKE`, …
    Test,
}

impl Block {
    /// Whether it is a query, rather than a list of expressions.
    pub(super) fn is_query(&self) -> bool {
        let first = self.clauses.iter().find_map(|clause| clause.keyword);
        matches!(first, Some(Keyword::Select | Keyword::Values))
    }

    /// The expressions in a list without keywords.
    pub(super) fn list(&self) -> &[Part] {
        match &self.clauses[..] {
            [clause] if clause.keyword.is_none() => &clause.parts,
            _ => &[],
        }
    }

    /// Visits the block, and the blocks in it.
    pub(super) fn visit<'a>(&'a self, visit: &mut dyn FnMut(&'a Self)) {
        visit(self);
        for expression in self.clauses.iter().flat_map(Clause::expressions) {
            expression.visit_blocks(visit);
        }
    }
}

impl Clause {
    pub(super) fn is(&self, keyword: Keyword) -> bool {
        self.keyword == Some(keyword)
    }

    fn expressions(&self) -> impl Iterator<Item = &Expression> {
        self.parts.iter().flat_map(|part| &part.expressions)
    }

    /// Visits each expression, and those in it; enters a block in it if `enters` returns true.
    pub(super) fn visit<'a>(
        &'a self,
        enters: fn(&Block) -> bool,
        visit: &mut dyn FnMut(&'a Expression),
    ) {
        for expression in self.expressions() {
            expression.visit(enters, visit);
        }
    }
}

impl Part {
    /// The expression, if it is the only one.
    pub(super) fn alone(&self) -> Option<&Expression> {
        match &self.expressions[..] {
            [one] => Some(one),
            _ => None,
        }
    }

    /// The token of the capture, if there is nothing else.
    pub(super) fn capture(&self) -> Option<usize> {
        self.alone()?.capture()
    }

    /// The list in parentheses that it is.
    pub(super) fn list(&self) -> &[Self] {
        self.alone().map_or(&[], Expression::list)
    }

    /// Whether it is `*` or `table.*`.
    pub(super) fn is_star(&self) -> bool {
        self.alone()
            .is_some_and(|one| matches!(one.kind, Kind::Star))
    }
}

impl Expression {
    pub(super) fn new(range: Range<usize>, kind: Kind) -> Self {
        let mut new = Self {
            range,
            kind,
            height: 0,
        };
        let inner = new.blocks().iter().flat_map(|block| &block.clauses);
        let inner = inner.flat_map(Clause::expressions).chain(new.operands());
        new.height = 1 + inner.map(|inner| inner.height).max().unwrap_or_default();
        new
    }

    /// The token of the capture that it is.
    pub(super) fn capture(&self) -> Option<usize> {
        matches!(self.kind, Kind::Capture).then_some(self.range.start)
    }

    /// The list in parentheses that it is.
    pub(super) fn list(&self) -> &[Part] {
        match &self.kind {
            Kind::Group(block) => block.list(),
            _ => &[],
        }
    }

    fn operands(&self) -> &[Self] {
        match &self.kind {
            Kind::Operation(_, operands) => operands,
            _ => &[],
        }
    }

    fn blocks(&self) -> &[Block] {
        match &self.kind {
            Kind::Group(block) => std::slice::from_ref(block),
            Kind::Call(call) => &call.blocks,
            _ => &[],
        }
    }

    fn visit_blocks<'a>(&'a self, visit: &mut dyn FnMut(&'a Block)) {
        self.blocks().iter().for_each(|block| block.visit(visit));
        let operands = self.operands().iter();
        operands.for_each(|operand| operand.visit_blocks(visit));
    }

    fn visit<'a>(&'a self, enters: fn(&Block) -> bool, visit: &mut dyn FnMut(&'a Self)) {
        visit(self);
        for operand in self.operands() {
            operand.visit(enters, visit);
        }
        for block in self.blocks().iter().filter(|block| enters(block)) {
            for clause in &block.clauses {
                clause.visit(enters, visit);
            }
        }
    }
}
