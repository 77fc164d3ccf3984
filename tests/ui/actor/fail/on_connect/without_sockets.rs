use actors_core::prelude::*;

#[derive(serde::Serialize, serde::Deserialize)]
pub struct Member {
    name: String,
}

#[actor]
pub struct Room {}

#[actor]
impl Room {
    #[on_connect]
    fn admit(&self) -> Admission<Member> {
        Admission::new(Member { name: String::new() })
    }

}

fn main() {}
