//! What an agent has deployed: an object of its own, which serves the files.

use actors_core::prelude::*;
use serde::{Deserialize, Serialize};

use super::Files;

/// A file that is served.
#[sql_table(name = "served")]
pub struct Served {
    #[sql(primary_key)]
    path: String,
    text: String,
}

/// A deployment.
#[sql_table(name = "deployments")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployed {
    /// Ascending.
    #[sql(primary_key, auto)]
    pub number: u64,
    /// Which version.
    pub version: u32,
}

/// The deployment `1@demo` is that of the conversation 1 of the agent `demo`.
#[actor(tables(Served, Deployed))]
pub struct Deployment {}

#[actor]
impl Deployment {
    /// Serves these files from now on; once for the key.
    pub fn publish(
        &self,
        ctx: &Ctx<Self>,
        #[once(keep = "7d")] _key: String,
        version: u32,
        files: Files,
    ) -> Result<u64> {
        sql!(Served => "DELETE FROM served").run(ctx)?;
        for (path, text) in files {
            Served { path, text }.insert(ctx)?;
        }
        Deployed { number: 0, version }.insert(ctx)
    }

    /// Returns what was deployed, the last one last.
    pub fn deployments(&self, ctx: &Ctx<Self>) -> Result<Vec<Deployed>> {
        sql!(Deployed => "SELECT * FROM deployments ORDER BY number").all(ctx)
    }

    /// `/deployed/{name}/{path}`
    #[on_request]
    fn serve(&self, ctx: &Ctx<Self>, request: Request) -> Result<Response> {
        let path = request.uri().path().splitn(4, '/').nth(3);
        let path = match path.unwrap_or_default() {
            "" => "index.html",
            path => path,
        };
        let missing = || Error::not_found("there is no such file");
        let file = Served::get(ctx, path)?.ok_or_else(missing)?;
        // It is a stranger's code: the sandbox keeps it from being of this site.
        let response = http::Response::builder()
            .header("content-type", content_type(path))
            .header("x-content-type-options", "nosniff")
            .header("content-security-policy", "sandbox allow-scripts");
        Ok(response.body(file.text.into())?)
    }
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, kind)| kind) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        _ => "text/plain; charset=utf-8",
    }
}
