//! The file that wrangler reads.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use proc_macro2::{Span, TokenStream};
use quote::quote;
use serde::de::DeserializeOwned;
use syn::parse::{Parse, ParseStream};
use syn::{LitBool, LitStr};

use super::mistakes::Mistake;

/// Which file the code is compared with.
#[derive(Default)]
pub(crate) enum Config {
    /// The one of the crate, if it has one.
    #[default]
    OfCrate,
    /// One by its path from the file that names it.
    File(LitStr),
    Nothing,
}

impl Parse for Config {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(LitStr) {
            return input.parse().map(Self::File);
        }
        match input.parse::<LitBool>() {
            Ok(LitBool { value: false, .. }) => Ok(Self::Nothing),
            Ok(value) => Err(syn::Error::new(value.span(), Mistake::Config)),
            Err(error) => Err(syn::Error::new(error.span(), Mistake::Config)),
        }
    }
}

impl Config {
    /// The file, and where it is named.
    pub(crate) fn file(&self) -> Option<(File, Span)> {
        match self {
            Self::OfCrate => Some((File::of_crate()?, Span::call_site())),
            Self::File(path) => Some((File::named(path), path.span())),
            Self::Nothing => None,
        }
    }
}

/// The names of the file, in the order in which wrangler looks for them.
const NAMES: &[&str] = &["wrangler.json", "wrangler.jsonc", "wrangler.toml"];

/// A file of configuration.
pub(crate) struct File {
    pub(crate) name: String,
    text: io::Result<String>,
    /// An expression of its path, for the compiler to watch.
    path: TokenStream,
}

impl File {
    /// The one in the folder of the crate that is compiled, if there is one.
    fn of_crate() -> Option<Self> {
        let folder = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR")?);
        let name = NAMES.iter().find(|name| folder.join(name).is_file())?;
        let below = format!("/{name}");
        Some(Self {
            name: (*name).to_owned(),
            text: fs::read_to_string(folder.join(name)),
            path: quote!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), #below)),
        })
    }

    /// The one at that path, from the file in which the path is written.
    fn named(path: &LitStr) -> Self {
        let text = path.value();
        let source = path.span().unwrap().local_file().unwrap_or_default();
        let folder = source.parent().unwrap_or(Path::new(""));
        let name = Path::new(&text).file_name().unwrap_or_default();
        Self {
            name: name.to_string_lossy().into_owned(),
            text: fs::read_to_string(folder.join(&text)),
            path: quote!(#path),
        }
    }

    pub(crate) fn is_json(&self) -> bool {
        !self.name.ends_with(".toml")
    }

    /// What it says.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, String> {
        let text = self.text.as_ref().map_err(ToString::to_string)?;
        parse(text, self.is_json())
    }

    /// Has the crate compiled again when the file changes.
    pub(crate) fn tracked(&self) -> TokenStream {
        let path = &self.path;
        match self.text {
            Ok(_) => quote!(
                const _: &[u8] = ::core::include_bytes!(#path);
            ),
            Err(_) => TokenStream::new(),
        }
    }
}

/// What a file with that text says.
pub(crate) fn parse<T: DeserializeOwned>(text: &str, is_json: bool) -> Result<T, String> {
    // As wrangler does.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match is_json {
        true => jsonc_parser::parse_to_serde_value(text, &jsonc_parser::ParseOptions::default())
            .map_err(|error| error.to_string()),
        false => toml::from_str(text).map_err(|error| error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Content {
        name: String,
    }

    #[test]
    fn files_are_read_as_editors_write_them() {
        let read =
            |text: &str, is_json| parse::<Content>(text, is_json).map(|content| content.name);
        let (toml, json) = (
            "# of us\nname = 'a' # it\nother = 1\n[env.staging]\nname = 'b'\n",
            "// of us\n{ \"name\": \"a\", /* it */ \"other\": [1,], \"env\": {}, }\n",
        );
        for (text, is_json) in [(toml, false), (json, true)] {
            for text in [
                text.to_owned(),
                text.replace('\n', "\r\n"),
                format!("\u{feff}{text}"),
            ] {
                assert_eq!(read(&text, is_json).as_deref(), Ok("a"), "{text:?}");
            }
        }
    }
}
