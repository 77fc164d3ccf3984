//! The parser of statements. It accepts any tokens, since SQLite reports what is wrong with a
//! statement: clauses are split at keywords, parts at commas, expressions by the precedence
//! of operators, and what is left over is an expression of its own.

use std::ops::Range;

use super::lex;
use super::text::Text;
use super::tree::{Block, Call, Clause, Expression, Keyword, Kind, Operator, Part};

/// The depth limit for expressions, so that no statement overflows the stack.
const DEEPEST: usize = 200;

/// The words of a join, which are keywords there, and names elsewhere.
const JOINS: &[&str] = &["NATURAL", "LEFT", "RIGHT", "FULL", "INNER", "CROSS", "JOIN"];

/// The tree of a statement, or of several in a row.
pub(super) fn parse(text: &Text<'_>) -> Block {
    block(text, 0..text.len(), 0)
}

fn block(text: &Text<'_>, range: Range<usize>, depth: usize) -> Block {
    let mut clauses = Vec::new();
    let (mut keyword, mut start, mut is_from) = (None, range.start, false);
    let mut at = range.start;
    while at < range.end {
        if let Some(next) = self::keyword(text, at, is_from) {
            if at > start {
                clauses.push(clause(text, keyword, start..at, depth));
            }
            is_from = match next {
                Keyword::From => true,
                Keyword::Join | Keyword::On | Keyword::Using => is_from,
                _ => false,
            };
            (keyword, start) = (Some(next), at);
        }
        at = after(text, at);
    }
    if range.end > start {
        clauses.push(clause(text, keyword, start..range.end, depth));
    }
    Block { range, clauses }
}

/// The end of the token there, or of the parentheses that it opens.
fn after(text: &Text<'_>, at: usize) -> usize {
    match text.is(at, "(") {
        true => text.close(at) + 1,
        false => at + 1,
    }
}

/// The clause that begins there.
pub(super) fn keyword(text: &Text<'_>, at: usize, is_from: bool) -> Option<Keyword> {
    const KEYWORDS: &[(&str, Keyword)] = &[
        ("SELECT", Keyword::Select),
        ("VALUES", Keyword::Values),
        ("FROM", Keyword::From),
        ("ON", Keyword::On),
        ("SET", Keyword::Set),
        ("WHERE", Keyword::Where),
        ("HAVING", Keyword::Having),
        ("GROUP", Keyword::Group),
        ("ORDER", Keyword::Order),
        ("WINDOW", Keyword::Window),
        ("LIMIT", Keyword::Limit),
        ("RETURNING", Keyword::Returning),
        ("UNION", Keyword::Compound),
        ("EXCEPT", Keyword::Compound),
        ("INTERSECT", Keyword::Compound),
        (";", Keyword::End),
    ];
    if is_from && text.is_any(at, JOINS) {
        return Some(Keyword::Join);
    }
    if is_from && text.is(at, "USING") {
        return Some(Keyword::Using);
    }
    if text.is(at, "PARTITION") && text.is(at + 1, "BY") {
        return Some(Keyword::Partition);
    }
    let found = KEYWORDS.iter().find(|(word, _)| text.is(at, word));
    let (_, found) = found?;
    let is_distinct_from = *found == Keyword::From && text.is(at.wrapping_sub(1), "DISTINCT");
    (!is_distinct_from).then_some(*found)
}

fn clause(text: &Text<'_>, keyword: Option<Keyword>, range: Range<usize>, depth: usize) -> Clause {
    let start = range.start + usize::from(keyword.is_some());
    let skipped: &[&str] = match keyword {
        Some(Keyword::Select) => &["DISTINCT", "ALL"],
        Some(Keyword::Group | Keyword::Order | Keyword::Partition) => &["BY"],
        _ => &[],
    };
    let start = start + usize::from(text.is_any(start, skipped));
    let parts = text
        .split_columns(start.min(range.end)..range.end)
        .into_iter();
    Clause {
        keyword,
        parts: parts.map(|range| part(text, range, depth)).collect(),
        range,
    }
}

fn part(text: &Text<'_>, mut range: Range<usize>, depth: usize) -> Part {
    let mut annotation = None;
    if let Some(colon) = text.find(range.clone(), &[":"]) {
        annotation = Some(colon..range.end);
        range.end = colon;
    }
    let mut parser = Parser {
        text,
        at: range.start,
        end: range.end,
        depth,
    };
    Part {
        expressions: parser.all(),
        range,
        annotation,
    }
}

/// Parses the expressions from `at` to `end`, by the precedence of operators.
struct Parser<'a> {
    text: &'a Text<'a>,
    at: usize,
    end: usize,
    depth: usize,
}

/// The precedence of an operator:
/// <https://sqlite.org/lang_expr.html#operators_and_parse_affecting_attributes>
type Power = u8;

const NOT: Power = 3;
const COMPARISON: Power = 4;
const SIGN: Power = 11;

impl Parser<'_> {
    fn is(&self, word: &str) -> bool {
        self.at < self.end && self.text.is(self.at, word)
    }

    /// Several in a row, up to the end.
    fn all(&mut self) -> Vec<Expression> {
        let mut all = Vec::new();
        while self.at < self.end {
            all.push(self.expression(0));
        }
        all
    }

    /// The expression with operators of at least that precedence.
    fn expression(&mut self, least: Power) -> Expression {
        self.depth += 1;
        let mut left = self.operand();
        while let Some((operator, words, power)) = self.operator()
            && power >= least
            && left.height < DEEPEST
        {
            self.at = (self.at + words).min(self.end);
            left = self.operation(left, operator, power);
        }
        self.depth -= 1;
        left
    }

    /// The operation on what is to the left of its operator. A chain of one operator is one
    /// operation, so that the tree of a long chain is not deep.
    fn operation(&mut self, left: Expression, operator: Operator, power: Power) -> Expression {
        let start = left.range.start;
        let mut operands = match left.kind {
            Kind::Operation(of, operands) if of == operator && is_chain(operator) => operands,
            _ => vec![left],
        };
        match operator {
            Operator::Test if self.is_after_test() => {}
            Operator::Between => {
                operands.push(self.expression(power + 1));
                if self.is("AND") {
                    self.at += 1;
                    operands.push(self.expression(power + 1));
                }
            }
            _ => operands.push(self.expression(power + 1)),
        }
        Expression::new(start..self.at, Kind::Operation(operator, operands))
    }

    /// Whether the test that was just read has no right-hand side: `ISNULL`.
    fn is_after_test(&self) -> bool {
        self.text
            .is_any(self.at - 1, &["ISNULL", "NOTNULL", "NULL"])
    }

    /// The operator there, how many words it has, and its precedence.
    fn operator(&self) -> Option<(Operator, usize, Power)> {
        let (text, at) = (self.text, self.at);
        if at >= self.end {
            return None;
        }
        let not = usize::from(text.is(at, "NOT"));
        let is = |words: &[&str]| text.is_any(at, words);
        let is_after_not = |words: &[&str]| text.is_any(at + not, words);
        Some(match () {
            () if is(&["OR"]) => (Operator::Or, 1, 1),
            () if is(&["AND"]) => (Operator::And, 1, 2),
            () if is(&["IS"]) => {
                let words = 1 + usize::from(text.is(at + 1, "NOT"));
                match text.is(at + words, "DISTINCT") && text.is(at + words + 1, "FROM") {
                    true => (Operator::Test, words + 2, COMPARISON),
                    false => (Operator::Compare, words, COMPARISON),
                }
            }
            () if is_after_not(&["IN"]) => (Operator::In, 1 + not, COMPARISON),
            () if is_after_not(&["BETWEEN"]) => (Operator::Between, 1 + not, COMPARISON),
            () if is(&["=", "==", "<>", "!=", "LIKE", "GLOB"]) => {
                (Operator::Compare, 1, COMPARISON)
            }
            () if is_after_not(&["LIKE", "GLOB", "MATCH", "REGEXP"]) => {
                (Operator::Test, 1 + not, COMPARISON)
            }
            () if is(&["ISNULL", "NOTNULL", "ESCAPE"]) => (Operator::Test, 1, COMPARISON),
            () if not == 1 && is_after_not(&["NULL"]) => (Operator::Test, 2, COMPARISON),
            () if is(&["<", "<=", ">", ">="]) => (Operator::Compare, 1, 5),
            () if is(&["&", "|", "<<", ">>"]) => (Operator::Arithmetic, 1, 6),
            () if is(&["+", "-"]) => (Operator::Arithmetic, 1, 7),
            () if is(&["*", "/", "%"]) => (Operator::Arithmetic, 1, 8),
            () if is(&["||", "->", "->>"]) => (Operator::Arithmetic, 1, 9),
            () if is(&["COLLATE"]) => (Operator::Collate, 1, 10),
            () => return None,
        })
    }

    /// An operand; it has at least one token if there is one.
    fn operand(&mut self) -> Expression {
        let start = self.at;
        let kind = self.kind();
        self.at = self.at.clamp(start, self.end);
        Expression::new(start..self.at, kind)
    }

    fn kind(&mut self) -> Kind {
        let (text, at) = (self.text, self.at);
        let token = text.tokens.get(at).filter(|_| at < self.end);
        let Some(token) = token.filter(|_| self.depth < DEEPEST) else {
            self.at += 1;
            return Kind::Other;
        };
        if self.is("(") {
            return Kind::Group(self.group());
        }
        self.at += 1;
        match token.kind {
            lex::Kind::Capture => Kind::Capture,
            lex::Kind::Literal => Kind::Literal,
            _ if text.is(at, "NOT") => Kind::Operation(Operator::Not, vec![self.expression(NOT)]),
            _ if text.is(at, "CASE") => Kind::Operation(Operator::Case, self.case()),
            _ if text.is_any(at, &["-", "+", "~"]) => {
                Kind::Operation(Operator::Sign, vec![self.expression(SIGN)])
            }
            _ if text.is_any(at, &["TRUE", "FALSE"]) => Kind::Literal,
            _ if text.is(at, "*") => Kind::Star,
            lex::Kind::Symbol => Kind::Other,
            lex::Kind::Word | lex::Kind::Quoted if self.is("(") => Kind::Call(self.call()),
            lex::Kind::Word | lex::Kind::Quoted => self.name(),
        }
    }

    /// The rest of a name with parts.
    fn name(&mut self) -> Kind {
        while self.is(".") {
            self.at += 2;
            if self.text.is(self.at - 1, "*") {
                return Kind::Star;
            }
        }
        Kind::Name
    }

    /// The block in the parentheses that open here.
    fn group(&mut self) -> Block {
        let (open, close) = (self.at, self.text.close(self.at).min(self.end));
        self.at = close + 1;
        block(self.text, open + 1..close, self.depth)
    }

    fn call(&mut self) -> Call {
        let mut blocks = vec![self.group()];
        if self.is("FILTER") && self.text.is(self.at + 1, "(") {
            self.at += 1;
            blocks.push(self.group());
        }
        let is_window = self.is("OVER");
        if is_window {
            self.at += 1;
            match self.is("(") {
                true => blocks.push(self.group()),
                false => self.at += 1, // the name of a window
            }
        }
        Call { blocks, is_window }
    }

    /// The expressions up to the `END` of a `CASE`.
    fn case(&mut self) -> Vec<Expression> {
        let mut all = Vec::new();
        while self.at < self.end {
            if self.is("END") {
                self.at += 1;
                break;
            }
            match self.text.is_any(self.at, &["WHEN", "THEN", "ELSE"]) {
                true => self.at += 1,
                false => all.push(self.expression(0)),
            }
        }
        all
    }
}

/// Whether the operands of several such operators in a row are equivalent.
fn is_chain(operator: Operator) -> bool {
    use Operator::{And, Arithmetic, Collate, Compare, Or};
    matches!(operator, And | Or | Compare | Arithmetic | Collate)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tree of expressions in parentheses, operators first.
    fn shape(text: &Text<'_>, expression: &Expression) -> String {
        let block = |block: &Block| {
            let clauses = block
                .clauses
                .iter()
                .map(|clause| clause_shape(text, clause));
            format!("[{}]", clauses.collect::<Vec<_>>().join("; "))
        };
        match &expression.kind {
            Kind::Operation(operator, operands) => {
                let operands = operands.iter().map(|operand| shape(text, operand));
                format!("({operator:?} {})", operands.collect::<Vec<_>>().join(" "))
            }
            Kind::Group(group) => block(group),
            Kind::Call(call) => {
                let blocks = call.blocks.iter().map(block);
                text.get(expression.range.start).to_owned() + &blocks.collect::<String>()
            }
            _ if expression.range.is_empty() => String::new(),
            _ => text.source[text.place(&expression.range)].to_owned(),
        }
    }

    fn clause_shape(text: &Text<'_>, clause: &Clause) -> String {
        let part = |part: &Part| {
            let all = part.expressions.iter().map(|one| shape(text, one));
            all.collect::<Vec<_>>().join(" ")
        };
        let parts = clause.parts.iter().map(part).collect::<Vec<_>>().join(", ");
        match clause.keyword {
            Some(keyword) => format!("{keyword:?} {parts}"),
            None => parts,
        }
    }

    fn parsed(source: &str) -> String {
        let text = Text::new(source).unwrap();
        let tree = parse(&text);
        let clauses = tree.clauses.iter();
        let clauses = clauses.map(|clause| clause_shape(&text, clause));
        clauses.collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn operators_bind_by_precedence() {
        for (source, tree) in [
            (
                "a = 1 AND b + 2 * c < 3 OR NOT d",
                "(Or (And (Compare a 1) (Compare (Arithmetic b (Arithmetic 2 c)) 3)) (Not d))",
            ),
            ("a NOT IN ({x}, 1) AND b", "(And (In a [{x}, 1]) b)"),
            ("a BETWEEN 1 AND 2 AND b", "(And (Between a 1 2) b)"),
            (
                "a IS NOT NULL AND b ISNULL",
                "(And (Compare a NULL) (Test b))",
            ),
            ("a IS NOT DISTINCT FROM {x}", "(Test a {x})"),
            ("a LIKE {x} ESCAPE '!'", "(Test (Compare a {x}) '!')"),
            ("-a || b COLLATE c", "(Arithmetic (Sign a) (Collate b c))"),
            (
                "CASE a WHEN 1 THEN b ELSE c END + 1",
                "(Arithmetic (Case a 1 b c) 1)",
            ),
            (
                "f(DISTINCT a, *) FILTER (WHERE b) OVER (ORDER BY c)",
                "f[DISTINCT a, *][Where b][Order c]",
            ),
        ] {
            assert_eq!(parsed(source), tree, "{source}");
        }
    }

    #[test]
    fn clauses_are_cut_at_keywords() {
        for (source, tree) in [
            (
                "SELECT DISTINCT a x, t.* FROM t LEFT JOIN u USING (id), v WHERE a IN (SELECT b FROM w)",
                "Select a x, t.*; From t; Join ; Join u; Using [id], v; Where (In a [Select b; From w])",
            ),
            (
                "INSERT INTO t (a) VALUES (1), ({x}) ON CONFLICT DO UPDATE SET a = 2 RETURNING *",
                "INSERT INTO t[a]; Values [1], [{x}]; On CONFLICT DO UPDATE; Set (Compare a 2); Returning *",
            ),
            (
                "SELECT left FROM t UNION ALL VALUES (1)",
                "Select left; From t; Compound ALL; Values [1]",
            ),
        ] {
            assert_eq!(parsed(source), tree, "{source}");
        }
    }

    #[test]
    fn what_is_no_sql_is_parsed_all_the_same() {
        let tree = "Select (Sign ), ; From = AS; Where (Compare AND )";
        assert_eq!(parsed("SELECT +, FROM = AS WHERE AND ="), tree);
    }
}
