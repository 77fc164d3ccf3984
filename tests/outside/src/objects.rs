//! Other objects: at a place, without a name, by their ids, in another Worker.

use actors_core::prelude::*;
use actors_core::{LocationHint, Placement};

use crate::{Outside, OutsideStub};

/// A class that no binding names.
#[actor]
pub struct Loose {
    #[persist]
    calls: u32,
}

#[actor]
impl Loose {
    pub fn count(&mut self) -> u32 {
        self.calls += 1;
        self.calls
    }

    pub fn who(&self, ctx: &Ctx<Self>) -> (String, Option<String>) {
        (ctx.id(), ctx.name())
    }

    #[on_request]
    fn answer(&mut self) -> Result<Response> {
        json_response(200, &self.count())
    }
}

/// An actor whose binding is that of another Worker's class.
#[actor]
pub struct Elsewhere {}

#[actor]
impl Elsewhere {
    pub fn place(&self, guest: String) -> String {
        format!("{guest} is here")
    }
}

const HINTS: [LocationHint; 11] = [
    LocationHint::Wnam,
    LocationHint::Enam,
    LocationHint::Sam,
    LocationHint::Weur,
    LocationHint::Eeur,
    LocationHint::Apac,
    LocationHint::ApacNe,
    LocationHint::ApacSe,
    LocationHint::Oc,
    LocationHint::Afr,
    LocationHint::Me,
];

pub(crate) async fn scenario(env: &Env) -> Result<Vec<String>> {
    let mut lines = vec![named(env).await?];
    lines.extend([unique(env).await?, by_id(env).await?]);
    lines.extend(wrong(env));
    Ok(lines)
}

async fn named(env: &Env) -> Result<String> {
    let one = Loose::get(env, "one")?;
    one.count().await?;
    for hint in HINTS {
        let placement = Placement::new().near(hint).primary_only();
        Loose::get_with(env, "one", placement)?.count().await?;
    }
    let (id, name) = one.who().await?;
    let (is_its, given) = (id == one.id(), one.name());
    Ok(format!(
        "{name:?} {given:?} {is_its} {}",
        one.count().await?
    ))
}

async fn unique(env: &Env) -> Result<String> {
    let (one, other) = (Loose::unique(env)?, Loose::unique(env)?);
    one.count().await?;
    let again = Loose::by_id(env, &one.id())?;
    let (id, name) = again.who().await?;
    let are_same = (id == one.id(), id == other.id());
    let counts = (again.count().await?, other.count().await?);
    Ok(format!("{name:?} {:?} {are_same:?} {counts:?}", one.name()))
}

async fn by_id(env: &Env) -> Result<String> {
    let named = Loose::get(env, "three")?;
    named.count().await?;
    let same = Loose::by_id(env, &named.id().to_uppercase())?;
    let (is_same, name) = (same.id() == named.id(), same.name());
    Ok(format!("{name:?} {is_same} {}", same.count().await?))
}

fn wrong(env: &Env) -> Vec<String> {
    let say = |result: Result<LooseStub>| match result {
        Ok(_) => "a stub".to_owned(),
        Err(error) => format!("{}: {error}", error.kind()),
    };
    let other = Outside::get(env, "a").map(|outside: OutsideStub| outside.id());
    vec![
        say(Loose::by_id(env, "zz")),
        say(Loose::by_id(env, &"0".repeat(64))),
        say(Loose::by_id(env, &other.unwrap_or_default())),
        say(Loose::get_with(env, &"n".repeat(1025), Placement::new())),
    ]
}

pub(crate) async fn elsewhere(env: &Env) -> Result<Vec<String>> {
    let place = Elsewhere::get(env, "x")?.place("ann".into()).await?;
    Ok(vec![place])
}

pub(crate) async fn bookmarks(ctx: &Ctx<Outside>) -> Vec<String> {
    let say = |result: Result<String>| result.unwrap_or_else(|error| error.to_string());
    vec![
        say(ctx.bookmark().await),
        say(ctx.bookmark_at(ctx.now() - hours(1)).await),
        say(ctx.restore("0").await.map(|()| "restored".to_owned())),
    ]
}
