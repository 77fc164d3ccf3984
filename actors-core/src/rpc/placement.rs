//! Which instance of an actor is meant, and where it is to be.

/// Where an object is to be, for [`get_with`](crate::State::get_with) and
/// [`unique_with`](crate::State::unique_with).
///
/// ```
/// use actors_core::prelude::*;
/// use actors_core::{Jurisdiction, LocationHint, Placement};
///
/// #[actor]
/// pub struct Room {}
///
/// #[actor]
/// impl Room {
///     pub fn enter(&mut self) {}
/// }
///
/// async fn enter(env: &Env) -> Result<()> {
///     let paris = Placement::new().near(LocationHint::Weur);
///     Room::get_with(env, "paris", paris)?.enter().await?;
///     // Its data never leaves the European Union. It is another object than `Room::get(env, "a")`.
///     let european = Placement::new().within(Jurisdiction::Eu);
///     Room::get_with(env, "a", european)?.enter().await
/// }
/// # let world = actors_core::testing::World::new();
/// # world.run(enter(world.env())).unwrap();
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use = "it only says where an object is to be"]
pub struct Placement {
    pub(crate) hint: Option<LocationHint>,
    pub(crate) jurisdiction: Option<Jurisdiction>,
    pub(crate) is_primary_only: bool,
}

impl Placement {
    /// Anywhere: near the first who calls it.
    pub const fn new() -> Self {
        Self {
            hint: None,
            jurisdiction: None,
            is_primary_only: false,
        }
    }

    /// Asks for an object in that region, which counts only when the object is first called; where
    /// it is then is where it stays.
    pub const fn near(mut self, region: LocationHint) -> Self {
        self.hint = Some(region);
        self
    }

    /// Keeps the object and its data within the jurisdiction. The same name in another
    /// jurisdiction, or in none, is another object. A local runtime refuses it.
    pub const fn within(mut self, jurisdiction: Jurisdiction) -> Self {
        self.jurisdiction = Some(jurisdiction);
        self
    }

    /// Calls the object itself, and never a read replica of it.
    pub const fn primary_only(mut self) -> Self {
        self.is_primary_only = true;
        self
    }
}

macro_rules! names {
    (
        $(#[$docs:meta])*
        pub enum $Enum:ident { $($(#[$doc:meta])* $variant:ident $name:literal),* $(,)? }
    ) => {
        $(#[$docs])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $Enum {
            $($(#[$doc])* $variant),*
        }

        impl $Enum {
            /// Its name in the runtime's API.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name),*
                }
            }
        }
    };
}

names! {
    /// A region of the platform, for [`Placement::near`].
    pub enum LocationHint {
        /// Western North America.
        Wnam "wnam",
        /// Eastern North America.
        Enam "enam",
        /// South America.
        Sam "sam",
        /// Western Europe.
        Weur "weur",
        /// Eastern Europe.
        Eeur "eeur",
        /// Asia and the Pacific.
        Apac "apac",
        /// The north east of Asia and the Pacific.
        ApacNe "apac-ne",
        /// The south east of Asia and the Pacific.
        ApacSe "apac-se",
        /// Oceania.
        Oc "oc",
        /// Africa.
        Afr "afr",
        /// The Middle East.
        Me "me",
    }
}

names! {
    /// Where an object's data has to stay, for [`Placement::within`].
    pub enum Jurisdiction {
        /// The European Union.
        Eu "eu",
        /// The United States.
        Us "us",
        /// FedRAMP Moderate.
        Fedramp "fedramp",
        /// FedRAMP High.
        FedrampHigh "fedramp-high",
    }
}

/// Which instance is meant.
#[doc(hidden)]
#[derive(Clone, Copy)]
#[allow(unreachable_pub, reason = "it is in the signature of a public trait")]
pub enum Which<'a> {
    Named(&'a str),
    /// One that nobody has meant before.
    Unique,
    Id(&'a str),
}
