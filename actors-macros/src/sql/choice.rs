//! Parts of a statement that are chosen at run time, among alternatives that are checked at
//! compile time: `order = match order { Order::Name => "name", … }`.

use std::ops::Range;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Block, Expr, ExprLit, Ident, Lit, LitStr, Stmt, Token, parse_quote_spanned};

use super::lex::Kind;
use super::mistakes::{Fault, Mistake};
use super::text::Text;

/// The most statements that are checked for one `sql!`.
const MOST: usize = 64;

/// A part: `{name}` in the text stands for one of its alternatives.
pub(super) struct Part {
    name: Ident,
    choice: Expr,
    /// The alternatives, in the order in which they are written.
    pub(super) texts: Vec<LitStr>,
}

/// The parts after a statement.
#[derive(Default)]
pub(super) struct Parts(pub(super) Vec<Part>);

impl Parse for Parts {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let parts = Punctuated::<Part, Token![,]>::parse_terminated(input)?;
        Ok(Self(parts.into_iter().collect()))
    }
}

impl Parse for Part {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(Token![for]) {
            return Err(input.error(Mistake::EachWithParts));
        }
        let name = input.parse()?;
        input.parse::<Token![=]>()?;
        let mut part = Self {
            name,
            choice: input.parse()?,
            texts: Vec::new(),
        };
        let texts = &mut part.texts;
        each_text(&mut part.choice, &mut |text| {
            texts.push(text.clone());
            None
        })?;
        Ok(part)
    }
}

impl ToTokens for Parts {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let parts = self
            .0
            .iter()
            .map(|Part { name, choice, .. }| quote!(#name = #choice));
        tokens.extend(quote!(#(#parts),*));
    }
}

impl Part {
    /// The choice, with each text replaced.
    pub(super) fn choice(&self, mut instead: impl FnMut(usize) -> TokenStream) -> TokenStream {
        let mut choice = self.choice.clone();
        let mut index = 0..;
        let replaced = each_text(&mut choice, &mut |_| {
            index.next().map(|index| Expr::Verbatim(instead(index)))
        });
        match replaced {
            Ok(()) => choice.to_token_stream(),
            Err(error) => error.into_compile_error(),
        }
    }
}

/// Visits the texts that an expression can evaluate to, which may be replaced.
fn each_text(choice: &mut Expr, visit: &mut dyn FnMut(&LitStr) -> Option<Expr>) -> syn::Result<()> {
    let instead = match choice {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => visit(text),
        Expr::Paren(inner) => return each_text(&mut inner.expr, visit),
        Expr::Group(inner) => return each_text(&mut inner.expr, visit),
        Expr::Block(inner) => return last(&mut inner.block, visit),
        Expr::Match(inner) => {
            let mut arms = inner.arms.iter_mut();
            return arms.try_for_each(|arm| each_text(&mut arm.body, visit));
        }
        Expr::If(inner) => {
            last(&mut inner.then_branch, visit)?;
            let span = inner.if_token.span;
            let nothing = || {
                (
                    Token![else](span),
                    Box::new(parse_quote_spanned!(span=> { "" })),
                )
            };
            let (_, otherwise) = inner.else_branch.get_or_insert_with(nothing);
            return each_text(otherwise, visit);
        }
        other => return Err(syn::Error::new_spanned(other, Mistake::PartForm)),
    };
    if let Some(instead) = instead {
        *choice = instead;
    }
    Ok(())
}

/// The same for the value of a block that contains nothing else.
fn last(block: &mut Block, visit: &mut dyn FnMut(&LitStr) -> Option<Expr>) -> syn::Result<()> {
    match &mut block.stmts[..] {
        [Stmt::Expr(last, None)] => each_text(last, visit),
        _ => Err(syn::Error::new_spanned(block, Mistake::PartForm)),
    }
}

/// A statement's text, and its origins in the source.
pub(super) struct Source {
    pub(super) text: String,
    span: Span,
    /// The byte ranges of alternatives, the numbers of their parts, and their spans.
    inserted: Vec<(Range<usize>, usize, Span)>,
    /// The alternative in which it differs from the first statement.
    differs: Option<Span>,
}

impl Source {
    pub(super) fn new(text: &LitStr) -> Self {
        Self {
            text: text.value(),
            span: text.span(),
            inserted: Vec::new(),
            differs: None,
        }
    }

    /// The number of the part that the byte is in, 0 for none, and its span.
    pub(super) fn part(&self, at: usize) -> (usize, Span) {
        let part = self.inserted.iter().find(|(range, ..)| range.contains(&at));
        part.map_or((0, self.span), |(_, part, span)| (*part, *span))
    }

    pub(super) fn error(&self, fault: &Fault) -> syn::Error {
        let span = match &fault.place {
            Some(place) => self.part(place.start).1,
            None => self.differs.unwrap_or(self.span),
        };
        syn::Error::new(span, fault.shown(&self.text))
    }
}

/// The statement with each combination of alternatives; the last part varies fastest.
pub(super) fn sources(text: &LitStr, parts: &Parts) -> syn::Result<Vec<Source>> {
    let base = Source::new(text);
    let pieces = pieces(&base, parts)?;
    let counts = parts.0.iter().map(|part| part.texts.len());
    let count = counts.fold(1, usize::saturating_mul);
    if count > MOST {
        let fault = Fault::somewhere(Mistake::PartsTooMany(count));
        return Err(base.error(&fault));
    }
    let all = (0..count).map(|place| {
        let mut source = Source {
            text: String::new(),
            inserted: Vec::new(),
            differs: None,
            span: base.span,
        };
        let chosen = chosen(place, parts);
        for (part, index) in parts.0.iter().zip(&chosen) {
            if *index > 0 {
                source.differs = Some(part.texts[*index].span());
            }
        }
        for piece in &pieces {
            match piece {
                Piece::Text(range) => source.text.push_str(&base.text[range.clone()]),
                Piece::Part(part) => {
                    let alternative = &parts.0[*part].texts[chosen[*part]];
                    let start = source.text.len();
                    source.text.push_str(&alternative.value());
                    let range = start..source.text.len();
                    source.inserted.push((range, part + 1, alternative.span()));
                }
            }
        }
        source
    });
    Ok(all.collect())
}

/// The alternative of each part in the statement at that index.
pub(super) fn chosen(mut place: usize, parts: &Parts) -> Vec<usize> {
    let mut chosen: Vec<usize> = Vec::new();
    for part in parts.0.iter().rev() {
        chosen.insert(0, place % part.texts.len());
        place /= part.texts.len();
    }
    chosen
}

/// How much the index of the statement grows from one alternative of the part to the next.
pub(super) fn step(part: usize, parts: &Parts) -> usize {
    let after = parts.0[part + 1..].iter();
    after.map(|part| part.texts.len()).product()
}

enum Piece {
    Text(Range<usize>),
    Part(usize),
}

fn pieces(base: &Source, parts: &Parts) -> syn::Result<Vec<Piece>> {
    let text = Text::new(&base.text).map_err(|fault| base.error(&fault))?;
    let mut pieces = Vec::new();
    let mut used = vec![false; parts.0.len()];
    let mut start = 0;
    for token in text
        .tokens
        .iter()
        .filter(|token| token.kind == Kind::Capture)
    {
        let range = token.range.clone();
        let name = base.text[range.start + 1..range.end - 1].trim();
        if let Some(part) = parts.0.iter().position(|part| part.name == name) {
            used[part] = true;
            pieces.push(Piece::Text(start..range.start));
            pieces.push(Piece::Part(part));
            start = range.end;
        }
    }
    pieces.push(Piece::Text(start..base.text.len()));
    for (index, part) in parts.0.iter().enumerate() {
        let name = &part.name;
        let is_same = |other: &Part| other.name == *name;
        let mistake = match () {
            () if parts.0[..index].iter().any(is_same) => Mistake::PartTwice(name.to_string()),
            () if !used[index] => Mistake::PartUnused(name.to_string()),
            () => continue,
        };
        return Err(syn::Error::new_spanned(name, mistake));
    }
    Ok(pieces)
}
