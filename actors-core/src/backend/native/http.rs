//! Requests as workerd would hand them over.

use std::future::Future;
use std::rc::Rc;

use url::Url;

use super::sim::{Sim, Slot};
use crate::error::Result;
use crate::request::{Request, Response, bad_url, uri};

impl Sim {
    /// Sends an object a request.
    pub(crate) fn fetch(
        &self,
        slot: &Rc<Slot>,
        request: Request,
    ) -> impl Future<Output = Result<Response>> + use<> {
        let what = format!("{} {}", request.method(), request.uri());
        self.deliver(slot, what, move |object| object.fetch(request))
    }
}

/// The request with its URL written as the URL standard says.
pub(super) fn normalised(mut request: Request) -> Result<Request> {
    let given = request.uri().to_string();
    let url = Url::parse(&given).map_err(bad_url)?;
    if url.as_str() != given {
        *request.uri_mut() = uri(url.as_str())?;
    }
    Ok(request)
}
