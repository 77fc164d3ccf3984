//! `ctx.container()`.

use super::ctx::Ctx;
use crate::bindings::Container;
use crate::error::{Error, Result};

impl<A> Ctx<A> {
    /// The container of this object: see [`Container`]. It costs nothing to ask for it, and starts
    /// nothing.
    ///
    /// In wrangler's configuration, `[[containers]]` gives one to each object of a class. Under
    /// `cargo test`, [`World::container`](https://docs.rs/actors-core) does.
    ///
    /// ```toml
    /// [[containers]]
    /// class_name = "Renderer"
    /// image = "./Dockerfile"
    /// max_instances = 5
    /// ```
    ///
    /// Where the class is in `exports`, its entry has the name of that as its `container`, too.
    ///
    /// # Errors
    ///
    /// The class has no container.
    pub fn container(&self) -> Result<Container> {
        let instance = self.instance();
        let engine = instance.env.engine(instance.platform());
        engine.map(Container::new).ok_or_else(|| {
            Error::internal(
                "this object has no container: add [[containers]] with the class's name as \
                 `class_name` to wrangler.toml",
            )
        })
    }
}
