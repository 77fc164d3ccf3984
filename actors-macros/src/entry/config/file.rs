//! The file that wrangler reads.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use proc_macro2::TokenStream;
use quote::quote;
use syn::LitStr;

/// The names of the file, in the order in which wrangler looks for them.
const NAMES: &[&str] = &["wrangler.json", "wrangler.jsonc", "wrangler.toml"];

/// A file of configuration.
pub(super) struct File {
    pub(super) name: String,
    pub(super) text: io::Result<String>,
    /// An expression of its path, for the compiler to watch.
    path: TokenStream,
}

impl File {
    /// The one in the folder of the crate that is compiled, if there is one.
    pub(super) fn of_crate() -> Option<Self> {
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
    pub(super) fn named(path: &LitStr) -> Self {
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

    pub(super) fn is_json(&self) -> bool {
        !self.name.ends_with(".toml")
    }

    /// Has the crate compiled again when the file changes.
    pub(super) fn tracked(&self) -> TokenStream {
        let path = &self.path;
        match self.text {
            Ok(_) => quote!(
                const _: &[u8] = ::core::include_bytes!(#path);
            ),
            Err(_) => TokenStream::new(),
        }
    }
}
