//! The values that a statement captures.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Expr, Ident, Token};

use super::choice::Source;
use super::mistakes::{Fault, Mistake};
use super::text::Text;
use actors_sqlite::limits::PARAMETERS;

/// All captures of a statement; a repeated one is bound once.
pub(super) struct Captures {
    pub(super) values: Vec<Capture>,
    /// The tokens of captures, and which value each stands for.
    places: Vec<(usize, usize)>,
}

#[derive(Clone)]
pub(super) struct Capture {
    pub(super) name: String,
    /// Everything in the braces.
    written: String,
    /// Whether it is the list of an `IN`.
    pub(super) is_list: bool,
    /// The part of the statement that it is in; 0 for what is always included.
    pub(super) part: usize,
    /// The expression, if it is not just the name.
    expression: Option<String>,
    /// What is bound.
    pub(super) value: TokenStream,
}

impl Capture {
    /// The capture as it is written.
    pub(super) fn shown(&self) -> String {
        format!("{{{}}}", self.written)
    }

    /// The value as it is written.
    pub(super) fn source(&self) -> &str {
        match self.written.split_once('=') {
            Some((_, value)) => value.trim(),
            None => &self.written,
        }
    }
}

impl Captures {
    pub(super) fn new(text: &Text<'_>, written: &Source) -> Result<Self, Fault> {
        let mut captures = Self {
            values: Vec::new(),
            places: Vec::new(),
        };
        for token in (0..text.len()).filter(|index| text.is_capture(*index)) {
            let place = text.tokens[token].range.clone();
            let source = text.get(token);
            let (part, span) = written.part(place.start);
            let is_list = is_list(text, token);
            let capture = parse(&source[1..source.len() - 1], span)
                .map(|capture| Capture {
                    is_list,
                    part,
                    ..capture
                })
                .map_err(|mistake| Fault::at(place.clone(), mistake))?;
            let value = captures
                .add(capture)
                .map_err(|mistake| Fault::at(place.clone(), mistake))?;
            captures.places.push((token, value));
        }
        captures.sort();
        match captures.values.len() {
            0..=PARAMETERS => Ok(captures),
            count => Err(Fault::somewhere(Mistake::CapturesTooMany(count))),
        }
    }

    /// Sorts the values by their parts.
    fn sort(&mut self) {
        let mut order: Vec<usize> = (0..self.values.len()).collect();
        order.sort_by_key(|value| self.values[*value].part);
        for (_, value) in &mut self.places {
            *value = order.iter().position(|old| old == value).unwrap_or(*value);
        }
        self.values.sort_by_key(|value| value.part);
    }

    /// The number of the value, which is added if it is new.
    fn add(&mut self, capture: Capture) -> Result<usize, Mistake> {
        let known = (self.values.iter())
            .position(|other| other.name == capture.name && other.part == capture.part);
        match known {
            Some(known) => {
                let other = &self.values[known];
                let is_same =
                    capture.expression.is_none() || capture.expression == other.expression;
                match (is_same, capture.is_list == other.is_list) {
                    (true, true) => Ok(known),
                    (true, false) => Err(Mistake::ListAndValue(capture.name)),
                    (false, _) => Err(Mistake::CaptureTwice(capture.name)),
                }
            }
            None => {
                self.values.push(capture);
                Ok(self.values.len() - 1)
            }
        }
    }

    /// The number of the parameter, counted from 1, that the token becomes.
    pub(super) fn number(&self, token: usize) -> Option<usize> {
        self.value(token).map(|value| value + 1)
    }

    fn value(&self, token: usize) -> Option<usize> {
        let place = self.places.iter().find(|(place, _)| *place == token);
        place.map(|(_, value)| *value)
    }

    /// The tokens that stand for that value.
    pub(super) fn tokens_of(&self, value: usize) -> impl Iterator<Item = usize> {
        let places = self.places.iter();
        places
            .filter(move |(_, found)| *found == value)
            .map(|(token, _)| *token)
    }
}

/// Whether the capture is the list of an `IN`, without parentheses.
pub(super) fn is_list(text: &Text<'_>, token: usize) -> bool {
    text.is_capture(token) && token > 0 && text.is(token - 1, "IN")
}

/// `name` or `name = expression`
struct Form {
    name: Ident,
    expression: Option<Expr>,
}

impl Parse for Form {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = input.parse()?;
        let equals: Option<Token![=]> = input.parse()?;
        let expression = equals.map(|_| input.parse()).transpose()?;
        Ok(Self { name, expression })
    }
}

fn parse(inner: &str, span: Span) -> Result<Capture, Mistake> {
    let form = Form::parse.parse_str(inner);
    let Form { name, expression } = form.map_err(|_| instead(inner))?;
    let value = match &expression {
        Some(expression) => quote!((#expression)),
        None => name.to_token_stream(),
    };
    let value = respan(value, span);
    Ok(Capture {
        name: name.to_string(),
        written: inner.trim().to_owned(),
        is_list: false,
        part: 0,
        expression: expression.map(|expression| expression.to_token_stream().to_string()),
        value,
    })
}

/// What was probably meant: an expression without a name.
fn instead(inner: &str) -> Mistake {
    let inner = inner.trim();
    let form = match syn::parse_str::<Expr>(inner) {
        Ok(_) => format!("value = {inner}"),
        Err(_) => "name".to_owned(),
    };
    Mistake::CaptureForm(form)
}

/// Everything parsed from the text gets the span of the text.
pub(super) fn respan(tokens: TokenStream, span: Span) -> TokenStream {
    let respanned = tokens.into_iter().map(|mut token| {
        if let TokenTree::Group(group) = &token {
            let inner = respan(group.stream(), span);
            token = Group::new(group.delimiter(), inner).into();
        }
        token.set_span(span);
        token
    });
    respanned.collect()
}
