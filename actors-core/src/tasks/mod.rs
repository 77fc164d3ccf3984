//! Durable tasks: work that goes on after the process is lost.

mod def;
mod end;
pub(crate) mod execution;
pub(crate) mod id;
mod journal;
mod list;
mod manage;
mod name;
pub(crate) mod operations;
mod replay;
mod start;
mod state;
mod tables;

pub use self::def::TaskDef;
pub use self::id::TaskId;
pub use self::list::TaskList;
pub use self::manage::Tasks;
pub use self::name::StepName;
pub use self::operations::Attempt;
pub use self::start::Start;
pub use self::state::{Phase, Task, TaskState};
pub use crate::actor::tasks::{Event, EventWithin, Run, Step};
