//! Requests as workerd would hand them over.

use url::Url;

use crate::error::Result;
use crate::request::{Request, bad_url, uri};

/// The request with its URL written as the URL standard says.
pub(super) fn normalised(mut request: Request) -> Result<Request> {
    let given = request.uri().to_string();
    let url = Url::parse(&given).map_err(bad_url)?;
    if url.as_str() != given {
        *request.uri_mut() = uri(url.as_str())?;
    }
    Ok(request)
}
