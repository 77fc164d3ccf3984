//! The routes: which instance a request is for.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{ExprClosure, LitStr, Path};

use super::mistakes::{Mistake, PathFault};
use crate::common::mistakes::Mistakes;

/// `"/path/{name}" => Actor`, optionally followed by `, |request| …` to choose the
/// instance, or without the path to take all requests.
pub(super) struct Route {
    pub(super) path: Option<LitStr>,
    pub(super) actor: Path,
    pub(super) choose: Option<ExprClosure>,
}

impl Route {
    pub(super) fn check(&self, router: &mut matchit::Router<()>, mistakes: &mut Mistakes) {
        let Some(path) = &self.path else { return };
        let text = path.value();
        if !text.starts_with('/') {
            return mistakes.add(path, Mistake::Slash);
        }
        if text.contains("/:") {
            return mistakes.add(path, Mistake::Colon);
        }
        if let Err(error) = router.insert(&text, ()) {
            let why = &error.into();
            return mistakes.add(path, Mistake::Form { path: &text, why });
        }
        let parameters = parameters(&text);
        if self.choose.is_some() || parameters.contains(&"name") {
            return;
        }
        mistakes.add(
            path,
            match parameters.first() {
                Some(parameter) => Mistake::OtherName(parameter),
                None => Mistake::WithoutName,
            },
        );
    }

    pub(super) fn expand(&self) -> TokenStream {
        let Self {
            path,
            actor,
            choose,
        } = self;
        let name = match (path, choose) {
            (_, Some(choose)) => quote!(Chosen(#choose)),
            (Some(_), None) => quote!(InPath),
            (None, None) => quote!(Fixed("default")),
        };
        let path = match path {
            Some(path) => quote!(::core::option::Option::Some(#path)),
            None => quote!(::core::option::Option::None),
        };
        quote! {
            ::actors_core::__private::Route::to::<#actor>(
                #path,
                ::actors_core::__private::Name::#name,
            )
        }
    }
}

/// What is in braces in a path.
fn parameters(path: &str) -> Vec<&str> {
    path.split('{')
        .skip(1)
        .filter_map(|part| part.split('}').next())
        .map(|parameter| parameter.trim_start_matches('*'))
        .collect()
}

impl From<matchit::InsertError> for PathFault {
    fn from(error: matchit::InsertError) -> Self {
        match error {
            matchit::InsertError::Conflict { with } => Self::Conflict(with),
            matchit::InsertError::InvalidCatchAll => Self::CatchAll,
            matchit::InsertError::InvalidParam => Self::Parameter,
            matchit::InsertError::InvalidParamSegment => Self::Segment,
            other => Self::Other(other.to_string()),
        }
    }
}
