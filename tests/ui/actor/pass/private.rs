//! An actor that nobody outside of its module sees, with types that nobody sees.

#![deny(warnings, unused, unreachable_pub, private_interfaces, private_bounds)]

mod inner {
    use actors_core::prelude::*;
    use actors_core::serde::{Deserialize, Serialize};

    #[derive(Clone, Default, Serialize, Deserialize)]
    #[serde(crate = "actors_core::serde")]
    struct Settings {
        limit: u32,
    }

    /// An error of the module's own.
    enum Refused {
        TooMuch,
    }

    impl From<Refused> for Error {
        fn from(Refused::TooMuch: Refused) -> Self {
            Error::invalid("too much")
        }
    }

    #[actor]
    struct Counter {
        #[persist]
        settings: Settings,
    }

    #[actor]
    impl Counter {
        pub fn settings(&self) -> Settings {
            self.settings.clone()
        }

        pub fn set(&mut self, settings: Settings) -> Result<u32, Refused> {
            if settings.limit > 100 {
                return Err(Refused::TooMuch);
            }
            self.settings = settings;
            Ok(self.settings.limit)
        }
    }
}

fn main() {}
