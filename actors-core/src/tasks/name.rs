//! The names of a task's operations.

/// The name of a step, a write, a sleep or an event: a text, or in a loop a text and what tells
/// the rounds apart, `("write", n)`.
///
/// A journal is read by these names, so they must be the same whenever the task runs. Hence the
/// text is constant: a name that is made at run time would be one that depends on something.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be the name of a step",
    label = "expected a constant text",
    note = "write the text itself, `\"plan\"`, and in a loop also what tells its rounds apart, an \
            integer or a text: `(\"write\", n)`"
)]
pub trait StepName {
    /// The name, as it is in the journal.
    #[doc(hidden)]
    fn into_name(self) -> String;
}

impl StepName for &'static str {
    fn into_name(self) -> String {
        self.to_owned()
    }
}

macro_rules! indexed {
    ($($index:ty),*) => {$(
        #[diagnostic::do_not_recommend]
        impl StepName for (&'static str, $index) {
            fn into_name(self) -> String {
                format!("{}[{}]", self.0, self.1)
            }
        }
    )*};
}

indexed!(
    u8, u16, u32, u64, usize, i8, i16, i32, i64, isize, &str, String, &String
);
