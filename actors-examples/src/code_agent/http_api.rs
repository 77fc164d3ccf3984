//! The agent over HTTP: a method and a path for each of its methods.

use actors_core::prelude::*;

use super::{CodeAgent, find, stream_name};

impl CodeAgent {
    /// Answers a request to `/agents/{name}/…`.
    pub(super) fn over_http(&self, ctx: &Ctx<Self>, request: &Request<String>) -> Result<Response> {
        let path: Vec<_> = request.uri().path().split('/').skip(3).collect();
        let text = request.body().clone();
        match (request.method().as_str(), &path[..]) {
            ("GET", []) => json_response(200, &self.conversations(ctx)?),
            ("POST", []) => json_response(201, &self.begin(ctx, text)?),
            ("DELETE", []) => json_response(200, &self.close(ctx)?),
            ("GET", [id]) => json_response(200, &self.conversation(ctx, number(id)?)?),
            ("GET", [id, "events"]) => {
                let id = find(ctx, number(id)?)?.id;
                let stream = stream_name(id);
                ctx.streams().named(&stream).events(Cursor::of(request)?)
            }
            ("POST", [id, "say"]) => json_response(200, &self.say(ctx, number(id)?, text)?),
            ("POST", [id, "cancel"]) => json_response(200, &self.cancel(ctx, number(id)?)?),
            ("POST", [id, "rollback", version]) => {
                json_response(200, &self.roll_back(ctx, number(id)?, number(version)?)?)
            }
            ("GET", [id, "versions", version]) => {
                json_response(200, &self.version(ctx, number(id)?, number(version)?)?)
            }
            _ => Err(Error::not_found("there is nothing to do at this path")),
        }
    }
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T> {
    let number = text.parse();
    number.map_err(|_| Error::invalid(format!("`{text}` is not a number")))
}
