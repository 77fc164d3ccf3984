//! What an operation of a task returns.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// What a step or a write returns. It is kept in the task's journal, as JSON, and read from there
/// when the task is replayed: any type that serde can write and read.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be what a step returns",
    label = "returns a type that serde can't store",
    note = "it is kept in the journal, and read from there when the task is replayed: derive \
            serde's `Serialize` and `Deserialize` for the type and what it holds"
)]
pub trait StepResult: Serialize + DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> StepResult for T {}
