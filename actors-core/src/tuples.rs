//! One implementation for tuples of each length.

/// Calls a macro with no type, one type, and so on up to twelve.
macro_rules! for_each_tuple {
    ($macro:ident) => {
        crate::tuples::for_each_tuple!(@ $macro [] A B C D E F G H I J K L);
    };
    (@ $macro:ident [$($done:ident)*]) => {
        $macro!($($done)*);
    };
    (@ $macro:ident [$($done:ident)*] $next:ident $($rest:ident)*) => {
        $macro!($($done)*);
        crate::tuples::for_each_tuple!(@ $macro [$($done)* $next] $($rest)*);
    };
}
pub(crate) use for_each_tuple;
