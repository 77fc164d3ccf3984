//! What is asked of one type is not taken for another's answer.

use actors_core::prelude::*;

pub type User = u32;
pub type UserAnswer = u32;
pub type UserArgument = u32;

#[actor]
pub struct Users {}

#[actor]
impl Users {
    pub fn find(&self, user: User) -> User {
        user
    }

    pub fn ask(&self, argument: UserArgument) -> UserAnswer {
        argument
    }
}

fn main() {}
