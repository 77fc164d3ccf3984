//! The container of an object: a program on Linux that the object starts, talks to, and ends.

use std::collections::BTreeMap;
use std::future::Future;
use std::rc::Rc;

use http::Uri;
use http::uri::{Authority, PathAndQuery, Scheme};
use serde::Serialize;

use super::fetch::{Fetch, Fetcher};
use crate::error::{Error, Result};
use crate::request::{Body, Request};
use crate::time::Duration;
use crate::turn::BoxFuture;

/// The container of one object, as its backend knows it.
pub(crate) trait Engine {
    /// Whether it runs, or is about to.
    fn is_running(&self) -> bool;

    /// Starts it.
    fn start(&self, options: &StartOptions) -> Result<()>;

    /// Waits for the end of the one that runs now, from this moment on.
    fn monitor(&self) -> BoxFuture<'static, Result<i32>>;

    /// Sends it a signal.
    fn signal(&self, number: u8) -> Result<()>;

    /// Ends it at once, and waits until it has ended.
    fn destroy(&self) -> BoxFuture<'static, Result<()>>;

    /// How long it outlives the object's memory.
    fn set_inactivity_timeout(&self, span: Duration) -> BoxFuture<'static, Result<()>>;

    /// What answers at one of its ports.
    fn port(&self, number: u16) -> Result<Rc<dyn Port>>;
}

/// A port of a container, as its backend knows it.
pub(crate) trait Port {
    /// What answers HTTP there.
    fn http(&self) -> Rc<dyn Fetcher>;

    /// Opens a TCP connection, sends what `outgoing` has, and returns what arrives.
    fn connect(&self, outgoing: Body) -> BoxFuture<'static, Result<Body>>;
}

/// The container of this object, from [`Ctx::container`](crate::Ctx::container): a program on Linux
/// that the object starts, talks to over its ports, and ends. Each object has its own, and at most
/// one.
///
/// The container goes on while the object has nothing to do. It has no alarm and no turn of its own:
/// that it has ended is known to whoever waits for [`monitor`](Self::monitor), in the background of
/// the object, or asks [`is_running`](Self::is_running), from an alarm.
///
/// ```
/// use actors_core::prelude::*;
/// use actors_core::bindings::StartOptions;
///
/// #[actor]
/// pub struct Renderer {}
///
/// #[actor]
/// impl Renderer {
///     pub async fn render(&self, ctx: &Ctx<Self>, page: String) -> Result<Bytes> {
///         let container = ctx.container()?;
///         if !container.is_running() {
///             container.start(StartOptions::new().env("QUALITY", "90"))?;
///         }
///         let request = http::Request::post("/render").body(page)?;
///         let response = container.port(8080)?.fetch(request).within(seconds(30)).await?;
///         response.into_body().bytes().await
///     }
/// }
/// # use actors_core::testing::{Image, World};
/// # let image = Image::new().http(8080, async |machine, request| {
/// #     assert_eq!(machine.options().env["QUALITY"], "90");
/// #     Ok(http::Response::new(request.into_body().bytes().await?))
/// # });
/// # let world = World::new().container::<Renderer>(image);
/// # assert_eq!(world.run(world.get::<Renderer>("a").render("page".into())).unwrap(), "page");
/// ```
///
/// # What was run where
///
/// In Cloudflare's network a container is a small virtual machine. A local workerd speaks to the
/// Docker Engine API on a unix socket instead. This framework's tests run workerd against a stand-in
/// for that engine, which starts plain processes; neither Docker nor Cloudflare's containers were
/// run. So what the runtime does between the object and the engine is tested, and what an engine
/// does (images, limits, networks of their own) is not.
#[derive(Clone)]
pub struct Container(Rc<dyn Engine>);

impl Container {
    pub(crate) fn new(engine: Rc<dyn Engine>) -> Self {
        Self(engine)
    }

    /// Whether the container runs, or is about to: a start that fails ends it. It costs nothing to
    /// ask. What it says stands still between two awaits.
    pub fn is_running(&self) -> bool {
        self.0.is_running()
    }

    /// Begins to start the container, and returns before it runs. The program in it takes another
    /// moment until it listens; [`ContainerPort::fetch`] fails until then.
    ///
    /// A start that fails, as the image does not exist or there is no room for it, is an error of
    /// [`monitor`](Self::monitor).
    ///
    /// # Errors
    ///
    /// The container runs already, or an option is not as the platform wants it.
    pub fn start(&self, options: StartOptions) -> Result<()> {
        self.0.start(&options)
    }

    /// Waits until the container that runs now has ended, and returns its exit code: 0 if all is
    /// well, by custom, and 128 and the signal's number if a signal has ended it.
    ///
    /// What it returns can be passed to [`Ctx::wait_until`](crate::Ctx::wait_until), and tell the
    /// actor by a call of it. It is lost with the object's memory: `#[on_init]` can wait again.
    ///
    /// ```
    /// # use actors_core::prelude::*;
    /// # use actors_core::bindings::StartOptions;
    /// # #[actor] pub struct Server {}
    /// # #[actor] impl Server {
    /// # pub fn ended(&mut self, code: Option<i32>) {}
    /// pub fn start(&mut self, ctx: &Ctx<Self>) -> Result<()> {
    ///     let container = ctx.container()?;
    ///     container.start(StartOptions::new())?;
    ///     let me = Self::get(ctx.env(), &ctx.name().unwrap_or_default())?;
    ///     let end = container.monitor();
    ///     ctx.wait_until(async move { me.ended(end.await.ok()).await });
    ///     Ok(())
    /// }
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// No container runs; it could not be started; or the platform has lost it.
    pub fn monitor(&self) -> impl Future<Output = Result<i32>> + use<> {
        self.0.monitor()
    }

    /// Sends the container's program a signal by its number: 15 asks it to end (`SIGTERM`), 9 ends
    /// it (`SIGKILL`). It returns before the signal arrives.
    ///
    /// # Errors
    ///
    /// No container runs, or there is no such signal: they are 1 to 64.
    pub fn signal(&self, number: u8) -> Result<()> {
        if !(1..=64).contains(&number) {
            return Err(Error::invalid(format!(
                "there is no signal {number}: they are 1 to 64"
            )));
        }
        self.0.signal(number)
    }

    /// Ends the container at once, and returns when it has ended. If none runs, there is nothing to
    /// do.
    ///
    /// # Errors
    ///
    /// The platform could not end it.
    pub async fn destroy(&self) -> Result<()> {
        self.0.destroy().await
    }

    /// Keeps the container for that long from now on, even if the object leaves memory meanwhile.
    /// Without it, a container may end with the object's memory: that is seconds after the object's
    /// last event, unless somebody waits for [`monitor`](Self::monitor), which may keep the object.
    /// Call it again and again, in an alarm for example, for one that is to go on.
    ///
    /// # Errors
    ///
    /// The time is less than a millisecond, or the platform refuses it.
    pub async fn set_inactivity_timeout(&self, span: Duration) -> Result<()> {
        if span.as_millis() == 0 {
            let message = "the inactivity time-out has to be a millisecond or more";
            return Err(Error::invalid(message));
        }
        self.0.set_inactivity_timeout(span).await
    }

    /// A TCP port that the container's program listens at. It costs nothing to ask for one.
    ///
    /// # Errors
    ///
    /// There is no port 0.
    pub fn port(&self, number: u16) -> Result<ContainerPort> {
        self.0.port(number).map(ContainerPort)
    }
}

/// A port of a container, from [`Container::port`].
#[derive(Clone)]
pub struct ContainerPort(Rc<dyn Port>);

impl ContainerPort {
    /// Sends a request over HTTP to the container. The scheme and the host of the URL lead nowhere,
    /// and can be left out: a request that came in can be passed on as it is. A redirect is not
    /// followed, but returned. Otherwise as [`Env::fetch`](crate::Env::fetch).
    ///
    /// A request that asks for a web socket is answered with 101. If that response is returned from
    /// `#[on_request]` as it is, client and container talk to each other over the web socket, and
    /// the object has no part in it.
    ///
    /// # Errors
    ///
    /// Those of [`Env::fetch`](crate::Env::fetch): [`Unavailable`](crate::ErrorKind::Unavailable)
    /// while nothing listens at the port.
    pub fn fetch<B: Into<Body>>(&self, request: Request<B>) -> Fetch {
        let mut request = request.map(Into::into);
        *request.uri_mut() = inside(request.uri());
        Fetch::new(self.0.http(), request)
    }

    /// Opens a TCP connection to the container, and sends what `outgoing` has, part by part.
    /// Returns what arrives as a body, which ends when the container closes its side; to drop it
    /// ends the connection. A [`Body::channel`] can be sent to over time:
    ///
    /// ```
    /// # use actors_core::prelude::*;
    /// # #[actor] pub struct Cache {}
    /// # #[actor] impl Cache {
    /// pub async fn ping(&self, ctx: &Ctx<Self>) -> Result<bool> {
    ///     let (sender, outgoing) = Body::channel();
    ///     let mut incoming = ctx.container()?.port(6379)?.connect(outgoing).await?;
    ///     sender.send("PING\r\n")?;
    ///     Ok(incoming.chunk().await?.is_some_and(|answer| answer.starts_with(b"+PONG")))
    /// }
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The platform could not open it. That nothing listens at the port does not show here, since the
    /// connection is one to the platform: what arrives is empty then. What happens to it later is an
    /// error of the body.
    pub async fn connect(&self, outgoing: impl Into<Body>) -> Result<Body> {
        self.0.connect(outgoing.into()).await
    }
}

/// The URL as one of a container, which speaks plain HTTP.
fn inside(url: &Uri) -> Uri {
    let mut parts = url.clone().into_parts();
    parts.scheme = Some(Scheme::HTTP);
    let somewhere = Authority::from_static("container");
    parts.authority.get_or_insert(somewhere);
    let root = PathAndQuery::from_static("/");
    parts.path_and_query.get_or_insert(root);
    Uri::from_parts(parts).unwrap_or_default()
}

/// With what a container is started, for [`Container::start`]. What is not set is as the Worker's
/// configuration and the image have it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct StartOptions {
    /// See [`image`](Self::image).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// See [`instance`](Self::instance).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// See [`entrypoint`](Self::entrypoint).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entrypoint: Option<Vec<String>>,
    /// See [`env`](Self::env).
    pub env: BTreeMap<String, String>,
    /// See [`label`](Self::label).
    pub labels: BTreeMap<String, String>,
    /// See [`enable_internet`](Self::enable_internet).
    pub enable_internet: bool,
}

impl StartOptions {
    /// The image's own program, without access to the internet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Another image than that of the Worker's configuration. Up to 4,096 bytes of ASCII.
    pub fn image(mut self, image: impl Into<String>) -> Self {
        self.image = Some(image.into());
        self
    }

    /// The size of the machine: `lite`, or `standard-1` to `standard-4`. A local runtime has none.
    pub fn instance(mut self, instance: impl Into<String>) -> Self {
        self.instance = Some(instance.into());
        self
    }

    /// The program and its arguments, in place of those of the image.
    pub fn entrypoint<T: Into<String>>(mut self, words: impl IntoIterator<Item = T>) -> Self {
        self.entrypoint = Some(words.into_iter().map(Into::into).collect());
        self
    }

    /// An environment variable of the program.
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.insert(name.into(), value.into());
        self
    }

    /// A label, for whoever looks at the account's containers.
    pub fn label(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.labels.insert(name.into(), value.into());
        self
    }

    /// Lets the program reach the internet.
    pub fn enable_internet(mut self) -> Self {
        self.enable_internet = true;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_leads_to_the_container_whatever_it_is() {
        let inside = |url: &str| super::inside(&url.parse().unwrap()).to_string();
        assert_eq!(inside("/a?b"), "http://container/a?b");
        assert_eq!(inside("https://example.com/a?b"), "http://example.com/a?b");
        assert_eq!(inside("https://example.com"), "http://example.com/");
        assert_eq!(
            inside("http://example.com:8080/"),
            "http://example.com:8080/"
        );
    }

    #[test]
    fn options_are_as_the_platform_names_them() {
        let text = |options: &StartOptions| serde_json::to_string(options).unwrap();
        let nothing = r#"{"env":{},"labels":{},"enableInternet":false}"#;
        assert_eq!(text(&StartOptions::new()), nothing);
        let all = StartOptions::new()
            .image("i")
            .instance("lite")
            .entrypoint(["a", "b"]);
        let all = all.env("K", "v").label("l", "w").enable_internet();
        let expected = r#"{"image":"i","instance":"lite","entrypoint":["a","b"],"env":{"K":"v"},"labels":{"l":"w"},"enableInternet":true}"#;
        assert_eq!(text(&all), expected);
    }
}
