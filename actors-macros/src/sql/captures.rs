//! The values that a statement captures.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Expr, Ident, Token};

use super::mistakes::{Fault, Mistake};
use super::text::Text;

/// At most so many values are bound to a statement:
/// <https://developers.cloudflare.com/durable-objects/platform/limits/>
const MOST: usize = 100;

/// All captures of a statement; one that is repeated is bound once.
pub(super) struct Captures {
    pub(super) values: Vec<Capture>,
    /// The tokens of captures, and which value each stands for.
    places: Vec<(usize, usize)>,
}

pub(super) struct Capture {
    name: String,
    /// The expression, if it is not the name alone.
    expression: Option<String>,
    /// What is bound.
    pub(super) value: TokenStream,
}

impl Captures {
    pub(super) fn new(text: &Text<'_>, span: Span) -> Result<Self, Fault> {
        let mut captures = Self {
            values: Vec::new(),
            places: Vec::new(),
        };
        for token in (0..text.len()).filter(|index| text.is_capture(*index)) {
            let place = text.tokens[token].range.clone();
            let source = text.get(token);
            let capture = parse(&source[1..source.len() - 1], span)
                .map_err(|mistake| Fault::at(place.clone(), mistake))?;
            let value = captures
                .add(capture)
                .map_err(|name| Fault::at(place.clone(), Mistake::CaptureTwice(name)))?;
            captures.places.push((token, value));
        }
        match captures.values.len() {
            0..=MOST => Ok(captures),
            count => Err(Fault::somewhere(Mistake::CapturesTooMany(count))),
        }
    }

    /// The number of the value, which may be there already; else the name that is taken.
    fn add(&mut self, capture: Capture) -> Result<usize, String> {
        let known = self
            .values
            .iter()
            .position(|other| other.name == capture.name);
        match known {
            Some(known) => {
                let is_same = capture.expression.is_none()
                    || capture.expression == self.values[known].expression;
                if is_same {
                    Ok(known)
                } else {
                    Err(capture.name)
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
        expression: expression.map(|expression| expression.to_token_stream().to_string()),
        value,
    })
}

/// What may be meant: an expression without a name.
fn instead(inner: &str) -> Mistake {
    let inner = inner.trim();
    let form = match syn::parse_str::<Expr>(inner) {
        Ok(_) => format!("value = {inner}"),
        Err(_) => "name".to_owned(),
    };
    Mistake::CaptureForm(form)
}

/// All of what was parsed from the text is at the text's place.
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
